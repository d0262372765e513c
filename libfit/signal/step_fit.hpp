// Small fits of the step analysis: an exponential at the beginning of a response, the slope of deflections
// over currents, a mean with its interval, and the edges of a step to the sample.
#pragma once

#include <optional>
#include <span>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/steps.hpp"

namespace libfit {

struct StepExponential {
  double tau_ms = 0.0;
  double at_edge_mV = 0.0;  // of the exponential, continued to the edge
  double steady_mV = 0.0;   // that it tends to
};

// V = steady + (at_edge - steady) exp(-t/tau) in least squares over `skip_ms` to `end_ms`: tau by a search
// over its logarithm, the others in closed form at each. Absent where the samples are few or tau runs to the
// end of its range, 0.1 ms to three times the length.
std::optional<StepExponential> fit_step_exponential(std::span<const double> voltage_mV, double dt_ms,
                                                    double skip_ms, double end_ms);

// Slope of deflection [mV] over current [pA] with a free intercept; its interval from three points on.
std::optional<Estimate> step_slope_MOhm(std::span<const double> current_pA,
                                        std::span<const double> deflection_mV);

// Absent without values; the interval (Student's t) from three values on.
std::optional<Estimate> mean_with_interval(std::span<const double> values);

// Moves both edges to the sample where the current of the sweep with the largest step has changed by half.
void refine_edges(const Recording& recording, StepProtocol& protocol);

}  // namespace libfit
