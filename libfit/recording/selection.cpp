#include "libfit/recording/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "libfit/core/error.hpp"

namespace libfit {

void Selection::validate() const {
  check_options({{"from", from_ms, std::isfinite(from_ms) && from_ms >= 0.0, ">= 0"},
                 {"to", to_ms.value_or(from_ms + 1.0), !to_ms || *to_ms > from_ms, "> --from"}});
}

std::vector<std::size_t> Selection::indices(std::size_t count) const {
  std::vector<std::size_t> chosen;
  if (sweeps.empty()) {
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(i);
    return chosen;
  }
  const auto refuse = [&](std::string_view why) {
    throw OptionError(
        fmt::format("--sweeps {}: {}; write sweeps from 1 to {} like 1-3,5", sweeps, why, count));
  };
  const char* at = sweeps.data();
  const char* end = at + sweeps.size();
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

SampleWindow Selection::window(std::size_t size, double dt_ms, const std::string& place) const {
  // The tolerance keeps a limit that is a multiple of the step on its sample despite rounding.
  const auto sample = [&](double time_ms) {
    const double index = std::ceil(time_ms / dt_ms - 1e-6);
    return index >= static_cast<double>(size) ? size : static_cast<std::size_t>(std::max(index, 0.0));
  };
  const SampleWindow window{sample(from_ms), to_ms ? sample(*to_ms) : size};
  if (window.first < window.last) return window;
  throw DataError(fmt::format("{}: lasts {:g} s, so nothing of it lies between --from {:g} s and --to", place,
                              static_cast<double>(size) * dt_ms / 1000.0, from_ms / 1000.0));
}

}  // namespace libfit
