// f-I curves: how fast a model fires under steps of constant current from rest. Two rates, because cells
// adapt: at the onset of the step (one over the first interval) and in the steady state. Models without
// memory have both by quadrature (libfit/model/firing.hpp), and they are equal; all others are simulated.
// Whatever turns a current into spike times can be put in: a model of another kind, with noise in it, is a
// SpikeResponse, and its mean rate comes with an interval over trials.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

// Spike times [ms] in answer to a current [pA] held over steps of dt_ms; `trial` numbers the steps of a
// curve, repetitions included: two of them differ in the noise of a model that has some. Called from several
// threads at a time.
using SpikeResponse =
    std::function<std::vector<double>(std::span<const double> current_pA, double dt_ms, std::uint64_t trial)>;

struct FiCurveOptions {
  double holding_pA = 0.0;   // the current before the step
  double settle_ms = 200.0;  // >= 0; of holding current, for a SpikeResponse to come to rest
  double step_ms = 2000.0;   // > 0, up to 1e6; its second half is the steady state
  double dt_ms = 0.1;        // > 0, up to step_ms
  std::size_t trials = 1;    // > 0; where it is 1, a model that draws its spikes by chance is given 20
  std::uint64_t seed = 1;    // of such a model
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

enum class FiMethod { exact, simulated };

struct FiPoint {
  double current_pA = 0.0;
  double rate_Hz = 0.0;                  // steady state
  std::optional<Interval> rate_ci95_Hz;  // over trials, absent for fewer than three
  double onset_Hz = 0.0;                 // one over the first interval, or 0 (mean over trials)
  std::optional<double> latency_ms;      // from the step to the first spike; absent: none
};

struct FiCurve {
  FiMethod method = FiMethod::exact;
  std::vector<FiPoint> points;  // one per current
};

// The steady rate of a model that stops firing after a few spikes is 0. Throws OptionError for a model that
// validate() refuses, ContractError for a current that is not finite, DataError as simulate() does.
FiCurve fi_curve(const Model& model, std::span<const double> currents_pA, const FiCurveOptions& options = {});

// The same for anything that fires. Steady rate: spikes over time for several trials; for one trial the
// inverse of the mean interval, which does not depend on where the window cuts. The step is repeated four
// times as long, up to 64 times, where one trial has only a few spikes in its second half.
FiCurve simulated_fi_curve(const SpikeResponse& response, std::span<const double> currents_pA,
                           const FiCurveOptions& options = {});

// Currents from `first` to `last`, both included, every `step` (> 0).
std::vector<double> current_grid(double first_pA, double step_pA, double last_pA);

}  // namespace libfit
