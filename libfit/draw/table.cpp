#include "libfit/draw/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>

#include "libfit/core/error.hpp"
#include "libfit/draw/text_escape.hpp"

namespace libfit {
namespace {

void check(const Table& table) {
  require(!table.columns.empty(), "table: there must be a column");
  for (const TableColumn& column : table.columns) {
    require(column.digits >= 1 && column.digits <= 15, "table: digits must lie in [1, 15]");
  }
  for (const auto& row : table.rows) {
    require(row.size() == table.columns.size(), "table: a row needs a cell for each column");
  }
}

std::string header_of(const TableColumn& column) {
  const std::string text =
      column.unit.empty() ? column.header : fmt::format("{} ({})", column.header, column.unit);
  return plain_text(text);
}

int exponent_of(double value) {
  return value == 0.0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value))));
}

std::string cell_text(const TableCell& cell, const TableColumn& column) {
  if (const auto* word = std::get_if<std::string>(&cell)) return plain_text(*word);
  if (const auto* number = std::get_if<double>(&cell)) return format_number(*number, column.digits);
  if (const auto* estimate = std::get_if<Estimate>(&cell)) return format_estimate(*estimate, column.digits);
  if (const auto* count = std::get_if<std::size_t>(&cell)) return fmt::format("{}", *count);
  return {};
}

using Lines = std::vector<std::vector<std::string>>;

// Headers, then rows, as people read them.
Lines lines_of(const Table& table) {
  check(table);
  Lines lines(1);
  for (const TableColumn& column : table.columns) lines.front().push_back(header_of(column));
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) lines.back().push_back(cell_text(row[i], table.columns[i]));
  }
  return lines;
}

std::string padded(const std::string& text, std::size_t width, Alignment alignment) {
  const std::string space(width - std::min(width, character_count(text)), ' ');
  return alignment == Alignment::left ? text + space : space + text;
}

std::vector<std::size_t> widths_of(const Lines& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], character_count(line[i]));
  }
  return widths;
}

constexpr std::size_t kGap = 2;

// Columns that stand side by side on a terminal; the first one stands in every part.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::size_t>> parts{{0}};
  std::size_t used = widths[0];
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (used + kGap + widths[i] > kTerminalColumns && parts.back().size() > 1) {
      parts.push_back({0});
      used = widths[0];
    }
    parts.back().push_back(i);
    used += kGap + widths[i];
  }
  return parts;
}

// The width that a last column of words is wrapped to where the table would be too wide.
std::size_t width_of_last(const std::vector<std::size_t>& widths, const TableColumn& last) {
  constexpr std::size_t kNarrowest = 10;
  std::size_t before = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before += widths[i] + kGap;
  const bool room = before + kNarrowest <= kTerminalColumns;
  if (last.alignment != Alignment::left || !room) return widths.back();
  return std::min(widths.back(), kTerminalColumns - before);
}

// Some columns of a line; words of the last column that are too wide go on below its beginning.
std::string columns_of(const std::vector<std::string>& line, const std::vector<std::size_t>& part,
                       const std::vector<std::size_t>& widths, const Table& table) {
  std::string text;
  std::size_t begin = 0;
  for (const std::size_t i : part) {
    if (i != part.front()) text += std::string(kGap, ' ');
    const bool wraps = character_count(line[i]) > widths[i];
    text += wraps ? wrapped_text(line[i], widths[i], begin)
                  : padded(line[i], widths[i], table.columns[i].alignment);
    begin += widths[i] + kGap;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string full_number(double value) { return fmt::format("{}", value == 0.0 ? 0.0 : value); }

bool has_interval(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.rows, [column](const auto& row) {
    const auto* estimate = std::get_if<Estimate>(&row[column]);
    return estimate != nullptr && estimate->ci95.has_value();
  });
}

// A CSV cell with, where the column has intervals, those of low and high after it.
std::string csv_cells(const TableCell& cell, bool interval) {
  std::string text;
  std::string bounds = interval ? ",," : "";
  if (const auto* word = std::get_if<std::string>(&cell))
    text = csv_field(plain_text(*word, word->size() + 1));
  if (const auto* number = std::get_if<double>(&cell)) text = full_number(*number);
  if (const auto* count = std::get_if<std::size_t>(&cell)) text = fmt::format("{}", *count);
  if (const auto* estimate = std::get_if<Estimate>(&cell)) {
    text = full_number(estimate->value);
    if (estimate->ci95) {
      bounds = fmt::format(",{},{}", full_number(estimate->ci95->low), full_number(estimate->ci95->high));
    }
  }
  return text + bounds;
}

// A cell for LaTeX: the minus of a number as mathematics.
std::string latex_cell(const TableCell& cell, const TableColumn& column) {
  std::string escaped = latex_escape(cell_text(cell, column));
  if (std::holds_alternative<std::string>(cell)) return escaped;
  std::string text;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool exponent = i > 0 && escaped[i - 1] == 'e';
    text += escaped[i] == '-' && !exponent ? std::string("$-$") : std::string(1, escaped[i]);
  }
  return text;
}

}  // namespace

std::string format_fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  // "-0.0" is no more than "0.0".
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string format_number(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0.0 ? "-inf" : "inf";
  if (value != 0.0 && (std::abs(value) < 1e-4 || std::abs(value) >= 1e7)) {
    return fmt::format("{:.{}e}", value, digits - 1);
  }
  int decimals = std::max(0, digits - 1 - exponent_of(value));
  // 9.996 with three digits is 10.0, not 10.00.
  const double rounded = std::round(value * std::pow(10.0, decimals)) / std::pow(10.0, decimals);
  if (decimals > 0 && exponent_of(rounded) > exponent_of(value)) --decimals;
  return format_fixed(value, decimals);
}

std::string format_estimate(const Estimate& estimate, int digits) {
  if (!estimate.ci95) return format_number(estimate.value, digits);
  const Interval ci = *estimate.ci95;
  const double half = 0.5 * (ci.high - ci.low);
  const double largest = std::max({std::abs(estimate.value), std::abs(ci.low), std::abs(ci.high)});
  if (!std::isfinite(half) || !std::isfinite(estimate.value) || half <= 0.0 || half < 1e-9 * largest ||
      largest >= 1e7 || largest < 1e-4) {
    return fmt::format("{} [{}, {}]", format_number(estimate.value, digits), format_number(ci.low, digits),
                       format_number(ci.high, digits));
  }
  const int decimals = std::clamp(1 - exponent_of(half), 0, 10);
  return fmt::format("{} [{}, {}]", format_fixed(estimate.value, decimals), format_fixed(ci.low, decimals),
                     format_fixed(ci.high, decimals));
}

std::string table_as_csv(const Table& table) {
  check(table);
  std::string text;
  std::vector<bool> intervals;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    intervals.push_back(has_interval(table, i));
    TableColumn column = table.columns[i];
    if (i > 0) text += ',';
    text += csv_field(header_of(column));
    if (!intervals.back()) continue;
    for (const char* bound : {" low", " high"}) {
      column.header = table.columns[i].header + bound;
      text += ',';
      text += csv_field(header_of(column));
    }
  }
  text += '\n';
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      text += csv_cells(row[i], intervals[i]);
    }
    text += '\n';
  }
  return text;
}

std::string table_as_text(const Table& table) {
  const Lines lines = lines_of(table);
  std::vector<std::size_t> widths = widths_of(lines);
  widths.back() = width_of_last(widths, table.columns.back());
  std::vector<std::string> rule;
  rule.reserve(widths.size());
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  std::string text;
  for (const std::vector<std::size_t>& part : parts_of(widths)) {
    if (!text.empty()) text += '\n';
    for (const auto& line : lines) {
      text += columns_of(line, part, widths, table);
      if (&line == &lines.front()) text += columns_of(rule, part, widths, table);
    }
  }
  return text;
}

std::string wrapped_text(const std::string& text, std::size_t width, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  std::size_t used = 0;
  for (std::string word; words >> word;) {
    const std::size_t length = character_count(word);
    if (used > 0 && used + 1 + length > width) {
      result += '\n' + std::string(indent, ' ');
      used = 0;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += length;
  }
  return result;
}

std::string table_as_latex(const Table& table) {
  check(table);
  std::string text = "\\begin{tabular}{";
  for (const TableColumn& column : table.columns) text += column.alignment == Alignment::left ? 'l' : 'r';
  text += "}\n\\toprule\n";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += " & ";
    text += latex_escape(header_of(table.columns[i]));
  }
  text += " \\\\\n\\midrule\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += " & ";
      text += latex_cell(row[i], table.columns[i]);
    }
    text += " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string table_as_markdown(const Table& table) {
  const Lines lines = lines_of(table);
  std::string text;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    text += '|';
    for (const std::string& cell : lines[k]) text += fmt::format(" {} |", markdown_escape(cell));
    text += '\n';
    if (k > 0) continue;
    text += '|';
    for (const TableColumn& column : table.columns)
      text += column.alignment == Alignment::left ? " --- |" : " ---: |";
    text += '\n';
  }
  return text;
}

}  // namespace libfit
