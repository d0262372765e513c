#include "libfit/signal/quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/signal/quiet_stretches.hpp"

namespace libfit {
namespace {

constexpr double kQualityWindow_ms = 100.0;

// In one pass, from the first value: it lies within the spread, so nothing cancels. Several sums, so that the
// additions do not wait for each other.
double deviation(std::span<const double> values) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::array<double, kLanes> squares{};
  const double origin = values[0];
  std::size_t k = 0;
  for (; k + kLanes <= values.size(); k += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const double off = values[k + i] - origin;
      sums[i] += off;
      squares[i] += off * off;
    }
  }
  double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  double square = std::accumulate(squares.begin(), squares.end(), 0.0);
  for (; k < values.size(); ++k) {
    sum += values[k] - origin;
    square += (values[k] - origin) * (values[k] - origin);
  }
  const auto count = static_cast<double>(values.size());
  return std::sqrt(std::max(0.0, square - sum * sum / count) / (count - 1.0));
}

std::vector<double> window_deviations(const Sweep& sweep, std::size_t window) {
  std::vector<double> deviations;
  for (std::size_t k = 0; k + window <= sweep.size(); k += window)
    deviations.push_back(deviation(std::span(sweep.current_pA).subspan(k, window)));
  return deviations;
}

double peak_after(const Sweep& sweep, double spike_ms) {
  const auto first = static_cast<std::size_t>(spike_ms / sweep.dt_ms);
  const std::size_t last = std::min(sweep.size(), first + static_cast<std::size_t>(2.0 / sweep.dt_ms) + 1);
  double peak = sweep.voltage_mV[std::min(first, sweep.size() - 1)];
  for (std::size_t k = first; k < last; ++k) peak = std::max(peak, sweep.voltage_mV[k]);
  return peak;
}

// One third of the recording.
struct Part {
  std::vector<double> voltage_mV, peaks_mV;
};

void warn_of_changes(Quality& quality) {
  if (std::abs(quality.voltage_drift_mV) > 3.0) {
    quality.warnings.push_back(
        fmt::format("the voltage outside spikes drifts by {:+.1f} mV over the recording; E and V_T are "
                    "averages over that drift [training.drift]",
                    quality.voltage_drift_mV));
  }
  if (std::abs(quality.rate_change) > 0.3) {
    quality.warnings.push_back(fmt::format(
        "the last third has {:+.0f} % spikes against the first; the cell is not stationary [training.rate]",
        100.0 * quality.rate_change));
  }
  if (quality.peak_rundown_mV > 10.0) {
    quality.warnings.push_back(fmt::format(
        "spike peaks run down by {:.0f} mV over the recording [training.rundown]", quality.peak_rundown_mV));
  }
}

}  // namespace

std::vector<Stretch> driven_stretches(const Sweep& sweep) {
  std::vector<Stretch> whole{{0, sweep.size()}};
  const auto window = static_cast<std::size_t>(kQualityWindow_ms / sweep.dt_ms);
  if (window < 3 || sweep.size() < 4 * window) return whole;
  const std::vector<double> deviations = window_deviations(sweep, window);
  const double limit = 0.1 * *median(deviations);
  std::vector<Stretch> driven;
  for (std::size_t w = 0; w < deviations.size(); ++w) {
    if (deviations[w] < limit) continue;
    const std::size_t begin = w * window;
    const std::size_t end = w + 1 == deviations.size() ? sweep.size() : begin + window;
    if (!driven.empty() && driven.back().end == begin) {
      driven.back().end = end;
    } else {
      driven.push_back({begin, end});
    }
  }
  return driven.empty() ? whole : driven;
}

std::vector<Stretch> intersection(const std::vector<Stretch>& a, const std::vector<Stretch>& b) {
  std::vector<Stretch> both;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const std::size_t begin = std::max(a[i].begin, b[j].begin);
    const std::size_t end = std::min(a[i].end, b[j].end);
    if (begin < end) both.push_back({begin, end});
    if (a[i].end < b[j].end) {
      ++i;
    } else {
      ++j;
    }
  }
  return both;
}

Quality assess_quality(const Recording& recording, const SpikeTrains& spikes_ms) {
  require(spikes_ms.size() == recording.sweeps.size(), "assess_quality: one spike train per sweep");
  Quality quality;
  std::size_t all = 0;
  std::size_t driven = 0;
  double driven_ms = 0.0;
  std::vector<std::vector<Stretch>> stretches;
  for (const Sweep& sweep : recording.sweeps) {
    stretches.push_back(driven_stretches(sweep));
    all += sweep.size();
    for (const Stretch& stretch : stretches.back()) {
      driven += stretch.end - stretch.begin;
      driven_ms += static_cast<double>(stretch.end - stretch.begin) * sweep.dt_ms;
    }
  }
  if (driven == 0) return quality;
  std::array<Part, 3> parts;
  std::size_t before = 0;  // driven samples so far
  std::size_t spikes = 0;
  const QuietStretches quiet = quiet_stretches(recording, stretches, spikes_ms, {5.0, 20.0});
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    // Driven samples before sample k of this sweep: an idle lead-in belongs to no third.
    const auto third = [&](std::size_t k) {
      std::size_t own = 0;
      for (const Stretch& stretch : stretches[s])
        own += std::min(std::max(k, stretch.begin), stretch.end) - stretch.begin;
      return std::min<std::size_t>(2, 3 * (before + own) / driven);
    };
    for (const Stretch& stretch : quiet.stretches[s]) {
      for (std::size_t k = stretch.begin; k < stretch.end; k += 5)
        parts[third(k)].voltage_mV.push_back(sweep.voltage_mV[k]);
    }
    for (const double time : spikes_ms[s]) {
      parts[third(static_cast<std::size_t>(time / sweep.dt_ms))].peaks_mV.push_back(peak_after(sweep, time));
    }
    spikes += spikes_ms[s].size();
    for (const Stretch& stretch : stretches[s]) before += stretch.end - stretch.begin;
  }
  quality.idle_fraction = 1.0 - static_cast<double>(driven) / static_cast<double>(all);
  quality.rate_Hz = 1000.0 * static_cast<double>(spikes) / driven_ms;
  if (!parts[0].voltage_mV.empty() && !parts[2].voltage_mV.empty()) {
    quality.voltage_drift_mV = *median(parts[2].voltage_mV) - *median(parts[0].voltage_mV);
  }
  if (parts[0].peaks_mV.size() >= 20 && parts[2].peaks_mV.size() >= 20) {
    quality.rate_change =
        static_cast<double>(parts[2].peaks_mV.size()) / static_cast<double>(parts[0].peaks_mV.size()) - 1.0;
    quality.peak_rundown_mV = *median(parts[0].peaks_mV) - *median(parts[2].peaks_mV);
  }
  warn_of_changes(quality);
  return quality;
}

}  // namespace libfit
