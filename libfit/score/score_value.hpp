// A score, its uncertainty, and, where there is no score, the reason.
#pragma once

#include <optional>
#include <string>

#include "libfit/core/statistics.hpp"

namespace libfit {

struct ScoreValue {
  std::optional<double> value;
  std::optional<Interval> ci95;
  std::string reason;  // why the value is absent, or, where it is there, why its interval is; else empty

  std::optional<Estimate> estimate() const {
    return value ? std::optional(Estimate{*value, ci95}) : std::nullopt;
  }
};

}  // namespace libfit
