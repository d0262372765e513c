// How the threshold follows the voltage, and how the cell's rate drifts over a test: plain series in, a
// figure out, as in figures.hpp.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"

namespace libfit {

// Mean onset voltage, counted from its mean over all spikes, in groups of the voltage before, with standard
// errors.
struct OnsetGroups {
  std::string label;
  std::vector<double> past_mV;
  std::vector<double> onset_mV;
  std::vector<double> onset_se_mV;
};
// Change of the threshold after a step of the voltage.
struct ThresholdSteps {
  std::string label;
  std::vector<double> time_ms;
  std::vector<double> depolarised_mV;
  std::vector<double> hyperpolarised_mV;
};
struct ThresholdSeries {
  OnsetGroups cell;
  std::vector<OnsetGroups> models;
  std::vector<ThresholdSteps> steps;  // of the same models, in the same order
  double step_mV = 0.0;
};
// Above: onset against the voltage before, cell and models. Below: the models' threshold after steps.
Figure threshold_figure(const ThresholdSeries& series);

// Spikes of each test repetition, and what each model, which does not know the repetition, expects.
struct RepetitionSeries {
  std::vector<double> spikes;  // of the cell, by repetition
  std::vector<std::string> models;
  std::vector<double> expected;  // spikes of each model in one repetition
};
Figure repetition_figure(const RepetitionSeries& series);

}  // namespace libfit
