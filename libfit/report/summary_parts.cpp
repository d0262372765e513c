#include <algorithm>

#include "libfit/core/json_internal.hpp"
#include "libfit/report/summary_parts_internal.hpp"

namespace libfit {
namespace {

Json step_rates_json(const StepRatesOf& rates) {
  Json json = {{"rheobase_pA", rates.rheobase_pA}};
  if (rates.rmse_Hz) {
    json["rate_rmse_Hz"] = *rates.rmse_Hz;
    json["steady_rate_rmse_Hz"] = rates.steady_rmse_Hz;
  }
  json["mean_rate_Hz"] = rates.mean_Hz;
  json["first_rate_Hz"] = rates.first_Hz;
  json["steady_rate_Hz"] = rates.steady_Hz;
  return json;
}

}  // namespace

Json tried_json(const SimulationChecks& checks) {
  return {{"currents_pA", checks.currents_pA}, {"cell_silent_up_to_pA", checks.silent_pA}};
}

Json simulation_json(const SimulationChecks& checks, const std::string& model) {
  const auto check = std::ranges::find(checks.models, model, &SimulationCheck::model);
  if (check == checks.models.end()) return nullptr;
  return {{"rates_Hz", check->rates_Hz}, {"faults", check->faults}};
}

Json step_comparison_json(const StepComparison& steps) {
  Json json = {{"step_ms", {steps.protocol.begin_ms, steps.protocol.end_ms}},
               {"amplitude_pA", steps.amplitude_pA},
               {"cell", step_rates_json(steps.cell)},
               {"models", Json::object()}};
  for (const StepRatesOf& model : steps.models) json["models"][model.name] = step_rates_json(model);
  return json;
}

}  // namespace libfit
