// The whole job from recordings to scored models, in the one place that knows the order of the stages.
//
//     CellRecordings recordings;
//     recordings.electrode = read_recording({"cell07_electrode.abf"});
//     recordings.training = read_recording({"cell07_training.abf"});
//     recordings.test = read_recording({"cell07_test.abf"});
//     const Characterization result = characterize(recordings);
//     std::cout << "best on training: " << result.best_model << "\n";
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/characterize/prediction.hpp"
#include "libfit/characterize/step_comparison.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct CharacterizeOptions {
  MembraneOptions membrane;
  CellFitOptions cell;
  ScoreOptions score;
  std::uint64_t seed = 1;  // of every stage
  unsigned threads = 0;    // of every stage; 0: all
  // Called with the name of a stage and its share done.
  std::function<void(const std::string&, double)> progress;
  void validate() const;  // throws OptionError
};

struct CellRecordings {
  std::optional<Recording> electrode;
  Recording training;
  std::optional<Recording> test;
  std::optional<Recording> steps;  // of constant current, of the same cell
};

struct Characterization {
  Membrane membrane;
  CellFit cell;
  std::vector<TrainingPrediction> training;
  std::string best_model;      // on training; empty when no spiking model is identified
  std::string best_simulable;  // the same among those without a fault in their simulation
  std::optional<TestResult> test;
  std::optional<StepComparison> steps;
  std::vector<std::string> warnings;  // of every stage, in order, each once
  std::map<std::string, double> timing_s;
};

// Throws DataError where the recordings do not allow an analysis, OptionError for options out of range.
Characterization characterize(const CellRecordings& recordings, const CharacterizeOptions& options = {});

}  // namespace libfit
