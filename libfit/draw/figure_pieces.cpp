#include "libfit/draw/figure_pieces.hpp"

#include <algorithm>
#include <utility>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

Series series_of(SeriesKind kind, std::string label, unsigned colour) {
  Series series;
  series.kind = kind;
  series.label = std::move(label);
  series.colour = colour;
  return series;
}

// a + sign b
std::vector<double> sum(const std::vector<double>& a, const std::vector<double>& b, double sign) {
  require(a.size() == b.size(), "figure: values and their errors must have equal lengths");
  std::vector<double> out(a.size());
  std::ranges::transform(a, b, out.begin(), [sign](double p, double q) { return p + sign * q; });
  return out;
}

}  // namespace

Figure figure_of(std::string name, double height_mm, std::vector<Panel> panels) {
  Figure figure;
  figure.name = std::move(name);
  figure.height_mm = height_mm;
  figure.panels = std::move(panels);
  return figure;
}

Panel panel_of(Axis x, Axis y, std::vector<Series> series, double height) {
  Panel panel;
  panel.x = std::move(x);
  panel.y = std::move(y);
  panel.series = std::move(series);
  panel.height = height;
  return panel;
}

Axis axis_of(std::string label, std::string unit, std::optional<Interval> range) {
  Axis axis;
  axis.label = std::move(label);
  axis.unit = std::move(unit);
  axis.range = range;
  return axis;
}

Axis hidden(Axis axis) {
  axis.shown = false;
  return axis;
}

Series line_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y) {
  Series series = series_of(SeriesKind::line, std::move(label), colour);
  series.x = std::move(x);
  series.y = std::move(y);
  return series;
}

Series points_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y) {
  Series series = line_of(std::move(label), colour, std::move(x), std::move(y));
  series.kind = SeriesKind::points;
  return series;
}

Series error_points_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y,
                       const std::vector<double>& error) {
  Series series = points_of(std::move(label), colour, std::move(x), std::move(y));
  series.kind = SeriesKind::error_points;
  series.low = sum(series.y, error, -1.0);
  series.high = sum(series.y, error, 1.0);
  series.line_width_pt = 0.5;
  return series;
}

Series band_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> low,
               std::vector<double> high) {
  Series series = series_of(SeriesKind::band, std::move(label), colour);
  series.x = std::move(x);
  series.low = std::move(low);
  series.high = std::move(high);
  return series;
}

Series vertical_mark_of(std::string label, double x) {
  Series series = series_of(SeriesKind::vertical_mark, std::move(label), kGrey);
  series.x.assign(1, x);
  series.line_width_pt = 0.6;
  return dashed(std::move(series));
}

Series horizontal_mark_of(std::string label, double y) {
  Series series = series_of(SeriesKind::horizontal_mark, std::move(label), kGrey);
  series.y.assign(1, y);
  series.line_width_pt = 0.6;
  return dashed(std::move(series));
}

Series ticks_of(std::string label, unsigned colour, const std::vector<double>& times, double row,
                const Interval& window) {
  Series series = series_of(SeriesKind::raster, std::move(label), colour);
  for (const double time : times) {
    if (time >= window.low && time <= window.high) series.x.push_back(time);
  }
  series.y.assign(series.x.size(), row);
  series.line_width_pt = 0.6;
  return without_legend(std::move(series));
}

Series within(Series line, const Interval& window) {
  require(line.x.size() == line.y.size(), "figure: x and y of a line must have equal lengths");
  const auto begin = std::ranges::lower_bound(line.x, window.low) - line.x.begin();
  const auto end = std::ranges::upper_bound(line.x, window.high) - line.x.begin();
  line.x = std::vector<double>(line.x.begin() + begin, line.x.begin() + end);
  line.y = std::vector<double>(line.y.begin() + begin, line.y.begin() + end);
  return line;
}

Series without_legend(Series series) {
  series.in_legend = false;
  return series;
}

Series dashed(Series series) {
  series.dashed = true;
  return series;
}

unsigned line_colour(std::size_t i) { return static_cast<unsigned>(1 + i % 6); }

}  // namespace libfit
