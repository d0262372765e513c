#include "libfit/characterize/recording_length.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/model/parameters.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

// Streams of the noise of one replicate.
constexpr std::uint64_t kStreams = 4;
constexpr double kSpikePeak_mV = 20.0;

Recording simulated(const Model& model, const NoiseOptions& noise, const RecordingLengthOptions& options,
                    std::uint64_t replicate) {
  const std::uint64_t stream = kStreams * replicate;
  Recording recording;
  Sweep& sweep = recording.sweeps.emplace_back();
  sweep.dt_ms = options.dt_ms;
  sweep.current_pA = noise_current(noise, options.duration_ms, options.dt_ms, options.seed, stream);
  NoiseOptions hidden = noise;
  hidden.mean_pA = 0.0;
  for (NoiseComponent& c : hidden.components) c.sd_pA *= options.hidden_current_share;
  std::vector<double> driven =
      noise_current(hidden, options.duration_ms, options.dt_ms, options.seed, stream + 1);
  for (std::size_t k = 0; k < driven.size(); ++k) driven[k] += sweep.current_pA[k];
  const Prediction prediction = simulate(model, driven, options.dt_ms);
  sweep.voltage_mV = prediction.voltage_mV;
  // A spike that is drawn at the threshold of a LIF would not be seen as one.
  for (const double time_ms : prediction.spike_times_ms) {
    const auto at = static_cast<std::size_t>(std::ceil(time_ms / options.dt_ms));
    if (at < sweep.size()) sweep.voltage_mV[at] = std::max(sweep.voltage_mV[at], kSpikePeak_mV);
  }
  RandomStream random(options.seed, stream + 2);
  for (double& value : sweep.voltage_mV) value += options.voltage_noise_mV * random.normal();
  return recording;
}

// Parameters that come from the curve; spike, reset and refractory period are read off the spikes.
bool is_of_the_curve(const Quantity* quantity) {
  const auto read_off = {&quantities::V_spike_mV, &quantities::V_reset_mV, &quantities::t_ref_ms,
                         &quantities::V_th_mV};
  return std::ranges::find(read_off, quantity) == read_off.end();
}

std::optional<Model> fit_again(const Recording& recording, std::string_view name, std::uint64_t seed) {
  MembraneOptions membrane_options;
  membrane_options.compensate = false;
  membrane_options.threads = 1;
  CellFitOptions options;
  options.curve_models_only = true;
  options.bootstrap_draws = 0;
  options.threads = 1;
  options.seed = seed;
  try {
    const Membrane membrane = prepare_membrane(std::nullopt, recording, membrane_options);
    CellFit cell = measure_curve(membrane, options);
    fit_cell(membrane, cell, options);
    for (const ModelFit& fit : cell.models) {
      if (fit_name(fit) == name && fit.status == FitStatus::ok) return fit.model;
    }
  } catch (const DataError&) {  // too short a recording: one replicate less
  }
  return std::nullopt;
}

double needed_s(const ParameterLength& p, const RecordingLengthOptions& options) {
  const bool voltage = p.name.ends_with("_mV") && p.name != "Delta_T_mV" && !p.name.ends_with("_per_mV");
  const double wanted = voltage ? options.precision_mV : options.precision * std::abs(p.truth);
  const double ratio = p.sd / wanted;
  return options.duration_ms / 1000.0 * ratio * ratio;
}

}  // namespace

void RecordingLengthOptions::validate() const {
  check_options({{"duration_ms", duration_ms, duration_ms > 0.0, "> 0"},
                 {"dt_ms", dt_ms, dt_ms > 0.0, "> 0"},
                 {"precision", precision, precision > 0.0, "> 0"},
                 {"precision_mV", precision_mV, precision_mV > 0.0, "> 0"},
                 {"hidden_current_share", hidden_current_share, hidden_current_share >= 0.0, ">= 0"},
                 {"voltage_noise_mV", voltage_noise_mV, voltage_noise_mV >= 0.0, ">= 0"},
                 {"replicates", static_cast<double>(replicates), replicates >= 3 && replicates <= 1000,
                  "from 3 to 1000"}});
}

RecordingLength estimate_recording_length(const Model& model, const NoiseOptions& noise,
                                          const RecordingLengthOptions& options) {
  options.validate();
  require(noise.sd_pA() > 0.0, "estimate_recording_length: a noise without any SD");
  const std::string name(model_name(model));
  if (row_of(model).group != ModelGroup::curve)
    throw DataError(fmt::format("a {} is not fitted to a curve: the time to record is estimated for {}", name,
                                fmt::join(names_of(ModelGroup::curve), ", ")));
  std::vector<std::optional<Model>> fits(options.replicates);
  parallel_for(options.replicates, options.threads, [&](std::size_t i) {
    fits[i] = fit_again(simulated(model, noise, options, i), name, options.seed);
  });
  RecordingLength result;
  result.fitted =
      static_cast<std::size_t>(std::ranges::count_if(fits, [](const auto& f) { return f.has_value(); }));
  if (result.fitted < 3) return result;
  const auto truth = scalar_parameters(model);
  for (std::size_t p = 0; p < truth.size(); ++p) {
    if (!is_of_the_curve(truth[p].quantity)) continue;
    std::vector<double> values;
    for (const auto& fit : fits) {
      if (fit) values.push_back(scalar_parameters(*fit)[p].value);
    }
    ParameterLength length{std::string(truth[p].name()), truth[p].value, *mean(values) - truth[p].value,
                           std::sqrt(*variance(values)), 0.0};
    length.needed_s = needed_s(length, options);
    result.needed_s = std::max(result.needed_s.value_or(0.0), length.needed_s);
    result.parameters.push_back(std::move(length));
  }
  return result;
}

}  // namespace libfit
