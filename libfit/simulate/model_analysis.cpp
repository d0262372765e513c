#include "libfit/simulate/model_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/model/fixed_points.hpp"

namespace libfit {
namespace {

constexpr std::size_t fewest_draws = 20;

// 1, 2 or 5 times a power of ten, the next at or above.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1.0 - 1e-12)) return factor * power;
  }
  return 10.0 * power;
}

std::vector<double> usual_currents(const Model& model, const std::optional<PhaseLine>& line) {
  const double rheobase = line && line->rheobase_pA ? *line->rheobase_pA : capacitance_pF(model);
  const double scale = std::max(std::abs(rheobase), 0.05 * capacitance_pF(model));
  const double step = round_step(3.0 * scale / 40.0);
  const double first = rheobase < 0.0 ? step * std::floor(1.5 * rheobase / step) : 0.0;
  return current_grid(first, step, first + 40.0 * step);
}

FiCurveOptions fi_options(const ModelAnalysisOptions& options) {
  FiCurveOptions fi = options.fi;
  fi.holding_pA = options.holding_pA;
  fi.threads = options.threads;
  return fi;
}

// Quantities and rates of one draw.
struct DrawResult {
  std::map<std::string, double> quantities;
  std::vector<double> rates_Hz;
};

DrawResult analyze_draw(const Model& model, const ModelAnalysis& analysis,
                        const ModelAnalysisOptions& options) {
  DrawResult result;
  PhaseLineOptions phase;
  phase.holding_pA = options.holding_pA;
  const auto line = analyze_phase_line(model, phase);
  if (line) {
    for (const auto& [name, value] : quantities_of(*line)) result.quantities[name] = value;
  }
  if (analysis.fi.method != FiMethod::exact) return result;
  // As fi_curve(), without the latencies, which nobody asks of a draw: from rest a model fires above its
  // rheobase.
  const bool rests = line && !line->resting_mV.empty();
  for (const FiPoint& point : analysis.fi.points) {
    const bool fires = !rests || (line->rheobase_pA && point.current_pA > *line->rheobase_pA);
    result.rates_Hz.push_back(fires ? firing_rate_Hz(model, point.current_pA).value_or(0.0) : 0.0);
  }
  return result;
}

std::optional<Interval> interval_of(const std::vector<double>& draws, double value, std::size_t blocks) {
  const auto interval = percentile_interval(draws);
  if (!interval || !(interval->high > interval->low)) return std::nullopt;
  return widened_for_blocks(*interval, value, blocks);
}

void carry_intervals(const ModelDraws& draws, const ModelAnalysisOptions& options, ModelAnalysis& analysis) {
  std::vector<DrawResult> results(draws.models.size());
  parallel_for(results.size(), options.threads,
               [&](std::size_t i) { results[i] = analyze_draw(draws.models[i], analysis, options); });
  const auto quantities =
      analysis.line ? quantities_of(*analysis.line) : std::vector<std::pair<std::string, double>>();
  for (const auto& [name, value] : quantities) {
    std::vector<double> values;
    for (const DrawResult& result : results) {
      const auto found = result.quantities.find(name);
      if (found != result.quantities.end()) values.push_back(found->second);
    }
    if (const auto interval = interval_of(values, value, draws.blocks)) analysis.ci95[name] = *interval;
  }
  if (analysis.fi.method != FiMethod::exact) return;
  for (std::size_t k = 0; k < analysis.fi.points.size(); ++k) {
    std::vector<double> rates;
    rates.reserve(results.size());
    for (const DrawResult& result : results) rates.push_back(result.rates_Hz[k]);
    FiPoint& point = analysis.fi.points[k];
    point.rate_ci95_Hz = interval_of(rates, point.rate_Hz, draws.blocks);
    if (point.rate_ci95_Hz) point.rate_ci95_Hz->low = std::max(point.rate_ci95_Hz->low, 0.0);
  }
}

}  // namespace

void ModelAnalysisOptions::validate() const {
  check_options({{"holding_pA", holding_pA, std::isfinite(holding_pA), "finite"}});
  for (const double I : currents_pA) check_options({{"currents_pA", I, std::isfinite(I), "finite"}});
  fi.validate();
}

std::vector<std::pair<std::string, double>> quantities_of(const PhaseLine& line) {
  std::vector<std::pair<std::string, double>> list;
  const auto add = [&list](const char* name, std::optional<double> value) {
    if (value) list.emplace_back(name, *value);
  };
  if (!line.resting_mV.empty()) add("resting_mV", line.resting_mV.front());
  add("input_resistance_MOhm", line.input_resistance_MOhm);
  add("tau_ms", line.tau_ms);
  add("pulse_threshold_mV", line.pulse_threshold_mV);
  add("pulse_charge_pC", line.pulse_charge_pC);
  add("slow_threshold_mV", line.slow_threshold_mV);
  add("rheobase_pA", line.rheobase_pA);
  add("bifurcation_pA", line.bifurcation_pA);
  if (line.onset) add("onset_rate_Hz", line.onset->rate_Hz);
  if (line.onset) add("sustaining_pA", line.onset->sustaining_pA);
  return list;
}

ModelAnalysis analyze_model(const ModelDocument& document, const ModelAnalysisOptions& options) {
  options.validate();
  ModelAnalysis analysis;
  analysis.model = document.model;
  PhaseLineOptions phase;
  phase.holding_pA = options.holding_pA;
  analysis.line = analyze_phase_line(document.model, phase);
  const std::vector<double> currents =
      options.currents_pA.empty() ? usual_currents(document.model, analysis.line) : options.currents_pA;
  analysis.fi = fi_curve(document.model, currents, fi_options(options));
  const ModelDraws draws = draws_of(document);
  analysis.draws = draws.models.size();
  if (draws.models.size() >= fewest_draws) carry_intervals(draws, options, analysis);
  if (draws.refused > 0) {
    analysis.warnings.push_back(fmt::format("{}: {} of {} draws of the fit are no models and were left out",
                                            model_name(document.model), draws.refused,
                                            draws.refused + draws.models.size()));
  }
  return analysis;
}

}  // namespace libfit
