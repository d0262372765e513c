#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "libfit/report/summary_parts_internal.hpp"

namespace libfit {
namespace {

using nlohmann::ordered_json;

ordered_json number_list(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double value : values)
    list.push_back(std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr));
  return list;
}

ordered_json number_or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json step_rates_json(const StepRatesOf& rates) {
  ordered_json json = {{"rheobase_pA", number_or_null(rates.rheobase_pA)}};
  if (rates.rmse_Hz) {
    json["rate_rmse_Hz"] = *rates.rmse_Hz;
    json["steady_rate_rmse_Hz"] = number_or_null(rates.steady_rmse_Hz);
  }
  json["mean_rate_Hz"] = number_list(rates.mean_Hz);
  json["first_rate_Hz"] = number_list(rates.first_Hz);
  json["steady_rate_Hz"] = number_list(rates.steady_Hz);
  return json;
}

}  // namespace

ordered_json tried_json(const SimulationChecks& checks) {
  return {{"currents_pA", number_list(checks.currents_pA)},
          {"cell_silent_up_to_pA", number_or_null(checks.silent_pA)}};
}

ordered_json simulation_json(const SimulationChecks& checks, const std::string& model) {
  const auto check = std::ranges::find(checks.models, model, &SimulationCheck::model);
  if (check == checks.models.end()) return nullptr;
  return {{"rates_Hz", number_list(check->rates_Hz)}, {"faults", check->faults}};
}

ordered_json step_comparison_json(const StepComparison& steps) {
  ordered_json json = {{"step_ms", {steps.protocol.begin_ms, steps.protocol.end_ms}},
                       {"amplitude_pA", number_list(steps.amplitude_pA)},
                       {"cell", step_rates_json(steps.cell)},
                       {"models", ordered_json::object()}};
  for (const StepRatesOf& model : steps.models) json["models"][model.name] = step_rates_json(model);
  return json;
}

}  // namespace libfit
