// Where the threshold of a GIF is, and how it follows the voltage: what the weights of its filters and states
// come to, in mV.
#pragma once

#include <optional>
#include <vector>

#include "libfit/model/gif.hpp"

namespace libfit {

// Hazard that counts as the threshold: a spike follows within 10 ms on average.
inline constexpr double threshold_hazard_per_ms = 0.1;

// The drive's voltage U at which the hazard reaches threshold_hazard_per_ms when, after `held_ms` at
// before_mV and, before that, for ever at rest_mV, U rises by 2 mV/ms from before_mV on, without spikes:
// about the slope with which noise brings a cell to its spikes. (A jump of U, which no membrane makes, would
// ask a rich hazard for what training never showed.) nullopt where it is reached at once or not below 40 mV.
std::optional<double> threshold_mV(const Gif& model, double rest_mV, double before_mV, double held_ms);

// The threshold against the time since U stepped from rest_mV by step_mV, relative to that at rest.
struct ThresholdResponse {
  double step_mV = 0.0;
  std::vector<double> time_ms;
  std::vector<double> change_mV;     // NaN where there is no threshold
  std::optional<double> settled_mV;  // change after a long time
  std::optional<double> t63_ms;      // until 63 % of it are reached for the first time: an equivalent time
                                     // constant; absent below 0.5 mV and where it jumps
};
ThresholdResponse threshold_response(const Gif& model, double rest_mV, double step_mV,
                                     const std::vector<double>& times_ms);

}  // namespace libfit
