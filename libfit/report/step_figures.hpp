// The figures of `dyniv steps`. Colours as in figures.hpp: the recording is black, a model has a colour.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"

namespace libfit {

// Firing rate against the amplitude of the step: at the first interval and in the second half.
struct StepRates {
  std::string label;
  std::vector<double> amplitude_pA;
  std::vector<double> first_Hz;  // NaN: fewer than two spikes
  std::vector<double> steady_Hz;
};
Figure step_rates_figure(const std::vector<StepRates>& rates);

// Voltage of some sweeps against time; the model's, if any, below.
struct StepTraces {
  std::string label;
  std::vector<double> time_ms;
  std::vector<std::string> names;                // "100 pA"
  std::vector<std::vector<double>> voltages_mV;  // one per name, as long as the time
};
Figure step_traces_figure(const std::vector<StepTraces>& traces);

}  // namespace libfit
