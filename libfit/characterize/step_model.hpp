// Steps beside a model: the first model that a recording of steps gives (enough to scale a stimulus), and
// what any model would have answered to the same steps.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/model/model.hpp"
#include "libfit/signal/spikes.hpp"
#include "libfit/signal/steps.hpp"

namespace libfit {

// A leaky integrate-and-fire cell: resistance and time constant of the small steps, rest, threshold at the
// median onset of the spikes, reset and refractory period from their average shape, or (with few spikes) a
// reset half way to rest and 2 ms. Absent where the steps give no resistance, no time constant or no spike.
std::optional<Model> first_model_of_steps(const Recording& recording, const SpikeTrains& spikes_ms,
                                          const StepAnalysis& steps);

// The same analysis of the model's answer to the current of the recording, and that answer. The model begins
// settled at the current before the step; one that draws its spikes draws others for every sweep and seed.
struct StepPrediction {
  Recording recording;  // its voltage is the model's
  StepAnalysis steps;
};
StepPrediction predict_steps(const Model& model, Recording recording, const StepProtocol& protocol,
                             const StepOptions& options = {}, std::uint64_t seed = 1);

}  // namespace libfit
