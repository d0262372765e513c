// The passive membrane from steps of current, all of them in one fit. Every sweep answers A R (1 -
// exp(-t/tau)) to its step of A, and falls back with the same tau after it [Neuronal Dynamics ch. 1.3.2]; R
// and tau are shared, each sweep has a baseline of its own, and what jumps with the current is the
// electrode's. R is the asymptote: a step that is short against tau determines it through its curvature and
// through the fall behind it. A second, slower exponential of the other sign (sag) joins where the data call
// for it; R is then where both end. The noise is that of step_noise.hpp, its parameters unknown: all are
// integrated over on a grid under flat priors of their logarithms, with the linear ones in closed form, so
// that intervals hold what the noise of these sweeps leaves open, also of few short ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/step_noise.hpp"

namespace libfit {

struct StepFamily {
  double from_ms = 0.0, begin_ms = 0.0, end_ms = 0.0, to_ms = 0.0;  // of the fit and of the step within it
  double skip_ms = 0.0;                                             // left out behind both edges
  // Whether the voltage is at rest before the step. If not (nothing was recorded before it, or spikes are),
  // each response begins where it begins.
  bool rests_before = true;
  // Whether a sweep has a baseline of its own; if not (spikes before and after the step), all share one, and
  // R is the slope over the amplitudes, with the electrode in it.
  bool own_baseline = true;
  std::vector<std::size_t> sweeps;   // of the recording
  std::vector<double> amplitude_pA;  // one per sweep
};

struct StepMembrane {
  Estimate resistance_MOhm;
  Estimate tau_ms;          // the faster one, where there is sag
  Estimate capacitance_pF;  // current over the slope at the edge: tau/R without sag
  std::optional<double> jump_MOhm;
  // At the most probable point.
  MembraneNoise noise;
  std::optional<double> sag_tau_ms;
  std::vector<double> shared_MOhm;  // of the exponential, the jump, the sag
};

struct StepMembraneFit {
  std::optional<StepMembrane> membrane;
  std::string reason;  // why there is none; empty otherwise
};

StepMembraneFit fit_step_membrane(const Recording& recording, const StepFamily& family);

struct StepResistance {
  double resistance_MOhm = 0.0;
  double error_MOhm = 0.0;  // standard error, of the noise alone
};

// Of every sweep by itself, with the time constants, jump and noise of the membrane.
std::vector<StepResistance> resistance_of_each(const Recording& recording, const StepFamily& family,
                                               const StepMembrane& membrane);

}  // namespace libfit
