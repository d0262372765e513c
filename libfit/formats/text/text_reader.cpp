#include "libfit/formats/text/text_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/number_text.hpp"
#include "libfit/core/text.hpp"
#include "libfit/formats/text/text_table.hpp"
#include "libfit/formats/text/time_column.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// The numbers of a table, column by column.
struct Body {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> ended;  // line of the first empty field of a column; 0: none is empty
  std::vector<bool> clock;         // whether a column of times is written as h:m:s
};

// Reads the lines of a table into the columns that are wanted.
class BodyReader {
 public:
  BodyReader(const Table& table, const std::vector<TextColumn>& columns, const std::string& path)
      : table_(table), columns_(columns), path_(path) {}

  Body read() {
    const std::size_t count = columns_.size();
    body_ = {std::vector<std::vector<double>>(count), std::vector<std::size_t>(count),
             std::vector<bool>(count)};
    plain_.assign(count, table_.style.decimal == '.' ? 1 : 0);
    Lines lines = table_.body;
    std::string_view line;
    Lines probe = lines;
    probe.next(line);
    // A line takes two bytes per column at least, so the estimate is bounded by the file.
    const std::size_t rows = lines.rest.size() / std::max(line.size(), 2 * count) + 1;
    for (std::size_t i = 0; i < count; ++i) {
      wanted_.push_back(columns_[i].kind != ColumnKind::skip ? 1 : 0);
      if (wanted_.back() != 0) body_.values[i].reserve(rows);
    }
    while (lines.next(line)) {
      if (!is_no_row(line)) read_line(line, lines.number);
    }
    return std::move(body_);
  }

 private:
  void read_line(std::string_view line, std::size_t number) {
    const char* at = line.data();
    const char* const end = at + line.size();
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      skip_blanks(at, end);
      double value = 0.0;
      const char* stop = plain_[column] != 0 ? scan_number(at, end, value) : nullptr;
      if (stop != nullptr && stop != end && *stop != table_.delimiter) stop = after_blanks(stop, end);
      if (stop != nullptr) {
        at = stop;
        if (wanted_[column] != 0) store(column, value, number);
      } else {
        read_field(take_field(at, end, table_.delimiter), column, number);
      }
      if (at != end && *at == table_.delimiter) ++at;
    }
    // Spreadsheets leave delimiters after the last column.
    while (at != end && (is_blank(*at) || *at == table_.delimiter)) ++at;
    if (at != end) {
      throw InputError(fmt::format("{}: line {}: more than the {} columns of the first line", path_, number,
                                   columns_.size()));
    }
  }

  // What is no plain number: quoted, with another decimal mark, a time of day, or empty.
  void read_field(std::string_view field, std::size_t column, std::size_t number) {
    if (wanted_[column] == 0) return;
    if (field.empty() || field == "\"\"") {
      if (body_.ended[column] == 0) body_.ended[column] = number;
      return;
    }
    if (columns_[column].kind == ColumnKind::time && body_.values[column].empty() && parse_clock(field)) {
      body_.clock[column] = true;
      plain_[column] = 0;
    }
    const auto value = body_.clock[column] ? parse_clock(field) : parse_number(field, table_.style);
    if (!value) {
      throw InputError(
          fmt::format("{}: line {}, column {}: `{}` is not a number; give every sample a value, write all "
                      "numbers alike, and part the columns alike in every line",
                      path_, number, column + 1, to_utf8(field.substr(0, 30))));
    }
    store(column, *value, number);
  }

  void store(std::size_t column, double value, std::size_t number) {
    if (body_.ended[column] != 0) {
      throw InputError(fmt::format(
          "{}: line {}, column {}: is empty, but line {} has a value again; give every sample one", path_,
          body_.ended[column], column + 1, number));
    }
    body_.values[column].push_back(value);
  }

  static bool is_blank(char letter) { return letter == ' ' || letter == '\t'; }

  // Blanks that are no delimiter, and all of them where blanks are the delimiter.
  void skip_blanks(const char*& at, const char* end) const {
    while (at != end && is_blank(*at) && (*at != table_.delimiter || table_.delimiter == ' ')) ++at;
  }

  // What follows the blanks after a number; nullptr where more of the field does.
  const char* after_blanks(const char* at, const char* end) const {
    if (!is_blank(*at)) return nullptr;
    skip_blanks(at, end);
    return at == end || *at == table_.delimiter || table_.delimiter == ' ' ? at : nullptr;
  }

  const Table& table_;
  const std::vector<TextColumn>& columns_;
  const std::string& path_;
  std::vector<char> plain_;  // whether the numbers of a column may be read where they stand
  std::vector<char> wanted_;
  Body body_;
};

std::vector<TextColumn> columns_of(const Table& table, const std::string& path, const TextOptions& options) {
  if (!options.columns.empty())
    return parse_columns_option(options.columns, table.column_count, options.units);
  std::vector<TextColumn> columns;
  bool known = false;
  if (table.foreign_line != 0) {
    throw InputError(fmt::format(
        "{}: line {}: the header does not name the {} columns of the numbers below it; name them "
        "with --columns{}",
        path, table.foreign_line, table.column_count,
        table.delimiter == ',' ? ", or part them by semicolons if their commas are decimal marks" : ""));
  }
  for (const std::string& name : table.header) {
    columns.push_back(parse_column_name(name, options.units));
    known = known || parse_electric_unit(columns.back().unit).has_value();
  }
  // Whatever it is called, the only column in a unit of time is the time.
  const auto in_time = [](const TextColumn& column) { return parse_time_unit(column.unit).has_value(); };
  const bool named = std::ranges::any_of(columns, [](const auto& c) { return c.kind == ColumnKind::time; });
  if (!named && std::ranges::count_if(columns, in_time) == 1)
    std::ranges::find_if(columns, in_time)->kind = ColumnKind::time;
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

// The step of the time columns; all of them must have the same.
double dt_of(const std::vector<TextColumn>& columns, const Body& body, const std::string& path,
             std::optional<double> dt_ms) {
  std::optional<double> found;
  bool unitless = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != ColumnKind::time) continue;
    const auto unit = body.clock[i] ? std::optional(1e3) : parse_time_unit(columns[i].unit);
    unitless = unitless || !unit;
    if (!unit) continue;
    const double step = time_step_ms(body.values[i], *unit, path, !dt_ms);
    if (found && std::abs(step - *found) > 1e-6 * *found) {
      throw InputError(
          fmt::format("{}: column {} has a step of {:g} ms, the times before it {:g} ms; one file "
                      "has one step, save them apart",
                      path, i + 1, step, *found));
    }
    if (!found) found = step;
  }
  if (dt_ms) return agreed_step(path, *dt_ms, found);
  if (found) return *found;
  throw InputError(fmt::format(
      "{}: the time step is not in the file{}; pass it with --dt in ms (it is never guessed)", path,
      unitless ? ": its time column has no known unit (name it time_s, time_ms or time_us with --columns)"
               : ""));
}

// Sweeps may be of several lengths, but what was recorded together ends together, and its time not before.
void refuse_missing_values(const std::vector<TextColumn>& columns, const std::vector<ColumnChannel>& groups,
                           const Body& body, const std::string& path) {
  const auto check = [&](std::size_t column, std::size_t size) {
    if (body.values[column].size() >= size) return;
    throw InputError(
        fmt::format("{}: line {}, column {}: is empty, but the columns that belong to it go on; give every "
                    "sample a value",
                    path, body.ended[column], column + 1));
  };
  std::vector<std::size_t> longest;  // of each sweep
  for (const bool found : {false, true}) {
    for (const ColumnChannel& group : groups) {
      if (!parse_electric_unit(group.unit)) continue;
      longest.resize(std::max(longest.size(), group.columns.size()));
      for (std::size_t s = 0; s < group.columns.size(); ++s) {
        if (found) check(group.columns[s], longest[s]);
        longest[s] = std::max(longest[s], body.values[group.columns[s]].size());
      }
    }
  }
  std::size_t times = 0;
  for (const TextColumn& column : columns) times += column.kind == ColumnKind::time ? 1 : 0;
  for (std::size_t i = 0; i < columns.size() && times == 1 && !longest.empty(); ++i) {
    if (columns[i].kind == ColumnKind::time) check(i, *std::ranges::max_element(longest));
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

SignalFile read_text(std::string_view text, const std::string& path, const TextOptions& options) {
  const Table table = find_table(text, path);
  const auto columns = columns_of(table, path, options);
  Body body = BodyReader(table, columns, path).read();
  SignalFile file;
  file.path = path;
  file.format = "text";
  const auto groups = group_columns(columns, path);
  refuse_missing_values(columns, groups, body, path);
  file.dt_ms = dt_of(columns, body, path, options.dt_ms);
  for (const ColumnChannel& group : groups) {
    Channel& channel = file.channels.emplace_back();
    channel.name = group.name;
    channel.file_unit = group.unit;
    channel.sweep_numbers = group.numbers;
    if (const auto unit = parse_electric_unit(group.unit)) {
      channel.role = unit->role;
      channel.to_internal = unit->to_internal;
    }
    for (const std::size_t column : group.columns) {
      auto& samples = channel.sweeps.emplace_back(std::move(body.values[column]));
      if (channel.to_internal == 1.0) continue;
      for (double& sample : samples) sample *= channel.to_internal;
    }
  }
  return file;
}

}  // namespace libfit
