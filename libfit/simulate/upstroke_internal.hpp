// Limits that all flows with an exponential upstroke keep.
#pragma once

#include <algorithm>
#include <cmath>

namespace libfit::flow {

inline constexpr double exponent_cap = 600.0;
// Estimated error of one Runge-Kutta step in units of about Delta_T / 100; measured: spike times then are
// within 1e-6 ms of the limit.
inline constexpr double step_tolerance = 1e-5;
// Time left to the spike that counts as none.
inline constexpr double negligible_ms = 1e-13;
// Bounds the work on currents far beyond physiology.
inline constexpr double substep_limit = 1e4;

// exp(exponent + x) where e = exp(exponent) is known: by the series of exp(x), to 3e-10 of the value, where
// |x| < 1/2, which is where the stages of nearly every step lie and takes a third of the time. Stages need no
// more: the value enters multiplied by rate * h. Farther away by itself, for e may have vanished.
inline double exponential_near(double exponent, double e, double x) {
  if (!(std::abs(x) < 0.5)) return std::exp(std::min(exponent + x, exponent_cap));
  const double x2 = x * x;
  const double x4 = x2 * x2;
  const double low = (1.0 + x) + x2 * (1.0 / 2 + x * (1.0 / 6));
  const double middle = (1.0 / 24 + x * (1.0 / 120)) + x2 * (1.0 / 720 + x * (1.0 / 5040));
  return e * (low + x4 * (middle + x4 * (1.0 / 40320 + x * (1.0 / 362880))));
}

// The largest exponential that a step meets which goes up by `way` (in Delta_T). Above V_T + 3 Delta_T the
// upstroke takes over; where something holds it back there, steps are kept short by what is next.
inline double largest_exponential(double exponent, double e, double way) {
  constexpr double negligible = -12.0, highest = 3.0, next = 1.0;
  const double end = exponent + std::min(way, std::max(highest - exponent, next));
  return end > negligible ? exponential_near(exponent, e, end - exponent) : e;
}

}  // namespace libfit::flow
