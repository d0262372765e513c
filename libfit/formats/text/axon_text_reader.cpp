#include "libfit/formats/text/axon_text_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/core/text.hpp"
#include "libfit/formats/text/text_columns.hpp"
#include "libfit/formats/text/text_reader.hpp"
#include "libfit/formats/text/text_table.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxHeaderLines = 10000;

// The number of header lines, from the second line: "<lines> <columns>".
std::size_t header_lines(std::string_view line, const std::string& path) {
  line = trimmed(line);
  std::size_t lines = 0;
  std::size_t columns = 0;
  const char* const end = line.data() + line.size();
  const auto [first, problem] = std::from_chars(line.data(), end, lines);
  const std::string_view rest = trimmed({first, static_cast<std::size_t>(end - first)});
  const auto [last, second_problem] = std::from_chars(rest.data(), rest.data() + rest.size(), columns);
  const bool whole =
      problem == std::errc() && second_problem == std::errc() && last == rest.data() + rest.size();
  if (!whole || lines > kMaxHeaderLines || columns == 0) {
    throw InputError(
        fmt::format("{}: line 2: an Axon Text File has the numbers of header lines and of columns here, not "
                    "`{}`; export it again",
                    path, to_utf8(line.substr(0, 30))));
  }
  return lines;
}

// Titles that give signal and sweep, "IN 1 #2 (mV)", from those of the table, which give sweep and unit, and
// the names of the signals, if the header has one for each column. A signal without a name that is not the
// first of its unit in its sweep is called by its place.
std::string title_line(std::string_view line, const std::vector<std::string_view>& signal_names) {
  const auto titles = fields_of(line, '\t');
  std::map<std::pair<std::string, std::string>, int> seen;
  std::string text;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    std::string title = unquoted(titles[i]);
    const TextColumn column = parse_column_name(title, {});
    const auto [base, number] = split_number(column.name);
    if (column.kind == ColumnKind::signal && number) {
      std::string name = signal_names.size() == titles.size() ? unquoted(signal_names[i]) : base;
      const int place = ++seen[{fmt::format("{} #{}", name, *number), column.unit}];
      if (place > 1) name += fmt::format(" signal {}", static_cast<char>('a' + std::min(place, 26) - 1));
      title = fmt::format("{} #{}{}", name, *number, column.unit.empty() ? "" : " (" + column.unit + ")");
    }
    text += fmt::format("{}\"{}\"", i == 0 ? "" : "\t", title);
  }
  return text;
}

}  // namespace

bool looks_like_axon_text(std::string_view text) {
  return text.starts_with("ATF\t") || text.starts_with("ATF ");
}

SignalFile read_axon_text(std::string_view text, const std::string& path, std::optional<double> dt_ms) {
  Lines lines{text, 0};
  std::string_view line;
  lines.next(line);
  line = {};
  lines.next(line);
  // The header becomes comments, so that errors of the table count lines as the file does.
  std::string table = "#\n#\n";
  std::vector<std::string_view> signal_names;
  for (std::size_t left = header_lines(line, path); left > 0; --left) {
    if (!lines.next(line))
      throw InputError(
          fmt::format("{}: ends within its header, which has {} lines more; it is cut", path, left));
    const auto fields = fields_of(line, '\t');
    if (!fields.empty() && unquoted(fields.front()) == "Signals=") signal_names = fields;
    table += "#\n";
  }
  if (lines.next(line)) table += title_line(line, signal_names) + "\n";
  table += lines.rest;
  SignalFile file = read_text(table, path, {dt_ms, "", {}});
  file.format = "ATF";
  for (Channel& channel : file.channels) {  // a lone sweep keeps its number
    const std::size_t number = channel.name.rfind(" #");
    if (number != std::string::npos) channel.name.resize(number);
  }
  return file;
}

}  // namespace libfit
