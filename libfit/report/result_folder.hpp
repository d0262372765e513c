// What `dyniv run` left in a folder, read again: scores, parameters and spike trains of one cell.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {

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
  SpikeTrains trains;               // recorded, one a repetition
  std::vector<StoredModel> models;  // scored ones, in the order of the summary
};

// Throws InputError for a folder that `dyniv run` did not write or that is damaged, DataError for results
// without a test recording; both name the file and say what to do.
StoredCell read_result_folder(const std::filesystem::path& folder);

}  // namespace libfit
