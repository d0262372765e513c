// What the GIF family learnt about the threshold, for people: how the voltage at which spikes begin follows
// the voltage before, in the cell and in simulations of the models, and how fast the models' threshold does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/fit/gif_fit.hpp"
#include "libfit/model/gif_threshold.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

// Spikes with no other one in the 25 ms before: the voltage at their onset against the mean voltage 20 to 2
// ms before it. Slope 0: a fixed threshold; 1: a threshold that follows the voltage mV for mV.
struct OnsetAgainstPast {
  std::vector<double> past_mV;
  std::vector<double> onset_mV;
  double slope = 0.0;
  Interval slope_ci95;  // of the straight line, spikes taken as independent
};

struct ThresholdOfModel {
  std::string model;
  std::optional<OnsetAgainstPast> simulated;      // one trial on the training current
  double rest_mV = 0.0;                           // median of the drive's voltage in training
  std::optional<double> threshold_mV;             // at that rest
  ThresholdResponse depolarised, hyperpolarised;  // steps of 10 mV
};

struct ThresholdStudy {
  std::optional<OnsetAgainstPast> cell;
  std::vector<ThresholdOfModel> models;
};

ThresholdStudy study_thresholds(const Membrane& membrane, const std::vector<GifFit>& fits, std::uint64_t seed,
                                unsigned threads);

}  // namespace libfit
