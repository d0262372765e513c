#include "libfit/report/analysis_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/model/fixed_points.hpp"
#include "libfit/report/theory_figures.hpp"
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

Figure phase_line_of(const ModelAnalysis& a) {
  PhaseLineSeries s;
  s.name = std::string(model_name(a.model)) + "_phase_line";
  s.title = label_of_model(a.model);
  s.voltage_mV = grid(voltages_of(*a.line));
  s.slope_range_mV_per_ms = slope_range(a);
  s.slow_threshold_mV = a.line->slow_threshold_mV;
  for (const double part : {0.0, 0.6, 1.2}) {
    const double I = part * *a.line->rheobase_pA;
    s.lines.push_back(
        {part == 0.0 ? "I = 0" : fmt::format("I = {:.0f} pA", I), slopes(a.model, s.voltage_mV, I)});
    PhaseLineOptions options;
    options.holding_pA = I;
    const auto line = analyze_phase_line(a.model, options);
    for (const FixedPoint& point : line->fixed_points)
      (point.stability == Stability::stable ? s.stable_mV : s.unstable_mV).push_back(point.V_mV);
  }
  return phase_line_figure(s);
}

std::vector<double> voltage_after(const Model& model, double V_initial_mV, double current_pA,
                                  std::size_t count) {
  SimulateOptions options;
  options.V_initial_mV = V_initial_mV;
  return simulate(model, std::vector<double>(count, current_pA), kTrajectoryStep_ms, options).voltage_mV;
}

Figure trajectories_of(const ModelAnalysis& a) {
  const PhaseLine& line = *a.line;
  const double rest = line.resting_mV.front();
  const double threshold = *line.pulse_threshold_mV;
  const double length_ms = 8.0 * line.tau_ms.value_or(12.0);
  const auto count = static_cast<std::size_t>(length_ms / kTrajectoryStep_ms);
  TrajectorySeries s;
  s.name = std::string(model_name(a.model)) + "_trajectories";
  s.title = label_of_model(a.model);
  s.pulse_threshold_mV = threshold;
  s.slow_threshold_mV = line.slow_threshold_mV;
  s.voltage_range_mV = {rest - 0.2 * (threshold - rest), threshold + 0.6 * (threshold - rest)};
  for (std::size_t k = 0; k < count; ++k) s.time_ms.push_back(kTrajectoryStep_ms * static_cast<double>(k));
  for (const double part : {0.7, 0.98, 1.02}) {
    const double charge_pC = part * *line.pulse_charge_pC;
    s.pulses.push_back({fmt::format("{:.2f} pC", charge_pC),
                        voltage_after(a.model, rest + part * (threshold - rest), 0.0, count)});
  }
  for (const double part : {0.7, 0.98, 1.1}) {
    const double I = part * *line.rheobase_pA;
    s.steps.push_back({fmt::format("{:.0f} pA", I), voltage_after(a.model, rest, I, count)});
  }
  return trajectory_figure(s);
}

RateCurve rate_curve_of(const ModelAnalysis& a) {
  RateCurve curve;
  curve.label = label_of_model(a.model);
  const bool adapts = a.fi.method == FiMethod::simulated;
  const bool with_interval =
      std::ranges::any_of(a.fi.points, [](const FiPoint& p) { return p.rate_ci95_Hz.has_value(); });
  for (const FiPoint& p : a.fi.points) {
    curve.current_pA.push_back(p.current_pA);
    curve.rate_Hz.push_back(p.rate_Hz);
    if (adapts) curve.onset_Hz.push_back(p.onset_Hz);
    if (!with_interval) continue;
    const Interval range = p.rate_ci95_Hz.value_or(Interval{p.rate_Hz, p.rate_Hz});
    curve.low_Hz.push_back(range.low);
    curve.high_Hz.push_back(range.high);
  }
  return curve;
}

Figure lines_of(const std::vector<ModelAnalysis>& analyses) {
  DriftSeries s;
  Interval voltages{INFINITY, -INFINITY};
  s.slope_range_mV_per_ms = {0.0, 0.0};
  for (const ModelAnalysis& a : analyses) {
    if (!is_drawable(a)) continue;
    const Interval own = voltages_of(*a.line), slope = slope_range(a);
    voltages = {std::min(voltages.low, own.low), std::max(voltages.high, own.high)};
    s.slope_range_mV_per_ms = {std::min(s.slope_range_mV_per_ms.low, slope.low),
                               std::max(s.slope_range_mV_per_ms.high, slope.high)};
  }
  s.voltage_mV = grid(voltages);
  for (const ModelAnalysis& a : analyses) {
    if (!is_drawable(a)) continue;
    if (const auto* table = std::get_if<Tabulated>(&a.model)) {
      s.measured_mV = table->V_mV;
      s.measured_mV_per_ms = table->F_mV_per_ms;
    } else {
      s.models.push_back({label_of_model(a.model), slopes(a.model, s.voltage_mV, 0.0)});
    }
  }
  return model_lines_figure(s);
}

}  // namespace

std::vector<Figure> analysis_figures(const std::vector<ModelAnalysis>& analyses) {
  std::vector<Figure> figures;
  std::vector<RateCurve> curves;
  std::vector<std::string_view> drawn;
  for (const ModelAnalysis& a : analyses) {
    if (!std::holds_alternative<Passive>(a.model)) curves.push_back(rate_curve_of(a));
    const bool again = std::ranges::find(drawn, model_name(a.model)) != drawn.end();
    if (!is_drawable(a) || again) continue;
    drawn.push_back(model_name(a.model));
    figures.push_back(phase_line_of(a));
    figures.push_back(trajectories_of(a));
  }
  if (!curves.empty()) figures.push_back(fi_curve_figure(curves));
  if (drawn.size() > 1) figures.push_back(lines_of(analyses));
  return figures;
}

}  // namespace libfit
