// Igor text, with the step that a wave may lack.
#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::read_as_recording(data, size, "IGOR\n");
  libfit::ReadOptions options;
  options.dt_ms = 0.1;
  libfit::fuzz::read_as_recording(data, size, "IGOR\n", options);
  return 0;
}
