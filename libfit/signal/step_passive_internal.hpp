// Resistance, time constant and rectification of an analysis of steps; a part of analyze_steps().
#pragma once

#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/signal/steps.hpp"

namespace libfit {

void summarize_passive(const Recording& recording, const SpikeTrains& spikes_ms, const StepOptions& options,
                       StepAnalysis& analysis);

}  // namespace libfit
