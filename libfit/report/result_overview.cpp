#include "libfit/report/result_overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/report/result_tables.hpp"

namespace libfit {
namespace {

// A blank at which a line is not broken, so that a value stays with its interval and unit.
constexpr char kHardBlank = '\1';

constexpr std::array kShared = {&quantities::C_pF, &quantities::V_spike_mV, &quantities::V_reset_mV,
                                &quantities::t_ref_ms};

const ParameterEstimate* shared_parameter(const std::vector<ModelFit>& models, const Quantity& quantity) {
  for (const ModelFit& fit : models) {
    for (const ParameterEstimate& parameter : fit.parameters) {
      if (fit.status != FitStatus::failed && parameter.quantity == &quantity) return &parameter;
    }
  }
  return nullptr;
}

void add_shared(Table& table, const std::vector<ModelFit>& models, const Quantity& quantity,
                const char* note) {
  const ParameterEstimate* parameter = shared_parameter(models, quantity);
  if (parameter == nullptr) return;
  table.rows.push_back({std::string(quantity.symbol), std::string(quantity.unit),
                        Estimate{parameter->value, parameter->ci95}, std::string(note)});
}

std::string unbroken(std::string_view symbol, const Estimate& estimate, std::string_view unit) {
  std::string part = fmt::format("{} = {} {}", symbol, format_estimate(estimate, 3), unit);
  std::ranges::replace(part, ' ', kHardBlank);
  return part;
}

std::string doubt(const ModelFit& fit) {
  if (fit.status == FitStatus::not_identified) return " (not identified: " + fit.reason + ")";
  if (fit.status == FitStatus::not_simulable) return " (not to be simulated elsewhere: " + fit.reason + ")";
  return {};
}

std::string parameters_in_a_line(const ModelFit& fit) {
  if (fit.status == FitStatus::failed) return "not fitted: " + fit.reason;
  std::string text;
  for (const ParameterEstimate& parameter : fit.parameters) {
    const Quantity* quantity = parameter.quantity;
    if (std::ranges::find(kShared, quantity) != kShared.end()) continue;
    text += (text.empty() ? "" : ", ") +
            unbroken(quantity->symbol, {parameter.value, parameter.ci95}, quantity->unit);
  }
  if (const auto* table = std::get_if<Tabulated>(&fit.model)) {
    text += fmt::format("F(V) as measured, {} points", table->V_mV.size());
  }
  return text + doubt(fit);
}

// What the models of the family share.
std::string membrane_line(const Gif& model, const std::optional<MembraneIntervals>& ci95) {
  const auto part = [&](const char* symbol, double value, const Interval MembraneIntervals::*interval,
                        const char* unit) {
    return unbroken(symbol, {value, ci95 ? std::optional((*ci95).*interval) : std::nullopt}, unit);
  };
  return fmt::format("{}, {}, {}", part("C", model.C_pF, &MembraneIntervals::C_pF, "pF"),
                     part("g", model.g_nS, &MembraneIntervals::g_nS, "nS"),
                     part("E", model.E_mV, &MembraneIntervals::E_mV, "mV"));
}

// The family's weights are many: what matters is what they are worth.
std::string likelihood_line(const GifFit& gif, const ModelFit& fit) {
  std::string text = fmt::format("{:.2f} bits per spike on training", gif.bits_per_spike);
  if (gif.cv_bits_per_spike) text += fmt::format(", {:.2f} cross-validated", *gif.cv_bits_per_spike);
  text += fmt::format("; {:.0f} effective parameters", gif.effective_parameters);
  return text + doubt(fit);
}

std::string model_line(const std::string& name, const std::string& words, std::size_t width) {
  const std::size_t indent = width + 4;
  std::string lines = wrapped_text(words, kTerminalColumns - indent, indent);
  std::ranges::replace(lines, kHardBlank, ' ');
  return fmt::format("  {:<{}}  {}\n", name, width, lines);
}

std::string model_lines(const CellFit& cell, const std::vector<std::string>& shown) {
  constexpr const char* kFamily = "(GIF family)";
  std::size_t width = 0;
  for (const std::string& name : shown) width = std::max(width, name.size());
  if (cell.gifs) width = std::max(width, std::string_view(kFamily).size());
  std::string text;
  bool family_told = false;
  for (const ModelFit& fit : cell.models) {
    const std::string name = fit_name(fit);
    if (std::ranges::find(shown, name) == shown.end()) continue;
    const GifFit* gif = fit.status != FitStatus::failed ? gif_fit_of(cell, fit.model) : nullptr;
    if (gif != nullptr && !std::exchange(family_told, true))
      text += model_line(kFamily, membrane_line(gif->model, cell.gifs->membrane.ci95), width);
    text += model_line(name, gif != nullptr ? likelihood_line(*gif, fit) : parameters_in_a_line(fit), width);
  }
  return text;
}

std::vector<std::string> shown_of(const std::vector<std::string>& names, const std::string& best,
                                  bool all_models) {
  return all_models ? names : asked_first(names, best);
}

std::string where_the_rest_is(std::size_t hidden, const char* table) {
  if (hidden == 0) return {};
  return fmt::format("{} more model{}: --all-models, or tables/{}\n", hidden, hidden == 1 ? "" : "s", table);
}

// Two decimals say all that a reader compares; tables/scores has the rest.
TableCell short_score(const ScoreValue& score, bool with_interval) {
  if (!score.value) return {};
  if (!with_interval || !score.ci95) return format_fixed(*score.value, 2);
  return fmt::format("{} [{}, {}]", format_fixed(*score.value, 2), format_fixed(score.ci95->low, 2),
                     format_fixed(score.ci95->high, 2));
}

constexpr const char* kLegend =
    "Md*, EV (explained variance of the rate): 1 is as good as the cell's own repetitions. Gamma (spikes in "
    "coincidence): 0 is chance, the ceiling is how well two repetitions agree. voltage: variance explained "
    "between spikes, below 0 worse than a constant. Hz: firing rate. best: chosen on training, by a lower "
    "bound of Md* in blocks that a fit to spikes had left out; best to simulate: among those that also hold "
    "at rest and under constant currents.";

std::vector<TableCell> score_row(const Characterization& result, const ModelTest& test) {
  const auto fit = std::ranges::find(result.cell.models, test.model, fit_name);
  std::string status = fit->status == FitStatus::ok ? "" : status_words(fit->status);
  if (test.model == result.best_model)
    status = status.empty() ? "best" : "best, " + status;
  else if (test.model == result.best_simulable)
    status = "best to simulate";
  const TableCell voltage = short_score(test.voltage.variance_explained, false);
  // It cannot fire: zeros for its spikes would look like a bad prediction.
  if (!spike_voltage_mV(fit->model)) return {test.model, {}, {}, {}, voltage, {}, std::string("no spikes")};
  const ExplainedVariance* explained = explained_at(test.spikes, 10.0);
  return {test.model,
          short_score(test.spikes.md_star, true),
          short_score(test.spikes.gamma, true),
          explained != nullptr ? short_score(explained->ratio, false) : TableCell(),
          voltage,
          format_fixed(test.spikes.model_rate_Hz, 1),
          status};
}

}  // namespace

std::string cell_overview(const Membrane& membrane, const CellFit& cell) {
  Table table = membrane_table(membrane, cell.capacitance.result);
  std::string where = fmt::format("at {:.1f} Hz", membrane.quality.rate_Hz);
  if (membrane.shape) where += fmt::format(", peaks at {:.0f} mV", membrane.shape->median_peak_mV);
  if (membrane.spike_count() == 0) where = "none in the training recording";
  table.rows.push_back({std::string("spikes"), {}, fmt::format("{}", membrane.spike_count()), where});
  add_shared(table, cell.models, quantities::V_spike_mV,
             "a model spikes here, half way up the spikes of the cell");
  add_shared(table, cell.models, quantities::V_reset_mV, "where the voltage is after a spike ...");
  add_shared(table, cell.models, quantities::t_ref_ms, "... and this long after it");
  return table_as_text(table);
}

std::vector<std::string> asked_first(const std::vector<std::string>& models, const std::string& best) {
  const std::vector<std::string_view> usual = names_shown_in(Shown::overview);
  std::vector<std::string> first;
  std::ranges::copy_if(models, std::back_inserter(first), [&](const std::string& name) {
    return name == best || std::ranges::find(usual, name) != usual.end();
  });
  return first;
}

std::string model_overview(const CellFit& cell, const std::string& best, bool all_models) {
  const std::vector<ModelFit>& models = cell.models;
  const auto failed_alike = [&](const ModelFit& fit) {
    return fit.status == FitStatus::failed && fit.reason == models.front().reason;
  };
  if (!models.empty() && std::all_of(models.begin(), models.end(), failed_alike))
    return fmt::format("no model could be fitted: {}\n", models.front().reason);
  std::vector<std::string> names;
  names.reserve(models.size());
  for (const ModelFit& fit : models) names.push_back(fit_name(fit));
  const std::vector<std::string> shown = shown_of(names, best, all_models);
  return "models, with 95 % intervals (C, spike and reset as above)\n" + model_lines(cell, shown) +
         where_the_rest_is(names.size() - shown.size(), "parameters.csv");
}

std::string score_overview(const Characterization& result, bool all_models) {
  if (!result.test || result.test->models.empty()) return {};
  std::vector<std::string> names;
  names.reserve(result.test->models.size());
  for (const ModelTest& test : result.test->models) names.push_back(test.model);
  const std::vector<std::string> shown = shown_of(names, result.best_model, all_models);
  const ModelTest& first = result.test->models.front();
  Table table;
  table.columns = {
      {"model", "", Alignment::left}, {"Md* [95 %]"}, {"Gamma [95 %]"}, {"EV 10 ms"}, {"voltage"}, {"Hz"},
      {"status", "", Alignment::left}};
  table.rows.push_back({std::string("cell (ceiling)"),
                        format_fixed(1.0, 2),
                        short_score(first.spikes.reliability_gamma, false),
                        format_fixed(1.0, 2),
                        short_score(first.voltage.ceiling, false),
                        format_fixed(first.spikes.data_rate_Hz, 1),
                        {}});
  for (const ModelTest& test : result.test->models) {
    if (std::ranges::find(shown, test.model) != shown.end()) table.rows.push_back(score_row(result, test));
  }
  const std::size_t repetitions = result.test->spikes_ms.size();
  return fmt::format("prediction of the test recording: {} repetition{} of {:g} s that no fit has seen\n",
                     repetitions, repetitions == 1 ? "" : "s", result.test->duration_ms / 1000.0) +
         table_as_text(table) + where_the_rest_is(names.size() - shown.size(), "scores.csv") +
         wrapped_text(kLegend, kTerminalColumns, 0) + "\n";
}

std::string step_overview(const Characterization& result) {
  if (!result.steps) return {};
  return fmt::format("firing on {} current steps of the same cell, which no fit has seen\n",
                     result.steps->amplitude_pA.size()) +
         table_as_text(step_score_table(*result.steps));
}

}  // namespace libfit
