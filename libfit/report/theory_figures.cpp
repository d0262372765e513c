#include "libfit/report/theory_figures.hpp"

#include <utility>

#include "libfit/draw/figure_pieces.hpp"

namespace libfit {
namespace {

Panel theory_panel(std::string title, Axis x, Axis y) {
  Panel panel;
  panel.title = std::move(title);
  panel.x = std::move(x);
  panel.y = std::move(y);
  return panel;
}

Interval ends_of(const std::vector<double>& values) {
  return values.empty() ? Interval{0.0, 1.0} : Interval{values.front(), values.back()};
}

std::vector<double> zeros(const std::vector<double>& like) {
  std::vector<double> none(like.size(), 0.0);
  return none;
}

}  // namespace

Figure phase_line_figure(const PhaseLineSeries& s) {
  Figure figure = figure_of(s.name, 62.0);
  Panel panel = theory_panel(s.title, axis_of("membrane potential", "mV", ends_of(s.voltage_mV)),
                             axis_of("dV/dt", "mV/ms", s.slope_range_mV_per_ms));
  panel.series.push_back(horizontal_mark_of("", 0.0));
  for (std::size_t i = 0; i < s.lines.size(); ++i)
    panel.series.push_back(
        line_of(s.lines[i].label, model_colour(i), s.voltage_mV, s.lines[i].slope_mV_per_ms));
  if (!s.stable_mV.empty())
    panel.series.push_back(points_of("stable", kBlack, s.stable_mV, zeros(s.stable_mV)));
  if (!s.unstable_mV.empty())
    panel.series.push_back(points_of("unstable", kVermillion, s.unstable_mV, zeros(s.unstable_mV)));
  if (s.slow_threshold_mV) panel.series.push_back(vertical_mark_of("slow threshold", *s.slow_threshold_mV));
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure trajectory_figure(const TrajectorySeries& s) {
  Figure figure = figure_of(s.name, 90.0);
  const Axis time = axis_of("time", "ms", ends_of(s.time_ms));
  const Axis voltage = axis_of("voltage", "mV", s.voltage_range_mV);
  Panel pulses = theory_panel(s.title + ": after short pulses", hidden(time), voltage);
  Panel steps = theory_panel("in steps of current", time, voltage);
  const auto fill = [&s](Panel& panel, const std::vector<Trajectory>& list, std::optional<double> mark,
                         const char* label) {
    for (std::size_t i = 0; i < list.size(); ++i)
      panel.series.push_back(line_of(list[i].label, model_colour(i), s.time_ms, list[i].voltage_mV));
    if (!mark) return;
    panel.series.push_back(horizontal_mark_of(label, *mark));
  };
  fill(pulses, s.pulses, s.pulse_threshold_mV, "pulse threshold");
  fill(steps, s.steps, s.slow_threshold_mV, "slow threshold");
  figure.panels = {std::move(pulses), std::move(steps)};
  return figure;
}

Figure fi_curve_figure(const std::vector<RateCurve>& curves) {
  Figure figure = figure_of("fi_curves", 62.0);
  Panel panel = theory_panel("", axis_of("current", "pA"), axis_of("firing rate", "Hz"));
  std::vector<std::string> labels;
  labels.reserve(curves.size());
  for (const RateCurve& curve : curves) labels.push_back(curve.label);
  const std::vector<unsigned> colours = model_colours(labels);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const RateCurve& c = curves[i];
    if (!c.low_Hz.empty()) {
      panel.series.push_back(without_legend(
          band_of(c.label + ", 95 % interval", colours[i], c.current_pA, c.low_Hz, c.high_Hz)));
    }
    panel.series.push_back(line_of(c.label, colours[i], c.current_pA, c.rate_Hz));
    if (!c.onset_Hz.empty()) {
      panel.series.push_back(dashed(line_of(c.label + ", onset", colours[i], c.current_pA, c.onset_Hz)));
    }
  }
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure model_lines_figure(const DriftSeries& s) {
  Figure figure = figure_of("phase_lines", 62.0);
  Panel panel = theory_panel("", axis_of("membrane potential", "mV", ends_of(s.voltage_mV)),
                             axis_of("F(V)", "mV/ms", s.slope_range_mV_per_ms));
  panel.series.push_back(horizontal_mark_of("", 0.0));
  if (!s.measured_mV.empty())
    panel.series.push_back(points_of("measured", kBlack, s.measured_mV, s.measured_mV_per_ms));
  std::vector<std::string> labels;
  labels.reserve(s.models.size());
  for (const LineAtCurrent& model : s.models) labels.push_back(model.label);
  const std::vector<unsigned> colours = model_colours(labels);
  for (std::size_t i = 0; i < s.models.size(); ++i)
    panel.series.push_back(line_of(s.models[i].label, colours[i], s.voltage_mV, s.models[i].slope_mV_per_ms));
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace libfit
