#include "libfit/signal/spikes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {
namespace {

constexpr double kRise_mV = 10.0;
constexpr double kRiseWindow_ms = 2.0;
constexpr double kFallWindow_ms = 6.0;
constexpr double kOnsetSlope_mV_per_ms = 10.0;
constexpr double kTallest_mV = 100.0;  // above this a peak is an artefact, not a spike

std::size_t samples(double time_ms, double dt_ms) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(time_ms / dt_ms)));
}

// Peaks that rise and fall like a spike, of any height.
void collect_peaks(std::span<const double> v, double dt_ms, std::vector<double>& peaks_mV) {
  const std::size_t before = samples(kRiseWindow_ms, dt_ms);
  const std::size_t after = samples(kFallWindow_ms, dt_ms);
  for (std::size_t k = 1; k + 1 < v.size(); ++k) {
    if (v[k] < v[k - 1] || v[k] < v[k + 1] || v[k] > kTallest_mV) continue;
    const std::size_t first = k > before ? k - before : 0;
    const std::size_t last = std::min(v.size(), k + after);
    double low_before = v[k];
    bool highest = true;
    for (std::size_t j = first; j < k; ++j) {
      low_before = std::min(low_before, v[j]);
      highest = highest && v[j] < v[k];
    }
    if (!highest || v[k] - low_before < kRise_mV) continue;
    double low_after = v[k];
    for (std::size_t j = k + 1; j < last; ++j) {
      low_after = std::min(low_after, v[j]);
      if (j - k < before) highest = highest && v[j] <= v[k];
    }
    if (highest && v[k] - low_after >= kRise_mV) peaks_mV.push_back(v[k]);
  }
}

SpikeCriterion criterion_from(double usual_mV, const std::vector<double>& peaks_mV) {
  SpikeCriterion criterion;
  if (peaks_mV.empty()) return criterion;
  const double tallest = *std::max_element(peaks_mV.begin(), peaks_mV.end());
  if (tallest - usual_mV < 2.0 * kRise_mV) return criterion;
  std::vector<double> tall;
  for (const double peak : peaks_mV) {
    if (peak > 0.5 * (usual_mV + tallest)) tall.push_back(peak);
  }
  criterion.level_mV = 0.5 * (usual_mV + *median(tall));
  criterion.from_data = true;
  return criterion;
}

double steepest(std::span<const double> v, double dt_ms, std::size_t first, std::size_t last) {
  double slope = 0.0;
  for (std::size_t k = std::max<std::size_t>(first, 1); k <= last && k < v.size(); ++k) {
    slope = std::max(slope, (v[k] - v[k - 1]) / dt_ms);
  }
  return slope;
}

}  // namespace

void SpikeCriterion::validate() const {
  check_options({{"level_mV", level_mV, std::isfinite(level_mV), "finite"},
                 {"min_slope_mV_per_ms", min_slope_mV_per_ms, min_slope_mV_per_ms > 0.0, "> 0"},
                 {"dead_time_ms", dead_time_ms, dead_time_ms >= 0.0, ">= 0"},
                 {"rearm_mV", rearm_mV, rearm_mV >= 0.0, ">= 0"}});
}

SpikeCriterion choose_spike_criterion(std::span<const double> voltage_mV, double dt_ms) {
  require(dt_ms > 0.0, "choose_spike_criterion: dt_ms must be > 0");
  std::vector<double> peaks;
  collect_peaks(voltage_mV, dt_ms, peaks);
  return criterion_from(median(voltage_mV).value_or(0.0), peaks);
}

SpikeCriterion choose_spike_criterion(const Recording& recording) {
  std::vector<double> peaks;
  std::vector<double> usual;
  for (const Sweep& sweep : recording.sweeps) {
    collect_peaks(sweep.voltage_mV, sweep.dt_ms, peaks);
    if (const auto middle = median(sweep.voltage_mV)) usual.push_back(*middle);
  }
  return criterion_from(median(usual).value_or(0.0), peaks);
}

std::vector<double> detect_spikes(std::span<const double> v, double dt_ms, const SpikeCriterion& criterion) {
  require(dt_ms > 0.0, "detect_spikes: dt_ms must be > 0");
  criterion.validate();
  const std::size_t reach = samples(0.5, dt_ms);
  std::vector<double> times;
  bool armed = !v.empty() && v[0] < criterion.level_mV;
  for (std::size_t k = 1; k < v.size(); ++k) {
    if (v[k] < criterion.level_mV - criterion.rearm_mV) armed = true;
    if (!armed || v[k - 1] >= criterion.level_mV || v[k] < criterion.level_mV) continue;
    const double part = (criterion.level_mV - v[k - 1]) / (v[k] - v[k - 1]);
    const double time = (static_cast<double>(k - 1) + part) * dt_ms;
    if (!times.empty() && time - times.back() < criterion.dead_time_ms) continue;
    if (steepest(v, dt_ms, k > reach ? k - reach : 0, k + reach) < criterion.min_slope_mV_per_ms) continue;
    times.push_back(time);
    armed = false;
  }
  return times;
}

std::vector<std::vector<double>> detect_spikes(const Recording& recording, const SpikeCriterion& criterion) {
  std::vector<std::vector<double>> trains;
  for (const Sweep& sweep : recording.sweeps) {
    trains.push_back(detect_spikes(sweep.voltage_mV, sweep.dt_ms, criterion));
  }
  return trains;
}

std::vector<Stretch> stretches_outside_spikes(std::size_t size, double dt_ms,
                                              std::span<const double> spikes_ms, double before_ms,
                                              double after_ms) {
  const auto sample = [&](double time_ms) {
    return static_cast<std::size_t>(std::clamp(std::ceil(time_ms / dt_ms), 0.0, static_cast<double>(size)));
  };
  std::vector<Stretch> stretches;
  std::size_t begin = 0;
  for (const double time : spikes_ms) {
    const std::size_t end = sample(time - before_ms);
    if (end > begin) stretches.push_back({begin, end});
    begin = std::max(begin, sample(time + after_ms));
  }
  if (begin < size) stretches.push_back({begin, size});
  return stretches;
}

std::optional<SpikeShape> measure_spike_shape(const Recording& recording,
                                              const std::vector<std::vector<double>>& spikes_ms) {
  require(spikes_ms.size() == recording.sweeps.size(), "measure_spike_shape: one train a sweep");
  std::vector<double> peaks, onsets, leads, slopes;
  for (std::size_t s = 0; s < spikes_ms.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    const auto& v = sweep.voltage_mV;
    const std::size_t back = samples(3.0, sweep.dt_ms);
    const std::size_t ahead = samples(2.0, sweep.dt_ms);
    for (const double time : spikes_ms[s]) {
      const auto crossing = static_cast<std::size_t>(time / sweep.dt_ms);
      if (crossing < back || crossing + ahead >= v.size()) continue;
      std::size_t onset = crossing;
      while (onset > crossing - back && (v[onset] - v[onset - 1]) / sweep.dt_ms > kOnsetSlope_mV_per_ms)
        --onset;
      const auto first = v.begin() + static_cast<std::ptrdiff_t>(crossing);
      peaks.push_back(*std::max_element(first, first + static_cast<std::ptrdiff_t>(ahead)));
      onsets.push_back(v[onset]);
      leads.push_back(time - static_cast<double>(onset) * sweep.dt_ms);
      slopes.push_back(steepest(v, sweep.dt_ms, onset, crossing + ahead));
    }
  }
  if (peaks.empty()) return std::nullopt;
  return SpikeShape{*median(peaks), *median(onsets), *median(leads), *median(slopes), peaks.size()};
}

}  // namespace libfit
