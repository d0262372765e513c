#include "libfit/formats/text/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/formats/text/text_columns.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxColumns = 4096;
constexpr std::size_t kMaxLinesAbove = 500;

using Fields = std::vector<std::string_view>;

bool is_blank(char letter) { return letter == ' ' || letter == '\t'; }

// The first letter that is not blank; 0 for a blank line.
char first_letter(std::string_view line) {
  for (const char letter : line) {
    if (!is_blank(letter)) return letter;
  }
  return 0;
}

bool is_comment_mark(char letter) { return letter == '#' || letter == '%'; }

std::string_view without_comment_marks(std::string_view line) {
  line = trimmed(line);
  while (!line.empty() && is_comment_mark(line.front())) line.remove_prefix(1);
  return line;
}

// A number whatever its decimal mark is; between commas a decimal comma needs quotes.
bool is_number(std::string_view field, char delimiter) {
  const bool comma = delimiter != ',' || field.starts_with('"');
  return parse_number(field, {'.', comma ? ',' : '\0'}) || (comma && parse_number(field, {',', '.'})) ||
         parse_clock(field);
}

bool is_row_of_numbers(const Fields& fields, char delimiter) {
  return !fields.empty() && !fields.front().empty() && std::ranges::all_of(fields, [&](std::string_view f) {
    return f.empty() || is_number(f, delimiter);
  });
}

bool is_unit(std::string_view text) { return parse_electric_unit(text) || parse_time_unit(text); }

// "ms", "(ms)", "[ms]"
std::string_view bare_unit(std::string_view text) {
  const bool brackets = text.size() > 2 && ((text.front() == '(' && text.back() == ')') ||
                                            (text.front() == '[' && text.back() == ']'));
  return brackets ? trimmed(text.substr(1, text.size() - 2)) : text;
}

bool names_unit(const std::string& name) { return is_unit(parse_column_name(name, {}).unit); }

using Names = std::vector<std::string>;

// Whether a row holds the units of the columns; some may lack one, or have one that is none of ours.
bool are_units(const Names& names) {
  const auto count = [&](auto predicate) { return std::ranges::count_if(names, predicate); };
  const auto filled = count([](const std::string& name) { return !name.empty(); });
  const auto known = count([](const std::string& name) { return is_unit(bare_unit(name)); });
  const auto beyond_doubt =
      count([](const std::string& name) { return name.size() > 1 && is_unit(bare_unit(name)); });
  return known > 0 && (known == filled || (known > 1 && beyond_doubt > 0));
}

// A row of units without names shows what the columns are, unless it may be names: V, A.
Names names_from_units(const Names& units) {
  if (std::ranges::all_of(units, [](const std::string& unit) { return unit.size() < 2; })) return units;
  Names names;
  for (const std::string& text : units) {
    const std::string_view unit = bare_unit(text);
    const auto electric = parse_electric_unit(unit);
    names.push_back(
        unit.empty() ? "" : fmt::format("{} ({})", electric ? role_name(electric->role) : "time", unit));
  }
  return names;
}

Names names_with_units(Names names, const Names& units) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty() && !units[i].empty() && !names_unit(names[i]))
      names[i] += fmt::format(" ({})", bare_unit(units[i]));
  }
  return names;
}

struct Above {
  std::string_view text;
  std::size_t line = 0;
  bool comment = false;
};

// The fields of a line of names; a unit in brackets belongs to the name before it: Time (s) V (mV).
Fields header_fields(std::string_view line, char delimiter) {
  Fields fields;
  for (const std::string_view field : fields_of(line, delimiter)) {
    const bool named = !fields.empty() && !fields.back().empty();
    const bool unit = delimiter == ' ' && named && bare_unit(field) != field;
    if (unit)
      fields.back() = {fields.back().data(),
                       static_cast<std::size_t>(field.data() + field.size() - fields.back().data())};
    else
      fields.push_back(field);
  }
  return fields;
}

// Finds the names among the lines above the numbers.
class HeaderSearch {
 public:
  // `counts`: the first column counts the rows, so that it may have no name.
  HeaderSearch(const std::vector<Above>& above, std::size_t columns, bool counts)
      : above_(above), columns_(columns), counts_(counts) {}

  // The lowest line that names units counts; else the lowest that has a name for each column.
  Names find(char delimiter) const {
    Names units;
    Names nearest;
    bool nearest_is_comment = true;
    for (std::size_t i = above_.size(); i-- > 0;) {
      const auto& line = above_[i];
      for (const char mark : {delimiter, '\t', ';', ',', ' '}) {
        Names names = matched(header_fields(line.text, mark), line.text.find(mark) != std::string_view::npos);
        if (names.empty()) continue;
        if (units.empty() && are_units(names)) {
          units = std::move(names);
        } else if (!units.empty()) {
          return names_with_units(std::move(names), units);
        } else if (std::ranges::any_of(names, names_unit)) {
          return names;
        } else if (nearest.empty() || (nearest_is_comment && !line.comment)) {
          nearest = std::move(names);
          nearest_is_comment = line.comment;
        }
        break;
      }
    }
    return units.empty() ? nearest : names_from_units(units);
  }

 private:
  // The fields as names where there is one for each column, else nothing. A column that counts the rows may
  // lack its name, and the last columns of a row of units theirs.
  Names matched(const Fields& fields, bool parted) const {
    Names names;
    for (const std::string_view field : fields) names.push_back(unquoted(field));
    const bool units = parted && are_units(names);
    if (names.size() + 1 == columns_ && counts_ && !units && std::ranges::any_of(names, names_unit))
      names.insert(names.begin(), "");
    if (names.size() < columns_ && units) names.resize(columns_);
    return names.size() == columns_ ? names : Names{};
  }

  const std::vector<Above>& above_;
  std::size_t columns_;
  bool counts_;
};

// Whether the first column counts the rows: 0, 1, 2 or 1, 2, 3.
bool first_column_counts(Lines lines, char delimiter) {
  std::optional<double> before;
  std::string_view line;
  int rows = 0;
  while (rows < 3 && lines.next(line)) {
    if (is_no_row(line)) continue;
    const char* at = line.data();
    const auto value = parse_number(take_field(at, at + line.size(), delimiter));
    if (!value || (before ? *value != *before + 1.0 : *value != 0.0 && *value != 1.0)) return false;
    before = value;
    ++rows;
  }
  return rows > 1;
}

// Whether the next row is a header with units, so that the numbers before it are no table.
bool header_follows(Lines lines) {
  std::string_view line;
  while (lines.next(line)) {
    if (is_no_row(line)) continue;
    for (const char delimiter : {';', '\t', ',', ' '}) {
      const Fields fields = fields_of(line, delimiter);
      if (fields.size() < 2 && delimiter != ' ') continue;
      return std::ranges::any_of(fields, [](auto field) { return names_unit(std::string(field)); }) &&
             std::ranges::none_of(fields, [&](auto field) { return is_number(field, delimiter); });
    }
  }
  return false;
}

// Every number shows how it is written, where a comma or a quote leaves more than one reading.
NumberStyle style_of(const Table& table, const std::string& path) {
  const std::string_view text = table.body.rest;
  if (text.find(table.delimiter == ',' ? '"' : ',') == std::string_view::npos) return {};
  DecimalMarks marks;
  Lines lines = table.body;
  std::string_view line;
  while (lines.next(line)) {
    if (is_no_row(line)) continue;
    const char* at = line.data();
    const char* const end = at + line.size();
    for (std::size_t column = 1; column <= table.column_count && at <= end; ++column, ++at)
      marks.add(take_field(at, end, table.delimiter), lines.number, column);
  }
  return marks.style(path);
}

// Names the first field that keeps a line from being a row of numbers.
[[noreturn]] void refuse_without_rows(const std::vector<Above>& above, const std::string& path) {
  for (const Above& line : above) {
    for (const char delimiter : {';', '\t', ',', ' '}) {
      const Fields fields = fields_of(line.text, delimiter);
      const auto wrong =
          std::ranges::find_if(fields, [&](std::string_view field) { return !is_number(field, delimiter); });
      const auto numbers =
          std::ranges::count_if(fields, [&](std::string_view field) { return is_number(field, delimiter); });
      if (line.comment || numbers == 0 || wrong == fields.end()) continue;
      throw InputError(fmt::format(
          "{}: line {}, column {}: `{}` is not a number, and no line before it is a row of numbers; "
          "give every sample a number, or put # before lines that are no samples",
          path, line.line, wrong - fields.begin() + 1, to_utf8(wrong->substr(0, 40))));
    }
  }
  throw InputError(fmt::format("{}: holds no line of numbers", path));
}

// The table that begins at `body`, if its first line is numbers: the first delimiter under which the columns
// have names counts, else the first under which the line is numbers.
std::optional<Table> table_at(std::string_view line, const Lines& body, const std::vector<Above>& above) {
  std::optional<Table> first;
  for (const char delimiter : {';', '\t', ',', ' '}) {
    const Fields fields = fields_of(line, delimiter);
    // A lone field is one column under every delimiter; blanks then part the rows that follow.
    if ((fields.size() < 2 && delimiter != ' ') || !is_row_of_numbers(fields, delimiter)) continue;
    Table table{delimiter, fields.size(), {}, 0, {}, body};
    table.header = HeaderSearch(above, fields.size(), first_column_counts(body, delimiter)).find(delimiter);
    if (!table.header.empty()) return table;
    if (!first) first = std::move(table);
  }
  return first;
}

}  // namespace

bool is_no_row(std::string_view line) {
  const char first = first_letter(line);
  return first == 0 || is_comment_mark(first);
}

std::string_view take_field(const char*& at, const char* end, char delimiter) {
  const auto is_delimiter = [delimiter](char letter) {
    return letter == delimiter || (delimiter == ' ' && letter == '\t');
  };
  while (at != end && is_blank(*at) && (delimiter == ' ' || !is_delimiter(*at))) ++at;
  const char* const begin = at;
  bool quoted = false;
  while (at != end && (quoted || !is_delimiter(*at))) {
    if (*at == '"') quoted = !quoted;
    ++at;
  }
  return trimmed({begin, static_cast<std::size_t>(at - begin)});
}

std::vector<std::string_view> fields_of(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  const char* at = line.data();
  const char* const end = at + line.size();
  for (;;) {
    fields.push_back(take_field(at, end, delimiter));
    if (at == end || fields.size() > kMaxColumns) break;
    ++at;
  }
  while (!fields.empty() && fields.back().empty()) fields.pop_back();
  return fields;
}

Table find_table(std::string_view text, const std::string& path) {
  std::vector<Above> above;
  Lines lines{text, 0};
  std::string_view line;
  for (Lines before = lines; lines.next(line); before = lines) {
    const char first = first_letter(line);
    if (first == 0) continue;
    if (is_comment_mark(first)) {
      if (above.size() > 2 * kMaxLinesAbove) above.erase(above.begin(), above.begin() + kMaxLinesAbove);
      above.push_back({without_comment_marks(line), lines.number, true});
      continue;
    }
    auto table = table_at(line, before, above);
    if (!table || header_follows(lines)) {
      if (above.size() > kMaxLinesAbove) refuse_without_rows(above, path);
      above.push_back({line, lines.number, false});
      continue;
    }
    if (table->column_count > kMaxColumns) {
      throw InputError(
          fmt::format("{}: line {}: {} columns are more than the {} that this reader takes; put one sample a "
                      "line",
                      path, lines.number, table->column_count, kMaxColumns));
    }
    if (table->header.empty()) {
      const auto foreign =
          std::find_if(above.rbegin(), above.rend(), [](const Above& a) { return !a.comment; });
      if (foreign != above.rend()) table->foreign_line = foreign->line;
    }
    table->style = style_of(*table, path);
    return *table;
  }
  refuse_without_rows(above, path);
}

std::string unquoted(std::string_view field) {
  field = trimmed(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = trimmed(field.substr(1, field.size() - 2));
  return std::string(field);
}

}  // namespace libfit
