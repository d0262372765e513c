// Deterministic models at their best: what decides when a model spikes and how it goes on, its threshold, its
// reset voltage and its refractory time, tuned to the spikes of training. A curve is fitted to currents and
// never sees a spike time; a model without noise that is off by 1 mV at the threshold misses half the spikes.
// Everything that the voltage determined (C, leak, shape of the upstroke, adaptation) stays.
//
// The objective is the coincidence factor on the training current, which jumps with single spikes: a scan of
// the threshold, then a search along the three coordinates with halving steps. Each candidate is simulated
// once and counted per fold of time, so that cross-validation costs no simulation: each fold is predicted by
// the candidate that is best in the others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libfit/fit/iv_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct SpikeTuningOptions {
  double window_ms = 4.0;    // > 0; of the coincidence factor
  int folds = 3;             // 0: no cross-validation; else 2 or more
  double block_ms = 5000.0;  // > 0; blocks that folds take in turn
  unsigned threads = 0;
};

struct SpikeTuning {
  std::string model;               // fit_name() of the tuned entry
  double gamma_before = 0.0;       // on training, untuned; -infinity where it is not defined
  double gamma_after = 0.0;        // the same, tuned
  std::size_t candidates = 0;      // simulated
  std::vector<Model> fold_models;  // the best candidate without fold 0, 1, ...
};

struct TunedFit {
  ModelFit fit;  // a copy with `variant` "tuned"; without intervals for what was tuned
  SpikeTuning tuning;
};

// One entry for every deterministic spiking model with a threshold of its own, which a tabulated curve has
// not. Empty where training holds fewer than 20 spikes.
std::vector<TunedFit> tune_to_spikes(const Membrane& membrane, const std::vector<ModelFit>& models,
                                     const SpikeTuningOptions& options = {});

}  // namespace libfit
