// How well each model predicts: on the training current, to choose among models, and on the test sweeps, to
// judge. The voltage of a test sweep is read here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/core/spike_train.hpp"
#include "libfit/score/score.hpp"
#include "libfit/score/voltage.hpp"
#include "libfit/signal/membrane.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {

// A model on the current it was fitted to.
struct TrainingPrediction {
  std::string model;
  // Md* with the norm of the one recorded train, its noise included, in place of what repetitions share: at
  // most Md*, and by the same factor of every model that fires alike. It judges a model that draws its spikes
  // and a deterministic one on the same footing, which Gamma, the mean over single trials, does not. Absent
  // where neither has a spike.
  std::optional<double> md_star_bound;
  std::optional<double> gamma;   // mean over sweeps and trials; absent where it is not defined
  std::size_t model_spikes = 0;  // mean over trials
  std::size_t data_spikes = 0;

  // Spikes of the model over the cell's; not a number where neither has one.
  double rate_ratio() const { return static_cast<double>(model_spikes) / static_cast<double>(data_spikes); }
};

// Whether a model fires at a rate that can pass for the cell's: `ratio` is its spikes over the cell's.
inline bool is_like_rate(double ratio) { return ratio >= 0.67 && ratio <= 1.5; }

struct ModelTest {
  std::string model;
  Prediction prediction;                       // one answer, for the eye
  SpikeTrains trains;                          // every answer: what is scored
  std::optional<HazardLikelihood> likelihood;  // of the cell's spikes; for models that have one
  SpikeScore spikes;
  VoltageScore voltage;
};

struct TestResult {
  double dt_ms = 0.0;
  double duration_ms = 0.0;
  std::vector<double> current_pA;  // mean over the repetitions
  Recording repetitions;           // electrode taken out
  SpikeTrains spikes_ms;           // of the cell, one train a repetition
  // Spikes of the last repetition over those of the first, minus 1, by a straight line through all; absent
  // below four repetitions or without spikes. A model fitted to the training before does not know of it.
  std::optional<Estimate> rate_change;
  std::vector<ModelTest> models;
  std::vector<std::string> warnings;
};

// Models that can be simulated: all but failed ones. The GIF family and the tuned models, which were fitted
// to spikes, are judged in blocks that their fit had left out; the others have seen no spike time.
std::vector<TrainingPrediction> predict_training(const Membrane& membrane, const CellFit& cell,
                                                 const CellFitOptions& options, double window_ms);

// The name of the identified spiking model with the highest md_star_bound; empty when there is none.
// `simulable`: of those alone that no check of their simulation found at fault, and that fire about as often
// as the cell.
std::string best_on_training(const std::vector<TrainingPrediction>& predictions,
                             const std::vector<ModelFit>& models, bool simulable = false);

// Simulates every model on the test current and scores spikes and voltage. Sweeps that do not repeat the
// first one's current are left out with a warning. Throws DataError for sweeps that differ in length or rate.
TestResult score_test(const Recording& test, const Membrane& membrane, const std::vector<ModelFit>& models,
                      const ScoreOptions& options);

}  // namespace libfit
