// Curves for the tests of fit: F of a known model in bins, exact or with the noise that its standard errors
// say.
#pragma once

#include <cmath>
#include <functional>

#include "libfit/core/random.hpp"
#include "libfit/fit/iv_fit.hpp"

namespace libfit::curves {

inline const Eif kEif{100.0, 5.0, -65.0, -50.0, 1.5, 0.0, {-60.0, 2.0}};
inline const Qif kQif{100.0, 0.3, -65.0, -48.0, 0.0, {-60.0, 2.0}};
inline const Passive kPassive{100.0, 5.0, -65.0};

// Bins every `step_mV` from `low_mV` as long as F is at most `highest_F` on its way up.
inline DynamicIv curve_of(const Model& model, double se_mV_per_ms, double low_mV = -80.0,
                          double step_mV = 0.5, double highest_F = 8.0, double high_mV = -30.0) {
  DynamicIv iv;
  iv.capacitance_pF = capacitance_pF(model);
  iv.block_count = 60;
  for (int i = 0; low_mV + step_mV * i <= high_mV; ++i) {
    const double V = low_mV + step_mV * i;
    const double F = drift_mV_per_ms(model, V);
    if (V > -60.0 && F > highest_F) break;
    IvBin bin;
    bin.V_mV = V;
    bin.F_mV_per_ms = F;
    bin.se_mV_per_ms = se_mV_per_ms;
    bin.sd_mV_per_ms = 1.0;
    bin.count = 1000;
    bin.blocks = 60;
    bin.effective_count = 400.0;
    bin.supported = true;
    iv.bins.push_back(bin);
  }
  return iv;
}

inline DynamicIv with_noise(DynamicIv iv, std::uint64_t seed) {
  RandomStream random(seed);
  for (IvBin& bin : iv.bins) bin.F_mV_per_ms += bin.se_mV_per_ms * random.normal();
  return iv;
}

// Spikes that leave the limit on F at its default of 3 mV/ms.
inline SpikeParameters steep_spikes() { return {0.0, {-60.0, 2.0}, -48.0, 300.0}; }

inline const ModelFit& named(const std::vector<ModelFit>& fits, std::string_view name) {
  for (const ModelFit& fit : fits)
    if (model_name(fit.model) == name) return fit;
  throw std::out_of_range("no such fit");
}

inline const ParameterEstimate& parameter(const ModelFit& fit, std::string_view name) {
  for (const ParameterEstimate& estimate : fit.parameters)
    if (estimate.name() == name) return estimate;
  throw std::out_of_range("no such parameter");
}

}  // namespace libfit::curves
