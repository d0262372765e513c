#include "libfit/recording/text_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxColumns = 4096;

struct Lines {
  std::string_view rest;
  std::size_t number = 0;  // of the line last taken, from 1

  // The next line without its end; false at the end of the text.
  bool next(std::string_view& line) {
    if (rest.empty()) return false;
    const void* end = std::memchr(rest.data(), '\n', rest.size());
    const std::size_t length =
        end == nullptr ? rest.size() : static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
    line = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number;
    return true;
  }
};

bool is_blank(char letter) { return letter == ' ' || letter == '\t'; }

// The first letter that is not blank; 0 for a blank line.
char first_letter(std::string_view line) {
  for (const char letter : line) {
    if (!is_blank(letter)) return letter;
  }
  return 0;
}

bool is_comment_mark(char letter) { return letter == '#' || letter == '%'; }

std::string_view comment_text(std::string_view line) {
  line = trimmed(line);
  while (!line.empty() && is_comment_mark(line.front())) line.remove_prefix(1);
  return trimmed(line);
}

char find_delimiter(std::string_view line) {
  for (const char mark : {';', '\t', ','}) {
    if (trimmed(line).find(mark) != std::string_view::npos) return mark;
  }
  return ' ';
}

std::vector<std::string_view> fields_of(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  line = trimmed(line);
  if (delimiter == ' ') {
    while (!line.empty()) {
      const std::size_t end = line.find_first_of(" \t");
      fields.push_back(line.substr(0, end));
      line = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
    }
    return fields;
  }
  for (;;) {
    const std::size_t end = line.find(delimiter);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  if (fields.size() > 1 && fields.back().empty()) fields.pop_back();  // a delimiter at the end of the line
  return fields;
}

// Reads a number at `at` and moves it past; nullptr when there is none. "+1" is a number here.
const char* parse_number(const char* at, const char* end, double& value) {
  if (at != end && *at == '+') ++at;
  const auto [stop, problem] = std::from_chars(at, end, value);
  if (problem == std::errc::result_out_of_range) {
    value = std::strtod(std::string(at, stop).c_str(), nullptr);  // 0 or infinity, as the language rounds
    return stop;
  }
  return problem == std::errc() ? stop : nullptr;
}

bool all_numbers(const std::vector<std::string_view>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](std::string_view field) {
    double value = 0.0;
    const char* end = field.data() + field.size();
    return !field.empty() && parse_number(field.data(), end, value) == end;
  });
}

struct Table {
  char delimiter = ' ';
  std::size_t column_count = 0;
  std::vector<std::string> header;  // names of the columns; empty when there is none
  Lines body;                       // at the first line of numbers
};

// Skips comments and the header up to the first line of numbers.
Table find_table(std::string_view text, const std::string& path) {
  Table table;
  Lines lines{text, 0};
  std::string_view line;
  std::string_view comment;
  std::string_view header;
  std::size_t header_line = 0;
  for (Lines before = lines; lines.next(line); before = lines) {
    const char first = first_letter(line);
    if (first == 0) continue;
    if (is_comment_mark(first)) {
      comment = comment_text(line);
      continue;
    }
    table.delimiter = find_delimiter(line);
    const auto fields = fields_of(line, table.delimiter);
    if (all_numbers(fields)) {
      table.column_count = fields.size();
      table.body = before;
      break;
    }
    if (header_line != 0) {
      throw InputError(
          fmt::format("{}: line {}: neither numbers nor a second header is understood: `{}`; put # before "
                      "lines that are not "
                      "data, and use a point as the decimal mark",
                      path, lines.number, to_utf8(line.substr(0, 60))));
    }
    header = line;
    header_line = lines.number;
  }
  if (table.column_count == 0) throw InputError(fmt::format("{}: holds no line of numbers", path));
  if (table.column_count > kMaxColumns) {
    throw InputError(
        fmt::format("{}: line {}: {} columns are more than the {} that this reader takes; put one "
                    "sample a line",
                    path, table.body.number + 1, table.column_count, kMaxColumns));
  }
  // Quoted names may hold blanks, so the header's own delimiter counts when it has one.
  const std::string_view names = header.empty() ? comment : header;
  for (const char mark : {table.delimiter, find_delimiter(names)}) {
    const auto fields = fields_of(names, mark);
    if (fields.size() == table.column_count) {
      table.header.assign(fields.begin(), fields.end());
      return table;
    }
  }
  if (!header.empty()) {
    throw InputError(
        fmt::format("{}: line {}: the header does not name the {} columns of the numbers below it", path,
                    header_line, table.column_count));
  }
  return table;
}

[[noreturn]] void refuse_field(const std::string& path, std::size_t line, std::size_t column,
                               std::string_view rest) {
  const std::string_view field = rest.substr(0, std::min<std::size_t>(rest.find_first_of(" \t;,\r\n"), 30));
  throw InputError(
      fmt::format("{}: line {}, column {}: `{}` is not a number; give every sample a value with a decimal "
                  "point, or part the "
                  "columns alike in every line",
                  path, line, column + 1, to_utf8(field)));
}

// One line into the columns that are wanted.
void parse_line(std::string_view line, const Table& table, std::vector<std::vector<double>>& columns,
                const std::vector<bool>& wanted, const std::string& path, std::size_t number) {
  const char* at = line.data();
  const char* end = at + line.size();
  const auto skip_blanks = [&] {
    while (at != end && is_blank(*at) && (*at != table.delimiter || table.delimiter == ' ')) ++at;
  };
  for (std::size_t column = 0; column < table.column_count; ++column) {
    skip_blanks();
    double value = 0.0;
    const char* stop = parse_number(at, end, value);
    if (stop == nullptr) refuse_field(path, number, column, {at, static_cast<std::size_t>(end - at)});
    at = stop;
    if (at != end && !is_blank(*at) && *at != table.delimiter)
      refuse_field(path, number, column, {at, static_cast<std::size_t>(end - at)});
    skip_blanks();
    if (table.delimiter != ' ') {
      const bool marked = at != end && *at == table.delimiter;
      if (!marked && column + 1 < table.column_count)
        refuse_field(path, number, column + 1, {at, static_cast<std::size_t>(end - at)});
      if (marked) ++at;
    }
    if (wanted[column]) columns[column].push_back(value);
  }
  skip_blanks();
  if (at != end) {
    throw InputError(fmt::format("{}: line {}: more than the {} columns of the first line", path, number,
                                 table.column_count));
  }
}

std::vector<std::vector<double>> parse_body(const Table& table, const std::vector<TextColumn>& columns,
                                            const std::string& path) {
  std::vector<std::vector<double>> values(columns.size());
  std::vector<bool> wanted;
  Lines lines = table.body;
  std::string_view line;
  const std::size_t bytes = lines.rest.size();
  Lines probe = lines;
  probe.next(line);
  // A line takes two bytes a column at least, so the estimate is bounded by the file.
  const std::size_t rows = bytes / std::max(line.size(), 2 * columns.size()) + 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    wanted.push_back(columns[i].kind != ColumnKind::skip);
    if (wanted.back()) values[i].reserve(rows);
  }
  while (lines.next(line)) {
    const char first = first_letter(line);
    if (first == 0 || is_comment_mark(first)) continue;
    parse_line(line, table, values, wanted, path, lines.number);
  }
  return values;
}

std::vector<TextColumn> columns_of(const Table& table, const std::string& path, const TextOptions& options) {
  if (!options.columns.empty())
    return parse_columns_option(options.columns, table.column_count, options.units);
  std::vector<TextColumn> columns;
  bool known = false;
  for (const std::string& name : table.header) {
    columns.push_back(parse_column_name(name, options.units));
    known = known || parse_electric_unit(columns.back().unit).has_value();
  }
  if (!known) {
    throw InputError(
        fmt::format("{}: {} columns of text without a header that names a current or a voltage with its "
                    "unit; say what they "
                    "are with --columns, for example --columns {}, and pass the sampling step with --dt in "
                    "ms unless a column is the "
                    "time",
                    path, table.column_count,
                    table.column_count == 2  ? "current_pA,voltage_mV"
                    : table.column_count > 3 ? "2=current_pA,3=voltage_mV"
                                             : "skip,current_pA,voltage_mV"));
  }
  return columns;
}

// Mean step of a time column; refuses one that is not uniform, with the line of the largest departure.
double step_of(const std::vector<double>& time, const std::string& path, bool check) {
  if (time.size() < 2)
    throw InputError(fmt::format("{}: one line of numbers tells no time step; pass --dt", path));
  const auto count = static_cast<double>(time.size() - 1);
  const double step = (time.back() - time.front()) / count;
  if (!check) return step;
  if (!std::isfinite(step) || step <= 0.0) {
    throw InputError(
        fmt::format("{}: the time column does not increase; pass the sampling step with --dt", path));
  }
  std::size_t worst = 1;
  double departure = -1.0;
  for (std::size_t i = 1; i < time.size(); ++i) {
    const double here = std::abs(time[i] - time[i - 1] - step);
    if (!(here <= departure)) {
      departure = here;
      worst = i;
    }
  }
  // A lost sample is a departure of one step; the mean step hides it by at most half. Times printed with few
  // digits depart by one unit of the last digit.
  if (!(departure <= 0.25 * step)) {
    throw InputError(fmt::format(
        "{}: the time column is not uniform: it goes from {:.9g} to {:.9g} at row {} where the mean "
        "step is {:.6g}; cut the file there, or pass --dt if the samples are regular",
        path, time[worst - 1], time[worst], worst + 1, step));
  }
  return step;
}

double dt_of(const std::vector<TextColumn>& columns, const std::vector<std::vector<double>>& values,
             const std::string& path, std::optional<double> dt_ms) {
  std::optional<double> found;
  bool unitless = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != ColumnKind::time) continue;
    const auto unit = parse_time_unit(columns[i].unit);
    unitless = unitless || !unit;
    if (unit && !found) found = tidy_step(step_of(values[i], path, !dt_ms) * *unit);
  }
  if (dt_ms) return agreed_step(path, *dt_ms, found);
  if (found) return *found;
  throw InputError(fmt::format(
      "{}: the time step is not in the file{}; pass it with --dt in ms (it is never guessed)", path,
      unitless ? ": its time column has no known unit (name it time_s, time_ms or time_us with --columns)"
               : ""));
}

void refuse_other_encodings(std::string_view text, const std::string& path) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw InputError(fmt::format("{}: is text in UTF-16; save it as UTF-8", path));
  }
}

}  // namespace

bool looks_like_text(std::span<const std::byte> bytes) {
  const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
  std::size_t odd = 0;
  for (const std::byte byte : head) {
    if (byte == std::byte{0}) return false;
    odd += byte < std::byte{0x20} && byte != std::byte{'\n'} && byte != std::byte{'\r'} &&
                   byte != std::byte{'\t'} && byte != std::byte{'\f'} && byte != std::byte{'\v'}
               ? 1
               : 0;
  }
  return !head.empty() && odd <= head.size() / 50;
}

SignalFile read_text(std::span<const std::byte> bytes, const std::string& path, const TextOptions& options) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  refuse_other_encodings(text, path);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Table table = find_table(text, path);
  const auto columns = columns_of(table, path, options);
  auto values = parse_body(table, columns, path);
  SignalFile file;
  file.path = path;
  file.format = "text";
  file.dt_ms = dt_of(columns, values, path, options.dt_ms);
  for (const ColumnChannel& group : group_columns(columns)) {
    Channel& channel = file.channels.emplace_back();
    channel.name = group.name;
    channel.file_unit = group.unit;
    if (const auto unit = parse_electric_unit(group.unit)) {
      channel.role = unit->role;
      channel.to_internal = unit->to_internal;
    }
    for (const std::size_t column : group.columns) {
      auto& samples = channel.sweeps.emplace_back(std::move(values[column]));
      if (channel.to_internal == 1.0) continue;
      for (double& sample : samples) sample *= channel.to_internal;
    }
  }
  return file;
}

}  // namespace libfit
