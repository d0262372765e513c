// Small pieces of the step analysis: parts of a sweep, and an exponential at the beginning of one response.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace libfit {

// The samples of [from_ms, to_ms), as far as there are any.
std::span<const double> step_samples(const std::vector<double>& samples, double dt_ms, double from_ms,
                                     double to_ms);

// Means over `width_ms` that follow one another.
std::vector<double> step_means(std::span<const double> samples, double dt_ms, double width_ms);

// Time constant of V = steady + (at_edge - steady) exp(-t/tau) in least squares over `skip_ms` to `end_ms`:
// tau by a search over its logarithm, the others in closed form at each. Absent where the samples are few or
// tau runs to the end of its range, 0.1 ms to three times the length.
std::optional<double> fit_step_tau_ms(std::span<const double> voltage_mV, double dt_ms, double skip_ms,
                                      double end_ms);

}  // namespace libfit
