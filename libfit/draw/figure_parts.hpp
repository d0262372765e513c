// The steps from a figure by declaration to its files, apart so that each can be tested: ranges and
// reduction, then the table of numbers, then the layout on paper, then the script. Used by figure.cpp only.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"

namespace libfit {

inline constexpr double kFontSize_pt = 7.0;

// Letters, digits, _ and -, the first a letter or digit, at most 100.
bool valid_figure_name(const std::string& name);

// Throws ContractError unless name, sizes and series are as figure.hpp says.
void check_figure(const Figure& figure);

// The figure as it is drawn: plain text, every axis with a range, long lines reduced, infinities as NaN.
Figure prepare_figure(Figure figure);

// Columns of the CSV that a series reads, counted from 1; 0: it has none.
struct SeriesColumns {
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t low = 0;
  std::size_t high = 0;
};

struct FigureTable {
  std::string csv;
  std::vector<std::vector<SeriesColumns>> columns;  // [panel][series]
};

// One column for each array of each series, headed "p1 recorded: membrane potential (mV)"; series of a panel
// that share their x share the column. Short columns end in empty cells; NaN interrupts a line.
FigureTable tabulate_figure(const Figure& prepared);

// A legend entry: the left end of its sample and the middle of its line, in mm from the left and the top.
struct LegendEntry {
  std::size_t series = 0;
  double left_mm = 0.0;
  double middle_mm = 0.0;
};

inline constexpr double kLegendSample_mm = 4.5;
inline constexpr double kLegendGap_mm = 1.2;  // between the sample and its text

// Where a panel lies: edges of its axes in mm from the left and from the top of the figure.
struct PanelLayout {
  double left_mm = 0.0;
  double right_mm = 0.0;
  double top_mm = 0.0;
  double bottom_mm = 0.0;
  std::vector<LegendEntry> legend;
  double x_step = 0.0;  // between tics; 0: gnuplot chooses (logarithmic axes)
  double y_step = 0.0;
  std::vector<std::string> y_label_lines;
};

std::vector<PanelLayout> layout_figure(const Figure& prepared);

// The script: its only strings from outside are quoted, its only numbers positions and ranges.
std::string gnuplot_script(const Figure& prepared, const FigureTable& table,
                           const std::vector<PanelLayout>& layout);

// "membrane potential (mV)".
std::string axis_text(const Axis& axis);

// The smallest of 1, 2, 5 times a power of ten that puts at most `most` steps into the range; one size
// smaller where that leaves fewer than three tics.
double tic_step(const Interval& range, double most);

}  // namespace libfit
