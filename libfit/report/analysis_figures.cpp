#include "libfit/report/analysis_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/model/fixed_points.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kPoints = 400;
constexpr double kTrajectoryStep_ms = 0.05;

// What is worth drawing: from below the rest to above the threshold for pulses.
bool is_drawable(const ModelAnalysis& a) {
  return a.line && a.line->pulse_threshold_mV && a.line->slow_threshold_mV && a.line->rheobase_pA &&
         *a.line->rheobase_pA > 0.0;
}

Interval voltages_of(const PhaseLine& line) {
  const double span = *line.pulse_threshold_mV - line.resting_mV.front();
  return {line.resting_mV.front() - 0.4 * span, *line.pulse_threshold_mV + 0.25 * span};
}

std::vector<double> grid(const Interval& range) {
  std::vector<double> values;
  for (std::size_t i = 0; i <= kPoints; ++i)
    values.push_back(range.low +
                     (range.high - range.low) * static_cast<double>(i) / static_cast<double>(kPoints));
  return values;
}

// As far as the spike voltage, above which a model has no F.
std::vector<double> slopes(const Model& model, const std::vector<double>& voltages, double current_pA) {
  const DriftCurve curve = *steady_drift_curve(model);
  const double end = spike_voltage_mV(model).value_or(voltages.back());
  std::vector<double> values;
  values.reserve(voltages.size());
  for (const double V : voltages)
    values.push_back(V <= end ? curve.F_mV_per_ms(V) + current_pA / curve.C_pF : kGap);
  return values;
}

// From the least F without current to as much above zero as the line needs below it.
Interval slope_range(const ModelAnalysis& a) {
  const double depth = *a.line->rheobase_pA / capacitance_pF(a.model);
  return {-1.3 * depth, 1.6 * depth};
}

// The axis reaches over all values.
Axis axis_over(std::string label, std::string unit, const std::vector<double>& values) {
  return axis_of(std::move(label), std::move(unit), Interval{values.front(), values.back()});
}

Figure phase_line_figure(const ModelAnalysis& a) {
  const std::vector<double> V = grid(voltages_of(*a.line));
  Panel panel = panel_of(axis_over("membrane potential", "mV", V), axis_of("dV/dt", "mV/ms", slope_range(a)),
                         {horizontal_mark_of("", 0.0)});
  panel.title = label_of_model(model_name(a.model));
  std::vector<double> stable, unstable;
  for (const double part : {0.0, 0.6, 1.2}) {
    PhaseLineOptions options;
    options.holding_pA = part * *a.line->rheobase_pA;
    const std::string label = part == 0.0 ? "I = 0" : fmt::format("I = {:.0f} pA", options.holding_pA);
    panel.series.push_back(
        line_of(label, line_colour(panel.series.size() - 1), V, slopes(a.model, V, options.holding_pA)));
    const auto line = analyze_phase_line(a.model, options);
    for (const FixedPoint& point : line->fixed_points)
      (point.stability == Stability::stable ? stable : unstable).push_back(point.V_mV);
  }
  const auto add_points = [&](const char* label, unsigned colour, const std::vector<double>& at) {
    if (!at.empty())
      panel.series.push_back(points_of(label, colour, at, std::vector<double>(at.size(), 0.0)));
  };
  add_points("stable", kBlack, stable);
  add_points("unstable", kVermillion, unstable);
  panel.series.push_back(vertical_mark_of("slow threshold", *a.line->slow_threshold_mV));
  return figure_of(std::string(model_name(a.model)) + "_phase_line", 62.0, {std::move(panel)});
}

std::vector<double> voltage_after(const Model& model, double V_initial_mV, double current_pA,
                                  std::size_t count) {
  SimulateOptions options;
  options.V_initial_mV = V_initial_mV;
  return simulate(model, std::vector<double>(count, current_pA), kTrajectoryStep_ms, options).voltage_mV;
}

// Above: after short pulses. Below: in steps of current.
Figure trajectory_figure(const ModelAnalysis& a) {
  const PhaseLine& line = *a.line;
  const double rest = line.resting_mV.front();
  const double span = *line.pulse_threshold_mV - rest;
  const double length_ms = 8.0 * line.tau_ms.value_or(12.0);
  std::vector<double> time_ms(
      std::max(std::size_t{2}, static_cast<std::size_t>(length_ms / kTrajectoryStep_ms)));
  for (std::size_t k = 0; k < time_ms.size(); ++k) time_ms[k] = kTrajectoryStep_ms * static_cast<double>(k);
  const Axis time = axis_over("time", "ms", time_ms);
  const Axis voltage =
      axis_of("voltage", "mV", Interval{rest - 0.2 * span, *line.pulse_threshold_mV + 0.6 * span});
  Panel pulses = panel_of(hidden(time), voltage), steps = panel_of(time, voltage);
  pulses.title = label_of_model(model_name(a.model)) + ": after short pulses";
  steps.title = "in steps of current";
  const auto add = [&](Panel& panel, const std::string& label, double V_initial_mV, double current_pA) {
    panel.series.push_back(line_of(label, line_colour(panel.series.size()), time_ms,
                                   voltage_after(a.model, V_initial_mV, current_pA, time_ms.size())));
  };
  for (const double part : {0.7, 0.98, 1.02})
    add(pulses, fmt::format("{:.2f} pC", part * *line.pulse_charge_pC), rest + part * span, 0.0);
  for (const double part : {0.7, 0.98, 1.1}) {
    const double I = part * *line.rheobase_pA;
    add(steps, fmt::format("{:.0f} pA", I), rest, I);
  }
  pulses.series.push_back(horizontal_mark_of("pulse threshold", *line.pulse_threshold_mV));
  steps.series.push_back(horizontal_mark_of("slow threshold", *line.slow_threshold_mV));
  return figure_of(std::string(model_name(a.model)) + "_trajectories", 90.0,
                   {std::move(pulses), std::move(steps)});
}

// Steady rates with their interval, and, of models that adapt, those of the first interval dashed.
void add_rates(Panel& panel, const std::string& label, unsigned colour, const FiCurve& fi) {
  std::vector<double> current, rate, low, high, onset;
  for (const FiPoint& p : fi.points) {
    const Interval range = p.rate_ci95_Hz.value_or(Interval{p.rate_Hz, p.rate_Hz});
    current.push_back(p.current_pA);
    rate.push_back(p.rate_Hz);
    low.push_back(range.low);
    high.push_back(range.high);
    onset.push_back(p.onset_Hz);
  }
  if (std::ranges::any_of(fi.points, [](const FiPoint& p) { return p.rate_ci95_Hz.has_value(); }))
    panel.series.push_back(without_legend(band_of(label + ", 95 % interval", colour, current, low, high)));
  panel.series.push_back(line_of(label, colour, current, rate));
  if (fi.method == FiMethod::simulated)
    panel.series.push_back(dashed(line_of(label + ", onset", colour, current, onset)));
}

using Analyses = std::vector<const ModelAnalysis*>;

std::vector<unsigned> colours_of(const Analyses& analyses) {
  std::vector<std::string> labels;
  for (const ModelAnalysis* a : analyses) labels.push_back(label_of_model(model_name(a->model)));
  return model_colours(labels);
}

Figure fi_curve_figure(const Analyses& analyses) {
  Panel panel = panel_of(axis_of("current", "pA"), axis_of("firing rate", "Hz"));
  const std::vector<unsigned> colours = colours_of(analyses);
  for (std::size_t i = 0; i < analyses.size(); ++i)
    add_rates(panel, label_of_model(model_name(analyses[i]->model)), colours[i], analyses[i]->fi);
  return figure_of("fi_curves", 62.0, {std::move(panel)});
}

// Without current; a tabulated model in dots, as measured.
Figure phase_lines_figure(Analyses analyses) {
  Interval voltages{INFINITY, -INFINITY}, slope{0.0, 0.0};
  for (const ModelAnalysis* a : analyses) {
    const Interval V = voltages_of(*a->line), F = slope_range(*a);
    voltages = {std::min(voltages.low, V.low), std::max(voltages.high, V.high)};
    slope = {std::min(slope.low, F.low), std::max(slope.high, F.high)};
  }
  const std::vector<double> V = grid(voltages);
  Panel panel = panel_of(axis_over("membrane potential", "mV", V), axis_of("F(V)", "mV/ms", slope),
                         {horizontal_mark_of("", 0.0)});
  std::erase_if(analyses, [&](const ModelAnalysis* a) {
    const auto* table = std::get_if<Tabulated>(&a->model);
    if (table != nullptr)
      panel.series.push_back(points_of("measured", kBlack, table->V_mV, table->F_mV_per_ms));
    return table != nullptr;
  });
  const std::vector<unsigned> colours = colours_of(analyses);
  for (std::size_t i = 0; i < analyses.size(); ++i) {
    const Model& model = analyses[i]->model;
    panel.series.push_back(line_of(label_of_model(model_name(model)), colours[i], V, slopes(model, V, 0.0)));
  }
  return figure_of("phase_lines", 62.0, {std::move(panel)});
}

}  // namespace

std::vector<Figure> analysis_figures(const std::vector<ModelAnalysis>& analyses) {
  std::vector<Figure> figures;
  Analyses spiking, drawable;
  std::vector<std::string_view> drawn;
  for (const ModelAnalysis& a : analyses) {
    if (!std::holds_alternative<Passive>(a.model)) spiking.push_back(&a);
    if (!is_drawable(a)) continue;
    drawable.push_back(&a);
    if (std::ranges::find(drawn, model_name(a.model)) != drawn.end()) continue;
    drawn.push_back(model_name(a.model));
    figures.push_back(phase_line_figure(a));
    figures.push_back(trajectory_figure(a));
  }
  if (!spiking.empty()) figures.push_back(fi_curve_figure(spiking));
  if (drawn.size() > 1) figures.push_back(phase_lines_figure(drawable));
  return figures;
}

}  // namespace libfit
