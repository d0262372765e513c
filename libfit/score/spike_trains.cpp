#include "libfit/score/spike_trains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/number_text.hpp"
#include "libfit/core/text.hpp"

namespace libfit {
namespace {

constexpr std::string_view kBlanks = " \t\v\f;";

struct Line {
  std::string_view words;
  std::string place;  // "data.txt: line 3"
  bool comment_only = false;
};

// The part of a line before its comment.
Line strip_comment(std::string_view line, const std::string& name, std::size_t number) {
  Line stripped{line, fmt::format("{}: line {}", name, number)};
  const std::size_t hash = line.find('#');
  if (hash == std::string_view::npos) return stripped;
  stripped.words = line.substr(0, hash);
  stripped.comment_only = stripped.words.find_first_not_of(kBlanks) == std::string_view::npos;
  return stripped;
}

// Calls `use` with each word of a line.
template <typename Use>
void for_each_word(std::string_view line, std::string_view blanks, Use use) {
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;
       at = line.find_first_not_of(blanks, at)) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    use(line.substr(at, end - at));
    at = end;
  }
}

// What the commas of a text mean. `1,5,8` and `1, 5` are lists, `1,5 8,9` are decimals: a comma within a word
// is a decimal mark only where other words stand beside it and the text has neither a list nor a decimal
// point.
class Commas {
 public:
  void add(std::string_view line, std::size_t number) {
    std::size_t words = 0;
    std::string_view lone;
    for_each_word(line, kBlanks, [&](std::string_view word) {
      ++words;
      const std::size_t comma = word.find(',');
      const std::size_t point = word.find('.');
      point_ = point_ || point != std::string_view::npos;
      if (comma == std::string_view::npos) return;
      const bool thousands = point == comma + 4;  // 1,234.5
      const bool inner = comma > 0 && comma + 1 < word.size() && word.rfind(',') == comma;
      if (!inner || (point != std::string_view::npos && !thousands)) {
        list_ = true;
        return;
      }
      if (lone.empty() || thousands) lone = word;
      marks_.add(word, number, words);
    });
    if (lone.empty()) return;
    Doubt& doubt = words > 1 ? beside_ : alone_;
    if (doubt.line == 0 || lone.find('.') != std::string_view::npos) doubt = {number, std::string(lone)};
  }

  // True for decimal commas, false for lists.
  bool are_decimal(const std::string& name) const {
    const bool beside = beside_.line > 0;
    const Doubt& doubt = beside ? beside_ : alone_;
    const bool grouped = doubt.word.find('.') != std::string::npos;
    const bool doubtful = beside ? list_ || point_ : !list_ && (!point_ || grouped);
    if (doubt.line > 0 && doubtful) {
      throw InputError(fmt::format(
          "{}: line {}: `{}` may be one time with a comma in it or two times; write times with a decimal "
          "point and part them by blanks",
          name, doubt.line, doubt.word.substr(0, 40)));
    }
    return beside && marks_.style(name).decimal == ',';
  }

 private:
  struct Doubt {
    std::size_t line = 0;
    std::string word;
  };

  bool list_ = false;   // commas part times somewhere
  bool point_ = false;  // some time has a decimal point
  Doubt beside_;        // the first word with a comma in it and other words beside it
  Doubt alone_;         // the first that has its line for itself
  DecimalMarks marks_;
};

double parse_time(std::string_view word, const std::string& place, double duration_ms, NumberStyle style) {
  const auto parsed = parse_number(word, style);
  if (!parsed) {
    throw InputError(fmt::format("{}: `{}` is not a number; write spike times in ms, one train per line",
                                 place, std::string(word.substr(0, 40))));
  }
  const double time_ms = *parsed;
  if (!std::isfinite(time_ms)) {
    throw DataError(fmt::format("{}: spike time `{}` is not finite; remove it", place, std::string(word)));
  }
  if (time_ms < 0.0) {
    throw DataError(fmt::format(
        "{}: spike time {} ms is negative; count times from the start of the stimulus", place, time_ms));
  }
  if (time_ms > duration_ms) {
    throw DataError(
        fmt::format("{}: spike time {} ms is beyond the duration of {} ms; are the times in ms, and is the "
                    "duration right?",
                    place, time_ms, duration_ms));
  }
  return time_ms;
}

SpikeTrain parse_train(const Line& line, double duration_ms, bool decimal_commas,
                       std::vector<std::string>& warnings) {
  SpikeTrain train;
  const std::string blanks = std::string(kBlanks) + (decimal_commas ? "" : ",");
  for_each_word(line.words, blanks, [&](std::string_view word) {
    train.push_back(parse_time(word, line.place, duration_ms, {decimal_commas ? ',' : '.'}));
  });
  if (!std::is_sorted(train.begin(), train.end())) {
    std::sort(train.begin(), train.end());
    warnings.push_back(line.place + ": the spike times were not ascending; they were sorted");
  }
  if (std::adjacent_find(train.begin(), train.end()) != train.end()) {
    warnings.push_back(line.place + ": a spike time is given twice; both count");
  }
  return train;
}

}  // namespace

SpikeTrainText parse_spike_trains(std::string_view text, const std::string& name, double duration_ms) {
  check_options(
      {{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0 and finite"}});
  std::string storage;
  Lines lines{decoded_text(text, name, storage)};
  std::vector<Line> trains;
  Commas commas;
  for (std::string_view words; lines.next(words);) {
    Line line = strip_comment(words, name, lines.number);
    if (line.comment_only) continue;
    commas.add(line.words, lines.number);
    trains.push_back(std::move(line));
  }
  const bool decimal_commas = commas.are_decimal(name);
  SpikeTrainText result;
  std::size_t empty_at_end = 0;
  for (const Line& line : trains) {
    result.trains.push_back(parse_train(line, duration_ms, decimal_commas, result.warnings));
    empty_at_end = result.trains.back().empty() ? empty_at_end + 1 : 0;
  }
  if (result.trains.empty()) {
    throw DataError(fmt::format("{}: holds no spike train; write one train per line, times in ms", name));
  }
  if (empty_at_end > 0 && empty_at_end < result.trains.size()) {
    result.warnings.push_back(fmt::format(
        "{}: {} empty line(s) at the end count as trains without spikes; remove them if they are not", name,
        empty_at_end));
  }
  return result;
}

SpikeTrainText read_spike_trains(const std::filesystem::path& path, double duration_ms) {
  return parse_spike_trains(read_decoded_text(path, std::uintmax_t{1} << 30), path.string(), duration_ms);
}

std::string spike_trains_text(const SpikeTrains& trains) {
  std::string text;
  for (const SpikeTrain& train : trains) {
    for (std::size_t i = 0; i < train.size(); ++i)
      fmt::format_to(std::back_inserter(text), "{}{:.4f}", i > 0 ? " " : "", train[i]);
    text += "\n";
  }
  return text;
}

void require_spike_trains(const SpikeTrains& trains, double duration_ms) {
  for (const SpikeTrain& train : trains) {
    double before_ms = 0.0;
    for (const double time_ms : train) {
      require(time_ms >= before_ms && time_ms <= duration_ms,  // false for NaN too
              "spike times must be finite, ascending and within [0, duration]");
      before_ms = time_ms;
    }
  }
}

std::size_t count_spikes(const SpikeTrains& trains) {
  std::size_t count = 0;
  for (const SpikeTrain& train : trains) count += train.size();
  return count;
}

}  // namespace libfit
