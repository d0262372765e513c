#include "libfit/score/spike_trains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"

namespace libfit {
namespace {

constexpr std::string_view kBlanks = " \t,\r\v\f";

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

double parse_time(std::string_view word, const std::string& place, double duration_ms) {
  const std::string_view digits = word.substr(word.size() > 1 && word.front() == '+' ? 1 : 0);
  double time_ms = 0.0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), time_ms);
  if (code != std::errc() || end != digits.data() + digits.size()) {
    throw InputError(fmt::format("{}: `{}` is not a number; write spike times in ms, one train a line", place,
                                 std::string(word.substr(0, 40))));
  }
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

SpikeTrain parse_train(const Line& line, double duration_ms, std::vector<std::string>& warnings) {
  SpikeTrain train;
  std::string_view rest = line.words;
  for (;;) {
    const std::size_t begin = rest.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::size_t length = std::min(rest.find_first_of(kBlanks), rest.size());
    train.push_back(parse_time(rest.substr(0, length), line.place, duration_ms));
    rest.remove_prefix(length);
  }
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
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // byte order mark of some editors
  SpikeTrainText result;
  std::size_t number = 0;
  std::size_t empty_at_end = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Line line = strip_comment(text.substr(0, end), name, ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.comment_only) continue;
    result.trains.push_back(parse_train(line, duration_ms, result.warnings));
    empty_at_end = result.trains.back().empty() ? empty_at_end + 1 : 0;
  }
  if (result.trains.empty()) {
    throw DataError(fmt::format("{}: holds no spike train; write one train a line, times in ms", name));
  }
  if (empty_at_end > 0 && empty_at_end < result.trains.size()) {
    result.warnings.push_back(fmt::format(
        "{}: {} empty line(s) at the end count as trains without spikes; remove them if they are not", name,
        empty_at_end));
  }
  return result;
}

SpikeTrainText read_spike_trains(const std::filesystem::path& path, double duration_ms) {
  const auto bytes = read_file(path, std::uintmax_t{1} << 30);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return parse_spike_trains(text, path.string(), duration_ms);
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
