#include "libfit/report/step_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/json_internal.hpp"
#include "libfit/draw/figure_pieces.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/report/provenance.hpp"
#include "libfit/report/result_tables.hpp"

namespace libfit {
namespace {

constexpr std::size_t kDrawnSweeps = 5;

nlohmann::json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  nlohmann::json result = {{"value", estimate->value}};
  if (estimate->ci95) result["ci95"] = {estimate->ci95->low, estimate->ci95->high};
  return result;
}

std::string quantity(const char* name, const char* unit, const std::optional<Estimate>& estimate) {
  return fmt::format("{:<18}{:<6}{}\n", name, unit,
                     estimate ? format_estimate(*estimate, 3) : "not determined by these steps");
}

std::string properties(const StepAnalysis& steps) {
  std::string text = quantity("rest", "mV", Estimate{steps.rest_mV, std::nullopt});
  text += quantity("input resistance", "MOhm", steps.input_resistance_MOhm);
  text += quantity("time constant", "ms", steps.tau_ms);
  text += quantity("capacitance", "pF", steps.capacitance_pF);
  if (steps.depolarised_MOhm) text += quantity("depolarising", "MOhm", steps.depolarised_MOhm);
  text += quantity("sag", "", without_interval(steps.sag));
  if (steps.rheobase_pA && steps.silent_pA) {
    text += fmt::format("{:<18}{:<6}above {:.4g}, up to {:.4g}\n", "rheobase", "pA", *steps.silent_pA,
                        *steps.rheobase_pA);
  } else {
    text += quantity("rheobase", "pA", without_interval(steps.rheobase_pA));
  }
  return text;
}

StepRates rates_of(const std::string& label, const StepAnalysis& steps) {
  StepRates rates{label, {}, {}, {}};
  for (const StepResponse& r : steps.responses) {
    if (r.lost) continue;
    rates.amplitude_pA.push_back(r.amplitude_pA);
    rates.first_Hz.push_back(r.first_rate_Hz.value_or(std::nan("")));
    rates.steady_Hz.push_back(r.steady_rate_Hz);
  }
  return rates;
}

// Voltage of some sweeps, from the most negative step to the largest, evenly: the step with a little before
// and after it.
Panel traces_panel(const std::string& title, const Recording& recording, const StepAnalysis& steps) {
  const auto& responses = steps.responses;
  const std::size_t count = std::min(kDrawnSweeps, responses.size());
  const StepProtocol& protocol = steps.protocol;
  const double dt_ms = recording.sweeps.front().dt_ms;
  std::size_t end = recording.sweeps.front().size();
  for (const Sweep& sweep : recording.sweeps) end = std::min(end, sweep.size());
  const double around_ms = 0.3 * (protocol.end_ms - protocol.begin_ms);
  end = std::min(end, static_cast<std::size_t>((protocol.end_ms + around_ms) / dt_ms));
  const auto begin =
      std::min(static_cast<std::size_t>(std::max(protocol.begin_ms - around_ms, 0.0) / dt_ms), end);
  std::vector<double> time_ms;
  for (std::size_t k = begin; k < end; ++k) time_ms.push_back(static_cast<double>(k) * dt_ms);
  Panel panel = panel_of(axis_of("time", "ms"), axis_of("membrane potential", "mV"));
  panel.title = title;
  for (std::size_t i = 0; i < count; ++i) {
    const StepResponse& r = responses[count > 1 ? i * (responses.size() - 1) / (count - 1) : 0];
    const auto voltage = recording.sweeps[r.sweep].voltage_mV.begin();
    Series line =
        line_of(fmt::format("{:.4g} pA", r.amplitude_pA), static_cast<unsigned>(i), time_ms,
                {voltage + static_cast<std::ptrdiff_t>(begin), voltage + static_cast<std::ptrdiff_t>(end)});
    line.line_width_pt = 0.5;
    panel.series.push_back(std::move(line));
  }
  return panel;
}

std::vector<Figure> step_figures(const StepResults& results) {
  std::vector<StepRates> rates{rates_of("recorded", results.steps)};
  std::vector<Panel> traces{traces_panel("recorded", results.recording, results.steps)};
  if (results.model) {
    rates.push_back(rates_of(results.model_label, results.model->steps));
    traces.push_back(traces_panel(results.model_label, results.model->recording, results.model->steps));
    for (Series& line : traces.back().series) line.in_legend = false;
  }
  const double height_mm = 15.0 + 45.0 * static_cast<double>(traces.size());
  return {step_rates_figure(rates), figure_of("step_responses", height_mm, std::move(traces))};
}

nlohmann::json analysis_of_steps(const StepAnalysis& steps) {
  nlohmann::json responses = nlohmann::json::array();
  for (const auto& r : steps.responses) {
    responses.push_back(
        {{"sweep", r.sweep + 1},
         {"amplitude_pA", r.amplitude_pA},
         {"baseline_mV", r.baseline_mV},
         {"steady_mV", r.steady_mV},
         {"tau_ms", r.tau_ms},
         {"resistance_MOhm", r.resistance_MOhm},
         {"in_fit", r.in_fit},
         {"lost", r.lost},
         {"sag", r.sag},
         {"spikes", r.spikes_ms.size()},
         {"latency_ms", r.spikes_ms.empty() ? nlohmann::json(nullptr) : nlohmann::json(r.spikes_ms.front())},
         {"first_rate_Hz", r.first_rate_Hz},
         {"steady_rate_Hz", r.steady_rate_Hz},
         {"mean_rate_Hz", r.mean_rate_Hz}});
  }
  return {{"step_ms", {steps.protocol.begin_ms, steps.protocol.end_ms}},
          {"rest_mV", steps.rest_mV},
          {"input_resistance_MOhm", estimate_json(steps.input_resistance_MOhm)},
          {"tau_ms", estimate_json(steps.tau_ms)},
          {"capacitance_pF",
           steps.capacitance_pF ? nlohmann::json(steps.capacitance_pF->value) : nlohmann::json(nullptr)},
          {"capacitance_ci95_pF",
           steps.capacitance_pF ? estimate_json(steps.capacitance_pF)["ci95"] : nlohmann::json(nullptr)},
          {"depolarised_MOhm", estimate_json(steps.depolarised_MOhm)},
          {"jump_MOhm", steps.jump_MOhm},
          {"sag_tau_ms", steps.sag_tau_ms},
          {"sag", steps.sag},
          {"silent_pA", steps.silent_pA},
          {"rheobase_pA", steps.rheobase_pA},
          {"steps", responses}};
}

Table steps_table(const StepResults& results) {
  Table table;
  table.columns = {{"step", "pA"},       {"deflection", "mV"},  {"spikes"},
                   {"first rate", "Hz"}, {"second half", "Hz"}, {"latency", "ms"}};
  if (results.model) {
    table.columns.push_back({results.model_label + " first rate", "Hz"});
    table.columns.push_back({results.model_label + " second half", "Hz"});
  }
  for (std::size_t i = 0; i < results.steps.responses.size(); ++i) {
    const auto& r = results.steps.responses[i];
    std::vector<TableCell> row{r.amplitude_pA};
    row.push_back(r.spikes_ms.empty() && !r.lost ? TableCell(r.steady_mV - r.baseline_mV) : TableCell());
    row.emplace_back(r.spikes_ms.size());
    row.push_back(cell_of(r.first_rate_Hz));
    row.emplace_back(r.steady_rate_Hz);
    row.push_back(r.spikes_ms.empty() ? TableCell() : TableCell(r.spikes_ms.front()));
    if (results.model) {
      const auto& m = results.model->steps.responses[i];
      row.push_back(cell_of(m.first_rate_Hz));
      row.emplace_back(m.steady_rate_Hz);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string steps_json(const StepResults& results, const ResultProvenance& provenance) {
  nlohmann::json body = analysis_of_steps(results.steps);
  if (results.model) body["model"] = analysis_of_steps(results.model->steps);
  body["warnings"] = results.steps.warnings;
  Json document = json_header("dyniv.steps", provenance);
  document.update(Json(body));
  return json_text(document);
}

}  // namespace

ResultFiles step_files(const StepResults& results, const ResultProvenance& provenance) {
  ResultFiles files;
  files.texts = {{"steps.json", steps_json(results, provenance)},
                 {"steps.csv", table_as_csv(steps_table(results))}};
  if (results.first_model) files.texts.emplace_back("models/lif.json", to_json_text({*results.first_model}));
  files.figures = step_figures(results);
  return files;
}

std::string steps_overview(const StepResults& results) {
  std::string text = properties(results.steps);
  if (results.model) text += fmt::format("\n{}\n{}", results.model_label, properties(results.model->steps));
  return text + "\n" + table_as_text(steps_table(results));
}

Figure step_rates_figure(const std::vector<StepRates>& rates) {
  Panel panel = panel_of(axis_of("current step", "pA"), axis_of("firing rate", "Hz"));
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const StepRates& r = rates[i];
    const unsigned colour = i == 0 ? kBlack : line_colour(i - 1);
    const Series steady = line_of(r.label + ", second half", colour, r.amplitude_pA, r.steady_Hz);
    // The recording in dots, models in lines; the first interval dashed.
    panel.series.push_back(dashed(line_of(r.label + ", first interval", colour, r.amplitude_pA, r.first_Hz)));
    panel.series.push_back(steady);
    if (i > 0) continue;
    panel.series.push_back(without_legend(steady));
    panel.series.back().kind = SeriesKind::points;
  }
  return figure_of("fi_curve", 60.0, {std::move(panel)});
}

}  // namespace libfit
