// Recordings that a command answers to in a moment: the first seconds of the shipped demonstration, and small
// text recordings of a passive membrane, to be damaged by a test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dyniv_test {

// A file of data/demo.
std::string demo_file(const std::string& name);

// `run` on the first 20 s of training and three test sweeps, without figures, with few draws and without the
// times that differ from run to run.
std::vector<std::string> short_run(const std::string& folder, const std::vector<std::string>& more = {});

struct Trace {
  double dt_ms = 0.1;
  std::vector<double> current_pA;
  std::vector<double> voltage_mV;
};

// C = 200 pF, g = 10 nS, E = -70 mV under noise of mean 0, SD 100 pA, 3 ms, with 0.05 mV of voltage noise.
Trace passive_trace(double seconds, std::uint64_t seed);
// A spike of 100 mV: up in 0.3 ms, down to 5 mV below in 1.2 ms.
void add_spike(Trace& trace, double at_ms);

// Lines under `header`, time, current and voltage.
std::string as_text(const Trace& trace, const std::string& header = "time_ms,I0_pA,V0_mV");

}  // namespace dyniv_test
