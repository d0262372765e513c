#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/draw/figure_parts.hpp"
#include "libfit/draw/text_escape.hpp"
#include "libfit/draw/trace_reduction.hpp"

namespace libfit {
namespace {

constexpr double kPixelsPerMm = 300.0 / 25.4;  // finer than the line is wide

void check_series(const Series& series) {
  const bool bounds = !series.low.empty() || !series.high.empty();
  const std::size_t count = series.kind == SeriesKind::horizontal_mark ? series.y.size() : series.x.size();
  const bool needs_y = series.kind != SeriesKind::band && series.kind != SeriesKind::vertical_mark;
  const bool needs_bounds = series.kind == SeriesKind::band || series.kind == SeriesKind::error_points;
  const bool may_have_bounds = needs_bounds || series.kind == SeriesKind::bars;
  require(series.y.size() == (needs_y ? count : 0), "figure: y of a series does not fit its x and kind");
  require(series.x.size() == (series.kind == SeriesKind::horizontal_mark ? 0 : count),
          "figure: a horizontal mark has no x");
  require(!bounds || may_have_bounds, "figure: a series of this kind has no low and high");
  require((!bounds && !needs_bounds) || (series.low.size() == count && series.high.size() == count),
          "figure: low and high of a series must have the length of its x");
  require(series.line_width_pt > 0.0 && series.bar_width > 0.0, "figure: widths must be > 0");
}

void check_axis(const Axis& axis) {
  if (!axis.range) return;
  require(
      std::isfinite(axis.range->low) && std::isfinite(axis.range->high) && axis.range->low < axis.range->high,
      "figure: the range of an axis must be finite and increasing");
  require(!axis.logarithmic || axis.range->low > 0.0, "figure: a logarithmic axis begins above 0");
}

// Least and greatest of what is seen, growing.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool positive_only = false;

  void take(double value) {
    if (!std::isfinite(value) || (positive_only && value <= 0.0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void take(const std::vector<double>& values) {
    for (const double value : values) take(value);
  }
};

// The extent with a margin of `part` of its size either side; [0, 1] for nothing, a unit around one value.
Interval padded(const Extent& extent, bool logarithmic, double part) {
  if (extent.low > extent.high) return logarithmic ? Interval{1.0, 10.0} : Interval{0.0, 1.0};
  if (logarithmic) {
    const double factor = std::max(std::pow(extent.high / extent.low, part), 1.05);
    return {extent.low / factor, extent.high * factor};
  }
  const double size = extent.high - extent.low;
  const bool flat = size <= 1e-12 * std::max(std::abs(extent.low), std::abs(extent.high));
  const double margin = flat ? std::max(0.5, 0.05 * std::abs(extent.low)) : part * size;
  return {extent.low - margin, extent.high + margin};
}

Interval category_range(const Axis& axis) {
  return {-0.6, static_cast<double>(axis.categories.size()) - 0.4};
}

Interval x_range(const Panel& panel) {
  Extent extent;
  extent.positive_only = panel.x.logarithmic;
  bool runs_to_the_frame = true;
  for (const Series& series : panel.series) {
    extent.take(series.x);
    if (series.kind == SeriesKind::bars) {
      for (const double x : series.x) extent.take(x - 0.5 * series.bar_width);
      for (const double x : series.x) extent.take(x + 0.5 * series.bar_width);
    }
    runs_to_the_frame = runs_to_the_frame && series.kind != SeriesKind::points &&
                        series.kind != SeriesKind::error_points && series.kind != SeriesKind::bars;
  }
  return padded(extent, panel.x.logarithmic, runs_to_the_frame ? 0.0 : 0.04);
}

Interval y_range(const Panel& panel, const Interval& x) {
  Extent extent;
  extent.positive_only = panel.y.logarithmic;
  bool has_bars = false;
  for (const Series& series : panel.series) {
    if (series.kind == SeriesKind::horizontal_mark) extent.take(series.y);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (series.x[i] < x.low || series.x[i] > x.high) continue;
      if (!series.y.empty()) extent.take(series.y[i]);
      if (!series.low.empty()) extent.take(series.low[i]);
      if (!series.high.empty()) extent.take(series.high[i]);
    }
    has_bars = has_bars || series.kind == SeriesKind::bars;
  }
  if (has_bars) extent.take(0.0);
  Interval range = padded(extent, panel.y.logarithmic, 0.05);
  if (has_bars && extent.low == 0.0 && extent.high > 0.0) range.low = 0.0;  // bars stand on the axis
  return range;
}

void prepare_axis(Axis& axis) {
  axis.label = plain_text(axis.label);
  axis.unit = plain_text(axis.unit, 40);
  for (std::string& category : axis.categories) category = plain_text(category, 60);
  if (!axis.categories.empty() && !axis.range) axis.range = category_range(axis);
}

void finite_or_nan(std::vector<double>& values) {
  for (double& value : values) {
    if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
  }
}

void prepare_series(Series& series, const Interval& x, std::size_t pixels) {
  if (series.kind == SeriesKind::line && series.x.size() > 4 * pixels && std::ranges::is_sorted(series.x)) {
    ReducedTrace reduced = reduce_to_pixels(series.x, series.y, x.low, x.high, pixels);
    series.x = std::move(reduced.x);
    series.y = std::move(reduced.y);
  }
}

}  // namespace

bool valid_figure_name(const std::string& name) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 100 && is_alphanumeric(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

void check_figure(const Figure& figure) {
  require(valid_figure_name(figure.name),
          "figure: the name must be letters, digits, _ and -, and begin with a letter or digit");
  require(figure.width_mm >= 40.0 && figure.width_mm <= 300.0, "figure: width_mm must lie in [40, 300]");
  require(figure.height_mm >= 20.0 && figure.height_mm <= 400.0, "figure: height_mm must lie in [20, 400]");
  require(!figure.panels.empty(), "figure: there must be a panel");
  for (const Panel& panel : figure.panels) {
    require(panel.height > 0.0, "figure: the height of a panel must be > 0");
    check_axis(panel.x);
    check_axis(panel.y);
    for (const Series& series : panel.series) check_series(series);
  }
}

Figure prepare_figure(Figure figure) {
  figure.title = plain_text(figure.title);
  for (Panel& panel : figure.panels) {
    panel.title = plain_text(panel.title);
    prepare_axis(panel.x);
    prepare_axis(panel.y);
    for (Series& series : panel.series) {
      series.label = plain_text(series.label);
      for (auto* values : {&series.x, &series.y, &series.low, &series.high}) finite_or_nan(*values);
    }
    if (!panel.x.range) panel.x.range = x_range(panel);
    if (!panel.y.range) panel.y.range = y_range(panel, *panel.x.range);
    const auto pixels = static_cast<std::size_t>(figure.width_mm * kPixelsPerMm);
    for (Series& series : panel.series) prepare_series(series, *panel.x.range, pixels);
  }
  return figure;
}

}  // namespace libfit
