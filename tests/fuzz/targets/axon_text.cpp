// Axon text, with the step that a header may lack.
#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::read_as_recording(data, size, "ATF\t");
  libfit::ReadOptions options;
  options.dt_ms = 0.1;
  libfit::fuzz::read_as_recording(data, size, "ATF\t", options);
  return 0;
}
