// Models on several cells: scores of each cell, and the differences between models, paired within each cell
// and averaged over cells.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/score/model_comparison.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {

// A model of a cell that was scored on its test recording.
struct StoredModel {
  std::string name;    // of the key in summary.json
  std::string status;  // "ok" or "not_identified"
  std::vector<std::pair<std::string, Estimate>> parameters;
  std::optional<double> training_md_star_bound;
  std::optional<Estimate> explained_variance_10ms;
  std::optional<Estimate> voltage_variance_explained;
  std::optional<double> bits_per_spike;     // of the test spikes; models with a hazard
  std::optional<double> cv_bits_per_spike;  // of training blocks that the fit had left out
  std::optional<double> aic, bic;
  double rate_Hz = 0.0;  // on the test recording
  SpikeTrains trains;    // predicted; empty for a model that cannot fire
};

struct StoredCell {
  std::string name;  // of the folder
  std::filesystem::path folder;
  std::string summary_sha256;
  std::string best_model;  // on training; empty when none was identified
  double window_ms = 0.0;
  double duration_ms = 0.0;
  double rate_Hz = 0.0;
  std::optional<double> voltage_ceiling;
  SpikeTrains trains;               // recorded, one per repetition
  std::vector<StoredModel> models;  // scored ones, in the order of the summary
};

struct CompareOptions {
  std::vector<std::string> models;  // empty: all that any cell has
  ScoreOptions score;               // window_ms in force for every cell
  void validate() const;            // throws OptionError
};

struct ComparedCell {
  StoredCell stored;       // models as asked for, in the order of Comparison::models
  ModelComparison scores;  // in the order of stored.models

  // Place of a model in both lists; absent where the cell does not have it.
  std::optional<std::size_t> place_of(const std::string& model) const;
  // Scores of `first` minus those of `second`; absent unless the cell has both.
  std::optional<ScoreDifference> difference(const std::string& first, const std::string& second) const;
};

// One score of `first` minus that of `second`, over the cells that have both.
struct MeanDifference {
  std::size_t cells = 0;
  std::optional<double> mean;
  // 95 % interval of the mean over cells like these: Student's t over the cells, from three on. It holds what
  // differs between cells as well as the errors within them, and is never narrower than the latter alone make
  // it. Of one cell: its own interval.
  std::optional<Interval> ci95;
  std::size_t better = 0;          // cells where the difference is above 0
  std::size_t worse = 0;           // below 0
  std::size_t clearly_better = 0;  // and its own interval too
  std::size_t clearly_worse = 0;

  std::optional<Estimate> estimate() const {
    return mean ? std::optional(Estimate{*mean, ci95}) : std::nullopt;
  }
};

struct PairOverCells {
  std::string first, second;
  MeanDifference md_star, gamma;
};

struct Comparison {
  std::vector<ComparedCell> cells;
  std::vector<std::string> models;   // by name, in the order of the summaries
  std::vector<PairOverCells> pairs;  // every pair of models that some cell has
  std::vector<std::string> warnings;
};

// Md* and Gamma are computed anew from the trains, with one window; the rest is taken over from the
// summaries. Throws OptionError for a model that no cell has.
Comparison compare_cells(std::vector<StoredCell> cells, const CompareOptions& options);

// `first` against `second` over the cells, whichever way round; nullopt where no cell has both.
std::optional<PairOverCells> pair_of(const std::vector<ComparedCell>& cells, const std::string& first,
                                     const std::string& second);

}  // namespace libfit
