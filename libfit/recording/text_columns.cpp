#include "libfit/recording/text_columns.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

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

bool means_time(std::string_view name) {
  const std::string text = lower(name);
  return text == "t" || text == "time" || text == "times";
}

bool means_skip(std::string_view name) {
  const std::string text = lower(name);
  return text == "skip" || text == "-" || text == "index" || text == "ignore" || text == "sample";
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

// A name without its trailing digits, and those digits.
std::pair<std::string, std::string> split_number(const std::string& name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  const std::size_t digits = last == std::string::npos ? 0 : last + 1;
  std::string base = name.substr(0, digits);
  while (!base.empty() && (base.back() == '_' || base.back() == ' ')) base.pop_back();
  return {base, name.substr(digits)};
}

struct NumberedGroup {
  std::string base;
  std::map<std::string, std::size_t> columns;  // by number
  bool usable = true;
};

}  // namespace

TextColumn parse_column_name(std::string_view name, const DefaultUnits& units) {
  name = trimmed(name);
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
    name = trimmed(name.substr(1, name.size() - 2));
  const auto [base, unit] = split_unit(name);
  TextColumn column{ColumnKind::signal, to_utf8(base), to_utf8(unit)};
  if (means_time(base)) column.kind = ColumnKind::time;
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

std::vector<ColumnChannel> group_columns(const std::vector<TextColumn>& columns) {
  std::map<ChannelRole, NumberedGroup> groups;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto unit = parse_electric_unit(columns[i].unit);
    if (columns[i].kind != ColumnKind::signal || !unit) continue;
    const auto [base, number] = split_number(columns[i].name);
    NumberedGroup& group = groups[unit->role];
    if (group.columns.empty()) group.base = base;
    const bool fits =
        !number.empty() && group.base == base &&
        columns[i].unit == columns[group.columns.empty() ? i : group.columns.begin()->second].unit;
    group.usable = group.usable && fits && group.columns.emplace(number, i).second;
    if (!group.usable) group.columns.emplace("", i);
  }
  bool sweeps = !groups.empty();
  for (const auto& [role, group] : groups) sweeps = sweeps && group.usable && group.columns.size() > 1;
  if (sweeps && groups.size() == 2) {
    const auto& first = groups.begin()->second.columns;
    const auto& second = groups.rbegin()->second.columns;
    sweeps = first.size() == second.size() &&
             std::equal(first.begin(), first.end(), second.begin(),
                        [](const auto& a, const auto& b) { return a.first == b.first; });
  }
  std::vector<ColumnChannel> channels;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != ColumnKind::signal) continue;
    const auto unit = parse_electric_unit(columns[i].unit);
    if (!sweeps || !unit) {
      channels.push_back({columns[i].name, columns[i].unit, {i}});
      continue;
    }
    const std::string& base = groups[unit->role].base;
    const auto [known, is_new] = place.emplace(base + "\n" + columns[i].unit, channels.size());
    if (is_new) channels.push_back({base, columns[i].unit, {}});
    channels[known->second].columns.push_back(i);
  }
  return channels;
}

}  // namespace libfit
