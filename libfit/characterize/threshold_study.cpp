#include "libfit/characterize/threshold_study.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "libfit/core/parallel.hpp"
#include "libfit/fit/hazard_data.hpp"
#include "libfit/model/model.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

constexpr double step_mV = 10.0;
constexpr std::size_t least_onsets = 20;

// Voltage at the onsets and before them, of one sweep.
void collect(std::span<const double> voltage_mV, double dt_ms, const std::vector<double>& onsets_ms,
             OnsetAgainstPast& result) {
  constexpr double kFree_ms = 25.0, kFrom_ms = 20.0, kTo_ms = 2.0;
  for (std::size_t i = 0; i < onsets_ms.size(); ++i) {
    const double t = onsets_ms[i];
    const double free_ms = i == 0 ? t : t - onsets_ms[i - 1];
    const auto at = static_cast<std::size_t>(std::max(0.0, t / dt_ms));
    if (free_ms < kFree_ms || at >= voltage_mV.size()) continue;
    const auto begin = static_cast<std::size_t>((t - kFrom_ms) / dt_ms);
    const auto end = static_cast<std::size_t>((t - kTo_ms) / dt_ms);
    result.past_mV.push_back(*mean(voltage_mV.subspan(begin, end - begin)));
    result.onset_mV.push_back(voltage_mV[at]);
  }
}

std::optional<OnsetAgainstPast> with_slope(OnsetAgainstPast points) {
  if (points.past_mV.size() < least_onsets) return std::nullopt;
  const auto line = fit_line(points.past_mV, points.onset_mV);
  if (!line) return std::nullopt;
  points.slope = line->slope;
  points.slope_ci95 = line->slope_ci95;
  return points;
}

std::optional<OnsetAgainstPast> of_cell(const Membrane& membrane) {
  OnsetAgainstPast points;
  const auto onsets = spike_onsets(membrane.recording, membrane.spikes_ms);
  for (std::size_t s = 0; s < onsets.size(); ++s) {
    const Sweep& sweep = membrane.recording.sweeps[s];
    collect(sweep.voltage_mV, sweep.dt_ms, onsets[s], points);
  }
  return with_slope(std::move(points));
}

// A spike falls into a bin; the voltage that it came from is that at the end of the bin before.
std::optional<OnsetAgainstPast> of_model(const Membrane& membrane, const Gif& gif, std::uint64_t seed) {
  OnsetAgainstPast points;
  SimulateOptions options;
  options.seed = seed;
  for (const Sweep& sweep : membrane.recording.sweeps) {
    const Prediction run = simulate(gif, sweep.current_pA, sweep.dt_ms, options);
    ++options.trial;
    std::vector<double> onsets_ms;
    for (const double t : run.spike_times_ms)
      onsets_ms.push_back(std::max(0.0, t - gif.spike_lead_ms - gif.bin_ms));
    collect(run.voltage_mV, sweep.dt_ms, onsets_ms, points);
  }
  return with_slope(std::move(points));
}

std::vector<double> response_times_ms() {
  std::vector<double> times;
  constexpr double kFactor = 1.1, kEnd_ms = 500.0;
  for (double t = 0.5; t < kEnd_ms; t *= kFactor) times.push_back(t);
  return times;
}

}  // namespace

ThresholdStudy study_thresholds(const Membrane& membrane, const std::vector<GifFit>& fits, std::uint64_t seed,
                                unsigned threads) {
  ThresholdStudy study;
  study.cell = of_cell(membrane);
  std::vector<std::optional<ThresholdOfModel>> entries(fits.size());
  parallel_for(fits.size(), threads, [&](std::size_t i) {
    const GifFit& fit = fits[i];
    if (fit.status == FitStatus::failed) return;
    ThresholdOfModel entry;
    entry.model = gif_kind_name(fit.kind);
    entry.simulated = of_model(membrane, fit.model, seed);
    entry.rest_mV = fit.model.reference_mV;
    entry.threshold_mV = threshold_mV(fit.model, entry.rest_mV, entry.rest_mV, 0.0);
    entry.depolarised = threshold_response(fit.model, entry.rest_mV, step_mV, response_times_ms());
    entry.hyperpolarised = threshold_response(fit.model, entry.rest_mV, -step_mV, response_times_ms());
    entries[i] = std::move(entry);
  });
  for (auto& entry : entries)
    if (entry) study.models.push_back(std::move(*entry));
  return study;
}

}  // namespace libfit
