// Axon Binary Format 2.
#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::read_as_recording(data, size, "ABF2");
  return 0;
}
