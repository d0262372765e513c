#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "libfit/draw/figure_parts.hpp"
#include "libfit/draw/text_escape.hpp"

namespace libfit {
namespace {

struct Column {
  std::string header;
  const std::vector<double>* values;
};

// NaN marks are equal to each other here: two series over one time axis share it.
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b,
                            [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); });
}

class Columns {
 public:
  std::size_t add(std::string header, const std::vector<double>& values) {
    if (values.empty()) return 0;
    columns_.push_back({std::move(header), &values});
    return columns_.size();
  }

  // The column of the same values among those from `first` on, or a new one.
  std::size_t share(std::size_t first, std::string header, const std::vector<double>& values) {
    for (std::size_t i = first; i < columns_.size(); ++i) {
      if (columns_[i].header == header && same(*columns_[i].values, values)) return i + 1;
    }
    return add(std::move(header), values);
  }

  std::size_t size() const { return columns_.size(); }

  std::string csv() const {
    std::string text;
    std::size_t rows = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) text += ',';
      text += csv_field(columns_[i].header);
      rows = std::max(rows, columns_[i].values->size());
    }
    text += '\n';
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) text += ',';
        const std::vector<double>& values = *columns_[i].values;
        if (row >= values.size()) continue;
        if (std::isnan(values[row])) {
          text += "NaN";
        } else {
          fmt::format_to(std::back_inserter(text), "{:.8g}", values[row] == 0.0 ? 0.0 : values[row]);
        }
      }
      text += '\n';
    }
    return text;
  }

 private:
  std::vector<Column> columns_;
};

std::string axis_name(const Axis& axis, const char* fallback) {
  const std::string text = axis_text(axis);
  return text.empty() ? fallback : text;
}

}  // namespace

std::string axis_text(const Axis& axis) {
  return axis.unit.empty() ? axis.label : fmt::format("{} ({})", axis.label, axis.unit);
}

FigureTable tabulate_figure(const Figure& prepared) {
  FigureTable table;
  Columns columns;
  for (std::size_t p = 0; p < prepared.panels.size(); ++p) {
    const Panel& panel = prepared.panels[p];
    const std::string x_name = axis_name(panel.x, "x");
    const std::string y_name = axis_name(panel.y, "y");
    const std::size_t first = columns.size();
    table.columns.emplace_back();
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      const Series& series = panel.series[s];
      const std::string name = series.label.empty() ? fmt::format("series {}", s + 1) : series.label;
      SeriesColumns place;
      if (series.kind == SeriesKind::vertical_mark || series.kind == SeriesKind::raster) {
        place.x = columns.add(fmt::format("p{} {}: {}", p + 1, name, x_name), series.x);
      } else {
        place.x = columns.share(first, fmt::format("p{} {}", p + 1, x_name), series.x);
      }
      place.y = columns.add(fmt::format("p{} {}: {}", p + 1, name, y_name), series.y);
      place.low = columns.add(fmt::format("p{} {}: {} low", p + 1, name, y_name), series.low);
      place.high = columns.add(fmt::format("p{} {}: {} high", p + 1, name, y_name), series.high);
      table.columns.back().push_back(place);
    }
  }
  table.csv = columns.csv();
  return table;
}

}  // namespace libfit
