// Models beside a recording of current steps of the same cell, which no fit has seen: firing rate against
// current, and how far each model is from the cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/signal/steps.hpp"

namespace libfit {

// One number per step, in the order of the cell's responses (ascending amplitudes); of a model that draws its
// spikes the mean over trials.
struct StepRatesOf {
  std::string name;
  std::vector<double> mean_Hz;                    // spikes over the length of the step
  std::vector<double> first_Hz;                   // one over the first interval; NaN below two spikes
  std::vector<double> steady_Hz;                  // of the second half of the step
  std::optional<double> rheobase_pA;              // the least step with a spike, as a rule
  std::optional<double> rmse_Hz, steady_rmse_Hz;  // against the cell; absent of the cell itself
};

struct StepComparison {
  StepProtocol protocol;
  std::vector<double> amplitude_pA;  // ascending
  StepRatesOf cell;
  std::vector<StepRatesOf> models;  // those that fire and did not fail
  std::vector<std::string> warnings;
};

// `steps`: as the rig wrote it; the electrode is taken out and spikes are found as in training. Throws
// DataError as find_steps() does.
StepComparison compare_on_steps(const Recording& steps, const Membrane& membrane,
                                const std::vector<ModelFit>& models, std::uint64_t seed, unsigned threads);

}  // namespace libfit
