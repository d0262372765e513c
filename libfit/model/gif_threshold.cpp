#include "libfit/model/gif_threshold.hpp"

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

constexpr double highest_mV = 40.0, ramp_mV_per_ms = 2.0;
constexpr double long_time_ms = 1e5;

// A low-pass, bin by bin, of something that was `rest` for ever and then `before` for held_ms.
class LowPass {
 public:
  LowPass(double tau_ms, double bin_ms, double rest, double before, double held_ms)
      : decay_(tau_ms > 0.0 ? std::exp(-bin_ms / tau_ms) : 0.0) {
    const double held = tau_ms > 0.0 ? std::exp(-held_ms / tau_ms) : 0.0;
    value_ = held * rest + (1.0 - held) * before;
  }
  double next(double now) { return value_ = decay_ * value_ + (1.0 - decay_) * now; }

 private:
  double decay_;
  double value_;
};

double driven(const ThresholdState& t, double U) {
  return softplus(t.direction * (U - t.knot_mV), t.softness_mV);
}

// The log hazard along a rise of U after a hold.
class Ramp {
 public:
  Ramp(const Gif& m, double rest_mV, double before_mV, double held_ms) : m_(m) {
    for (const VoltageFilter& f : m.filters)
      filters_.emplace_back(f.tau_ms, m.bin_ms, rest_mV - m.reference_mV, before_mV - m.reference_mV,
                            held_ms);
    for (const ThresholdState& t : m.thresholds)
      states_.emplace_back(t.tau_ms, m.bin_ms, driven(t, rest_mV), driven(t, before_mV), held_ms);
  }
  double next(double U) {
    double sum = m_.log_rate_per_ms;
    for (std::size_t i = 0; i < filters_.size(); ++i)
      sum += m_.filters[i].weight_per_mV * filters_[i].next(U - m_.reference_mV);
    for (std::size_t i = 0; i < states_.size(); ++i)
      sum += m_.thresholds[i].weight_per_mV * states_[i].next(driven(m_.thresholds[i], U));
    return sum;
  }

 private:
  const Gif& m_;
  std::vector<LowPass> filters_, states_;
};

}  // namespace

std::optional<double> threshold_mV(const Gif& model, double rest_mV, double before_mV, double held_ms) {
  require(held_ms >= 0.0, "threshold_mV: held_ms is negative");
  const double wanted = std::log(threshold_hazard_per_ms);
  const double rise = ramp_mV_per_ms * model.bin_ms;
  Ramp ramp(model, rest_mV, before_mV, held_ms);
  double last = ramp.next(before_mV);
  if (last >= wanted) return std::nullopt;
  for (double U = before_mV + rise; U < highest_mV; U += rise) {
    const double now = ramp.next(U);
    if (now >= wanted) return U - rise * (now - wanted) / (now - last);
    last = now;
  }
  return std::nullopt;
}

ThresholdResponse threshold_response(const Gif& model, double rest_mV, double step_mV,
                                     const std::vector<double>& times_ms) {
  ThresholdResponse response;
  response.step_mV = step_mV;
  response.time_ms = times_ms;
  const auto at_rest = threshold_mV(model, rest_mV, rest_mV, 0.0);
  const auto change = [&](double held_ms) {
    const auto now = threshold_mV(model, rest_mV, rest_mV + step_mV, held_ms);
    return at_rest && now ? std::optional(*now - *at_rest) : std::nullopt;
  };
  for (const double t : times_ms)
    response.change_mV.push_back(change(t).value_or(std::numeric_limits<double>::quiet_NaN()));
  response.settled_mV = change(long_time_ms);
  constexpr double kLeastChange_mV = 0.5, kShare = 0.632, kFactor = 1.02;
  if (!response.settled_mV || std::abs(*response.settled_mV) < kLeastChange_mV) return response;
  const auto reached = [&](double t) {
    const auto now = change(t);
    return now && *now / *response.settled_mV >= kShare;
  };
  double t = 0.05;
  if (reached(t)) return response;  // it jumps there at once
  while (t < long_time_ms && !reached(t)) t *= kFactor;
  if (t < long_time_ms) response.t63_ms = t;
  return response;
}

}  // namespace libfit
