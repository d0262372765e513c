// Cells that the tests of signal, iv and fit can solve by hand: linear membranes stepped by their exact
// solution for a current held from sample to sample, and traces drawn from straight lines.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/core/spike_train.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit::synthetic {

inline std::vector<double> white_noise(std::size_t count, double sd, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = sd * random.normal();
  return values;
}

// Ornstein-Uhlenbeck process of mean 0 by its exact update, from its stationary distribution.
inline std::vector<double> correlated_noise(std::size_t count, double sd, double tau_ms, double dt_ms,
                                            std::uint64_t seed) {
  std::vector<double> values = white_noise(count, sd, seed);
  const double keep = std::exp(-dt_ms / tau_ms);
  for (std::size_t k = 1; k < count; ++k)
    values[k] = keep * values[k - 1] + std::sqrt(1.0 - keep * keep) * values[k];
  return values;
}

inline void add(std::vector<double>& values, std::span<const double> more) {
  for (std::size_t k = 0; k < values.size(); ++k) values[k] += more[k];
}

// C dV/dt = -g (V - E) + I from rest at E; V[k] is taken when I[k] begins.
struct LinearMembrane {
  double C_pF = 100.0;
  double g_nS = 5.0;
  double E_mV = -65.0;

  std::vector<double> voltage_mV(std::span<const double> current_pA, double dt_ms) const {
    std::vector<double> v(current_pA.size(), E_mV);
    const double keep = std::exp(-g_nS * dt_ms / C_pF);
    for (std::size_t k = 0; k + 1 < v.size(); ++k) {
      const double end = E_mV + current_pA[k] / g_nS;
      v[k + 1] = end + (v[k] - end) * keep;
    }
    return v;
  }
};

inline Recording one_sweep(std::vector<double> current_pA, std::vector<double> voltage_mV, double dt_ms) {
  Sweep sweep;
  sweep.current_pA = std::move(current_pA);
  sweep.voltage_mV = std::move(voltage_mV);
  sweep.dt_ms = dt_ms;
  sweep.voltage_source.file = "synthetic";
  Recording recording;
  recording.sweeps.push_back(std::move(sweep));
  return recording;
}

inline std::vector<std::vector<Stretch>> everything(const Recording& recording) {
  std::vector<std::vector<Stretch>> all;
  for (const Sweep& sweep : recording.sweeps) all.push_back({{0, sweep.size()}});
  return all;
}

inline SpikeTrains no_spikes(const Recording& recording) { return SpikeTrains(recording.sweeps.size()); }

}  // namespace libfit::synthetic
