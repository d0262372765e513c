// Explained variance of spike trains [Teeter et al. 2018, Nat Commun 9:709]: trains convolved with a
// unit-area Gaussian of standard deviation sigma and compared over [0, T],
//   EV(a, b) = (Var a + Var b - Var(a - b)) / (Var a + Var b) = 2 Cov(a, b) / (Var a + Var b),
// and the ratio mean_i EV(data_i, model) / mean_i EV(data_i, PSTH), where the PSTH is the mean over all
// repetitions, repetition i included, as in the paper: this lifts the ceiling a little when repetitions are
// few. A stochastic model enters as the mean of its trains, the counterpart of the PSTH, so that a model as
// good as another set of repetitions is not charged for its own noise.
// The integrals run over midpoint cells of at most sigma/16. The midpoint rule of Gaussians is exact to
// rounding inside; what is left comes from the two ends of the record, below 1e-5 of EV for T >= 10 sigma.
#pragma once

#include <optional>

#include "libfit/core/spike_train.hpp"
#include "libfit/score/block_bootstrap.hpp"
#include "libfit/score/score_value.hpp"

namespace libfit {

struct ExplainedVariance {
  double sigma_ms = 0.0;
  ScoreValue ratio;  // absent, with the reason, when either part is absent or the ceiling is 0
  std::optional<double> data_model;  // mean_i EV(data_i, model)
  std::optional<double> data_psth;   // mean_i EV(data_i, PSTH): the ceiling; 1 with one repetition
};

// Whether sigma is positive, finite and at least 1e-7 of the duration: the cost of a score goes as their
// ratio.
bool sigma_is_resolved(double sigma_ms, double duration_ms);
inline constexpr const char* kSigmaRule = "> 0, finite and at least 1e-7 of the duration";

// EV of one pair over [0, duration_ms]; absent when neither train varies.
std::optional<double> explained_variance(const SpikeTrain& first, const SpikeTrain& second,
                                         double duration_ms, double sigma_ms);

// The ratio with its interval over `blocks` (which cover the duration). Repetitions that do not vary beside a
// model that does not are left out of the mean. O(spikes + cells x repetitions); OptionError for sigma.
ExplainedVariance score_explained_variance(const SpikeTrains& data, const SpikeTrains& model, double sigma_ms,
                                           const TimeBlocks& blocks, const BootstrapOptions& options);

}  // namespace libfit
