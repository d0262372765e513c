#include "libfit/recording/file_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// Runs of digits and of other letters in turn.
std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i == 0 || is_digit(name[i]) != is_digit(name[i - 1])) parts.emplace_back();
    parts.back() += name[i];
  }
  return parts;
}

std::string without_leading_zeros(const std::string& digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return digits.substr(first);
}

std::vector<std::string> numbers_of(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const std::string& path : paths) names.push_back(std::filesystem::path(path).filename().string());
  return series_numbers(names);
}

}  // namespace

std::vector<std::string> series_numbers(const std::vector<std::string>& names) {
  if (names.size() < 2) return {};
  const std::vector<std::string> first = parts_of(names.front());
  std::optional<std::size_t> differs;
  std::vector<std::string> numbers;
  for (int pass = 0; pass < 2; ++pass) {  // find where they differ, then read what stands there
    for (const std::string& name : names) {
      const std::vector<std::string> parts = parts_of(name);
      if (parts.size() != first.size()) return {};
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] == first[i] || i == differs) continue;
        if (differs || !is_digit(parts[i].front()) || !is_digit(first[i].front())) return {};
        differs = i;
      }
      if (pass == 1) numbers.push_back(without_leading_zeros(parts[*differs]));
    }
    if (!differs) return {};
  }
  const std::set<std::string> distinct(numbers.begin(), numbers.end());
  return distinct.size() == numbers.size() ? numbers : std::vector<std::string>{};
}

std::vector<std::size_t> pair_by_number(const std::vector<std::string>& voltages,
                                        const std::vector<std::string>& currents) {
  require(voltages.size() == currents.size(), "pair_by_number: not as many files of both");
  const auto wanted = numbers_of(voltages);
  const auto given = numbers_of(currents);
  const bool numbered = !wanted.empty() && !given.empty();
  std::vector<std::size_t> pairs;
  for (std::size_t k = 0; k < voltages.size(); ++k) {
    if (!numbered) {
      pairs.push_back(k);
      continue;
    }
    const auto found = std::ranges::find(given, wanted[k]);
    if (found == given.end())
      throw DataError(fmt::format(
          "{} has the number {}, but the files of current have {}; give files of the same numbers",
          voltages[k], wanted[k], fmt::join(given, ", ")));
    pairs.push_back(static_cast<std::size_t>(found - given.begin()));
  }
  return pairs;
}

}  // namespace libfit
