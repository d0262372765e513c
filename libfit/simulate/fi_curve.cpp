#include "libfit/simulate/fi_curve.hpp"

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/model/fixed_points.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

constexpr std::size_t enough_spikes = 4;
constexpr std::size_t stochastic_trials = 20;
constexpr double longest_stretch = 64.0;  // of the step, where a model fires slowly

// One step, its spikes counted from the step on.
std::vector<double> respond(const SpikeResponse& response, double current_pA, double step_ms,
                            std::uint64_t trial, const FiCurveOptions& options) {
  const auto samples = [&](double ms) { return static_cast<std::size_t>(std::lround(ms / options.dt_ms)); };
  const std::size_t settle = samples(options.settle_ms);
  std::vector<double> current(settle + std::max<std::size_t>(samples(step_ms), 1), current_pA);
  std::fill_n(current.begin(), settle, options.holding_pA);
  const double begin = static_cast<double>(settle) * options.dt_ms;
  SpikeTrain spikes = response(current, options.dt_ms, trial);
  std::erase_if(spikes, [begin](double t) { return t < begin; });
  for (double& t : spikes) t -= begin;
  return spikes;
}

std::vector<double> second_half(const SpikeTrain& spikes, double step_ms) {
  SpikeTrain late;
  std::ranges::copy_if(spikes, std::back_inserter(late), [=](double t) { return t >= 0.5 * step_ms; });
  return late;
}

// Rate from the intervals: exact for regular firing wherever the window cuts.
double regular_rate_Hz(const SpikeTrain& late) {
  if (late.size() < 2) return 0.0;
  return 1000.0 * static_cast<double>(late.size() - 1) / (late.back() - late.front());
}

void note_onset(const SpikeTrain& spikes, FiPoint& point, std::vector<double>& latencies) {
  if (!spikes.empty()) latencies.push_back(spikes[0]);
  if (spikes.size() > 1) point.onset_Hz += 1000.0 / (spikes[1] - spikes[0]);
}

FiPoint one_trial(const SpikeResponse& response, double current_pA, std::uint64_t trial,
                  const FiCurveOptions& options) {
  FiPoint point;
  point.current_pA = current_pA;
  double step_ms = options.step_ms;
  SpikeTrain spikes = respond(response, current_pA, step_ms, trial, options);
  SpikeTrain late = second_half(spikes, step_ms);
  // None at all: silent, or a first interval longer than the step, which more time would not tell apart.
  while (!spikes.empty() && late.size() < enough_spikes && step_ms < longest_stretch * options.step_ms) {
    step_ms *= 4.0;
    spikes = respond(response, current_pA, step_ms, trial, options);
    late = second_half(spikes, step_ms);
  }
  point.rate_Hz = regular_rate_Hz(late);
  std::vector<double> latencies;
  note_onset(spikes, point, latencies);
  point.latency_ms = mean(latencies);
  return point;
}

FiPoint several_trials(const SpikeResponse& response, double current_pA, std::uint64_t first_trial,
                       const FiCurveOptions& options) {
  FiPoint point;
  point.current_pA = current_pA;
  std::vector<double> rates, latencies;
  for (std::uint64_t trial = 0; trial < options.trials; ++trial) {
    const SpikeTrain spikes = respond(response, current_pA, options.step_ms, first_trial + trial, options);
    const auto count = static_cast<double>(second_half(spikes, options.step_ms).size());
    rates.push_back(2000.0 * count / options.step_ms);
    note_onset(spikes, point, latencies);
  }
  point.rate_Hz = *mean(rates);
  point.onset_Hz /= static_cast<double>(options.trials);
  point.latency_ms = mean(latencies);
  if (options.trials >= 3) {
    const double se = std::sqrt(*variance(rates) / static_cast<double>(rates.size()));
    const Interval normal{point.rate_Hz - 1.959964 * se, point.rate_Hz + 1.959964 * se};
    point.rate_ci95_Hz = widened_for_blocks(normal, point.rate_Hz, rates.size());
    point.rate_ci95_Hz->low = std::max(point.rate_ci95_Hz->low, 0.0);
  }
  return point;
}

// From rest at the holding current; where there is none, the model has been firing all along.
FiPoint exact_point(const Model& model, double current_pA, const FiCurveOptions& options) {
  FiPoint point;
  point.current_pA = current_pA;
  point.latency_ms = latency_ms(model, current_pA, options.holding_pA);
  const bool starts = point.latency_ms || !rest_mV(model, options.holding_pA);
  if (starts) point.rate_Hz = firing_rate_Hz(model, current_pA).value_or(0.0);
  point.onset_Hz = point.rate_Hz;
  return point;
}

}  // namespace

void FiCurveOptions::validate() const {
  check_options({{"holding_pA", holding_pA, std::isfinite(holding_pA), "finite"},
                 {"settle_ms", settle_ms, settle_ms >= 0.0 && settle_ms <= 1e6, "between 0 and 1e6"},
                 {"step_ms", step_ms, step_ms > 0.0 && step_ms <= 1e6, "> 0 and at most 1e6"},
                 {"dt_ms", dt_ms, dt_ms > 0.0 && dt_ms <= step_ms, "> 0 and at most step_ms"},
                 {"trials", static_cast<double>(trials), trials > 0, "> 0"}});
}

FiCurve simulated_fi_curve(const SpikeResponse& response, std::span<const double> currents_pA,
                           const FiCurveOptions& options) {
  options.validate();
  for (const double I : currents_pA) require(std::isfinite(I), "simulated_fi_curve: a current is not finite");
  FiCurve curve;
  curve.method = FiMethod::simulated;
  curve.points.resize(currents_pA.size());
  parallel_for(currents_pA.size(), options.threads, [&](std::size_t i) {
    const std::uint64_t trial = i * options.trials;
    curve.points[i] = options.trials == 1 ? one_trial(response, currents_pA[i], trial, options)
                                          : several_trials(response, currents_pA[i], trial, options);
  });
  return curve;
}

FiCurve fi_curve(const Model& model, std::span<const double> currents_pA, const FiCurveOptions& options) {
  options.validate();
  validate(model);
  if (!drift_curve(model)) {
    FiCurveOptions at_once = options;
    // simulate() begins settled there, where nothing has to settle any more.
    if (rest_mV(model, options.holding_pA)) at_once.settle_ms = 0.0;
    if (is_stochastic(model) && options.trials == 1) at_once.trials = stochastic_trials;
    const SpikeResponse response = [&](std::span<const double> current, double dt_ms, std::uint64_t trial) {
      SimulateOptions simulation;
      simulation.settled_pA = options.holding_pA;
      simulation.seed = options.seed;
      simulation.trial = trial;
      simulation.threads = 1;
      return simulate(model, current, dt_ms, simulation).spike_times_ms;
    };
    return simulated_fi_curve(response, currents_pA, at_once);
  }
  FiCurve curve;
  for (const double I : currents_pA) {
    require(std::isfinite(I), "fi_curve: a current is not finite");
    curve.points.push_back(exact_point(model, I, options));
  }
  return curve;
}

std::vector<double> current_grid(double first_pA, double step_pA, double last_pA) {
  require(step_pA > 0.0 && last_pA >= first_pA, "current_grid: step and range must be above 0");
  const auto count =
      static_cast<std::size_t>(std::floor((last_pA - first_pA) / step_pA * (1.0 + 1e-12) + 1e-9));
  std::vector<double> currents;
  for (std::size_t i = 0; i <= count; ++i) currents.push_back(first_pA + step_pA * static_cast<double>(i));
  return currents;
}

}  // namespace libfit
