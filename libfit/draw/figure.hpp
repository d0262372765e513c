// A figure by declaration: panels, axes and series as plain data, written as three kinds of file that a
// person can restyle: NAME.csv (every number drawn, with units), NAME.gp (a readable gnuplot script that
// draws the CSV beside it: `gnuplot NAME.gp`) and the drawings made from them. Made for one column of a
// journal: 85 mm wide, 7 pt sans-serif, thin axes, the colour-blind-safe palette of Okabe and Ito
// (https://jfly.uni-koeln.de/color/).
//
// Texts are data: a label may hold anything and never becomes code (see text_escape.hpp). Long lines are
// reduced to the least and greatest sample of each printed pixel (see trace_reduction.hpp). The same figure
// gives the same bytes in every format: dates that gnuplot and cairo put into files are set to 1970.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/file.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {

enum class SeriesKind {
  line,             // y against x; NaN interrupts it
  points,           // dots
  error_points,     // dots with low..high bars
  band,             // shaded low..high against x
  raster,           // a tick at each x in row y
  bars,             // boxes from 0 to y, with low..high bars where those are given
  vertical_mark,    // thin dashed line through the whole panel at each x
  horizontal_mark,  // the same at each y
};

struct Series {
  SeriesKind kind = SeriesKind::line;
  std::string label;           // legend entry and column header; empty: no legend entry
  unsigned colour = 0;         // index into the palette, see kPalette
  std::vector<double> x;       // all but horizontal_mark
  std::vector<double> y;       // all but band and vertical_mark
  std::vector<double> low;     // error_points, band; optional for bars
  std::vector<double> high;    // as low
  double line_width_pt = 0.7;  // > 0
  bool dashed = false;
  double bar_width = 0.8;  // > 0, in units of x: bars only
  bool in_legend = true;
};

struct Axis {
  std::string label;                // "membrane potential"
  std::string unit;                 // "mV"; shown as "membrane potential (mV)"
  std::optional<Interval> range{};  // absent: from the data
  bool logarithmic = false;
  bool shown = true;                      // false: no line, tics or label (a panel above one with the same x)
  std::vector<std::string> categories{};  // names of 0, 1, 2 ... instead of numbers; on y the first is on top
};

struct Panel {
  std::string title;  // a line above the panel, left; empty: none
  Axis x;
  Axis y;
  std::vector<Series> series;
  double height = 1.0;  // > 0; share of the height that the panels divide
};

struct Figure {
  std::string name;        // of the files: letters, digits, _ and -, the first a letter or digit, at most 100
  std::string title;       // empty: none (papers put it in the caption)
  double width_mm = 85.0;  // 40 to 300; 85: one column, 174: two
  double height_mm = 60.0;  // 20 to 400
  std::vector<Panel> panels;
};

enum class FigureFormat {
  pdf,
  svg,
  png,         // 300 dpi
  cairolatex,  // NAME_cairolatex.tex for \input with its NAME_cairolatex.pdf: text is set by LaTeX
  tikz,        // NAME_tikz.tex for \input; needs the package gnuplot-lua-tikz
};

// Black, blue, vermillion, green, sky blue, orange, purple, grey [Okabe and Ito]. Higher indices start again.
inline constexpr std::string_view kPalette[] = {"#000000", "#0072B2", "#D55E00", "#009E73",
                                                "#56B4E9", "#E69F00", "#CC79A7", "#999999"};

struct FigureOptions {
  std::vector<FigureFormat> formats{FigureFormat::pdf, FigureFormat::svg};
  Overwrite overwrite = Overwrite::refuse;
  double timeout_s = 60.0;          // > 0, for each run of gnuplot
  std::string gnuplot = "gnuplot";  // a name looked up in PATH, or a path
  // Shared by figures that are drawn together: set when gnuplot hung, and then it is not begun again.
  std::atomic<bool>* hung = nullptr;
  void validate() const;  // throws OptionError
};

// What was written. A drawing that could not be made is a warning, not an exception: data and script stay.
struct FigureFiles {
  std::filesystem::path data;
  std::filesystem::path script;
  std::vector<std::filesystem::path> drawings;
  std::vector<std::string> warnings;
  bool given_up = false;  // not all were tried: gnuplot had hung
};

// "pdf" -> FigureFormat::pdf. Throws OptionError for a name that is none.
FigureFormat figure_format(std::string_view name);

// Throws OptionError unless a figure can be this wide (40 to 300 mm).
void check_figure_width(double width_mm);

// Files that a format leaves for a figure of this name, the main one first.
std::vector<std::string> drawing_names(std::string_view figure_name, FigureFormat format);

// Writes the figure into `folder`, which is made when absent. Each file appears whole or not at all. Throws
// OptionError when one exists and overwriting is refused (then nothing was written), InputError when the
// folder cannot be written, ContractError for a figure whose series do not fit their kind.
FigureFiles write_figure(const std::filesystem::path& folder, const Figure& figure,
                         const FigureOptions& options = {});

// Runs the script of a figure again, in other formats or at another width (mm). A script is a program: do
// this only with scripts of one's own. Throws as write_figure; gnuplot's complaints are warnings.
FigureFiles redraw_figure(const std::filesystem::path& script, const FigureOptions& options = {},
                          std::optional<double> width_mm = std::nullopt);

}  // namespace libfit
