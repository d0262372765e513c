#include "libfit/report/post_spike_figures.hpp"

#include <algorithm>
#include <iterator>

#include "libfit/draw/figure_pieces.hpp"

namespace libfit {
Figure post_spike_curves_figure(const std::vector<SliceSeries>& slices) {
  Figure figure;
  figure.name = "post_spike_curves";
  figure.height_mm = 75.0;
  Panel panel;
  panel.x = axis_of("membrane potential", "mV");
  panel.y = axis_of("F(V)", "mV/ms");
  panel.series.push_back(horizontal_mark_of("", 0.0));
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const SliceSeries& s = slices[i];
    const unsigned colour = (static_cast<unsigned>(i) + 1) % static_cast<unsigned>(std::size(kPalette));
    panel.series.push_back(
        without_legend(error_points_of(s.label, colour, s.voltage_mV, s.f_mV_per_ms, s.f_se_mV_per_ms)));
    panel.series.push_back(line_of(s.label, colour, s.model_voltage_mV, s.model_f_mV_per_ms));
  }
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure post_spike_parameters_figure(const std::vector<TimeCourseSeries>& courses) {
  Figure figure;
  figure.name = "post_spike_parameters";
  figure.height_mm = 14.0 + 28.0 * static_cast<double>(std::max<std::size_t>(courses.size(), 1));
  for (std::size_t i = 0; i < courses.size(); ++i) {
    const TimeCourseSeries& c = courses[i];
    Panel panel;
    panel.x = axis_of("time since the spike", "ms");
    panel.x.logarithmic = true;
    if (i + 1 < courses.size()) panel.x = hidden(panel.x);
    panel.y = axis_of(c.label, c.unit);
    Series slices = points_of("slices, 95 % interval", kBlack, c.time_ms, c.value);
    slices.kind = SeriesKind::error_points;
    slices.low = c.low;
    slices.high = c.high;
    slices.in_legend = i == 0;
    panel.series.push_back(std::move(slices));
    panel.series.push_back(line_of("joint fit", kBlue, c.curve_time_ms, c.curve));
    panel.series.back().in_legend = i == 0;
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace libfit
