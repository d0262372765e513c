// Limits that all flows with an exponential upstroke keep.
#pragma once

namespace libfit::flow {

inline constexpr double exponent_cap = 600.0;
// Estimated error of one Runge-Kutta step in units of about Delta_T / 100; measured: spike times then are
// within 1e-6 ms of the limit.
inline constexpr double step_tolerance = 1e-5;
// Time left to the spike that counts as none.
inline constexpr double negligible_ms = 1e-13;
// Bounds the work on currents far beyond physiology.
inline constexpr double substep_limit = 1e4;

}  // namespace libfit::flow
