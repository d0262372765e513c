// A model that was fitted elsewhere, judged on test sweeps: electrode out, the cell's spikes found at the
// model's own spike voltage, the model on the mean current of the repetitions, scores of spikes and voltage.
#pragma once

#include <optional>

#include "libfit/characterize/prediction.hpp"
#include "libfit/model/model.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct ModelScore {
  Membrane membrane;  // of the test sweeps
  TestResult test;    // with one model
};

// Cell spikes are crossings of the model's V_spike_mV, the level they were found at when it was fitted; a
// passive or LIF model has none, then the level is chosen from the test sweeps. `electrode` as in
// prepare_membrane(); without it, and unless compensation is off, the electrode is found in the test sweeps.
// Throws as prepare_membrane() and score_test() do.
ModelScore score_model(const Model& model, const std::optional<Recording>& electrode, const Recording& test,
                       const MembraneOptions& membrane = {}, const ScoreOptions& options = {});

}  // namespace libfit
