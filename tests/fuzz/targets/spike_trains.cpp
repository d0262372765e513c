// Spike times as text.
#include "libfit/score/spike_trains.hpp"

#include "tests/fuzz/targets/fuzz_recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr double kDuration_ms = 10000.0;
  libfit::fuzz::with_errors_of_the_world([&] {
    const auto read = libfit::parse_spike_trains(libfit::fuzz::text_of(data, size), "fuzzed", kDuration_ms);
    libfit::require_spike_trains(read.trains, kDuration_ms);
  });
  return 0;
}
