#include "tests/cli/short_recordings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <iterator>
#include <random>
#include <stdexcept>

namespace dyniv_test {

std::string demo_file(const std::string& name) {
  const char* folder = std::getenv("DYNIV_DATA_DIR");
  if (folder == nullptr) throw std::runtime_error("DYNIV_DATA_DIR is not set; run the tests with ctest");
  return fmt::format("{}/demo/{}", folder, name);
}

std::vector<std::string> short_run(const std::string& folder, const std::vector<std::string>& more) {
  std::vector<std::string> words{"run",
                                 "--electrode",
                                 demo_file("electrode.abf"),
                                 "--training",
                                 demo_file("training.abf"),
                                 "--training-to",
                                 "20",
                                 "--test",
                                 demo_file("test.abf"),
                                 "--test-sweeps",
                                 "1-3",
                                 "--bootstrap",
                                 "20",
                                 "--no-figures",
                                 "--no-timing",
                                 "--curve-models-only",
                                 "--out",
                                 folder};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Trace passive_trace(double seconds, std::uint64_t seed) {
  constexpr double C_pF = 200.0, g_nS = 10.0, E_mV = -70.0, sd_pA = 100.0, tau_ms = 3.0;
  Trace trace;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  double V_mV = E_mV, I_pA = 0.0;
  const double keep = std::exp(-trace.dt_ms / tau_ms);
  for (double t_ms = 0.0; t_ms < 1000.0 * seconds; t_ms += trace.dt_ms) {
    I_pA = keep * I_pA + std::sqrt(1.0 - keep * keep) * sd_pA * normal(random);
    trace.current_pA.push_back(I_pA);
    trace.voltage_mV.push_back(V_mV + 0.05 * normal(random));
    V_mV += trace.dt_ms * (-g_nS * (V_mV - E_mV) + I_pA) / C_pF;
  }
  return trace;
}

void add_spike(Trace& trace, double at_ms) {
  const auto first = static_cast<std::size_t>(at_ms / trace.dt_ms);
  for (std::size_t k = 0; k < 15 && first + k < trace.voltage_mV.size(); ++k) {
    const double t_ms = static_cast<double>(k) * trace.dt_ms;
    trace.voltage_mV[first + k] += t_ms <= 0.3 ? 100.0 * t_ms / 0.3 : 100.0 - 105.0 * (t_ms - 0.3) / 1.2;
  }
}

std::string as_text(const Trace& trace, const std::string& header) {
  std::string text = header + "\n";
  for (std::size_t k = 0; k < trace.voltage_mV.size(); ++k) {
    fmt::format_to(std::back_inserter(text), "{:.1f},{:.4f},{:.4f}\n", static_cast<double>(k) * trace.dt_ms,
                   trace.current_pA[k], trace.voltage_mV[k]);
  }
  return text;
}

}  // namespace dyniv_test
