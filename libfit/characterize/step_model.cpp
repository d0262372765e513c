#include "libfit/characterize/step_model.hpp"

#include <algorithm>
#include <span>

#include "libfit/core/statistics.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

// What the model is held at: the current of up to 200 ms before the step; by the rule of simulate() where the
// step begins with the sweep.
std::optional<double> current_before(const Sweep& sweep, const StepProtocol& protocol) {
  constexpr double kBefore_ms = 200.0;
  const auto end = static_cast<std::size_t>(std::max(0.0, protocol.begin_ms / sweep.dt_ms - 1.0));
  const auto most = static_cast<std::size_t>(kBefore_ms / sweep.dt_ms);
  const std::span<const double> before = std::span(sweep.current_pA).first(std::min(end, sweep.size()));
  return median(before.last(std::min(most, before.size())));
}

}  // namespace

std::optional<Model> first_model_of_steps(const Recording& recording, const SpikeTrains& spikes_ms,
                                          const StepAnalysis& steps) {
  const auto shape = measure_spike_shape(recording, spikes_ms);
  if (!steps.input_resistance_MOhm || !steps.tau_ms || !shape) return std::nullopt;
  if (!(steps.input_resistance_MOhm->value > 0.0) || !(shape->median_onset_mV > steps.rest_mV))
    return std::nullopt;
  Lif model;
  model.g_nS = 1000.0 / steps.input_resistance_MOhm->value;
  model.C_pF = model.g_nS * steps.tau_ms->value;
  model.E_mV = steps.rest_mV;
  model.V_th_mV = shape->median_onset_mV;
  model.reset = {0.5 * (model.E_mV + model.V_th_mV), 2.0};
  if (const auto reset = estimate_reset(recording, spikes_ms, model.C_pF);
      reset && reset->V_reset_mV < model.V_th_mV)
    model.reset = {reset->V_reset_mV, reset->t_ref_ms};
  return model;
}

StepPrediction predict_steps(const Model& model, Recording recording, const StepProtocol& protocol,
                             const StepOptions& options, std::uint64_t seed) {
  SpikeTrains spikes_ms;
  SimulateOptions draws;
  draws.seed = seed;
  for (Sweep& sweep : recording.sweeps) {
    draws.settled_pA = current_before(sweep, protocol);
    Prediction prediction = simulate(model, sweep.current_pA, sweep.dt_ms, draws);
    ++draws.trial;
    sweep.voltage_mV = std::move(prediction.voltage_mV);
    spikes_ms.push_back(std::move(prediction.spike_times_ms));
  }
  StepAnalysis steps = analyze_steps(recording, spikes_ms, protocol, options);
  return {std::move(recording), std::move(steps)};
}

}  // namespace libfit
