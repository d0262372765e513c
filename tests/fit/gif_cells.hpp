// Cells of the GIF family with known parameters, and recordings of them.
#pragma once

#include <cmath>

#include "libfit/fit/hazard_data.hpp"
#include "libfit/simulate/gif_trials.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit::gif_test {

// A GIF with one spike-triggered current and a moving threshold.
inline Gif gif_cell() {
  Gif m;
  m.C_pF = 100.0;
  m.g_nS = 5.0;
  m.E_mV = -65.0;
  m.reset = {-58.0, 4.0};
  m.currents = {{30.0, 20.0}, {4.0, 200.0}};
  m.reference_mV = -55.0;
  m.log_rate_per_ms = -5.0;
  m.filters = {{0.0, 0.5}};
  m.history = {{5.0, 15.0, -2.0}, {15.0, 50.0, -0.5}};
  m.V_spike_mV = 0.0;
  adopt_membrane_as_drive(m);
  return m;
}

// The same with a threshold coupled to voltage, in both directions.
inline Gif two_state_cell() {
  Gif m = gif_cell();
  m.kind = GifKind::igif2;
  m.filters = {{0.0, 0.6}, {12.0, 0.05}};
  m.thresholds = {{15.0, -58.0, 3.0, 1.0, -0.3}, {6.0, -62.0, 2.0, -1.0, 0.2}};
  return m;
}

// One trial of the cell on noise, in bins: what fit_hazard() takes. `unknown_pA` is the SD of current that
// reaches the cell and is not recorded.
inline BinnedRecording recorded(const Gif& cell, double duration_ms, std::uint64_t seed,
                                double unknown_pA = 0.0) {
  NoiseOptions noise;
  noise.mean_pA = 40.0;
  noise.components = {{60.0, 5.0}, {40.0, 30.0}};
  const std::vector<double> current = noise_current(noise, duration_ms, cell.bin_ms, seed);
  std::vector<double> whole = current;
  if (unknown_pA > 0.0) {
    NoiseOptions unknown;
    unknown.components = {{unknown_pA, 10.0}};
    const std::vector<double> more = noise_current(unknown, duration_ms, cell.bin_ms, seed + 1000);
    for (std::size_t k = 0; k < whole.size(); ++k) whole[k] += more[k];
  }
  const GifTrials trial = simulate_gif_trials(cell, whole, cell.bin_ms, {1, 0, seed, 1});
  BinnedSweep sweep{current, trial.first_voltage_mV, std::vector<std::uint8_t>(current.size(), 0)};
  BinnedRecording data{cell.bin_ms, {}, trial.spikes_ms[0].size(), current.size()};
  for (const double time : trial.spikes_ms[0]) sweep.spike[static_cast<std::size_t>(time / cell.bin_ms)] = 1;
  data.sweeps.push_back(sweep);
  return data;
}

}  // namespace libfit::gif_test
