#include "libfit/stimulus/protocol_scaling.hpp"

#include <fmt/format.h>

#include <string>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/stimulus_scale.hpp"

namespace libfit {
namespace {

// Voltage SD that is taken where a rate is given and no SD: enough for spikes from fluctuations.
constexpr double kUsualSd_mV = 5.0;
// Of the electrode's noise in the membrane: far below any threshold.
constexpr double kElectrodeSd_mV = 0.5;

// Four digits are more than any target needs, and fit on a label.
double rounded(double value) { return std::stod(fmt::format("{:.4g}", value)); }

void check_targets(const NoiseTargets& a, const std::optional<Model>& model) {
  if ((a.target_sd_mV || a.target_rate_Hz) && !model) {
    throw OptionError(
        "--target-sd-mV and --target-rate-Hz need to know the cell: give a first model with --model, a file "
        "or "
        "one by hand, as in --model lif --set tau_ms=15,R_MOhm=150; `dyniv steps` makes one from a recording "
        "of steps");
  }
  if (a.target_sd_mV && a.sd_pA)
    throw OptionError("--target-sd-mV and --sd-pA both say the SD of the noise; give one of them");
  if (a.target_rate_Hz && a.mean_pA && (a.sd_pA || a.target_sd_mV)) {
    throw OptionError(
        "--target-rate-Hz finds the mean or the SD of the noise, and both are given; leave one out");
  }
}

}  // namespace

ProtocolScaling scale_protocol(const NoiseTargets& a, std::string_view protocol,
                               const std::optional<Model>& model, ProtocolOptions& options) {
  check_targets(a, model);
  options.mean_pA = a.mean_pA.value_or(options.mean_pA);
  options.sd_pA = a.sd_pA.value_or(options.sd_pA);
  options.electrode_sd_pA = a.electrode_sd_pA.value_or(options.electrode_sd_pA);
  ProtocolScaling scaling;
  if (!model) return scaling;
  const auto membrane = membrane_filter(*model);
  if (!membrane)
    throw DataError(
        "the model does not rest without a current, so that its membrane is not known; give another");
  NoiseOptions noise = protocol_noise(protocol, options);
  const bool rate_sets_sd = a.target_rate_Hz && a.mean_pA;
  if (a.target_sd_mV || (a.target_rate_Hz && !a.sd_pA && !rate_sets_sd))
    noise = scaled_to_voltage_sd(*membrane, noise, a.target_sd_mV.value_or(kUsualSd_mV), options.dt_ms);
  RateTargetOptions rate;
  rate.dt_ms = options.dt_ms;
  rate.seed = options.seed;
  if (a.target_rate_Hz) {
    rate.rate_Hz = *a.target_rate_Hz;
    noise = scaled_to_rate(*model, noise, rate_sets_sd ? Turned::sd : Turned::mean, rate);
  }
  options.mean_pA = rounded(noise.mean_pA);
  options.sd_pA = rounded(noise.sd_pA());
  noise = protocol_noise(protocol, options);
  NoiseOptions weak = electrode_noise(options.electrode_sd_pA);
  if (!a.electrode_sd_pA) weak = scaled_to_voltage_sd(*membrane, weak, kElectrodeSd_mV, options.dt_ms);
  options.electrode_sd_pA = rounded(weak.sd_pA());
  weak = electrode_noise(options.electrode_sd_pA);
  scaling.voltage_sd_mV = voltage_sd_mV(*membrane, noise, options.dt_ms);
  scaling.electrode_voltage_sd_mV = voltage_sd_mV(*membrane, weak, options.dt_ms);
  if (spike_voltage_mV(*model)) scaling.rate_Hz = noise_rate_Hz(*model, noise, rate);
  return scaling;
}

}  // namespace libfit
