// Are current and voltage in step? dV/dt is regressed on the current of the same sample and of its
// neighbours; the centre of the weights is the lag of the recorded current. Half a sample of misalignment
// biases C by some 15 % at 10 kHz, and to first order a lag looks like a residual resistance of lag/C
// (docs/methods/alignment.md), so it is measured on a trace without electrode (bridge-balanced or
// compensated) and the electrode's kernel takes it up otherwise.
#pragma once

#include <optional>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct Lag {
  // Delay of the recorded current against a current held from each sample to the next: 0 for such a current,
  // half a sample for a monitor that is sampled together with the voltage, more for a late monitor.
  double lag_ms = 0.0;
  double se_ms = 0.0;  // from blocks of one second
  double dt_ms = 0.0;
};

// nullopt when the current is too smooth or the trace too short for it (standard error above two samples).
std::optional<Lag> estimate_lag(const Recording& recording,
                                const std::vector<std::vector<Stretch>>& stretches);

// The current as the rest of the library wants it, held from each sample to the next: the recorded one read
// `lag_ms` later, interpolated linearly, its ends held. The lag of a voltage that was compensated by an
// ElectrodeKernel is in the kernel (membrane_lag_ms), whatever the monitor did.
Recording aligned(Recording recording, double lag_ms, unsigned threads = 0);

}  // namespace libfit
