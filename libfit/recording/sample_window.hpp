// The samples of a sweep that lie within --from and --to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace libfit {

struct SampleWindow {
  std::size_t first = 0;
  std::size_t last = 0;  // one past

  bool empty() const { return first >= last; }
};

// Of a sweep of `size` samples every `dt_ms`, those from `from_ms` on and before `to_ms` (absent: the end).
inline SampleWindow sample_window(std::size_t size, double dt_ms, double from_ms,
                                  std::optional<double> to_ms) {
  // The tolerance keeps a limit that is a multiple of the step on its sample despite rounding.
  const auto sample = [&](double time_ms) {
    const double index = std::ceil(time_ms / dt_ms - 1e-6);
    return index >= static_cast<double>(size) ? size : static_cast<std::size_t>(std::max(index, 0.0));
  };
  return {sample(from_ms), to_ms ? sample(*to_ms) : size};
}

}  // namespace libfit
