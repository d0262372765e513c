#include "libfit/formats/foreign_formats.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "libfit/formats/byte_reader.hpp"

namespace libfit {
namespace {

// A file known by what stands at one place.
struct Signature {
  std::size_t place;
  std::string_view text;
  std::string_view what;
};

constexpr std::string_view kHeka =
    "is a HEKA PatchMaster or Pulse file; export its series there as Igor binary waves or text (Export), one "
    "file for the voltage and one for the current";
constexpr std::string_view kSpike2 =
    "is a Spike2 file; export its waveform channels in Spike2 (File, Export As) as text with a time column";
constexpr std::string_view kAxoGraph =
    "is an AxoGraph file; export its columns in AxoGraph as text with a time column and titles, or as Axon "
    "binary files";
constexpr std::string_view kMatlab =
    "is a MATLAB file of version 7 or older; save it in MATLAB with save(name, ..., '-v7.3') and name its "
    "datasets with --voltage-dataset and --current-dataset, or write text";
constexpr std::string_view kPacked =
    "is an Igor packed experiment, which may hold many waves; open it in Igor and save the voltage and the "
    "current as Igor binary waves (Data, Save Waves, Save Igor Binary) or Igor text";
constexpr std::string_view kWinWcp =
    "is a WinWCP or WinEDR file; export it there (File, Export) as Axon ABF, Igor binary waves or text";

constexpr std::array<Signature, 24> kSignatures{{
    {0, "MATLAB 5.0", kMatlab},
    {0, "DAT1", kHeka},
    {0, "DAT2", kHeka},
    {0, "eerT", kHeka},  // the tree beside the data of an unbundled file, either byte order
    {0, "Tree", kHeka},
    {2, "(C) CED", kSpike2},
    {0, "S64", kSpike2},
    {0, "CEDFILE", "is a CED Signal file; export its frames in Signal (File, Export As) as text"},
    {0, "axgx", kAxoGraph},
    {0, "AxGr", kAxoGraph},
    {0, "CLPX", "is a pCLAMP 5 file; open it in Clampfit and save it as Axon Binary File or Axon text"},
    {0, "FTCX", "is a Fetchex file; open it in Clampfit and save it as Axon Binary File or Axon text"},
    {0, "TDSm", "is a LabVIEW TDMS file; write its channels as text or HDF5"},
    {0, "\x93NUMPY", "is a NumPy array; write it as text or as a dataset of an HDF5 file"},
    {0, "PLEX", "is a Plexon file; export its channels as text"},
    {0, "NEURALCD", "is a Blackrock file; write its channels as text or HDF5"},
    {0, "\xD0\xCF\x11\xE0", "is an Excel or another Office file; save the sheet as text (CSV)"},
    {0, "PK\x03\x04", "is a zip archive; unpack it, or export the sheet as text"},
    {0, "\x1f\x8b", "is compressed with gzip; unpack it"},
    {0, "BZh", "is compressed with bzip2; unpack it"},
    {0,
     "\xFD"
     "7zXZ",
     "is compressed with xz; unpack it"},
    {0, "\x28\xB5\x2F\xFD", "is compressed with zstd; unpack it"},
    {0, "7z\xBC\xAF", "is a 7-Zip archive; unpack it"},
    {0, "Rar!", "is a RAR archive; unpack it"},
}};

// WinWCP and WinEDR begin with lines NAME=VALUE, among them the range of the converter.
bool is_strathclyde(std::span<const std::byte> bytes) {
  if (!begins_with(bytes, "VER=")) return false;
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()),
                              std::min<std::size_t>(bytes.size(), 4096));
  return head.find("\nADCMAX=") != std::string_view::npos;
}

// A packed experiment is a chain of records: type, version 0, size of what follows. It is one when the chain
// leads to the end of the file, or through many records of a cut one.
bool is_packed_experiment(const ByteReader& bytes) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kMany = 8;
  std::size_t at = 0;
  for (std::size_t records = 0; records < kMany; ++records) {
    if (at == bytes.size()) return records > 0;
    if (bytes.size() - at < kHeader) return false;
    const unsigned type = bytes.at<std::uint16_t>(at) & 0x7FFFU;  // its first bit: superseded
    const auto size = bytes.at<std::int32_t>(at + 4);
    if (type == 0 || type > 63 || bytes.at<std::int16_t>(at + 2) != 0 || size < 0) return false;
    if (static_cast<std::size_t>(size) > bytes.size() - at - kHeader) return false;
    at += kHeader + static_cast<std::size_t>(size);
  }
  return true;
}

// A file of version 4 is a matrix: its kind in four decimal digits (byte order, 0, number, kind of matrix),
// rows, columns, whether complex, length of the name with its zero byte, and the name.
bool is_matlab_4(const ByteReader& bytes) {
  constexpr std::size_t kHeader = 20;
  if (bytes.size() < kHeader + 2) return false;
  const auto kind = bytes.at<std::uint32_t>(0);
  const unsigned machine = bytes.order() == std::endian::little ? 0 : 1;
  if (kind / 1000 != machine || kind / 100 % 10 != 0 || kind / 10 % 10 > 5 || kind % 10 > 2) return false;
  const auto rows = bytes.at<std::uint32_t>(4);
  const auto columns = bytes.at<std::uint32_t>(8);
  const auto length = bytes.at<std::uint32_t>(16);
  if (rows == 0 || columns == 0 || bytes.at<std::uint32_t>(12) > 1) return false;
  if (length < 2 || length > 64 || length > bytes.size() - kHeader) return false;
  const auto name = bytes.slice(kHeader, length);
  return name.back() == std::byte{0} && std::all_of(name.begin(), name.end() - 1, [](std::byte byte) {
           const auto letter = std::to_integer<char>(byte);
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_';
         });
}

}  // namespace

std::optional<std::string_view> foreign_format(std::span<const std::byte> content) {
  for (const Signature& signature : kSignatures) {
    if (content.size() > signature.place && begins_with(content.subspan(signature.place), signature.text))
      return signature.what;
  }
  if (is_strathclyde(content)) return kWinWcp;
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const ByteReader bytes(content, order, "");
    if (is_packed_experiment(bytes)) return kPacked;
    if (is_matlab_4(bytes)) return kMatlab;
  }
  return std::nullopt;
}

}  // namespace libfit
