#include "libfit/recording/sweep_selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "libfit/core/error.hpp"

namespace libfit {

std::vector<std::size_t> parse_selection(const std::string& selection, std::size_t count) {
  std::vector<std::size_t> chosen;
  const auto refuse = [&](std::string_view why) {
    throw OptionError(
        fmt::format("--sweeps {}: {}; write sweeps from 1 to {} like 1-3,5", selection, why, count));
  };
  const char* at = selection.data();
  const char* end = at + selection.size();
  const auto number = [&] {
    std::size_t value = 0;
    const auto [stop, problem] = std::from_chars(at, end, value);
    if (problem != std::errc()) refuse("is no selection");
    if (value < 1 || value > count) refuse(fmt::format("there is no sweep {}", value));
    at = stop;
    return value;
  };
  for (;;) {
    const std::size_t first = number();
    std::size_t last = first;
    if (at != end && *at == '-') {
      ++at;
      last = number();
    }
    if (last < first) refuse("a range runs backwards");
    for (std::size_t sweep = first; sweep <= last; ++sweep) {
      if (std::find(chosen.begin(), chosen.end(), sweep - 1) != chosen.end())
        refuse(fmt::format("sweep {} is named twice", sweep));
      chosen.push_back(sweep - 1);
    }
    if (at == end) return chosen;
    if (*at != ',') refuse("is no selection");
    ++at;
  }
}

}  // namespace libfit
