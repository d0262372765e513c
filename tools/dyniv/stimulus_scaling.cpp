#include "stimulus_scaling.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/stimulus_scale.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

// Voltage SD that is taken where a rate is given and no SD: enough for spikes from fluctuations.
constexpr double kUsualSd_mV = 5.0;
// Of the electrode's noise in the membrane: far below any threshold.
constexpr double kElectrodeSd_mV = 0.5;

// Four digits are more than any target needs, and fit on a label.
double rounded(double value) { return std::stod(fmt::format("{:.4g}", value)); }

void check(const ScalingArguments& a, const std::optional<libfit::Model>& model) {
  if ((a.target_sd_mV || a.target_rate_Hz) && !model) {
    throw libfit::OptionError(
        "--target-sd-mV and --target-rate-Hz need to know the cell: give a first model with --model, a file "
        "or "
        "one by hand, as in --model lif --set tau_ms=15,R_MOhm=150; `dyniv steps` makes one from a recording "
        "of steps");
  }
  if (a.target_sd_mV && a.sd_pA)
    throw libfit::OptionError("--target-sd-mV and --sd-pA both say the SD of the noise; give one of them");
  if (a.target_rate_Hz && a.mean_pA && (a.sd_pA || a.target_sd_mV)) {
    throw libfit::OptionError(
        "--target-rate-Hz finds the mean or the SD of the noise, and both are given; leave one out");
  }
}

}  // namespace

void add_scaling_options(po::options_description& group, ScalingArguments& a) {
  add_number(
      group, "mean-pA", "PA", around_zero(1e5, "pA"), [&a](double pA) { a.mean_pA = pA; },
      "mean of the noise, pA [0]");
  add_number(
      group, "sd-pA", "PA", positive(1e5, "pA"), [&a](double pA) { a.sd_pA = pA; },
      "SD of the noise, its swing left out, pA [100]");
  add_number(
      group, "electrode-sd-pA", "PA", positive(1e5, "pA"), [&a](double pA) { a.electrode_sd_pA = pA; },
      "SD of the noise for the electrode, pA [50; with a model: 0.5 mV in its membrane]");
  add_number(
      group, "target-sd-mV", "MV", positive(100.0, "mV"), [&a](double mV) { a.target_sd_mV = mV; },
      "SD that the voltage should have without spikes, mV: sets the SD of the noise");
  add_number(
      group, "target-rate-Hz", "HZ", positive(500.0, "Hz"), [&a](double Hz) { a.target_rate_Hz = Hz; },
      "rate at which the model should fire, Hz: sets the mean of the noise, or its SD where --mean-pA is "
      "given");
}

nlohmann::json scaling_json(const ScalingArguments& a, const Scaling& scaling,
                            const libfit::ProtocolOptions& options) {
  nlohmann::json json = {{"mean_pA", options.mean_pA}, {"sd_pA", options.sd_pA}};
  const auto add = [&json](const char* key, const std::optional<double>& value) {
    if (value) json[key] = *value;
  };
  add("target_sd_mV", a.target_sd_mV);
  add("target_rate_Hz", a.target_rate_Hz);
  add("voltage_sd_mV", scaling.voltage_sd_mV);
  add("model_rate_Hz", scaling.rate_Hz);
  if (options.electrode_s > 0.0) {
    json["electrode_sd_pA"] = options.electrode_sd_pA;
    add("electrode_voltage_sd_mV", scaling.electrode_voltage_sd_mV);
  }
  return json;
}

Scaling scale_protocol(const ScalingArguments& a, std::string_view protocol,
                       const std::optional<libfit::Model>& model, libfit::ProtocolOptions& options) {
  check(a, model);
  options.mean_pA = a.mean_pA.value_or(options.mean_pA);
  options.sd_pA = a.sd_pA.value_or(options.sd_pA);
  options.electrode_sd_pA = a.electrode_sd_pA.value_or(options.electrode_sd_pA);
  Scaling scaling;
  if (!model) return scaling;
  const auto membrane = libfit::membrane_filter(*model);
  if (!membrane)
    throw libfit::DataError(
        "the model does not rest without a current, so that it has no membrane to scale to; give another");
  libfit::NoiseOptions noise = libfit::protocol_noise(protocol, options);
  const bool rate_sets_sd = a.target_rate_Hz && a.mean_pA;
  if (a.target_sd_mV || (a.target_rate_Hz && !a.sd_pA && !rate_sets_sd))
    noise =
        libfit::scaled_to_voltage_sd(*membrane, noise, a.target_sd_mV.value_or(kUsualSd_mV), options.dt_ms);
  libfit::RateTargetOptions rate;
  rate.dt_ms = options.dt_ms;
  rate.seed = options.seed;
  if (a.target_rate_Hz) {
    rate.rate_Hz = *a.target_rate_Hz;
    noise =
        libfit::scaled_to_rate(*model, noise, rate_sets_sd ? libfit::Turned::sd : libfit::Turned::mean, rate);
  }
  options.mean_pA = rounded(noise.mean_pA);
  options.sd_pA = rounded(noise.sd_pA());
  noise = libfit::protocol_noise(protocol, options);
  libfit::NoiseOptions weak = libfit::electrode_noise(options.electrode_sd_pA);
  if (!a.electrode_sd_pA)
    weak = libfit::scaled_to_voltage_sd(*membrane, weak, kElectrodeSd_mV, options.dt_ms);
  options.electrode_sd_pA = rounded(weak.sd_pA());
  weak = libfit::electrode_noise(options.electrode_sd_pA);
  scaling.voltage_sd_mV = libfit::voltage_sd_mV(*membrane, noise, options.dt_ms);
  scaling.electrode_voltage_sd_mV = libfit::voltage_sd_mV(*membrane, weak, options.dt_ms);
  if (libfit::spike_voltage_mV(*model)) scaling.rate_Hz = libfit::noise_rate_Hz(*model, noise, rate);
  return scaling;
}

}  // namespace dyniv
