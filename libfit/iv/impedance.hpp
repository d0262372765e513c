// Capacitance from the high-frequency impedance: an isopotential membrane has the admittance 1/R + 2 pi i f
// C, so the imaginary part of I/V divided by 2 pi f is C at every frequency. Spectra by Welch's method over
// stretches without spikes, with Hann windows that overlap by half.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct ImpedanceOptions {
  double segment_ms = 200.0;  // > 0; length of a spectrum's window
  double lowest_Hz = 20.0;    // > 0; below, the leak and slow currents speak
  double highest_Hz = 300.0;  // > lowest_Hz; above, noise and the electrode (rigs have bumps near 2 kHz)
  std::size_t bootstrap_draws = 200;
  std::uint64_t seed = 1;
  void validate() const;  // throws OptionError
};

struct ImpedanceCapacitance {
  double capacitance_pF = 0.0;
  std::optional<Interval> ci95_pF;
  std::size_t segments = 0;
  std::vector<double> frequency_Hz;       // of the band
  std::vector<double> capacitance_at_pF;  // Im(I/V)/(2 pi f)
};

// nullopt below 8 segments without a spike, or when the estimate is not positive.
std::optional<ImpedanceCapacitance> estimate_impedance_capacitance(
    const Recording& recording, const std::vector<std::vector<Stretch>>& stretches,
    const ImpedanceOptions& options = {});

}  // namespace libfit
