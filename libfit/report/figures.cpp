#include "libfit/report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/draw/figure_pieces.hpp"
#include "libfit/draw/table.hpp"

namespace libfit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class Labelled>
std::vector<std::string> labels_of(const Labelled& models) {
  std::vector<std::string> labels;
  labels.reserve(models.size());
  for (const auto& model : models) labels.push_back(model.label);
  return labels;
}

Panel panel_of(Axis x, Axis y, std::vector<Series> series, double height = 1.0) {
  Panel panel;
  panel.x = std::move(x);
  panel.y = std::move(y);
  panel.series = std::move(series);
  panel.height = height;
  return panel;
}

// Least and greatest finite value of all, with a margin; absent when there is none.
std::optional<Interval> extent(std::initializer_list<const std::vector<double>*> arrays, double margin) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const std::vector<double>* values : arrays) {
    for (const double value : *values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (!(low < high)) return std::nullopt;
  return Interval{low - margin * (high - low), high + margin * (high - low)};
}

// What of F(V) is shown: all up to the fit limit and as much again of the upstroke, whose end would flatten
// the rest.
std::optional<Interval> f_range(const DynamicIvSeries& s) {
  if (!s.fit_limit_mV) return extent({&s.f_mV_per_ms}, 0.08);
  std::vector<double> fitted;
  for (std::size_t i = 0; i < std::min(s.voltage_mV.size(), s.f_mV_per_ms.size()); ++i) {
    if (s.voltage_mV[i] <= *s.fit_limit_mV) fitted.push_back(s.f_mV_per_ms[i]);
  }
  std::optional<Interval> range = extent({&fitted}, 0.15);
  if (range) range->high += 0.5 * (range->high - range->low);
  return range;
}

// The voltage below spikes: up to 10 mV above the part where it is 95 % of the time.
std::optional<Interval> subthreshold_range(const PredictionSeries& s) {
  const Series seen = within(line_of("", kBlack, s.time_s, s.recorded_mV), s.overview_s);
  std::vector<double> finite;
  std::ranges::copy_if(seen.y, std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return std::nullopt;
  const double low = *std::ranges::min_element(finite);
  return Interval{low - 2.0, *quantile(finite, 0.95) + 10.0};
}

// One series a model, side by side at every measure.
std::vector<Series> score_series(const ScoreSeries& s, SeriesKind kind) {
  const auto count = static_cast<double>(std::max<std::size_t>(s.models.size(), 1));
  const double width = 0.8 / count;
  const std::vector<unsigned> colours = model_colours(s.models);
  std::vector<Series> all;
  for (std::size_t m = 0; m < s.models.size(); ++m) {
    Series series;
    series.kind = kind;
    series.label = s.models[m];
    series.colour = colours[m];
    series.bar_width = 0.9 * width;
    for (std::size_t k = 0; k < s.measures.size(); ++k) {
      require(s.measures[k].models.size() == s.models.size(),
              "scores_figure: a measure needs a value per model");
      const std::optional<Estimate>& score = s.measures[k].models[m];
      const std::optional<Interval> ci = score ? score->ci95 : std::nullopt;
      series.x.push_back(static_cast<double>(k) + width * (static_cast<double>(m) - 0.5 * (count - 1.0)));
      series.y.push_back(score ? score->value : kNaN);
      series.low.push_back(ci ? ci->low : kNaN);
      series.high.push_back(ci ? ci->high : kNaN);
    }
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace

Figure compensation_figure(const CompensationSeries& s) {
  Figure figure = figure_of("compensation", 65.0);
  const Axis time = axis_of("time", "s");
  figure.panels.push_back(panel_of(hidden(time), axis_of("injected current", "pA"),
                                   {without_legend(line_of("injected", kGrey, s.time_s, s.current_pA))},
                                   0.45));
  figure.panels.push_back(panel_of(time, axis_of("membrane potential", "mV"),
                                   {line_of("recorded", kVermillion, s.time_s, s.raw_mV),
                                    line_of("compensated", kBlack, s.time_s, s.compensated_mV)}));
  return figure;
}

Figure electrode_kernel_figure(const ElectrodeKernelSeries& s) {
  require(s.end_ms > 0.0, "electrode_kernel_figure: end_ms must be > 0");
  Figure figure = figure_of("electrode_kernel", 58.0);
  Axis time = axis_of("time since current", "ms", Interval{0.0, s.end_ms});
  if (s.logarithmic_time) {
    double first = s.end_ms / 1000.0;
    for (const double t : s.time_ms) {
      if (t > 0.0) {
        first = std::min(t, s.end_ms / 10.0);
        break;
      }
    }
    time.logarithmic = true;
    time.range = Interval{first * 0.9, s.end_ms};
  }
  Panel panel = panel_of(time, axis_of("response", "MΩ/ms"), {});
  panel.title = "electrode resistance " + format_estimate(s.resistance_MOhm, 3) + " MΩ";
  panel.series.push_back(horizontal_mark_of("", 0.0));
  if (s.response_se_MOhm_per_ms.empty()) {
    panel.series.push_back(points_of("measured", kBlack, s.time_ms, s.response_MOhm_per_ms));
  } else {
    panel.series.push_back(
        error_points_of("measured", kBlack, s.time_ms, s.response_MOhm_per_ms, s.response_se_MOhm_per_ms));
  }
  panel.series.push_back(line_of("membrane", kBlue, s.time_ms, s.membrane_MOhm_per_ms));
  panel.series.push_back(line_of("electrode", kVermillion, s.time_ms, s.kernel_MOhm_per_ms));
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure capacitance_figure(const CapacitanceSeries& s) {
  Figure figure = figure_of("capacitance", 90.0);
  Panel curve = panel_of(axis_of("trial capacitance", "pF"), axis_of("Var[I/C − dV/dt]", "mV²/ms²"),
                         {without_legend(line_of("variance", kBlack, s.trial_pF, s.variance_mV2_per_ms2))});
  if (s.least_pF) {
    curve.series.push_back(
        vertical_mark_of("least at " + format_number(*s.least_pF, 3) + " pF", *s.least_pF));
  }
  figure.panels.push_back(std::move(curve));
  Panel bins = panel_of(axis_of("membrane potential", "mV"), axis_of("capacitance", "pF"), {});
  std::optional<Interval> across = extent({&s.voltage_mV}, 0.05);
  bins.x.range = across;
  if (s.value_pF && across) {
    const std::vector<double> ends{across->low, across->high};
    if (s.value_pF->ci95) {
      const Interval ci = *s.value_pF->ci95;
      bins.series.push_back(
          without_legend(band_of("95 % interval", kBlue, ends, {ci.low, ci.low}, {ci.high, ci.high})));
    }
    bins.series.push_back(
        line_of("used, 95 % interval", kBlue, ends, {s.value_pF->value, s.value_pF->value}));
  }
  if (s.kernel_pF && across) {
    bins.series.push_back(
        dashed(line_of("from kernel", kGreen, {across->low, across->high}, {*s.kernel_pF, *s.kernel_pF})));
  }
  if (s.plateau_mV) {
    bins.series.push_back(vertical_mark_of("plateau", s.plateau_mV->low));
    bins.series.push_back(without_legend(vertical_mark_of("plateau end", s.plateau_mV->high)));
  }
  bins.series.push_back(
      error_points_of("bins, ± SE", kBlack, s.voltage_mV, s.capacitance_pF, s.capacitance_se_pF));
  figure.panels.push_back(std::move(bins));
  return figure;
}

Figure dynamic_iv_figure(const DynamicIvSeries& s) {
  Figure figure = figure_of("dynamic_iv", 85.0);
  const Axis voltage = axis_of("membrane potential", "mV", extent({&s.voltage_mV}, 0.04));
  Panel curve = panel_of(hidden(voltage), axis_of("F(V)", "mV/ms", f_range(s)), {});
  Panel residuals = panel_of(voltage, axis_of("residual", "SE"), {}, 0.45);
  curve.series.push_back(horizontal_mark_of("", 0.0));
  residuals.series.push_back(horizontal_mark_of("", 0.0));
  if (!s.f_sd_mV_per_ms.empty()) {
    curve.series.push_back(band_of("SD of samples", kGrey, s.voltage_mV,
                                   sum(s.f_mV_per_ms, s.f_sd_mV_per_ms, -1.0),
                                   sum(s.f_mV_per_ms, s.f_sd_mV_per_ms, 1.0)));
  }
  curve.series.push_back(
      error_points_of("measured, ± SE", kBlack, s.voltage_mV, s.f_mV_per_ms, s.f_se_mV_per_ms));
  const std::vector<unsigned> colours = model_colours(labels_of(s.models));
  for (std::size_t i = 0; i < s.models.size(); ++i) {
    const ModelCurve& model = s.models[i];
    curve.series.push_back(line_of(model.label, colours[i], model.voltage_mV, model.f_mV_per_ms));
    if (model.residual_se.empty()) continue;
    residuals.series.push_back(
        without_legend(points_of(model.label, colours[i], s.voltage_mV, model.residual_se)));
  }
  if (s.fit_limit_mV) {
    curve.series.push_back(vertical_mark_of("fit limit", *s.fit_limit_mV));
    residuals.series.push_back(without_legend(vertical_mark_of("fit limit", *s.fit_limit_mV)));
  }
  figure.panels.push_back(std::move(curve));
  figure.panels.push_back(std::move(residuals));
  return figure;
}

Figure prediction_figure(const PredictionSeries& s) {
  Figure figure = figure_of("prediction", 110.0);
  const std::optional<Interval> voltage = subthreshold_range(s);
  const std::vector<unsigned> colours = model_colours(labels_of(s.models));
  for (const Interval& window : {s.overview_s, s.detail_s}) {
    const Axis time = axis_of("time", "s", window);
    Panel ticks =
        panel_of(hidden(time), axis_of("", ""), {}, 0.09 * static_cast<double>(1 + s.models.size()));
    Panel trace = panel_of(time, axis_of("membrane potential", "mV", voltage), {});
    ticks.y.categories.push_back("recorded");
    ticks.series.push_back(ticks_of("recorded", kBlack, s.recorded_spikes_s, 0.0, window));
    trace.series.push_back(within(line_of("recorded", kBlack, s.time_s, s.recorded_mV), window));
    for (std::size_t i = 0; i < s.models.size(); ++i) {
      const PredictedTrace& model = s.models[i];
      ticks.y.categories.push_back(model.label);
      ticks.series.push_back(
          ticks_of(model.label, colours[i], model.spikes_s, static_cast<double>(i + 1), window));
      trace.series.push_back(within(line_of(model.label, colours[i], s.time_s, model.voltage_mV), window));
    }
    for (Series& series : trace.series) series.line_width_pt = 0.5;
    for (Series& series : trace.series) series.in_legend = false;  // the rows of ticks name the colours
    trace.series.front().line_width_pt = 1.0;
    figure.panels.push_back(std::move(ticks));
    figure.panels.push_back(std::move(trace));
  }
  return figure;
}

Figure raster_figure(const RasterSeries& s) {
  Panel panel = panel_of(axis_of("time", "s", s.window_s), axis_of("", ""), {});
  double row = 0.0;
  const std::vector<unsigned> colours =
      model_colours(labels_of(std::span(s.groups).subspan(std::min<std::size_t>(1, s.groups.size()))));
  for (std::size_t g = 0; g < s.groups.size(); ++g) {
    const RasterGroup& group = s.groups[g];
    if (g > 0) {  // a gap between groups
      panel.y.categories.emplace_back();
      row += 1.0;
    }
    const std::size_t count = group.trains_s.size();
    for (std::size_t k = 0; k < count; ++k, row += 1.0) {
      panel.y.categories.push_back(k == (count - 1) / 2 ? group.label : std::string());
      panel.series.push_back(ticks_of(fmt::format("{} {}", group.label, k + 1),
                                      g == 0 ? kBlack : colours[g - 1], group.trains_s[k], row, s.window_s));
    }
  }
  Figure figure = figure_of("raster", std::clamp(12.0 + 2.0 * row, 35.0, 150.0));
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure scores_figure(const ScoreSeries& s) {
  Panel panel = panel_of(axis_of("", ""), axis_of(s.axis, ""), score_series(s, SeriesKind::bars));
  Series ceiling = line_of("ceiling", kBlack, {}, {});
  for (std::size_t k = 0; k < s.measures.size(); ++k) {
    panel.x.categories.push_back(s.measures[k].label);
    if (!s.measures[k].ceiling) continue;
    const auto centre = static_cast<double>(k);
    for (const double x : {centre - 0.45, centre + 0.45, centre + 0.45}) ceiling.x.push_back(x);
    for (const double y : {*s.measures[k].ceiling, *s.measures[k].ceiling, kNaN}) ceiling.y.push_back(y);
  }
  if (!ceiling.x.empty()) panel.series.push_back(dashed(std::move(ceiling)));
  Figure figure = figure_of(s.name, 60.0);
  figure.width_mm = s.width_mm;
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure differences_figure(const ScoreSeries& s) {
  Panel panel = panel_of(axis_of("", ""), axis_of(s.axis, ""), score_series(s, SeriesKind::error_points));
  for (const ScoreMeasure& measure : s.measures) panel.x.categories.push_back(measure.label);
  panel.series.push_back(without_legend(horizontal_mark_of("no difference", 0.0)));
  Figure figure = figure_of(s.name, 60.0);
  figure.width_mm = s.width_mm;
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure fit_limit_figure(const LimitSeries& s) {
  Figure figure = figure_of("fit_limit",
                            14.0 + 26.0 * static_cast<double>(std::max<std::size_t>(s.parameters.size(), 1)));
  const Axis limit = axis_of("upper limit of the fit", "mV", extent({&s.limit_mV}, 0.05));
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    const ParameterAgainstLimit& parameter = s.parameters[i];
    const bool last = i + 1 == s.parameters.size();
    Panel panel = panel_of(last ? limit : hidden(limit), axis_of(parameter.label, parameter.unit), {});
    if (!parameter.low.empty()) {
      panel.series.push_back(band_of("95 % interval", kBlue, s.limit_mV, parameter.low, parameter.high));
      panel.series.back().in_legend = i == 0;
    }
    panel.series.push_back(without_legend(line_of(parameter.label, kBlue, s.limit_mV, parameter.value)));
    if (s.chosen_mV) {
      Series mark = vertical_mark_of("limit used", *s.chosen_mV);
      mark.in_legend = i == 0;
      panel.series.push_back(std::move(mark));
    }
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace libfit
