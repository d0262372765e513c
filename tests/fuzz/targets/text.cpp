// Delimited text: as its header has it, and as columns that the options name.
#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libfit::fuzz::read_as_recording(data, size, "");
  libfit::ReadOptions options;
  options.dt_ms = 0.1;
  options.columns = "skip,current_pA,voltage_mV";
  libfit::fuzz::read_as_recording(data, size, "", options);
  return 0;
}
