// Igor binary waves of every version and byte order. Mutations mend the checksum of the header, without which
// none of them would get any further.
#include <bit>

#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit,
                                               unsigned seed);

namespace {

// The words of the header add up to zero; a word that holds nothing else makes up for the others.
void mend_checksum(std::uint8_t* data, std::size_t size, std::size_t covered, std::size_t place, bool big) {
  if (size < covered) return;
  const auto word = [&](std::size_t at) {
    return static_cast<unsigned>(big ? data[at] << 8 | data[at + 1] : data[at + 1] << 8 | data[at]);
  };
  unsigned sum = 0;
  for (std::size_t at = 0; at < covered; at += 2) sum += at == place ? 0U : word(at);
  const unsigned mended = 0x10000U - (sum & 0xFFFFU);
  data[place + (big ? 0 : 1)] = static_cast<std::uint8_t>(mended >> 8);
  data[place + (big ? 1 : 0)] = static_cast<std::uint8_t>(mended);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit,
                                               unsigned) {
  const std::size_t now = LLVMFuzzerMutate(data, size, limit);
  if (now < 2) return now;
  const bool big = data[0] == 0;
  const int version = data[big ? 1 : 0];
  if (version == 5) mend_checksum(data, now, 384, 2, big);
  if (version == 1) mend_checksum(data, now, 8 + 126, 6, big);
  if (version == 2) mend_checksum(data, now, 16 + 126, 14, big);
  if (version == 3) mend_checksum(data, now, 20 + 126, 18, big);
  return now;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::read_as_recording(data, size, "");
  libfit::ReadOptions options;
  options.dt_ms = 0.1;
  libfit::fuzz::read_as_recording(data, size, "", options);
  return 0;
}
