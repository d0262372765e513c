#include "libfit/formats/igor/igor_text_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/core/number_text.hpp"
#include "libfit/core/text.hpp"
#include "libfit/formats/text/text_columns.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxWaves = 4096;

struct TextWave {
  std::string name;
  std::string unit;
  std::optional<double> step;  // in the unit below
  std::string step_unit;
  std::vector<std::vector<double>> columns;
  bool matrix = false;
};

// Words parted by blanks, tabs and commas; 'a name' in quotes is one word, as is what stands in parentheses.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t,", at)) != std::string_view::npos) {
    std::size_t end = at;
    const bool quoted = line[at] == '\'' || line[at] == '"';
    if (quoted) {
      end = std::min(line.find(line[at], at + 1), line.size());
      words.push_back(line.substr(at + 1, end - at - 1));
      at = std::min(end + 1, line.size());
      continue;
    }
    int depth = 0;
    while (end < line.size() && (depth > 0 || (line[end] != ' ' && line[end] != '\t' && line[end] != ','))) {
      depth += line[end] == '(' ? 1 : line[end] == ')' ? -1 : 0;
      ++end;
    }
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// Whether `line` begins with a keyword of Igor, in any case, and what follows it.
bool take_keyword(std::string_view& line, std::string_view keyword) {
  if (lower(line.substr(0, keyword.size())) != keyword) return false;
  line.remove_prefix(keyword.size());
  return true;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : lines_{text, 0}, path_(path) {}

  std::vector<TextWave> read() {
    std::string_view line;
    lines_.next(line);  // IGOR
    while (lines_.next(line)) {
      line = trimmed(line);
      if (take_keyword(line, "waves")) {
        read_block(line);
      } else if (line.size() > 1 && lower(line.substr(0, 1)) == "x") {
        read_commands(line.substr(1));
      } else if (!line.empty()) {
        refuse(fmt::format("`{}` is neither WAVES nor a command", to_utf8(line.substr(0, 30))));
      }
    }
    if (waves_.empty())
      throw InputError(fmt::format("{}: holds no waves; save them again as Igor text", path_));
    return std::move(waves_);
  }

 private:
  [[noreturn]] void refuse(std::string_view problem) const {
    throw InputError(fmt::format("{}: line {}: {}; save the waves again as Igor text or binary", path_,
                                 lines_.number, problem));
  }

  double number_of(std::string_view word) const {
    const auto number = parse_number(word);
    if (!number) refuse(fmt::format("`{}` is not a number", to_utf8(word.substr(0, 30))));
    return *number;
  }

  void check_flags(std::string_view flags) const {
    const std::string text = lower(flags);
    for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
      const char flag = at + 1 < text.size() ? text[at + 1] : '/';
      if (flag == 't' || flag == 'c') refuse("waves of text or complex numbers are no recording");
      if (flag == 'n' && text.find(',', text.find(',', at) + 1) < text.find(')', at))
        refuse("a wave of three or more dimensions; save one sweep a column");
    }
  }

  // "WAVES/D/N=(3,2) name name", then BEGIN, numbers, END.
  void read_block(std::string_view head) {
    if (trimmed(head).starts_with('/')) head = trimmed(head);
    std::size_t names_at = 0;
    for (int depth = 0; names_at < head.size(); ++names_at) {
      const char c = head[names_at];
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth == 0 && (c == ' ' || c == '\t' || c == ',')) break;
    }
    check_flags(head.substr(0, names_at));
    const bool matrix = lower(head.substr(0, names_at)).find("/n=") != std::string::npos &&
                        head.substr(0, names_at).find(',') != std::string_view::npos;
    const auto names = words_of(head.substr(names_at));
    if (names.empty() || names.size() > kMaxWaves) refuse("WAVES names no waves, or too many");
    if (matrix && names.size() != 1) refuse("several matrices in one block");
    std::string_view line;
    while (lines_.next(line) && trimmed(line).empty()) {
    }
    if (lower(trimmed(line)) != "begin") refuse("BEGIN is missing after WAVES");
    auto columns = read_numbers(matrix ? 0 : names.size());
    for (const std::string_view name : names) waves_.emplace_back().name = to_utf8(name);
    if (matrix) {
      waves_.back().columns = std::move(columns);
      waves_.back().matrix = true;
    } else {
      for (std::size_t i = 0; i < columns.size(); ++i)
        waves_[waves_.size() - columns.size() + i].columns.push_back(std::move(columns[i]));
    }
    if (waves_.size() > kMaxWaves) refuse("too many waves");
  }

  // `count` columns; 0: as many as the first line has.
  std::vector<std::vector<double>> read_numbers(std::size_t count) {
    std::vector<std::vector<double>> columns(count);
    std::string_view line;
    while (lines_.next(line)) {
      const auto words = words_of(line);
      if (words.empty()) continue;
      if (lower(words.front()) == "end") {
        if (columns.empty() || columns.front().empty()) refuse("the waves are empty");
        return columns;
      }
      if (columns.empty()) columns.resize(words.size());
      if (words.size() != columns.size())
        refuse(fmt::format("{} numbers where there are {} columns", words.size(), columns.size()));
      for (std::size_t i = 0; i < words.size(); ++i) {
        columns[i].push_back(number_of(words[i]));
      }
    }
    refuse("the file ends before END; it is cut");
  }

  void read_commands(std::string_view text) {
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
      if (at < text.size() && text[at] == '\\') ++at;  // what follows is part of a text
      if (at < text.size() && text[at] == '"') quoted = !quoted;
      if (at < text.size() && (quoted || text[at] != ';')) continue;
      read_command(trimmed(text.substr(begin, at - begin)));
      begin = at + 1;
    }
  }

  // SetScale [/P|/I] dimension, first, second, "unit", wave ... The unit of the samples is that of dimension
  // d, and in waves of one dimension that of y, as Igor itself writes it.
  void read_command(std::string_view text) {
    if (!take_keyword(text, "setscale")) return;
    text = trimmed(text);
    const bool by_step = take_keyword(text, "/p");
    const bool inclusive = !by_step && take_keyword(text, "/i");
    const auto words = words_of(text);
    if (words.size() < 5) return;  // a form without a unit and waves is of no use
    const std::string dimension = lower(words[0]);
    const std::string unit = to_utf8(words[3]);
    for (std::size_t i = 4; i < words.size(); ++i) {
      const std::string name = lower(to_utf8(words[i]));  // Igor's names have no case
      const auto wave = std::ranges::find(waves_, name, [](const TextWave& w) { return lower(w.name); });
      if (wave == waves_.end()) continue;
      if (dimension == "d" ? !unit.empty() : dimension == "y" && !wave->matrix && wave->unit.empty())
        wave->unit = unit;
      if (dimension != "x") continue;
      const double first = number_of(words[1]);
      const double second = number_of(words[2]);
      const auto points = static_cast<double>(wave->columns.front().size());
      wave->step = by_step ? second : (second - first) / (inclusive ? points - 1.0 : points);
      wave->step_unit = unit;
    }
  }

  Lines lines_;
  const std::string& path_;
  std::vector<TextWave> waves_;
};

double step_ms(const std::vector<TextWave>& waves, const std::string& path, std::optional<double> dt_ms) {
  std::optional<double> found;
  for (const TextWave& wave : waves) {
    const auto unit = parse_time_unit(wave.step_unit);
    if (!wave.step || !unit || !std::isfinite(*wave.step) || *wave.step <= 0.0) continue;
    const double step = tidy_step(*wave.step * *unit);
    if (found && std::abs(step - *found) > 1e-6 * *found) {
      throw InputError(fmt::format("{}: wave {} has a step of {:g} ms, others {:g}; save them apart", path,
                                   wave.name, step, *found));
    }
    found = step;
  }
  if (dt_ms) return agreed_step(path, *dt_ms, found);
  if (found) return *found;
  throw InputError(fmt::format(
      "{}: no SetScale gives the sampling step in a unit of time; pass it with --dt in ms", path));
}

// Waves that are matrices stand alone; the others are grouped by their numbers.
void add_channels(std::vector<TextWave> waves, SignalFile& file) {
  std::vector<TextColumn> columns;
  std::vector<std::size_t> wave_of;
  for (std::size_t i = 0; i < waves.size(); ++i) {
    if (waves[i].matrix) continue;
    columns.push_back({ColumnKind::signal, waves[i].name, waves[i].unit});
    wave_of.push_back(i);
  }
  const auto channel_of = [&](const std::string& name, const std::string& unit_name) -> Channel& {
    Channel& channel = file.channels.emplace_back();
    channel.name = name;
    channel.file_unit = unit_name;
    if (const auto unit = parse_electric_unit(unit_name)) {
      channel.role = unit->role;
      channel.to_internal = unit->to_internal;
    }
    return channel;
  };
  const auto take = [](Channel& channel, std::vector<double>& samples) {
    if (channel.to_internal != 1.0) {
      for (double& sample : samples) sample *= channel.to_internal;
    }
    channel.sweeps.push_back(std::move(samples));
  };
  for (const ColumnChannel& group : group_columns(columns, file.path)) {
    Channel& channel = channel_of(group.name, group.unit);
    channel.sweep_numbers = group.numbers;
    for (const std::size_t column : group.columns) take(channel, waves[wave_of[column]].columns.front());
  }
  for (TextWave& wave : waves) {
    if (!wave.matrix) continue;
    Channel& channel = channel_of(wave.name, wave.unit);
    for (auto& column : wave.columns) take(channel, column);
  }
}

}  // namespace

bool looks_like_igor_text(std::string_view text) {
  return text.starts_with("IGOR") &&
         (text.size() == 4 || text[4] == '\n' || text[4] == '\r' || text[4] == ' ' || text[4] == '\t');
}

SignalFile read_igor_text(std::string_view text, const std::string& path, std::optional<double> dt_ms) {
  std::vector<TextWave> waves = Reader(text, path).read();
  SignalFile file;
  file.path = path;
  file.format = "ITX";
  file.dt_ms = step_ms(waves, path, dt_ms);
  add_channels(std::move(waves), file);
  return file;
}

}  // namespace libfit
