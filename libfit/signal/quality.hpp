// Is the recording fit for an analysis? Stretches in which nothing is injected, slow drift of the cell,
// rundown of its spikes, and a rate that changes: measured, and said where they matter.
#pragma once

#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

// The stretches of a sweep in which current fluctuates. A window of 100 ms is idle when its standard
// deviation is below a tenth of the median window's; lead-in and lead-out at the holding current are. They
// would weigh in every average with a membrane that sits still in a state of its own. All of the sweep when
// at least half of it is idle (steps and pulses are another protocol).
std::vector<Stretch> driven_stretches(const Sweep& sweep);

// The samples that both lists have.
std::vector<Stretch> intersection(const std::vector<Stretch>& a, const std::vector<Stretch>& b);

struct Quality {
  double voltage_drift_mV =
      0.0;                   // median voltage outside spikes, last third minus first third of the recording
  double rate_change = 0.0;  // spikes in the last third over those in the first third, minus 1; 0 below 20
  double peak_rundown_mV = 0.0;       // median spike peak, first third minus last third; 0 below 20 spikes
  double idle_fraction = 0.0;         // of all samples
  double rate_Hz = 0.0;               // spikes per second of driven time
  std::vector<std::string> warnings;  // drift above 3 mV, rate change above 30 %, rundown above 10 mV
};

// Thirds are of all driven samples in the order of the sweeps. Never throws for an odd recording: it reports.
Quality assess_quality(const Recording& recording, const SpikeTrains& spikes_ms);

}  // namespace libfit
