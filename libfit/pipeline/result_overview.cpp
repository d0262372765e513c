#include "libfit/pipeline/result_overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libfit/pipeline/gif_stage.hpp"
#include "libfit/pipeline/result_tables.hpp"
#include "libfit/report/table.hpp"

namespace libfit {
namespace {

constexpr std::array<std::string_view, 4> kShared = {"C_pF", "V_spike_mV", "V_reset_mV", "t_ref_ms"};

bool is_shared(const std::string& name) {
  return std::find(kShared.begin(), kShared.end(), name) != kShared.end();
}

const ParameterEstimate* shared_parameter(const std::vector<IvFit>& models, std::string_view name) {
  for (const IvFit& fit : models) {
    for (const ParameterEstimate& parameter : fit.parameters) {
      if (fit.status != FitStatus::failed && parameter.name == name) return &parameter;
    }
  }
  return nullptr;
}

void add_shared(Table& table, const std::vector<IvFit>& models, const char* name, const char* note) {
  const ParameterEstimate* parameter = shared_parameter(models, name);
  if (parameter == nullptr) return;
  const auto [symbol, unit] = name_and_unit(name);
  table.rows.push_back({symbol, unit, Estimate{parameter->value, parameter->ci95}, std::string(note)});
}

std::string parameters_in_a_line(const IvFit& fit) {
  if (fit.status == FitStatus::failed) return "not fitted: " + fit.reason;
  std::string text;
  for (const ParameterEstimate& parameter : fit.parameters) {
    if (is_shared(parameter.name)) continue;
    const auto [symbol, unit] = name_and_unit(parameter.name);
    text += fmt::format("{}{} = {} {}", text.empty() ? "" : ", ", symbol,
                        format_estimate({parameter.value, parameter.ci95}, 3), unit);
  }
  if (const auto* table = std::get_if<Tabulated>(&fit.model)) {
    text += fmt::format("F(V) as measured, {} points", table->V_mV.size());
  }
  if (fit.status == FitStatus::not_identified) text += " (not identified: " + fit.reason + ")";
  return text;
}

// The family's weights are many: what matters is what they are worth.
std::string line_of(const CellFit& cell, const IvFit& fit) {
  const GifFit* gif = gif_fit_of(cell, fit.model);
  if (gif == nullptr || fit.status == FitStatus::failed) return parameters_in_a_line(fit);
  const Gif& m = gif->model;
  const auto& ci95 = cell.gifs->membrane.ci95;
  const auto part = [&](double value, const Interval MembraneIntervals::*interval) {
    return format_estimate({value, ci95 ? std::optional((*ci95).*interval) : std::nullopt}, 3);
  };
  std::string text =
      fmt::format("membrane C = {} pF, g = {} nS, E = {} mV; {:.2f} bits a spike above Poisson on training",
                  part(m.C_pF, &MembraneIntervals::C_pF), part(m.g_nS, &MembraneIntervals::g_nS),
                  part(m.E_mV, &MembraneIntervals::E_mV), gif->bits_per_spike);
  if (gif->cv_bits_per_spike) text += fmt::format(", {:.2f} left out", *gif->cv_bits_per_spike);
  text += fmt::format("; {:.0f} effective parameters", gif->effective_parameters);
  if (fit.status == FitStatus::not_identified) text += " (not identified: " + fit.reason + ")";
  return text;
}

}  // namespace

std::string cell_overview(const Membrane& membrane, const CellFit& cell) {
  Table table = membrane_table(membrane, cell.capacitance.result);
  std::string where = fmt::format("at {:.1f} Hz", membrane.quality.rate_Hz);
  if (membrane.shape) where += fmt::format(", peaks at {:.0f} mV", membrane.shape->median_peak_mV);
  if (membrane.spike_count() == 0) where = "none in the training recording";
  table.rows.push_back({std::string("spikes"), {}, fmt::format("{}", membrane.spike_count()), where});
  add_shared(table, cell.models, "V_spike_mV", "a model spikes here, half way up the spikes of the cell");
  add_shared(table, cell.models, "V_reset_mV", "where the voltage is after a spike ...");
  add_shared(table, cell.models, "t_ref_ms", "... and this long after it");
  return table_as_text(table);
}

std::string model_overview(const CellFit& cell) {
  const std::vector<IvFit>& models = cell.models;
  const auto failed_alike = [&](const IvFit& fit) {
    return fit.status == FitStatus::failed && fit.reason == models.front().reason;
  };
  if (!models.empty() && std::all_of(models.begin(), models.end(), failed_alike))
    return fmt::format("no model could be fitted: {}\n", models.front().reason);
  std::string text = "models, with 95 % intervals (C, spike and reset as above)\n";
  for (const IvFit& fit : models) text += fmt::format("  {:<21}{}\n", fit_name(fit), line_of(cell, fit));
  return text;
}

std::string score_overview(const Characterization& result) {
  if (!result.test || result.test->models.empty()) return {};
  const std::size_t repetitions = result.test->spikes_ms.size();
  std::string text =
      fmt::format("prediction of the test recording: {} repetition{} of {:g} s that no fit has seen\n",
                  repetitions, repetitions == 1 ? "" : "s", result.test->duration_ms / 1000.0);
  text += table_as_text(score_table(result));
  return text +
         "Md*, EV (explained variance of the rate): 1 is as good as the cell's own repetitions. Gamma "
         "(spikes\n"
         "in coincidence): 0 is chance, the ceiling is how well two repetitions agree. voltage: explained\n"
         "variance between spikes, below 0 worse than a constant. training: a lower bound of Md* there, in "
         "blocks\n"
         "that a fit to spikes had left out; best on training: the highest of them.\n";
}

}  // namespace libfit
