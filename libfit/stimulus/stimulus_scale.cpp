#include "libfit/stimulus/stimulus_scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

NoiseOptions multiplied(NoiseOptions noise, double factor) {
  for (NoiseComponent& c : noise.components) c.sd_pA *= factor;
  return noise;
}

void check(const MembraneFilter& membrane) {
  check_options({{"resistance_MOhm", membrane.resistance_MOhm, membrane.resistance_MOhm > 0.0, "> 0"},
                 {"tau_ms", membrane.tau_ms, membrane.tau_ms > 0.0, "> 0"}});
}

// The noise at `x`: the mean moved by x SDs, or the SD multiplied by x.
NoiseOptions turned_to(const NoiseOptions& noise, Turned turned, double x) {
  if (turned == Turned::sd) return multiplied(noise, x);
  NoiseOptions moved = noise;
  moved.mean_pA += x * noise.sd_pA();
  return moved;
}

}  // namespace

std::optional<MembraneFilter> membrane_filter(const Model& model, double current_pA) {
  const auto rest = rest_mV(model, current_pA);
  if (!rest) return std::nullopt;
  constexpr double step_mV = 1e-3;
  const double slope =
      (drift_mV_per_ms(model, *rest + step_mV) - drift_mV_per_ms(model, *rest - step_mV)) / (2.0 * step_mV);
  if (!(slope < 0.0)) return std::nullopt;
  return MembraneFilter{1000.0 / (-slope * capacitance_pF(model)), -1.0 / slope};
}

double voltage_sd_mV(const MembraneFilter& membrane, const NoiseOptions& noise, double dt_ms) {
  check(membrane);
  noise.validate();
  const double resistance_GOhm = membrane.resistance_MOhm / 1000.0;
  double variance = 0.0;
  for (const NoiseComponent& c : noise.components) {
    const double keep = std::exp(-dt_ms / membrane.tau_ms);
    const double share =
        c.tau_ms > 0.0 ? c.tau_ms / (c.tau_ms + membrane.tau_ms) : (1.0 - keep) / (1.0 + keep);
    variance += c.sd_pA * c.sd_pA * share;
  }
  return resistance_GOhm *
         std::sqrt(variance * (1.0 + 0.5 * noise.modulation_depth * noise.modulation_depth));
}

NoiseOptions scaled_to_voltage_sd(const MembraneFilter& membrane, NoiseOptions noise, double sd_mV,
                                  double dt_ms) {
  check_options({{"sd_mV", sd_mV, sd_mV > 0.0, "> 0"}});
  const double now = voltage_sd_mV(membrane, noise, dt_ms);
  require(now > 0.0, "scaled_to_voltage_sd: a noise without any SD cannot be scaled");
  return multiplied(std::move(noise), sd_mV / now);
}

void RateTargetOptions::validate() const {
  check_options({{"rate_Hz", rate_Hz, rate_Hz > 0.0 && rate_Hz <= 500.0, "above 0, up to 500"},
                 {"duration_ms", duration_ms, duration_ms > 0.0, "> 0"},
                 {"dt_ms", dt_ms, dt_ms > 0.0, "> 0"}});
}

double noise_rate_Hz(const Model& model, const NoiseOptions& noise, const RateTargetOptions& options) {
  options.validate();
  const auto current = noise_current(noise, options.duration_ms, options.dt_ms, options.seed);
  SimulateOptions draws;
  draws.seed = seed_beside_noise(options.seed);
  const Prediction prediction = simulate(model, current, options.dt_ms, draws);
  return 1000.0 * static_cast<double>(prediction.spike_times_ms.size()) / options.duration_ms;
}

NoiseOptions scaled_to_rate(const Model& model, NoiseOptions noise, Turned turned,
                            const RateTargetOptions& options) {
  options.validate();
  require(noise.sd_pA() > 0.0, "scaled_to_rate: a noise without any SD cannot be scaled");
  if (!spike_voltage_mV(model))
    throw DataError("a passive membrane never fires; give a model that does, or a target for the voltage");
  const auto too_slow = [&](double x) {
    return noise_rate_Hz(model, turned_to(noise, turned, x), options) < options.rate_Hz;
  };
  // From an SD of nothing up; from a mean that is held low to one that is held high.
  double low = turned == Turned::sd ? 0.0 : -1.0;
  double high = 1.0;
  for (int i = 0; turned == Turned::mean && !too_slow(low); ++i, low *= 2.0) {
    if (i == 20) throw DataError("the model fires faster than the target whatever the current");
  }
  for (int i = 0; too_slow(high); ++i, high *= 2.0) {
    if (i == 12)
      throw DataError(fmt::format("the model does not reach {:g} Hz; give a lower rate", options.rate_Hz));
    low = high;
  }
  if (turned == Turned::sd && low == 0.0 && !too_slow(0.0)) {
    throw DataError(fmt::format("the model fires at {:g} Hz or more without any noise; give a lower mean",
                                options.rate_Hz));
  }
  while (high - low > 1e-3 * std::max(1.0, std::abs(high))) {
    const double middle = 0.5 * (low + high);
    (too_slow(middle) ? low : high) = middle;
  }
  return turned_to(noise, turned, high);
}

}  // namespace libfit
