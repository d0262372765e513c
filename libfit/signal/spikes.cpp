#include "libfit/signal/spikes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/signal/voltage_rises_internal.hpp"

namespace libfit {
namespace {

constexpr double kRise_mV = 10.0;
constexpr double kLeastSpike_mV = 20.0;
constexpr double kOnsetSlope_mV_per_ms = 10.0;
constexpr double kLowSlope_mV_per_ms = 20.0;  // of a peak that the level does not decide
constexpr double kLowShare = 0.3;             // of the usual rise
constexpr double kBelowFoot_mV = 10.0;
constexpr double kDoublet_ms = 3.0;
constexpr double kNoiseFactor = 15.0;  // of the usual step from sample to sample

// Peaks that rise and fall like a spike, of any height, and what the trace does otherwise.
struct Peaks {
  std::vector<double> peak_mV, rise_mV, step_mV;
};

void collect_peaks(std::span<const double> v, double dt_ms, Peaks& peaks) {
  for (const VoltageRise& rise : find_rises(v, dt_ms, kRise_mV)) {
    if (rise.artefact || rise.rise_mV < kRise_mV || rise.fall_mV < kRise_mV) continue;
    peaks.peak_mV.push_back(v[rise.peak]);
    peaks.rise_mV.push_back(rise.rise_mV);
  }
  const std::size_t stride = 1 + v.size() / 10000;
  for (std::size_t k = stride; k < v.size(); k += stride) peaks.step_mV.push_back(std::abs(v[k] - v[k - 1]));
}

SpikeCriterion criterion_from(double usual_mV, const Peaks& peaks) {
  SpikeCriterion criterion;
  if (peaks.peak_mV.empty()) return criterion;
  const double tallest = *std::max_element(peaks.peak_mV.begin(), peaks.peak_mV.end());
  if (tallest - usual_mV < kLeastSpike_mV) return criterion;
  std::vector<double> tall, rises, feet;
  const auto is_tall = [&](std::size_t i) { return peaks.peak_mV[i] > 0.5 * (usual_mV + tallest); };
  for (std::size_t i = 0; i < peaks.peak_mV.size(); ++i) {
    if (!is_tall(i)) continue;
    tall.push_back(peaks.peak_mV[i]);
    rises.push_back(peaks.rise_mV[i]);
  }
  // Up to three quarters of them may be notches, which are as high but rise less.
  const double usual_rise_mV = *quantile(rises, 0.75);
  for (std::size_t i = 0; i < peaks.peak_mV.size(); ++i) {
    if (is_tall(i) && peaks.rise_mV[i] > 0.5 * usual_rise_mV)
      feet.push_back(peaks.peak_mV[i] - peaks.rise_mV[i]);
  }
  criterion.level_mV = 0.5 * (usual_mV + *median(tall));
  criterion.low_base_mV = *median(feet) - kBelowFoot_mV;
  criterion.low_rise_mV =
      std::max({kLeastSpike_mV, kLowShare * usual_rise_mV, kNoiseFactor * *median(peaks.step_mV)});
  criterion.from_data = true;
  return criterion;
}

double crossing_ms(std::span<const double> v, double dt_ms, std::size_t k, double level_mV) {
  const double part = (level_mV - v[k - 1]) / (v[k] - v[k - 1]);
  return (static_cast<double>(k - 1) + part) * dt_ms;
}

// Where the rise passes the level in an upstroke.
std::optional<double> upstroke_ms(std::span<const double> v, double dt_ms, const VoltageRise& rise,
                                  const SpikeCriterion& criterion) {
  const std::size_t reach = samples_in(0.5, dt_ms);
  for (std::size_t k = rise.trough + 1; k <= rise.peak; ++k) {
    if (v[k - 1] >= criterion.level_mV || v[k] < criterion.level_mV) continue;
    if (steepest_rise(v, dt_ms, k > reach ? k - reach : 0, k + reach) < criterion.min_slope_mV_per_ms)
      continue;
    if (!is_jump(v, dt_ms, k)) return crossing_ms(v, dt_ms, k, criterion.level_mV);
  }
  return std::nullopt;
}

bool is_steep_peak(const VoltageRise& rise, double least_mV) {
  return std::min(rise.rise_mV, rise.fall_mV) >= least_mV && rise.steepest_mV_per_ms >= kLowSlope_mV_per_ms;
}

// Half way up a peak that the level does not decide.
double half_rise_ms(std::span<const double> v, double dt_ms, const VoltageRise& rise) {
  const double half = v[rise.peak] - 0.5 * rise.rise_mV;
  std::size_t k = rise.peak;
  while (k > rise.trough + 1 && v[k - 1] >= half) --k;
  return crossing_ms(v, dt_ms, k, half);
}

// What one trace holds; times in ms.
struct Detection {
  SpikeTrain spikes, artefacts, small;
};

Detection detect(std::span<const double> v, double dt_ms, const SpikeCriterion& criterion) {
  require(dt_ms > 0.0, "detect_spikes: dt_ms must be > 0");
  criterion.validate();
  Detection found;
  for (VoltageRise& rise : find_rises(v, dt_ms, criterion.rearm_mV)) {
    if (rise.artefact) {
      if (rise.rise_mV >= kLeastSpike_mV) found.artefacts.push_back(half_rise_ms(v, dt_ms, rise));
      continue;
    }
    rise.rise_mV = std::min(rise.rise_mV, v[rise.peak] - criterion.low_base_mV);
    const double low_rise_mV = criterion.low_rise_mV.value_or(INFINITY);
    const auto since = [&](double time_ms) {
      return found.spikes.empty() ? INFINITY : time_ms - found.spikes.back();
    };
    auto time = upstroke_ms(v, dt_ms, rise, criterion);
    if (time && criterion.low_rise_mV && since(*time) < kDoublet_ms && rise.rise_mV < low_rise_mV)
      time.reset();
    if (!time && is_steep_peak(rise, low_rise_mV)) time = half_rise_ms(v, dt_ms, rise);
    if (time && since(*time) >= criterion.dead_time_ms) {
      found.spikes.push_back(*time);
    } else if (!time && is_steep_peak(rise, 0.5 * low_rise_mV)) {
      found.small.push_back(half_rise_ms(v, dt_ms, rise));
    }
  }
  return found;
}

// Events of one kind over all sweeps, for one sentence.
struct Tally {
  std::size_t count = 0;
  std::string first;  // place
  void add(const Sweep& sweep, const std::vector<double>& times_ms) {
    if (count == 0 && !times_ms.empty())
      first = fmt::format("sweep {} at {:.3f} s", sweep.number, (sweep.start_ms + times_ms[0]) / 1000.0);
    count += times_ms.size();
  }
};

}  // namespace

void SpikeCriterion::validate() const {
  check_options({{"level_mV", level_mV, std::isfinite(level_mV), "finite"},
                 {"min_slope_mV_per_ms", min_slope_mV_per_ms, min_slope_mV_per_ms > 0.0, "> 0"},
                 {"rearm_mV", rearm_mV, rearm_mV > 0.0, "> 0"},
                 {"dead_time_ms", dead_time_ms, dead_time_ms >= 0.0, ">= 0"},
                 {"low_rise_mV", low_rise_mV.value_or(1.0), !low_rise_mV || *low_rise_mV > 0.0, "> 0"}});
}

SpikeCriterion choose_spike_criterion(std::span<const double> voltage_mV, double dt_ms) {
  require(dt_ms > 0.0, "choose_spike_criterion: dt_ms must be > 0");
  Peaks peaks;
  collect_peaks(voltage_mV, dt_ms, peaks);
  return criterion_from(median(voltage_mV).value_or(0.0), peaks);
}

SpikeCriterion choose_spike_criterion(const Recording& recording) {
  Peaks peaks;
  std::vector<double> usual;
  for (const Sweep& sweep : recording.sweeps) {
    collect_peaks(sweep.voltage_mV, sweep.dt_ms, peaks);
    if (const auto middle = median(sweep.voltage_mV)) usual.push_back(*middle);
  }
  return criterion_from(median(usual).value_or(0.0), peaks);
}

SpikeTrain detect_spikes(std::span<const double> v, double dt_ms, const SpikeCriterion& criterion) {
  return detect(v, dt_ms, criterion).spikes;
}

SpikeTrains detect_spikes(const Recording& recording, const SpikeCriterion& criterion) {
  return find_spikes(recording, criterion).spikes_ms;
}

FoundSpikes find_spikes(const Recording& recording, const SpikeCriterion& criterion) {
  FoundSpikes found;
  Tally artefacts, small;
  for (const Sweep& sweep : recording.sweeps) {
    Detection detection = detect(sweep.voltage_mV, sweep.dt_ms, criterion);
    artefacts.add(sweep, detection.artefacts);
    small.add(sweep, detection.small);
    found.spikes_ms.push_back(std::move(detection.spikes));
  }
  if (recording.sweeps.empty()) return found;
  const std::string& file = recording.sweeps.front().voltage_source.file;
  if (artefacts.count > 0)
    found.warnings.push_back(
        fmt::format("{}: {} {} no spike{}, faster or higher than a membrane can be: a stimulus artefact; the "
                    "first is in {}",
                    file, artefacts.count, artefacts.count == 1 ? "peak is" : "peaks are",
                    artefacts.count == 1 ? "" : "s", artefacts.first));
  if (small.count > 0)
    found.warnings.push_back(
        fmt::format("{}: {} steep {} of less than {:.0f} mV, 0.3 of the usual spike, {} not counted: "
                    "spikelets, or spikes that shrink; the first is in {}",
                    file, small.count, small.count == 1 ? "peak" : "peaks", *criterion.low_rise_mV,
                    small.count == 1 ? "is" : "are", small.first));
  return found;
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

std::optional<SpikeShape> measure_spike_shape(const Recording& recording, const SpikeTrains& spikes_ms) {
  require(spikes_ms.size() == recording.sweeps.size(), "measure_spike_shape: one train per sweep");
  std::vector<double> peaks, onsets, leads, slopes;
  for (std::size_t s = 0; s < spikes_ms.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    const auto& v = sweep.voltage_mV;
    const std::size_t back = samples_in(3.0, sweep.dt_ms);
    const std::size_t ahead = samples_in(2.0, sweep.dt_ms);
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
      slopes.push_back(steepest_rise(v, sweep.dt_ms, onset, crossing + ahead));
    }
  }
  if (peaks.empty()) return std::nullopt;
  return SpikeShape{*median(peaks), *median(onsets), *median(leads), *median(slopes), peaks.size()};
}

}  // namespace libfit
