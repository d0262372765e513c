// Several models on the same data: every score with its interval, and every difference between two of them,
// paired: all are scored in the same draws of time blocks, so that a stretch that is hard for every model
// moves the scores and not their differences.
#pragma once

#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/score/score.hpp"
#include "libfit/score/score_value.hpp"

namespace libfit {

struct ModelScores {
  ScoreValue md_star;
  ScoreValue gamma;
};

// Score of model `first` minus that of model `second`, by their places in the list of models.
struct ScoreDifference {
  std::size_t first = 0;
  std::size_t second = 0;
  ScoreValue md_star;
  ScoreValue gamma;
};

struct ModelComparison {
  std::vector<ModelScores> models;
  std::vector<ScoreDifference> differences;  // every pair, first < second
  ScoreValue reliability_gamma;
  ScoreValue reliability_md;
};

// `models`: the trains of each. Of `options`, window, blocks, draws, seed and threads count. Throws as
// score_spike_trains().
ModelComparison compare_models(const SpikeTrains& data, const std::vector<SpikeTrains>& models,
                               double duration_ms, const ScoreOptions& options = {});

}  // namespace libfit
