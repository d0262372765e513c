#include "libfit/formats/text/text_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

bool known_unit(std::string_view unit) { return parse_electric_unit(unit) || parse_time_unit(unit); }

// Splits "<name>_<unit>", "<name> (<unit>)" and "<name> [<unit>]".
std::pair<std::string_view, std::string_view> split_unit(std::string_view text) {
  if (!text.empty() && (text.back() == ')' || text.back() == ']')) {
    const std::size_t open = text.rfind(text.back() == ')' ? '(' : '[');
    if (open != std::string_view::npos) {
      return {trimmed(text.substr(0, open)), trimmed(text.substr(open + 1, text.size() - open - 2))};
    }
  }
  for (const char mark : {'_', '/', ' '}) {
    const std::size_t place = text.rfind(mark);
    if (place != std::string_view::npos && known_unit(text.substr(place + 1)))
      return {trimmed(text.substr(0, place)), trimmed(text.substr(place + 1))};
  }
  return {text, {}};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, lower(name)) != words.end();
}

// A number may follow, where each sweep has times of its own: time_1, t2 (ms).
bool means_time(std::string_view name, std::string_view unit) {
  const std::string base = split_number(name).base;
  return is_one_of(base, {"time", "times"}) || is_one_of(name, {"t"}) ||
         (is_one_of(base, {"t"}) && parse_time_unit(unit));
}

bool means_skip(std::string_view name) {
  return name.empty() || lower(name).starts_with("unnamed:") ||
         is_one_of(name,
                   {"skip", "-", "#", "index", "ignore", "sample", "samples", "point", "row", "n", "no"});
}

void check_stated(const TextColumn& column) {
  const bool electric = role_from_name(column.name).has_value();
  if (column.kind == ColumnKind::time && !column.unit.empty() && !parse_time_unit(column.unit)) {
    throw OptionError(fmt::format("--columns: `{}` is not a unit of time; use s, ms or us", column.unit));
  }
  if (column.kind != ColumnKind::signal) return;
  if (electric && column.unit.empty()) {
    throw OptionError(
        fmt::format("--columns: `{}` has no unit; write `{}_pA`, `{}_mV` or the like, or pass --current-unit "
                    "or --voltage-unit",
                    column.name, column.name, column.name));
  }
  if (!electric && column.unit.empty()) {
    throw OptionError(
        fmt::format("--columns: `{}` is none of time, current, voltage, skip with a unit (time_ms, "
                    "current_pA, voltage_mV)",
                    column.name));
  }
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t place = text.find(mark);
    parts.push_back(trimmed(text.substr(0, place)));
    if (place == std::string_view::npos) return parts;
    text.remove_prefix(place + 1);
  }
}

std::size_t column_number(std::string_view text, std::size_t column_count) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < 1 || number > column_count) {
    throw OptionError(fmt::format(
        "--columns: `{}` is not the number of a column; the file has columns 1 to {}", text, column_count));
  }
  return number;
}

}  // namespace

TextColumn parse_column_name(std::string_view name, const DefaultUnits& units) {
  name = trimmed(name);
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
    name = trimmed(name.substr(1, name.size() - 2));
  auto [base, unit] = split_unit(name);
  if (unit.empty() && parse_time_unit(base)) unit = std::exchange(base, "time");
  if (!unit.empty() && base.ends_with(" in")) base.remove_suffix(3);
  while (!unit.empty() && !base.empty() &&
         std::string_view(",;: ").find(base.back()) != std::string_view::npos)
    base.remove_suffix(1);
  TextColumn column{ColumnKind::signal, to_utf8(base), to_utf8(unit)};
  if (means_time(base, unit)) column.kind = ColumnKind::time;
  if (means_skip(base) && unit.empty()) column.kind = ColumnKind::skip;
  if (column.kind == ColumnKind::signal && unit.empty()) {
    const auto role = role_from_name(base);
    if (role == ChannelRole::current) column.unit = units.current;
    if (role == ChannelRole::voltage) column.unit = units.voltage;
  }
  return column;
}

std::vector<TextColumn> parse_columns_option(std::string_view option, std::size_t column_count,
                                             const DefaultUnits& units) {
  std::vector<TextColumn> columns(column_count, TextColumn{ColumnKind::skip, "", ""});
  const auto parts = split(option, ',');
  if (option.find('=') == std::string_view::npos && parts.size() > column_count) {
    throw OptionError(
        fmt::format("--columns names {} columns but the file has {}", parts.size(), column_count));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string_view name = parts[i];
    std::size_t number = i + 1;
    if (option.find('=') != std::string_view::npos) {
      const std::size_t mark = name.find('=');
      number = column_number(trimmed(name.substr(0, mark)), column_count);
      name = mark == std::string_view::npos ? std::string_view() : trimmed(name.substr(mark + 1));
    }
    if (name.empty()) {
      throw OptionError(fmt::format(
          "--columns: part {} of `{}` has no name; use skip for a column to leave out", i + 1, option));
    }
    columns[number - 1] = parse_column_name(name, units);
    check_stated(columns[number - 1]);
  }
  return columns;
}

NumberedName split_number(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  std::size_t end = name.find_last_of(kDigits);
  for (const std::string_view word : {"sweep", "trace", "episode", "trial", "#"}) {
    const std::size_t place = lower(name).rfind(word);
    if (place == std::string::npos) continue;
    const std::size_t begin = name.find_first_not_of("_ #-", place + word.size());
    if (begin == std::string_view::npos || kDigits.find(name[begin]) == std::string_view::npos) continue;
    end = std::min(name.find_first_not_of(kDigits, begin), name.size()) - 1;
    break;
  }
  if (end == std::string_view::npos) return {std::string(name), std::nullopt};
  const std::size_t begin = name.find_last_not_of(kDigits, end) + 1;  // npos + 1 is 0
  std::size_t number = 0;
  const auto [stop, problem] = std::from_chars(name.data() + begin, name.data() + end + 1, number);
  if (problem != std::errc()) return {std::string(name), std::nullopt};
  std::string_view before = name.substr(0, begin);
  std::string_view after = name.substr(end + 1);
  before = before.substr(0, before.find_last_not_of("_ #-([{") + 1);
  after.remove_prefix(std::min(after.find_first_not_of("_ -)]}"), after.size()));
  return {fmt::format("{}{}{}", before, before.empty() || after.empty() ? "" : "_", after), number};
}

namespace {

// Columns of one name and unit, by their numbers.
struct Family {
  std::string name;
  std::string unit;
  std::map<std::size_t, std::size_t> columns;
  bool unique = true;  // no number twice

  bool electric() const { return parse_electric_unit(unit).has_value(); }
  bool several() const { return unique && columns.size() > 1; }
  bool same_numbers(const Family& other) const {
    return std::ranges::equal(
        columns, other.columns, {}, [](const auto& c) { return c.first; },
        [](const auto& c) { return c.first; });
  }
  std::string text() const {
    std::vector<std::size_t> numbers;
    for (const auto& [number, column] : columns) numbers.push_back(number);
    return fmt::format("{} [{}] has the numbers {}", name, unit, fmt::join(numbers, ", "));
  }
};

// The families of the columns in the order of their first columns; a column without a number is alone.
std::vector<Family> families_of(const std::vector<TextColumn>& columns) {
  std::vector<Family> families;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != ColumnKind::signal) continue;
    const NumberedName name = split_number(columns[i].name);
    const auto family = std::ranges::find_if(families, [&](const Family& f) {
      return name.number && f.name == name.base && f.unit == columns[i].unit && f.unique;
    });
    if (family == families.end()) {
      families.push_back(
          {name.number ? name.base : columns[i].name, columns[i].unit, {}, name.number.has_value()});
      families.back().columns.emplace(name.number.value_or(0), i);
    } else {
      family->unique = family->columns.emplace(*name.number, i).second;
    }
  }
  return families;
}

}  // namespace

std::vector<ColumnChannel> group_columns(const std::vector<TextColumn>& columns, const std::string& path) {
  const std::vector<Family> families = families_of(columns);
  const bool alone =
      std::ranges::any_of(families, [](const Family& f) { return f.electric() && !f.several(); });
  const auto first =
      std::ranges::find_if(families, [](const Family& f) { return f.electric() && f.several(); });
  std::vector<ColumnChannel> channels;
  for (const Family& family : families) {
    if (!alone && family.electric() && !family.same_numbers(*first)) {
      throw InputError(fmt::format(
          "{}: sweeps are paired by the numbers of their columns, but {} and {}; leave out what has "
          "no partner, or rename it, with --columns",
          path, first->text(), family.text()));
    }
    if (!alone && first != families.end() && family.several() && family.same_numbers(*first)) {
      ColumnChannel& channel = channels.emplace_back(ColumnChannel{family.name, family.unit, {}, {}});
      for (const auto& [number, column] : family.columns) {
        channel.columns.push_back(column);
        channel.numbers.push_back(number);
      }
      continue;
    }
    for (const auto& [number, column] : family.columns)
      channels.push_back({columns[column].name, columns[column].unit, {column}, {}});
  }
  return channels;
}

}  // namespace libfit
