// Resistance, time constant and rectification of an analysis of steps; a part of analyze_steps().
#pragma once

#include <vector>

#include "libfit/signal/steps.hpp"

namespace libfit {

void summarize_passive(const Recording& recording, const std::vector<std::vector<double>>& spikes_ms,
                       const StepOptions& options, StepAnalysis& analysis);

}  // namespace libfit
