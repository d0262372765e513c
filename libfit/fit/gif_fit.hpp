// The GIF family from a training recording, on one footing: the membrane by least squares of the integrated
// voltage, the hazard by maximum likelihood with the drive refined (membrane_fit.hpp, hazard_fit.hpp), and
// for each model the same fits again with every fold of the recording left out, for cross-validation. What
// the models differ in is what the hazard looks at (gif.hpp). Choices are by rule, from the training data
// alone:
//   refractory time   the 1 % quantile of the intervals, in whole bins, between 2 and 8 ms
//   knots             quantiles 10, 30, 50, 70, 85, 95 % of the fitted voltage
//   history           steps from the refractory time on, each ending at 1.4 times its beginning, to 500 ms
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/fit/hazard_fit.hpp"
#include "libfit/fit/iv_fit.hpp"
#include "libfit/fit/membrane_fit.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct GifFitOptions {
  std::vector<GifKind> kinds{kGifKinds.begin(), kGifKinds.end()};
  double bin_ms = 1.0;             // > 0; nearest whole number of samples
  std::optional<double> t_ref_ms;  // > 0; absent: by rule
  bool at_onset = true;            // a spike begins at its onset; false: at the crossing of its level
  HazardRidge ridge;               // of history_gif; the few states of the others have a hundredth of it
  double softness_mV = 3.0;        // > 0; of the states' softplus
  std::size_t min_spikes = 20;     // below, no hazard is fitted
  int folds = 3;                   // 0: no cross-validation; else 2 or more
  double block_ms = 5000.0;        // > 0; blocks that folds take in turn
  unsigned threads = 0;
  std::function<void(double)> progress;  // share done
  void validate() const;                 // throws OptionError
};

struct GifFit {
  GifKind kind = GifKind::gif;
  FitStatus status = FitStatus::failed;
  std::string reason;  // empty when ok
  Gif model;
  double log_likelihood = 0.0;
  double bits_per_spike = 0.0;              // above a homogeneous Poisson process, on training
  std::optional<double> cv_bits_per_spike;  // the same in the blocks that were left out
  double effective_parameters = 0.0;        // trace of H (H + penalty)^-1
  double aic = 0.0, bic = 0.0;              // with the effective number of parameters
  std::vector<double> weight_se;            // in the order of weights_of()
  int iterations = 0;
  // Spikes of its own simulation of the training current over those of the cell; filled where it is
  // simulated.
  std::optional<double> training_rate_ratio;
  std::vector<Gif> fold_models;  // fitted without fold 0, 1, ...
};

struct GifFits {
  BinnedRecording data;
  MembraneFit membrane;
  std::vector<GifFit> fits;  // one per kind asked for
  std::vector<std::string> warnings;
};

// `crossings_ms`: spike times of every sweep, `V_spike_mV` the level that they cross; `start` a first guess
// of C, g, E and V_reset, and in its drive the upstroke (V_T, Delta_T) that exp_gif takes over as it is;
// without one it fails. A model that the data do not allow has status failed and the reason; without kinds
// nothing is done.
GifFits fit_gifs(const Recording& recording, const SpikeTrains& crossings_ms, double V_spike_mV,
                 const Gif& start, const GifFitOptions& options = {});

}  // namespace libfit
