// Every spike-train score of a model against recorded repetitions of one stimulus, each with its ceiling and
// its 95 % interval: coincidence factor, Md*, explained variance (coincidence.hpp, md_star.hpp,
// explained_variance.hpp; intervals in block_bootstrap.hpp). What is not defined is absent with the reason.
//
//     const SpikeTrains cell{{12.1, 40.3, 77.0}, {12.4, 41.0, 80.2}};  // ms, one train a repetition
//     const SpikeScore score = score_spike_trains(cell, {{12.0, 40.9, 90.0}}, 100.0);
//     if (score.gamma.value) std::cout << "Gamma " << *score.gamma.value << "\n";
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/score/explained_variance.hpp"
#include "libfit/score/score_value.hpp"

namespace libfit {

struct ScoreOptions {
  // Half width Delta of the coincidence window, ms, > 0; wider: higher scores, coarser timing.
  double window_ms = 4.0;
  // Standard deviations of the Gaussians of the explained variance, ms, each > 0.
  std::vector<double> sigmas_ms = {4.0, 10.0, 100.0};
  // Bootstrap draws, 0 (no intervals) or 100 to 1000000; more: smoother ends.
  unsigned draws = 1000;
  // Length of the time blocks of the bootstrap, ms, > 0: long against the memory of the cell, short against
  // the recording. Shortened where fewer than ten fit.
  double block_ms = 1000.0;
  std::uint64_t seed = 1;
  unsigned threads = 0;   // 0: all; results do not depend on it
  void validate() const;  // throws OptionError
};

struct SpikeScore {
  ScoreValue gamma;                                   // mean over data x model pairs
  ScoreValue reliability_gamma;                       // Gamma_int, the ceiling of gamma
  ScoreValue gamma_A;                                 // gamma / Gamma_int
  ScoreValue md_star;                                 // its ceiling is 1
  ScoreValue reliability_md;                          // R, the part of a train that repetitions share
  std::vector<ExplainedVariance> explained_variance;  // one a sigma
  std::vector<std::size_t> data_spikes;               // per repetition
  std::vector<std::size_t> model_spikes;              // per train
  double data_rate_Hz = 0.0;
  double model_rate_Hz = 0.0;
  double window_ms = 0.0;
  double duration_ms = 0.0;
  double block_ms = 0.0;  // as used
  std::size_t blocks = 0;
  std::vector<std::string> warnings;
};

// Scores `model` on `data`, both within [0, duration_ms]. One model train is taken as a deterministic model.
// Throws OptionError for options out of range, ContractError for trains out of order or range or an empty
// set.
SpikeScore score_spike_trains(const SpikeTrains& data, const SpikeTrains& model, double duration_ms,
                              const ScoreOptions& options = {});

}  // namespace libfit
