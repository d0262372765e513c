// AdEx from a training recording. Three steps, each with the numbers of the one before:
// 1. Regression. With the voltage measured and the spikes known, C dV/dt - I - exponential is linear in leak,
//    a, b and an offset for every tau_w; the tau_w with the least residual is taken.
// 2. Trajectory. V is integrated through the whole recording with the cell's own spikes forced, and leak, E,
// a, b
//    and tau_w are refined on the error of V between spikes (Ceres): errors that a regression on dV/dt
//    forgives from step to step add up here.
// 3. Curve. The dynamic I-V of the current less w gives V_T and Delta_T at the leak found. It is also what
// step 1
//    takes the exponential from, so all are gone through twice.
// Nothing but the training recording is read. docs/methods/adex.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/fit/iv_fit.hpp"
#include "libfit/iv/blocks.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct AdexFitOptions {
  double step_ms = 0.25;             // > 0; of the trajectory, at least one sample
  double before_spike_ms = 3.0;      // >= 0; before a spike V is not compared
  double after_hold_ms = 1.0;        // >= 0; nor this long after the refractory period
  double shortest_tau_w_ms = 5.0;    // > 0
  double longest_tau_w_ms = 2000.0;  // above the shortest
  std::size_t min_spikes = 20;       // fewer do not determine b
  DynamicIvOptions curve;            // of step 3
  std::uint64_t seed = 1;            // of the blocks: as in bootstrap_fits()
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

// `eif`, fitted to the whole curve, gives C, spike parameters, fit limit and the first V_T and Delta_T.
// `capacitance_pF`: one value a bootstrap draw (empty: no intervals), as in bootstrap_fits(); a draw moves
// the parameters of step 2 by one Gauss-Newton step on its blocks and fits the curve of step 3 again.
// `failed` with the reason when there is no EIF or fewer spikes than needed; `not_identified` when the EIF is
// not, when tau_w ends on its bound, or when neither a nor b differs from 0 beyond its error.
ModelFit fit_adex(const Recording& recording, const SpikeTrains& spikes_ms, std::span<const Block> blocks,
                  const ModelFit& eif, std::span<const double> capacitance_pF = {},
                  const AdexFitOptions& options = {});

}  // namespace libfit
