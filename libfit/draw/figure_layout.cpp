#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/draw/figure_parts.hpp"
#include "libfit/draw/text_escape.hpp"

namespace libfit {
namespace {

// Distances on paper that suit 7 pt type.
constexpr double kTextLine_mm = 3.1;
constexpr double kBelowShownAxis_mm = 7.8;   // tics, numbers, label
constexpr double kBelowHiddenAxis_mm = 1.6;  // gap to the next panel
constexpr double kAbovePanel_mm = 1.6;       // half a number of the y axis
constexpr double kRightMargin_mm = 3.2;      // half a number of the x axis
constexpr double kAfterEntry_mm = 3.5;       // between legend entries
constexpr double kWidestCategory_mm = 20.0;

std::string number_text(double value) { return fmt::format("{:.6g}", value); }

double widest_number_mm(const Interval& range, double step) {
  if (step <= 0.0) return text_width_mm("0.001", kFontSize_pt);
  double widest = 0.0;
  for (double k = std::ceil(range.low / step); k * step <= range.high; k += 1.0) {
    std::string number = number_text(k * step);
    // Drawn with a true minus sign, which is as wide as a plus and nearly twice a hyphen.
    std::replace(number.begin(), number.end(), '-', '+');
    widest = std::max(widest, text_width_mm(number, kFontSize_pt));
  }
  return widest;
}

// The label in at most two lines of `width_mm`, broken between words.
std::vector<std::string> wrapped(const std::string& text, double width_mm) {
  if (text.empty()) return {};
  if (text_width_mm(text, kFontSize_pt) <= width_mm) return {text};
  std::size_t cut = std::string::npos;
  for (std::size_t space = text.find(' '); space != std::string::npos; space = text.find(' ', space + 1)) {
    if (text_width_mm(text.substr(0, space), kFontSize_pt) <= width_mm) cut = space;
  }
  // A unit is not torn from its brackets when it would stand alone anyway.
  const std::size_t unit = text.rfind(" (");
  if (unit != std::string::npos && cut != std::string::npos && cut > unit) cut = unit;
  if (cut == std::string::npos) return {fit_text(text, kFontSize_pt, width_mm)};
  return {text.substr(0, cut), fit_text(text.substr(cut + 1), kFontSize_pt, width_mm)};
}

double left_margin_mm(const Panel& panel, const PanelLayout& layout) {
  if (!panel.y.shown) return 2.0;
  double numbers = 0.0;
  if (panel.y.categories.empty()) {
    numbers = widest_number_mm(*panel.y.range, layout.y_step);
  } else {
    for (const std::string& name : panel.y.categories) {
      numbers = std::max(numbers, std::min(kWidestCategory_mm, text_width_mm(name, kFontSize_pt)));
    }
  }
  return 0.6 + kTextLine_mm * static_cast<double>(layout.y_label_lines.size()) + numbers + 2.0;
}

struct Legend {
  std::vector<LegendEntry> entries;  // middle_mm counted from the top of the first row
  double height_mm = 0.0;
};

// Entries in the order of the series, row after row, each as wide as its text.
Legend legend_of(const Panel& panel, double width_mm) {
  Legend legend;
  double left = 0.0;
  double row = 0.0;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = panel.series[i];
    if (series.label.empty() || !series.in_legend) continue;
    const double entry = kLegendSample_mm + kLegendGap_mm + text_width_mm(series.label, kFontSize_pt);
    if (left > 0.0 && left + entry > width_mm) {
      left = 0.0;
      row += 1.0;
    }
    legend.entries.push_back({i, left, (row + 0.5) * kTextLine_mm});
    left += entry + kAfterEntry_mm;
  }
  if (!legend.entries.empty()) legend.height_mm = (row + 1.0) * kTextLine_mm;
  return legend;
}

void place_legend(const Legend& legend, PanelLayout& layout) {
  const double legend_top_mm = layout.top_mm - kAbovePanel_mm * 0.6 - legend.height_mm;
  layout.legend = legend.entries;
  for (LegendEntry& entry : layout.legend) {
    entry.left_mm += layout.left_mm;
    entry.middle_mm += legend_top_mm;
  }
}

double above_mm(const Panel& panel, const Legend& legend) {
  return kAbovePanel_mm + (panel.title.empty() ? 0.0 : kTextLine_mm) + legend.height_mm;
}

double below_mm(const Panel& panel) {
  if (!panel.x.shown) return kBelowHiddenAxis_mm;
  return axis_text(panel.x).empty() ? kBelowShownAxis_mm - kTextLine_mm : kBelowShownAxis_mm;
}

// Everything for a left margin that is known.
std::vector<PanelLayout> layout_from(const Figure& prepared, double left_mm) {
  std::vector<PanelLayout> panels(prepared.panels.size());
  const double right_mm = std::max(prepared.width_mm - kRightMargin_mm, left_mm + 5.0);
  const double head_mm = prepared.title.empty() ? 0.5 : 4.5;
  std::vector<Legend> legends;
  double fixed_mm = head_mm;
  double shares = 0.0;
  for (const Panel& panel : prepared.panels) {
    legends.push_back(legend_of(panel, right_mm - left_mm));
    fixed_mm += above_mm(panel, legends.back()) + below_mm(panel);
    shares += panel.height;
  }
  const double free_mm =
      std::max(prepared.height_mm - fixed_mm, 4.0 * static_cast<double>(prepared.panels.size()));
  double top_mm = head_mm;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const Panel& panel = prepared.panels[i];
    PanelLayout& layout = panels[i];
    layout.left_mm = left_mm;
    layout.right_mm = right_mm;
    layout.top_mm = top_mm + above_mm(panel, legends[i]);
    layout.bottom_mm = layout.top_mm + free_mm * panel.height / shares;
    top_mm = layout.bottom_mm + below_mm(panel);
    place_legend(legends[i], layout);
    const double height_mm = layout.bottom_mm - layout.top_mm;
    if (!panel.x.logarithmic)
      layout.x_step = tic_step(*panel.x.range, std::clamp((right_mm - left_mm) / 9.0, 2.0, 12.0));
    if (!panel.y.logarithmic) layout.y_step = tic_step(*panel.y.range, std::clamp(height_mm / 5.0, 2.0, 8.0));
    layout.y_label_lines = wrapped(axis_text(panel.y), height_mm + 1.5);
  }
  return panels;
}

}  // namespace

double tic_step(const Interval& range, double most) {
  const double least = (range.high - range.low) / most;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  const double sizes[] = {0.5, 1.0, 2.0, 5.0, 10.0};
  std::size_t i = 1;
  while (i < 4 && sizes[i] * power < least * (1.0 - 1e-9)) ++i;
  const auto tics = [&](double step) {
    return std::floor(range.high / step) - std::ceil(range.low / step) + 1.0;
  };
  if (tics(sizes[i] * power) < 3.0) --i;
  return sizes[i] * power;
}

std::vector<PanelLayout> layout_figure(const Figure& prepared) {
  // The left margin depends on the numbers of the axes, these on the heights, these on the rows of the
  // legend, these on the left margin: twice round settles it.
  double left_mm = 12.0;
  for (int round = 0; round < 2; ++round) {
    const std::vector<PanelLayout> panels = layout_from(prepared, left_mm);
    left_mm = 0.0;
    for (std::size_t i = 0; i < panels.size(); ++i) {
      left_mm = std::max(left_mm, left_margin_mm(prepared.panels[i], panels[i]));
    }
  }
  return layout_from(prepared, left_mm);
}

}  // namespace libfit
