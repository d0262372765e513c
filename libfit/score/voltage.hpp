// Subthreshold voltage of a model against repetitions of one stimulus, outside spikes: at every sample the
// repetitions that are not near one of their own spikes are averaged, V(t), and
//   variance explained = 1 - sum (V - V_model)^2 / sum (V - mean V)^2,   RMSE = sqrt(mean (V - V_model)^2).
// An offset of the model counts as error. Samples where fewer than half of the repetitions survive are
// dropped: there the average is of few and of biased ones. The ceiling is what the mean of another set of as
// many repetitions' common part would explain: 1 - mean(s^2 / n) / Var V, with s^2 the unbiased variance
// between the n surviving repetitions of a sample; slow drift between repetitions counts as not shared.
// Intervals over time blocks and repetitions as in block_bootstrap.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/score/score_value.hpp"

namespace libfit {

// One repetition: voltage in mV at k * dt, and its spike times in ms from the same zero, ascending.
struct VoltageRepetition {
  std::span<const double> voltage_mV;
  std::span<const double> spike_times_ms;
};

struct VoltageScoreOptions {
  // Left out around each spike t, [t - before, t + after]; ms, >= 0. `after` is the absolute refractory
  // period of the model plus 10 ms unless there is reason for another; longer: less of the after-potential is
  // scored.
  double before_spike_ms = 5.0;
  double after_spike_ms = 14.0;
  // Also leave out the windows around the model's spikes: scores the membrane, not the missed spikes.
  bool mask_model_spikes = true;
  // Bootstrap as in ScoreOptions: draws 0 or 100 to 1000000, block ms > 0.
  unsigned draws = 1000;
  double block_ms = 1000.0;
  std::uint64_t seed = 1;
  unsigned threads = 0;   // 0: all
  void validate() const;  // throws OptionError
};

struct VoltageScore {
  ScoreValue variance_explained;
  ScoreValue ceiling;                   // of variance_explained; absent with one repetition
  std::optional<double> rmse_mV;        // model against the mean of the repetitions
  std::optional<double> rmse_floor_mV;  // what noise of that mean alone would give: sqrt(mean(s^2 / n))
  std::optional<double> mean_error_mV;  // model minus mean of the repetitions
  std::size_t samples = 0;
  std::size_t samples_used = 0;
  std::vector<std::string> warnings;
};

// Throws ContractError for no repetition, unequal lengths, dt_ms <= 0 or spike times out of order,
// OptionError for options out of range, DataError for a voltage that is not finite where it is used.
VoltageScore score_voltage(std::span<const VoltageRepetition> repetitions,
                           std::span<const double> model_voltage_mV,
                           std::span<const double> model_spike_times_ms, double dt_ms,
                           const VoltageScoreOptions& options = {});

}  // namespace libfit
