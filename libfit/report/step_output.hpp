// What `dyniv steps` writes and shows: JSON, table and figures of an analysis of steps, with a model's beside
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/step_model.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/report/results.hpp"

namespace libfit {

struct StepResults {
  Recording recording;
  StepAnalysis steps;
  std::optional<Model> first_model;  // of the cell, from the steps alone
  std::string model_label;           // empty: no model beside it
  std::optional<StepPrediction> model;
};

// steps.json (schema "dyniv.steps"), steps.csv, models/lif.json and figures.
ResultFiles step_files(const StepResults& results, const ResultProvenance& provenance);
// Properties of cell and model, and one row a step.
std::string steps_overview(const StepResults& results);

// Firing rate against the amplitude of the step.
struct StepRates {
  std::string label;
  std::vector<double> amplitude_pA;
  std::vector<double> first_Hz;   // one over the first interval; NaN: fewer than two spikes
  std::vector<double> steady_Hz;  // in the second half of the step
};
// The first is the recording's.
Figure step_rates_figure(const std::vector<StepRates>& rates);

}  // namespace libfit
