#include "libfit/formats/igor/igor_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

struct Wave {
  std::string name;
  std::string data_unit;
  std::string dimension_unit;
  double step = 0.0;
  std::size_t points = 0;
  std::size_t rows = 0;
  std::size_t columns = 1;
  unsigned type = 0;
  std::size_t data_offset = 0;
};

// Bits of the type word.
enum TypeBit : unsigned {
  kComplex = 0x01,
  kFloat32 = 0x02,
  kFloat64 = 0x04,
  kInt8 = 0x08,
  kInt16 = 0x10,
  kInt32 = 0x20,
  kUnsigned = 0x40
};

std::optional<std::pair<int, std::endian>> version_of(std::span<const std::byte> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const int version = ByteReader(bytes, order, "").at<std::int16_t>(0);
    if (version == 1 || version == 2 || version == 3 || version == 5) return std::pair{version, order};
  }
  return std::nullopt;
}

std::size_t bin_header_size(int version) {
  if (version == 1) return 8;
  if (version == 2) return 16;
  return version == 3 ? 20 : 64;
}

// Bytes whose 16-bit words add up to zero. The header of a wave up to version 3 counts 126 bytes for this, of
// which the last 16 are the first of the samples (or of the 16 unused bytes behind them); that of version 5
// is summed without the samples.
std::size_t checked_size(int version) { return bin_header_size(version) + (version == 5 ? 320 : 126); }

bool checksum_is_right(const ByteReader& bytes, std::size_t checked) {
  if (bytes.size() < checked) return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < checked; i += 2) sum += bytes.at<std::uint16_t>(i);
  return (sum & 0xFFFFU) == 0;
}

std::size_t name_place(int version) { return bin_header_size(version) + (version == 5 ? 28 : 6); }

// A name as Igor allows it, with the zero byte behind it.
bool has_name(const ByteReader& bytes, int version) {
  const std::size_t longest = version == 5 ? 32 : 20;
  if (bytes.size() < name_place(version) + longest) return false;
  const auto field = bytes.slice(name_place(version), longest);
  const auto end = std::find(field.begin(), field.end(), std::byte{0});
  return end != field.begin() && end != field.end() && std::all_of(field.begin(), end, [](std::byte letter) {
           return letter >= std::byte{0x20} && letter != std::byte{0x7F};
         });
}

std::size_t count_at(const ByteReader& bytes, std::size_t offset) {
  const auto value = bytes.at<std::int32_t>(offset);
  if (value < 0)
    throw InputError(fmt::format("{}: a size of {} in the header; it is damaged", bytes.file(), value));
  return static_cast<std::size_t>(value);
}

// Versions 1 to 3: a header of 110 bytes, one dimension.
Wave read_header_2(const ByteReader& bytes, std::size_t at) {
  Wave wave;
  wave.data_offset = at + 110;
  wave.type = bytes.at<std::uint16_t>(at);
  wave.name = bytes.text(at + 6, 20);
  wave.data_unit = bytes.text(at + 34, 4);
  wave.dimension_unit = bytes.text(at + 38, 4);
  wave.points = count_at(bytes, at + 42);
  wave.step = bytes.at<double>(at + 48);
  wave.rows = wave.points;
  return wave;
}

// Units of more than three letters stand behind data and formula; the note lies between.
std::string extended_unit(const ByteReader& bytes, std::size_t offset, std::size_t count,
                          const std::string& otherwise) {
  return count > 0 ? bytes.text(offset, count) : otherwise;
}

std::size_t sample_size(unsigned type) {
  if ((type & kFloat64) != 0) return 8;
  if ((type & (kFloat32 | kInt32)) != 0) return 4;
  return (type & kInt16) != 0 ? 2 : 1;
}

// Version 5: a header of 320 bytes, up to four dimensions.
Wave read_header_5(const ByteReader& bytes, std::size_t at) {
  Wave wave;
  wave.data_offset = at + 320;
  wave.points = count_at(bytes, at + 12);
  wave.type = bytes.at<std::uint16_t>(at + 16);
  wave.name = bytes.text(at + 28, 32);
  wave.rows = count_at(bytes, at + 68);
  wave.columns = std::max<std::size_t>(count_at(bytes, at + 72), 1);
  if (count_at(bytes, at + 76) > 0) {
    throw InputError(fmt::format(
        "{}: a wave of three or more dimensions; save one wave a channel, with one sweep a column",
        bytes.file()));
  }
  wave.step = bytes.at<double>(at + 84);
  wave.data_unit = bytes.text(at + 148, 4);
  wave.dimension_unit = bytes.text(at + 152, 4);
  if (wave.points <= bytes.size()) {
    std::size_t place = wave.data_offset + wave.points * sample_size(wave.type);
    place += count_at(bytes, 8) + count_at(bytes, 12);
    const std::size_t data_unit_size = count_at(bytes, 16);
    wave.data_unit = extended_unit(bytes, place, data_unit_size, wave.data_unit);
    wave.dimension_unit =
        extended_unit(bytes, place + data_unit_size, count_at(bytes, 20), wave.dimension_unit);
  }
  return wave;
}

template <typename Raw>
void convert(const ByteReader& bytes, const Wave& wave, Channel& channel) {
  if (wave.points > bytes.size() / sizeof(Raw)) {
    throw InputError(fmt::format("{}: {} points in the header but only {} bytes in the file; it is cut",
                                 bytes.file(), wave.points, bytes.size()));
  }
  const auto data = bytes.slice(wave.data_offset, wave.points * sizeof(Raw));
  const bool swap = bytes.order() != std::endian::native;
  for (std::size_t column = 0; column < wave.columns; ++column) {
    auto& samples = channel.sweeps.emplace_back(wave.rows);
    const std::byte* source = data.data() + column * wave.rows * sizeof(Raw);
    for (std::size_t i = 0; i < wave.rows; ++i) {
      Raw raw;
      std::memcpy(&raw, source + i * sizeof(Raw), sizeof(Raw));
      samples[i] = static_cast<double>(swap ? swap_bytes(raw) : raw) * channel.to_internal;
    }
  }
}

// The smallest type that holds every number of the wave's.
SampleType stored_type(unsigned type) {
  if ((type & kFloat32) != 0) return SampleType::float32;
  if (type == kInt16 || (type & kInt8) != 0) return SampleType::int16;
  return type == kInt32 || type == (kInt16 | kUnsigned) ? SampleType::int32 : SampleType::float64;
}

void convert_samples(const ByteReader& bytes, const Wave& wave, Channel& channel) {
  switch (wave.type) {
    case kFloat32:
      return convert<float>(bytes, wave, channel);
    case kFloat64:
      return convert<double>(bytes, wave, channel);
    case kInt8:
      return convert<std::int8_t>(bytes, wave, channel);
    case kInt16:
      return convert<std::int16_t>(bytes, wave, channel);
    case kInt32:
      return convert<std::int32_t>(bytes, wave, channel);
    case kInt8 | kUnsigned:
      return convert<std::uint8_t>(bytes, wave, channel);
    case kInt16 | kUnsigned:
      return convert<std::uint16_t>(bytes, wave, channel);
    case kInt32 | kUnsigned:
      return convert<std::uint32_t>(bytes, wave, channel);
    default:
      throw InputError(fmt::format(
          "{}: wave type {:#x} (text, complex or 64-bit integers); only real numeric waves hold a recording",
          bytes.file(), wave.type));
  }
}

double step_ms(const Wave& wave, const std::string& path, std::optional<double> dt_ms) {
  const auto unit = parse_time_unit(wave.dimension_unit);
  const bool sensible = std::isfinite(wave.step) && wave.step > 0.0;
  if (dt_ms)
    return agreed_step(path, *dt_ms, unit && sensible ? std::optional(wave.step * *unit) : std::nullopt);
  if (!unit || !sensible) {
    throw InputError(fmt::format(
        "{}: the step of the wave is {:g} {}, which is no sampling step; pass it with --dt in ms{}", path,
        wave.step, wave.dimension_unit.empty() ? "without a unit" : "in unit `" + wave.dimension_unit + "`",
        sensible ? fmt::format(" (--dt {:g} if that is in seconds)", tidy_step(1000.0 * wave.step)) : ""));
  }
  return tidy_step(wave.step * *unit);
}

}  // namespace

bool is_igor_wave(std::span<const std::byte> content) {
  const auto version = version_of(content);
  return version && checksum_is_right(ByteReader(content, version->second, ""), checked_size(version->first));
}

bool looks_like_igor_wave(std::span<const std::byte> content) {
  const auto version = version_of(content);
  return version && has_name(ByteReader(content, version->second, ""), version->first);
}

SignalFile read_igor_wave(std::span<const std::byte> content, const std::string& path,
                          std::optional<double> dt_ms) {
  const auto version = version_of(content);
  if (!version) throw InputError(fmt::format("{}: is not an Igor binary wave", path));
  const ByteReader bytes(content, version->second, path);
  if (!checksum_is_right(bytes, checked_size(version->first))) {
    throw InputError(fmt::format(
        "{}: looks like an Igor binary wave of version {} but the checksum of its header is wrong; "
        "it is damaged, copy it again from its source",
        path, version->first));
  }
  const std::size_t header = bin_header_size(version->first);
  const Wave wave = version->first == 5 ? read_header_5(bytes, header) : read_header_2(bytes, header);
  if (wave.points == 0) throw InputError(fmt::format("{}: the wave is empty", path));
  if (wave.rows == 0 || wave.points % wave.rows != 0 || wave.points / wave.rows != wave.columns) {
    throw InputError(fmt::format("{}: {} points do not make {} x {}; the header is damaged", path,
                                 wave.points, wave.rows, wave.columns));
  }
  SignalFile file;
  file.path = path;
  file.format = "IBW";
  file.dt_ms = step_ms(wave, path, dt_ms);
  Channel& channel = file.channels.emplace_back();
  channel.name = wave.name;
  channel.file_unit = wave.data_unit;
  if (const auto unit = parse_electric_unit(wave.data_unit)) {
    channel.role = unit->role;
    channel.to_internal = unit->to_internal;
  }
  channel.stored = {{stored_type(wave.type), channel.to_internal, 0.0}};
  convert_samples(bytes, wave, channel);
  return file;
}

}  // namespace libfit
