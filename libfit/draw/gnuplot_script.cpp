#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libfit/draw/figure_parts.hpp"
#include "libfit/draw/text_escape.hpp"

namespace libfit {
namespace {

// The strings of a script, each a variable with two values: plain, and for LaTeX.
class Texts {
 public:
  std::string variable(const std::string& text) {
    const auto known = std::ranges::find(texts_, text);
    const auto number = static_cast<std::size_t>(known - texts_.begin()) + 1;
    if (known == texts_.end()) texts_.push_back(text);
    return fmt::format("text_{}", number);
  }

  std::string assignments() const {
    std::string lines;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const std::string plain = gnuplot_quote(texts_[i]);
      const std::string latex = gnuplot_quote(latex_escape(texts_[i]));
      lines += plain == latex ? fmt::format("text_{} = {}\n", i + 1, plain)
                              : fmt::format("text_{} = latex ? {} : {}\n", i + 1, latex, plain);
    }
    return lines;
  }

 private:
  std::vector<std::string> texts_;
};

constexpr std::string_view kTerminals = R"(latex = (format eq 'cairolatex' || format eq 'tikz')
if (!exists("stem")) stem = name.(latex ? '_'.format : '')
set encoding utf8
if (format eq 'pdf') {
  set terminal pdfcairo noenhanced size width_mm/25.4,height_mm/25.4 \
    font 'Helvetica,7' fontscale 0.75 linewidth 2 rounded
} else { if (format eq 'svg') {
  set terminal svg noenhanced size int(width_mm*96/25.4+0.5),int(height_mm*96/25.4+0.5) \
    font 'Helvetica,7' fontscale 96/72. linewidth 96/72. rounded background '#ffffff'
} else { if (format eq 'png') {
  set terminal pngcairo noenhanced size int(width_mm*300/25.4+0.5),int(height_mm*300/25.4+0.5) \
    font 'Helvetica,7' fontscale 300/96. linewidth 300/72. pointscale 300/72. rounded
} else { if (format eq 'cairolatex') {
  set terminal cairolatex pdf size width_mm/25.4,height_mm/25.4 \
    font ',7' fontscale 0.75 linewidth 2 rounded
} else {
  eval sprintf("set terminal tikz size %.3fcm,%.3fcm font '\\fontsize{7}{8.4}\\selectfont'", \
    width_mm/10., height_mm/10.)
}}}}
set output stem.(latex ? '.tex' : '.'.format)
)";

constexpr std::string_view kLook = R"(
# Look.
set termoption noenhanced
set minussign
set format (latex ? '$%h$' : '%h')
set datafile separator ','
unset key
set tics out nomirror scale 0.5
x_at(mm) = mm/width_mm
y_at(mm) = 1 - mm/height_mm
)";

class ScriptWriter {
 public:
  ScriptWriter(const Figure& figure, const FigureTable& table, const std::vector<PanelLayout>& layout)
      : figure_(figure), table_(table), layout_(layout) {}

  std::string write() {
    std::string body;
    if (!figure_.title.empty()) {
      body += fmt::format("set label 1 {} at screen x_at({:.2f}),screen y_at(2.4) left\n",
                          text(figure_.title), layout_.front().left_mm);
    }
    for (std::size_t p = 0; p < figure_.panels.size(); ++p) {
      body += fmt::format("\n# Panel {}.\n", p + 1);
      body += axes(p) + texts(p) + legend(p) + plot(p);
      body += "unset label\nunset arrow\nunset object\n";
    }
    return head() + "\n# Texts, as data.\n" + std::string(kApostrophe) + texts_.assignments() +
           std::string(kLook) + styles() + "set multiplot\n" + body + "\nunset multiplot\nunset output\n";
  }

 private:
  // A text as an operand: brackets, so that no option can be mistaken for it.
  std::string text(const std::string& words) { return fmt::format("({})", texts_.variable(words)); }

  std::string head() const {
    return fmt::format(
        "# Draws {0}.csv, which lies beside this script. In this folder:\n"
        "#   gnuplot {0}.gp                           for {0}.pdf\n"
        "#   gnuplot -e \"format='svg'\" {0}.gp         also png, cairolatex, tikz\n"
        "name = '{0}'\n"
        "data = name.'.csv'\n"
        "if (!exists(\"format\")) format = 'pdf'\n"
        "if (!exists(\"width_mm\")) width_mm = {1:.6g}\n"
        "width_mm = width_mm + 0.0\n"
        "height_mm = {2:.6g} + 0.0\n{3}",
        figure_.name, figure_.width_mm, figure_.height_mm, kTerminals);
  }

  static std::string styles() {
    std::string lines;
    for (std::size_t i = 0; i < std::size(kPalette); ++i) {
      lines += fmt::format("set style line {} lc rgb '{}' pt 7 ps 0.3\n", i + 1, kPalette[i]);
    }
    lines += "set style line 20 lc rgb '#000000' lw 0.5\n";
    return lines;
  }

  static std::string one_axis(const char* axis, const Axis& options, double step, bool downwards) {
    const Interval range = *options.range;
    std::string lines = fmt::format("set {}range [{:.8g}:{:.8g}]\n", axis, downwards ? range.high : range.low,
                                    downwards ? range.low : range.high);
    lines += fmt::format("{} logscale {}\n", options.logarithmic ? "set" : "unset", axis);
    if (!options.shown || !options.categories.empty()) return lines + fmt::format("unset {}tics\n", axis);
    return lines + (step > 0.0 ? fmt::format("set {}tics {:.8g} out nomirror scale 0.5\n", axis, step)
                               : fmt::format("set {}tics autofreq out nomirror scale 0.5\n", axis));
  }

  std::string axes(std::size_t p) const {
    const Panel& panel = figure_.panels[p];
    const PanelLayout& at = layout_[p];
    const bool y_line = panel.y.shown && panel.y.categories.empty();
    return fmt::format(
               "set lmargin at screen x_at({:.2f})\nset rmargin at screen x_at(width_mm-{:.2f})\n"
               "set tmargin at screen y_at({:.2f})\nset bmargin at screen y_at({:.2f})\n",
               at.left_mm, figure_.width_mm - at.right_mm, at.top_mm, at.bottom_mm) +
           one_axis("x", panel.x, at.x_step, false) +
           one_axis("y", panel.y, at.y_step, !panel.y.categories.empty()) +
           fmt::format("set border {} ls 20\nset x2range [0:1]\nset y2range [0:1]\n",
                       (panel.x.shown ? 1 : 0) + (y_line ? 2 : 0));
  }

  std::string texts(std::size_t p) {
    const Panel& panel = figure_.panels[p];
    const PanelLayout& at = layout_[p];
    const double width_mm = at.right_mm - at.left_mm;
    std::string lines;
    if (!panel.title.empty()) {
      lines += fmt::format("set label {} at screen x_at({:.2f}),screen y_at({:.2f}) left\n",
                           text(fit_text(panel.title, kFontSize_pt, width_mm)), at.left_mm, title_mm(at));
    }
    if (panel.x.shown && !axis_text(panel.x).empty()) {
      lines += fmt::format("set label {} at graph 0.5,screen y_at({:.2f}) center\n",
                           text(fit_text(axis_text(panel.x), kFontSize_pt, width_mm)), at.bottom_mm + 6.2);
    }
    if (panel.y.shown) {
      for (std::size_t i = 0; i < at.y_label_lines.size(); ++i) {
        lines += fmt::format("set label {} at screen x_at({:.2f}),graph 0.5 center rotate by 90\n",
                             text(at.y_label_lines[i]), 2.1 + 3.0 * static_cast<double>(i));
      }
    }
    return lines + categories(panel, at);
  }

  std::string categories(const Panel& panel, const PanelLayout& at) {
    std::string lines;
    const auto count = static_cast<double>(std::max<std::size_t>(panel.x.categories.size(), 1));
    const double each_mm = (at.right_mm - at.left_mm) / count;
    for (std::size_t i = 0; panel.x.shown && i < panel.x.categories.size(); ++i) {
      lines +=
          fmt::format("set label {} at first {},screen y_at({:.2f}) center\n",
                      text(fit_text(panel.x.categories[i], kFontSize_pt, each_mm)), i, at.bottom_mm + 2.6);
    }
    for (std::size_t i = 0; panel.y.shown && i < panel.y.categories.size(); ++i) {
      if (panel.y.categories[i].empty()) continue;
      lines += fmt::format("set label {} at screen x_at({:.2f}),first {} right\n",
                           text(fit_text(panel.y.categories[i], kFontSize_pt, 20.0)), at.left_mm - 1.2, i);
    }
    return lines;
  }

  // The middle of the panel's title: above the legend where there is one.
  static double title_mm(const PanelLayout& at) {
    return at.legend.empty() ? at.top_mm - 2.6 : at.legend.front().middle_mm - 3.1;
  }

  std::string legend(std::size_t p) {
    std::string lines;
    for (const LegendEntry& entry : layout_[p].legend) {
      const Series& series = figure_.panels[p].series[entry.series];
      const double words_mm = entry.left_mm + kLegendSample_mm + kLegendGap_mm;
      lines += sample(series, entry);
      lines += fmt::format("set label {} at screen x_at({:.2f}),screen y_at({:.2f}) left\n",
                           text(fit_text(series.label, kFontSize_pt, layout_[p].right_mm - words_mm)),
                           words_mm, entry.middle_mm);
    }
    return lines;
  }

  // What stands before a legend entry: a piece of the line, a dot, a box.
  static std::string sample(const Series& series, const LegendEntry& at) {
    const double middle_mm = at.left_mm + 0.5 * kLegendSample_mm;
    const auto stroke = [&](double x1, double y1, double x2, double y2) {
      return fmt::format(
          "set arrow from screen x_at({:.2f}),screen y_at({:.2f}) to screen x_at({:.2f}),screen y_at({:.2f}) "
          "nohead {}\n",
          x1, y1, x2, y2, line_style(series));
    };
    std::string dot = fmt::format("set label '' at screen x_at({:.2f}),screen y_at({:.2f}) point ls {}\n",
                                  middle_mm, at.middle_mm, style_number(series));
    std::string upright = stroke(middle_mm, at.middle_mm - 1.1, middle_mm, at.middle_mm + 1.1);
    switch (series.kind) {
      case SeriesKind::points:
        return dot;
      case SeriesKind::error_points:
        return upright + dot;
      case SeriesKind::raster:
        return upright;
      case SeriesKind::band:
      case SeriesKind::bars:
        return fmt::format(
            "set object rectangle from screen x_at({:.2f}),screen y_at({:.2f}) to screen "
            "x_at({:.2f}),screen y_at({:.2f}) fc rgb '{}' {}\n",
            at.left_mm + 1.0, at.middle_mm - 0.9, at.left_mm + kLegendSample_mm, at.middle_mm + 0.9,
            kPalette[style_number(series) - 1], fill_of(series));
      default:
        return stroke(at.left_mm, at.middle_mm, at.left_mm + kLegendSample_mm, at.middle_mm);
    }
  }

  static std::size_t style_number(const Series& series) { return series.colour % std::size(kPalette) + 1; }

  static std::string line_style(const Series& series) {
    return fmt::format("ls {} lw {:.3g}{}", style_number(series), series.line_width_pt,
                       series.dashed ? " dt (6,4)" : "");
  }

  static const char* fill_of(const Series& series) {
    return series.kind == SeriesKind::bars ? "fs solid 0.8 noborder" : "fs transparent solid 0.25 noborder";
  }

  std::string plot(std::size_t p) const {
    const Panel& panel = figure_.panels[p];
    std::vector<std::string> parts;
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      const Series& series = panel.series[s];
      const SeriesColumns& columns = table_.columns[p][s];
      if (columns.x + columns.y == 0) continue;
      if (series.kind == SeriesKind::error_points) parts.push_back(error_bars(columns, line_style(series)));
      parts.push_back(fmt::format("data skip 1 {}", drawing(series, columns)));
      if (series.kind == SeriesKind::bars && columns.low > 0) parts.push_back(error_bars(columns, "ls 20"));
    }
    if (parts.empty()) return "plot NaN\n";
    return fmt::format("plot {}\n", fmt::join(parts, ", \\\n  "));
  }

  // Bars without caps. (gnuplot's own error bars erase what lies around their point.)
  static std::string error_bars(const SeriesColumns& c, const std::string& style) {
    return fmt::format("data skip 1 using {}:{}:(0):(${}-${}) with vectors nohead {}", c.x, c.low, c.high,
                       c.low, style);
  }

  static std::string drawing(const Series& series, const SeriesColumns& c) {
    const std::string style = line_style(series);
    switch (series.kind) {
      case SeriesKind::line:
        return fmt::format("using {}:{} with lines {}", c.x, c.y, style);
      case SeriesKind::points:
      case SeriesKind::error_points:
        return fmt::format("using {}:{} with points {}", c.x, c.y, style);
      case SeriesKind::band:
        return fmt::format("using {}:{}:{} with filledcurves fs transparent solid 0.25 noborder {}", c.x,
                           c.low, c.high, style);
      case SeriesKind::raster:
        return fmt::format("using {}:(${}-0.4):(0):(0.8) with vectors nohead {}", c.x, c.y, style);
      case SeriesKind::bars:
        return fmt::format("using {}:{}:({:.6g}) with boxes {} {}", c.x, c.y, series.bar_width,
                           fill_of(series), style);
      case SeriesKind::vertical_mark:
        return fmt::format("using {}:(0):(0):(1) axes x1y2 with vectors nohead {}", c.x, style);
      case SeriesKind::horizontal_mark:
        return fmt::format("using (0):{}:(1):(0) axes x2y1 with vectors nohead {}", c.y, style);
    }
    return {};
  }

  const Figure& figure_;
  const FigureTable& table_;
  const std::vector<PanelLayout>& layout_;
  Texts texts_;
};

}  // namespace

std::string gnuplot_script(const Figure& prepared, const FigureTable& table,
                           const std::vector<PanelLayout>& layout) {
  return ScriptWriter(prepared, table, layout).write();
}

}  // namespace libfit
