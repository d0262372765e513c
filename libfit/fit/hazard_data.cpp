#include "libfit/fit/hazard_data.hpp"

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

constexpr double onset_slope_mV_per_ms = 10.0;
constexpr double onset_reach_ms = 3.0;

BinnedSweep bin_sweep(const Sweep& sweep, const std::vector<double>& onsets_ms, std::size_t per_bin) {
  const std::size_t bins = sweep.size() / per_bin;
  BinnedSweep binned;
  binned.current_pA.resize(bins);
  binned.voltage_mV.resize(bins);
  binned.spike.assign(bins, 0);
  for (std::size_t k = 0; k < bins; ++k) {
    double sum = 0.0;
    for (std::size_t j = 0; j < per_bin; ++j) sum += sweep.current_pA[k * per_bin + j];
    binned.current_pA[k] = sum / static_cast<double>(per_bin);
    binned.voltage_mV[k] = sweep.voltage_mV[std::min((k + 1) * per_bin, sweep.size() - 1)];
  }
  const double bin_ms = static_cast<double>(per_bin) * sweep.dt_ms;
  for (const double time : onsets_ms) {
    const auto k = static_cast<std::size_t>(std::max(time, 0.0) / bin_ms);
    if (k < bins) binned.spike[k] = 1;
  }
  return binned;
}

}  // namespace

BinnedRecording bin_recording(const Recording& recording, const SpikeTrains& onsets_ms, double bin_ms) {
  require(recording.sweeps.size() == onsets_ms.size(), "bin_recording: one train per sweep");
  require(!recording.sweeps.empty() && bin_ms > 0.0, "bin_recording: a sweep and a bin are needed");
  const double dt_ms = recording.sweeps.front().dt_ms;
  const auto per_bin = static_cast<std::size_t>(std::max(1L, std::lround(bin_ms / dt_ms)));
  BinnedRecording binned;
  binned.bin_ms = static_cast<double>(per_bin) * dt_ms;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    binned.sweeps.push_back(bin_sweep(recording.sweeps[s], onsets_ms[s], per_bin));
    const BinnedSweep& sweep = binned.sweeps.back();
    binned.bins += sweep.spike.size();
    binned.spikes += static_cast<std::size_t>(std::count(sweep.spike.begin(), sweep.spike.end(), 1));
  }
  return binned;
}

SpikeTrains spike_onsets(const Recording& recording, const SpikeTrains& crossings_ms) {
  require(recording.sweeps.size() == crossings_ms.size(), "spike_onsets: one train per sweep");
  SpikeTrains onsets(crossings_ms.size());
  for (std::size_t s = 0; s < crossings_ms.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    const auto& v = sweep.voltage_mV;
    const auto reach = static_cast<std::size_t>(std::lround(onset_reach_ms / sweep.dt_ms));
    for (const double time : crossings_ms[s]) {
      const auto crossing = std::min(static_cast<std::size_t>(time / sweep.dt_ms), v.size() - 1);
      std::size_t k = crossing;
      while (k > 0 && crossing - k < reach && (v[k] - v[k - 1]) / sweep.dt_ms > onset_slope_mV_per_ms) --k;
      onsets[s].push_back(k == crossing ? time : static_cast<double>(k) * sweep.dt_ms);
    }
  }
  return onsets;
}

}  // namespace libfit
