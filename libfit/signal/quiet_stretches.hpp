// What is left of a recording between spikes, for estimates that spikes and what they leave behind would
// bias. The longer after a spike, the better; but a cell that fires faster than the window is long would
// leave nothing. Then the window follows the intervals: it shrinks until a good part is left.
#pragma once

#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct QuietWindow {
  double before_ms = 0.0;     // >= 0; left out before a spike
  double after_ms = 0.0;      // >= 0; and after it
  double least_share = 0.01;  // 0 to 1; of the samples, below which the window shrinks
  double share = 0.25;        // 0 to 1; until so many are left
};

struct QuietStretches {
  std::vector<std::vector<Stretch>> stretches;  // one list a sweep
  QuietWindow window;                           // as it was used
  double share = 0.0;                           // of the samples, that is left
  bool shrunk = false;
};

// The samples of `within` (one list a sweep) outside the window around every spike. Where it has to shrink,
// both ends do together, `before_ms` to 1 ms and `after_ms` to 2 ms at the least.
QuietStretches quiet_stretches(const Recording& recording, const std::vector<std::vector<Stretch>>& within,
                               const SpikeTrains& spikes_ms, const QuietWindow& window);

// driven_stretches() of every sweep.
std::vector<std::vector<Stretch>> driven_stretches(const Recording& recording);
// Every sweep whole.
std::vector<std::vector<Stretch>> whole_sweeps(const Recording& recording);

// "the window of 50 ms after spikes was shortened to 11 ms, ...": what a shrunk window means.
std::string shrunk_sentence(const QuietWindow& asked, const QuietStretches& quiet);

}  // namespace libfit
