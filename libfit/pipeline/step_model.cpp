#include "libfit/pipeline/step_model.hpp"

#include <algorithm>

#include "libfit/simulate/simulate.hpp"

namespace libfit {

std::optional<Model> first_model_of_steps(const Recording& recording,
                                          const std::vector<std::vector<double>>& spikes_ms,
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
                             const StepOptions& options) {
  std::vector<std::vector<double>> spikes_ms;
  for (Sweep& sweep : recording.sweeps) {
    Prediction prediction = simulate(model, sweep.current_pA, sweep.dt_ms);
    sweep.voltage_mV = std::move(prediction.voltage_mV);
    spikes_ms.push_back(std::move(prediction.spike_times_ms));
  }
  StepAnalysis steps = analyze_steps(recording, spikes_ms, protocol, options);
  return {std::move(recording), std::move(steps)};
}

}  // namespace libfit
