// Short forms for those who build figures: series, axes, panels and windows in one line each.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"

namespace libfit {

// Places in the palette.
inline constexpr unsigned kBlack = 0, kBlue = 1, kVermillion = 2, kGreen = 3, kGrey = 7;

Figure figure_of(std::string name, double height_mm, std::vector<Panel> panels = {});
Panel panel_of(Axis x, Axis y, std::vector<Series> series = {}, double height = 1.0);

Axis axis_of(std::string label, std::string unit, std::optional<Interval> range = std::nullopt);
// The same axis without line and numbers, for a panel above one that shows it.
Axis hidden(Axis axis);

Series line_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y);
Series points_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y);
// Points with y - error .. y + error.
Series error_points_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> y,
                       const std::vector<double>& error);
Series band_of(std::string label, unsigned colour, std::vector<double> x, std::vector<double> low,
               std::vector<double> high);
Series vertical_mark_of(std::string label, double x);
Series horizontal_mark_of(std::string label, double y);
// A tick in row `row` for each time within the window.
Series ticks_of(std::string label, unsigned colour, const std::vector<double>& times, double row,
                const Interval& window);

// The part of a line with x in the window. x must not decrease.
Series within(Series line, const Interval& window);

Series without_legend(Series series);
Series dashed(Series series);

// Colour of line number i.
unsigned line_colour(std::size_t i);

}  // namespace libfit
