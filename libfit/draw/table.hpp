// Tables by declaration: columns with units, rows of words, numbers and estimates, written for programs
// (CSV), for people (text) and for papers (LaTeX, Markdown). Numbers for people carry as many digits as their
// interval supports; those of the CSV carry all that distinguish them, with the interval in columns of its
// own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libfit/core/statistics.hpp"

namespace libfit {

enum class Alignment { left, right };

struct TableColumn {
  std::string header;
  std::string unit{};  // shown as "header (unit)"; empty: none
  Alignment alignment = Alignment::right;
  int digits = 3;  // 1 to 15, significant ones of a number without interval
};

// Nothing, a word, a number, a number with its interval, a count (shown in full, without decimals).
using TableCell = std::variant<std::monostate, std::string, double, Estimate, std::size_t>;

// A number or an estimate; nothing where there is none.
template <class Value>
TableCell cell_of(const std::optional<Value>& value) {
  return value ? TableCell(*value) : TableCell();
}

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;  // each with as many cells as there are columns
};

// `digits` significant ones, whole numbers never rounded to tens: 284.1 -> "284", 0.00123 -> "0.00123",
// 12345.6 -> "12346", 2.5e-7 -> "2.50e-07". NaN and infinities are "nan", "inf", "-inf".
std::string format_number(double value, int digits);

// "0.80", and never "-0.00".
std::string format_fixed(double value, int decimals);

// "284 [268, 302]": decimals such that half the interval has two significant digits; without an interval as
// format_number.
std::string format_estimate(const Estimate& estimate, int digits);

// RFC 4180, lines ended by LF. A column that holds an estimate becomes three: value, low, high. Words are
// kept as they are (line ends become spaces).
std::string table_as_csv(const Table& table);
// What lines on a terminal keep to.
inline constexpr std::size_t kTerminalColumns = 100;
// Columns side by side with a rule under the headers, for a terminal. A table that is wider than that wraps
// the words of its last column; where this does not do, further columns stand below, beside the first one
// again.
std::string table_as_text(const Table& table);
// A tabular for the package booktabs.
std::string table_as_latex(const Table& table);
std::string table_as_markdown(const Table& table);

// Words in lines of at most `width` characters, those after the first begun by `indent` blanks.
std::string wrapped_text(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace libfit
