// Recordings of models with a memory, and the EIF of their whole curve, which their fits start from.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <variant>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/core/spike_train.hpp"
#include "libfit/fit/iv_fit.hpp"
#include "libfit/iv/blocks.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit::test {

struct RecordedCell {
  Recording recording;
  SpikeTrains spikes_ms;
  std::vector<Block> blocks;
  ModelFit eif;
};

inline Reset reset_of(const Model& model) {
  return std::visit(
      [](const auto& m) {
        if constexpr (requires { m.reset; }) return m.reset;
        return Reset{};
      },
      model);
}

// `current` into `model`, 0.05 mV of noise on the voltage, C given.
inline RecordedCell record(const Model& model, std::vector<double> current, double dt_ms,
                           std::uint64_t seed) {
  RecordedCell cell;
  Sweep sweep;
  sweep.dt_ms = dt_ms;
  sweep.current_pA = std::move(current);
  const Prediction predicted = simulate(model, sweep.current_pA, dt_ms);
  sweep.voltage_mV = predicted.voltage_mV;
  RandomStream random(seed, 77);
  for (double& V : sweep.voltage_mV) V += 0.05 * random.normal();
  cell.recording.sweeps.push_back(std::move(sweep));
  cell.spikes_ms.push_back(predicted.spike_times_ms);
  cell.blocks = make_blocks(cell.recording, 1000.0);
  SpikeParameters spikes;
  spikes.V_spike_mV = spike_voltage_mV(model).value_or(0.0);
  spikes.reset = reset_of(model);
  if (!predicted.spike_times_ms.empty()) spikes.peak_slope_mV_per_ms = 100.0;
  const DynamicIv iv = estimate_dynamic_iv(cell.recording, cell.spikes_ms, capacitance_pF(model));
  for (const ModelFit& fit : fit_models(iv, spikes)) {
    if (std::holds_alternative<Eif>(fit.model)) cell.eif = fit;
  }
  return cell;
}

inline std::vector<double> badel_noise(double mean_pA, double sd_pA, double duration_ms, double dt_ms,
                                       std::uint64_t seed) {
  return noise_current(badel_2008_noise(mean_pA, sd_pA, sd_pA), duration_ms, dt_ms, seed);
}

// Nothing but noise too weak for a spike in the second half.
inline std::vector<double> silent_half(std::vector<double> current, double silent_pA) {
  for (std::size_t k = current.size() / 2; k < current.size(); ++k)
    current[k] = silent_pA + 0.05 * (current[k] - silent_pA);
  return current;
}

// Strong pulses of 100 ms twice a second, weak noise otherwise: spikes come in bursts only.
inline std::vector<double> bursts(std::vector<double> weak, double pulse_pA, double dt_ms) {
  for (std::size_t k = 0; k < weak.size(); ++k) {
    const double phase = static_cast<double>(k) * dt_ms -
                         500.0 * static_cast<double>(k / static_cast<std::size_t>(500.0 / dt_ms));
    if (phase < 100.0) weak[k] += pulse_pA;
  }
  return weak;
}

inline const ParameterEstimate* find_parameter(const ModelFit& fit, std::string_view name) {
  for (const ParameterEstimate& parameter : fit.parameters) {
    if (parameter.name() == name) return &parameter;
  }
  return nullptr;
}

// Whatever a fit says is finite, and it says why where it is not ok.
inline void expect_no_NaN(const ModelFit& fit) {
  for (const ParameterEstimate& p : fit.parameters) {
    EXPECT_TRUE(std::isfinite(p.value)) << p.name();
    EXPECT_TRUE(std::isfinite(p.se.value_or(0.0))) << p.name();
    const Interval range = p.ci95.value_or(Interval{});
    EXPECT_TRUE(std::isfinite(range.low) && std::isfinite(range.high)) << p.name();
  }
  EXPECT_EQ(fit.status == FitStatus::ok, fit.reason.empty());
  if (fit.status == FitStatus::failed) return;
  EXPECT_NO_THROW(validate(fit.model));
}

}  // namespace libfit::test
