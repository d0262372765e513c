#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "libfit/formats/nwb/nwb_layout_internal.hpp"

namespace libfit::nwb {
namespace {

// Series that share a key: responses and stimuli of one sweep, if there is one of each.
struct Candidates {
  std::vector<std::size_t> responses;
  std::vector<std::size_t> stimuli;
};

std::string digits_of(const std::string& name) {
  std::string digits;
  for (const char letter : name) {
    const bool digit = letter >= '0' && letter <= '9';
    if (digit) digits += letter;
    if (!digit && !digits.empty() && digits.back() != ' ') digits += ' ';
  }
  while (!digits.empty() && digits.back() == ' ') digits.pop_back();
  return digits;
}

// The last number of a name, which counts sweeps where others count channels: `data_00007_AD0` and
// `data_00007_DA1` share the first, `resp_3` and `stim_3` the only one.
std::string first_number(const std::string& name) {
  const std::string digits = digits_of(name);
  return digits.substr(0, digits.find(' '));
}

// Pairs what has exactly one response and one stimulus under a key; keys in ascending order.
template <typename Key, typename KeyOf>
void pair_by(const Contents& contents, std::vector<bool>& taken, const KeyOf& key_of,
             std::vector<Pairing>& pairs) {
  std::map<Key, Candidates> groups;
  for (std::size_t i = 0; i < contents.series.size(); ++i) {
    const Series& series = contents.series[i];
    if (taken[i] || (series.kind != Kind::response && series.kind != Kind::stimulus)) continue;
    const auto key = key_of(series);
    if (!key) continue;
    Candidates& group = groups[*key];
    (series.kind == Kind::response ? group.responses : group.stimuli).push_back(i);
  }
  for (const auto& [key, group] : groups) {
    if (group.responses.size() != 1 || group.stimuli.size() != 1) continue;
    const std::size_t response = group.responses.front();
    const std::size_t stimulus = group.stimuli.front();
    const auto whole = [&](std::size_t i) { return Stretch{i, 0, contents.series[i].points}; };
    pairs.push_back({whole(response), whole(stimulus), "", "", {}, ""});
    taken[response] = taken[stimulus] = true;
  }
}

}  // namespace

std::vector<Pairing> pair_by_metadata(const Contents& contents, std::vector<bool> taken) {
  std::vector<Pairing> pairs;
  using BySweep = std::tuple<std::int64_t, std::string>;
  pair_by<BySweep>(
      contents, taken,
      [](const Series& series) -> std::optional<BySweep> {
        if (!series.sweep_number) return std::nullopt;
        return BySweep{*series.sweep_number, series.electrode};
      },
      pairs);
  using ByName = std::tuple<std::string, std::uint64_t, std::string>;  // numbers in the order of their values
  pair_by<ByName>(
      contents, taken,
      [](const Series& series) -> std::optional<ByName> {
        std::string number = first_number(series.name);
        if (number.empty()) return std::nullopt;
        number.erase(0, std::min(number.find_first_not_of('0'), number.size()));
        return ByName{series.electrode, number.size(), number};
      },
      pairs);
  using ByTime = std::tuple<std::string, double, std::uint64_t>;
  pair_by<ByTime>(
      contents, taken,
      [](const Series& series) -> std::optional<ByTime> {
        return ByTime{series.electrode, series.start_s.value_or(0.0), series.points};
      },
      pairs);
  return pairs;
}

}  // namespace libfit::nwb
