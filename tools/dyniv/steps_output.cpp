#include "steps_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "libfit/report/step_figures.hpp"

namespace dyniv {
namespace {

using libfit::Estimate;
using nlohmann::json;

constexpr std::size_t kDrawnSweeps = 5;

template <class Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  json result = {{"value", estimate->value}};
  if (estimate->ci95) result["ci95"] = {estimate->ci95->low, estimate->ci95->high};
  return result;
}

std::string quantity(const char* name, const char* unit, const std::optional<Estimate>& estimate) {
  return fmt::format("{:<18}{:<6}{}\n", name, unit,
                     estimate ? libfit::format_estimate(*estimate, 3) : "not determined by these steps");
}

std::optional<Estimate> plain(const std::optional<double>& value) {
  return value ? std::optional(Estimate{*value, std::nullopt}) : std::nullopt;
}

std::string properties(const libfit::StepAnalysis& steps) {
  std::string text = quantity("rest", "mV", Estimate{steps.rest_mV, std::nullopt});
  text += quantity("input resistance", "MOhm", steps.input_resistance_MOhm);
  text += quantity("time constant", "ms", steps.tau_ms);
  text += quantity("capacitance", "pF", steps.capacitance_pF);
  if (steps.depolarised_MOhm) text += quantity("depolarising", "MOhm", steps.depolarised_MOhm);
  text += quantity("sag", "", plain(steps.sag));
  if (steps.rheobase_pA && steps.silent_pA) {
    text += fmt::format("{:<18}{:<6}above {:.4g}, up to {:.4g}\n", "rheobase", "pA", *steps.silent_pA,
                        *steps.rheobase_pA);
  } else {
    text += quantity("rheobase", "pA", plain(steps.rheobase_pA));
  }
  return text;
}

libfit::StepRates rates_of(const std::string& label, const libfit::StepAnalysis& steps) {
  libfit::StepRates rates{label, {}, {}, {}};
  for (const auto& r : steps.responses) {
    if (r.lost) continue;
    rates.amplitude_pA.push_back(r.amplitude_pA);
    rates.first_Hz.push_back(r.first_rate_Hz.value_or(std::numeric_limits<double>::quiet_NaN()));
    rates.steady_Hz.push_back(r.steady_rate_Hz);
  }
  return rates;
}

// From the most negative step to the largest, evenly.
libfit::StepTraces traces_of(const std::string& label, const libfit::Recording& recording,
                             const libfit::StepAnalysis& steps) {
  libfit::StepTraces traces{label, {}, {}, {}};
  const auto& responses = steps.responses;
  const std::size_t count = std::min(kDrawnSweeps, responses.size());
  // The step with a little before and after it.
  const auto& protocol = steps.protocol;
  const double dt_ms = recording.sweeps.front().dt_ms;
  std::size_t end = recording.sweeps.front().size();
  for (const auto& sweep : recording.sweeps) end = std::min(end, sweep.size());
  const double around_ms = 0.3 * (protocol.end_ms - protocol.begin_ms);
  end = std::min(end, static_cast<std::size_t>((protocol.end_ms + around_ms) / dt_ms));
  const auto begin =
      std::min(static_cast<std::size_t>(std::max(protocol.begin_ms - around_ms, 0.0) / dt_ms), end);
  for (std::size_t k = begin; k < end; ++k) traces.time_ms.push_back(static_cast<double>(k) * dt_ms);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& r = responses[count > 1 ? i * (responses.size() - 1) / (count - 1) : 0];
    const auto& voltage = recording.sweeps[r.sweep].voltage_mV;
    traces.names.push_back(fmt::format("{:.4g} pA", r.amplitude_pA));
    traces.voltages_mV.emplace_back(voltage.begin() + static_cast<std::ptrdiff_t>(begin),
                                    voltage.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return traces;
}

}  // namespace

json steps_json(const libfit::StepAnalysis& steps) {
  json responses = json::array();
  for (const auto& r : steps.responses) {
    responses.push_back({{"sweep", r.sweep + 1},
                         {"amplitude_pA", r.amplitude_pA},
                         {"baseline_mV", r.baseline_mV},
                         {"steady_mV", r.steady_mV},
                         {"tau_ms", or_null(r.tau_ms)},
                         {"resistance_MOhm", or_null(r.resistance_MOhm)},
                         {"in_fit", r.in_fit},
                         {"lost", r.lost},
                         {"sag", or_null(r.sag)},
                         {"spikes", r.spikes_ms.size()},
                         {"latency_ms", r.spikes_ms.empty() ? json(nullptr) : json(r.spikes_ms.front())},
                         {"first_rate_Hz", or_null(r.first_rate_Hz)},
                         {"steady_rate_Hz", r.steady_rate_Hz},
                         {"mean_rate_Hz", r.mean_rate_Hz}});
  }
  return {{"step_ms", {steps.protocol.begin_ms, steps.protocol.end_ms}},
          {"rest_mV", steps.rest_mV},
          {"input_resistance_MOhm", estimate_json(steps.input_resistance_MOhm)},
          {"tau_ms", estimate_json(steps.tau_ms)},
          {"capacitance_pF", steps.capacitance_pF ? json(steps.capacitance_pF->value) : json(nullptr)},
          {"capacitance_ci95_pF",
           steps.capacitance_pF ? estimate_json(steps.capacitance_pF)["ci95"] : json(nullptr)},
          {"depolarised_MOhm", estimate_json(steps.depolarised_MOhm)},
          {"jump_MOhm", or_null(steps.jump_MOhm)},
          {"sag_tau_ms", or_null(steps.sag_tau_ms)},
          {"sag", or_null(steps.sag)},
          {"silent_pA", or_null(steps.silent_pA)},
          {"rheobase_pA", or_null(steps.rheobase_pA)},
          {"steps", responses}};
}

libfit::Table steps_table(const StepsResult& result) {
  libfit::Table table;
  table.columns = {{"step", "pA"},       {"deflection", "mV"},  {"spikes"},
                   {"first rate", "Hz"}, {"second half", "Hz"}, {"latency", "ms"}};
  if (result.model) {
    table.columns.push_back({result.model_label + " first rate", "Hz"});
    table.columns.push_back({result.model_label + " second half", "Hz"});
  }
  const auto cell = [](const std::optional<double>& value) {
    return value ? libfit::TableCell(*value) : libfit::TableCell();
  };
  for (std::size_t i = 0; i < result.steps.responses.size(); ++i) {
    const auto& r = result.steps.responses[i];
    std::vector<libfit::TableCell> row{r.amplitude_pA};
    row.push_back(r.spikes_ms.empty() && !r.lost ? libfit::TableCell(r.steady_mV - r.baseline_mV)
                                                 : libfit::TableCell());
    row.emplace_back(r.spikes_ms.size());
    row.push_back(cell(r.first_rate_Hz));
    row.emplace_back(r.steady_rate_Hz);
    row.push_back(r.spikes_ms.empty() ? libfit::TableCell() : libfit::TableCell(r.spikes_ms.front()));
    if (result.model) {
      const auto& m = result.model->steps.responses[i];
      row.push_back(cell(m.first_rate_Hz));
      row.emplace_back(m.steady_rate_Hz);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string steps_overview(const StepsResult& result) {
  std::string text = properties(result.steps);
  if (result.model) text += fmt::format("\n{}\n{}", result.model_label, properties(result.model->steps));
  return text + "\n" + libfit::table_as_text(steps_table(result));
}

std::vector<libfit::Figure> steps_figures(const StepsResult& result) {
  std::vector<libfit::StepRates> rates{rates_of("recorded", result.steps)};
  std::vector<libfit::StepTraces> traces{traces_of("recorded", result.recording, result.steps)};
  if (result.model) {
    rates.push_back(rates_of(result.model_label, result.model->steps));
    traces.push_back(traces_of(result.model_label, result.model->recording, result.model->steps));
  }
  return {libfit::step_rates_figure(rates), libfit::step_traces_figure(traces)};
}

}  // namespace dyniv
