// HDF5, NWB and WaveSurfer, through the child process that reads them. What the library makes of a hostile
// file is the child's affair; what is looked for here is a crash, a hang or memory of the process that asked.
// Bytes are changed where they stand, mostly in headers, since an inserted one moves every address behind it;
// and checksums that fitted before the change are mended, or the newer format would refuse nearly everything.
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/fuzz/targets/fuzz_recording.hpp"

// Of the HDF5 library: the checksum of its headers.
extern "C" std::uint32_t H5_checksum_metadata(const void* data, std::size_t size, std::uint32_t first);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed);

namespace libfit::fuzz {
namespace {

// A block with its checksum behind it.
struct Block {
  std::size_t at = 0;
  std::size_t size = 0;
};

std::uint32_t checksum_at(const std::uint8_t* place) {
  std::uint32_t value = 0;
  std::memcpy(&value, place, sizeof(value));
  return value;
}

// The size of a header is in it; that of other blocks is where a checksum fits [HDF5 File Format
// Specification 3.0, II.A, IV.A.1.b].
std::size_t size_of_block(const std::uint8_t* data, std::size_t size, std::size_t at) {
  constexpr std::size_t kLargest = 600;
  const auto fits = [&](std::size_t length) {
    return at + length + 4 <= size &&
           H5_checksum_metadata(data + at, length, 0) == checksum_at(data + at + length);
  };
  if (std::memcmp(data + at, "OHDR", 4) == 0 && at + 32 < size) {
    const unsigned flags = data[at + 5];
    const std::size_t width = std::size_t{1} << (flags & 3U);
    const std::size_t place = at + 6 + ((flags & 32U) != 0 ? 16 : 0) + ((flags & 16U) != 0 ? 4 : 0);
    std::uint64_t messages = 0;
    std::memcpy(&messages, data + place, width);
    const std::size_t length = place + width - at + std::min<std::uint64_t>(messages, size);
    return fits(length) ? length : 0;
  }
  for (std::size_t length = 8; length < kLargest; ++length) {
    if (fits(length)) return length;
  }
  return 0;
}

// Places where structures begin, and those of them that a checksum ends.
void find(const std::uint8_t* data, std::size_t size, std::vector<std::size_t>& places,
          std::vector<Block>& blocks) {
  for (std::size_t at = 0; at + 8 <= size; ++at) {
    bool known = at == 0 || std::memcmp(data + at, "TREE", 4) == 0 ||
                 std::memcmp(data + at, "SNOD", 4) == 0 || std::memcmp(data + at, "HEAP", 4) == 0 ||
                 std::memcmp(data + at, "GCOL", 4) == 0;
    if (known) places.push_back(at);
    for (const char* name : {"OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "BTIN"})
      known = known || std::memcmp(data + at, name, 4) == 0;
    if (!known) continue;
    const std::size_t length = size_of_block(data, size, at);
    if (length == 0) continue;
    places.push_back(at);
    blocks.push_back({at, length});
  }
}

void read(const std::string& path, const ReadOptions& options) {
  with_errors_of_the_world([&] {
    const SignalFile file = open_signal_file(path, options);
    assemble_recording(std::span(&file, 1));
  });
}

}  // namespace
}  // namespace libfit::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t,
                                               unsigned seed) {
  if (size < 64) return size;
  std::vector<std::size_t> places;
  std::vector<libfit::fuzz::Block> blocks;
  libfit::fuzz::find(data, size, places, blocks);
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
    std::size_t at = below(size);
    if (!places.empty() && below(4) > 0) at = std::min(places[below(places.size())] + below(280), size - 1);
    switch (below(5)) {
      case 0:
        data[at] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1:
        data[at] = below(2) == 0 ? 0 : 255;
        break;
      case 2:
        data[at] = static_cast<std::uint8_t>(below(256));
        break;
      case 3:
        std::memset(data + at, below(2) == 0 ? 0 : 255, std::min<std::size_t>(8, size - at));
        break;
      default:  // an address, a size or a message of another place
        std::memmove(data + at, data + below(size - 8), std::min<std::size_t>(8, size - at));
    }
  }
  for (const auto& block : blocks) {
    const std::uint32_t sum = H5_checksum_metadata(data + block.at, block.size, 0);
    std::memcpy(data + block.at + block.size, &sum, sizeof(sum));
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("dyniv_fuzzed_" + std::to_string(::getpid()))).string();
  std::ofstream(path, std::ios::binary | std::ios::trunc) << libfit::fuzz::text_of(data, size);
  libfit::fuzz::read(path, {});
  libfit::ReadOptions options;
  options.voltage_dataset = "/cell/voltage";
  options.current_dataset = "/cell/current";
  libfit::fuzz::read(path, options);
  return 0;
}
