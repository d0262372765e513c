#include "libfit/iv/post_spike.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/signal/quality.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

std::size_t intervals_longer_than(const SpikeTrains& spikes_ms, double t_ms) {
  std::size_t count = 0;
  for (const auto& train : spikes_ms) {
    for (std::size_t i = 1; i < train.size(); ++i) count += train[i] - train[i - 1] > t_ms ? 1U : 0U;
  }
  return count;
}

// The samples of one sweep that lie between `begin_ms` and `end_ms` after the last spike. The first one at or
// after begin_ms; the pair that leads to the next spike is kept, as in the whole curve.
std::vector<Stretch> after_spikes(const Sweep& sweep, const SpikeTrain& spikes_ms, double begin_ms,
                                  double end_ms) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < spikes_ms.size(); ++i) {
    const double next = i + 1 < spikes_ms.size() ? spikes_ms[i + 1] : sweep.duration_ms();
    const double from = spikes_ms[i] + begin_ms;
    const double to = std::min(spikes_ms[i] + end_ms, next);
    if (!(from < to)) continue;
    const auto first = static_cast<std::size_t>(std::ceil(from / sweep.dt_ms));
    const auto past = std::min(sweep.size(), static_cast<std::size_t>(std::ceil(to / sweep.dt_ms)));
    if (past > first + 1) stretches.push_back({first, past});
  }
  return stretches;
}

// Mean time since the spike over the samples, which lie evenly in each stretch.
double mean_time_ms(const Recording& recording, const SpikeTrains& spikes_ms,
                    const std::vector<std::vector<Stretch>>& stretches) {
  double sum = 0.0, count = 0.0;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    const double dt = recording.sweeps[s].dt_ms;
    for (const Stretch& part : stretches[s]) {
      const double middle = 0.5 * dt * static_cast<double>(part.begin + part.end - 1);
      const auto after = std::upper_bound(spikes_ms[s].begin(), spikes_ms[s].end(), middle);
      const auto n = static_cast<double>(part.end - part.begin);
      sum += n * (middle - *std::prev(after));
      count += n;
    }
  }
  return count > 0.0 ? sum / count : 0.0;
}

}  // namespace

void PostSpikeOptions::validate() const {
  check_options({{"edges_ms: number", static_cast<double>(edges_ms.size()), edges_ms.size() >= 2, ">= 2"},
                 {"bin_width_mV", bin_width_mV, bin_width_mV > 0.0, "> 0"},
                 {"min_spikes", static_cast<double>(min_spikes), min_spikes >= 1, ">= 1"},
                 {"min_blocks", static_cast<double>(min_blocks), min_blocks >= 2, ">= 2"},
                 {"block_ms", block_ms, block_ms > 0.0, "> 0"}});
  for (std::size_t i = 0; i < edges_ms.size(); ++i) {
    const double before = i == 0 ? 0.0 : edges_ms[i - 1];
    check_options({{"edges_ms", edges_ms[i], edges_ms[i] > before, "> 0 and ascending"}});
  }
}

std::vector<double> post_spike_edges(const SpikeTrains& spikes_ms, double t_ref_ms,
                                     const PostSpikeOptions& options) {
  options.validate();
  std::vector<double> edges{std::max(options.edges_ms.front(), t_ref_ms)};
  for (const double edge : options.edges_ms) {
    // A slice shorter than a third of its begin is hardly one.
    if (edge < edges.back() * 1.3) continue;
    if (intervals_longer_than(spikes_ms, edge) < options.min_spikes) break;
    edges.push_back(edge);
  }
  if (edges.size() < 2) edges.clear();
  return edges;
}

std::vector<double> finer_edges(std::span<const double> edges_ms, std::size_t parts) {
  require(parts > 0, "finer_edges: parts must be > 0");
  std::vector<double> finer;
  for (std::size_t i = 0; i + 1 < edges_ms.size(); ++i) {
    const double ratio = edges_ms[i + 1] / edges_ms[i];
    for (std::size_t p = 0; p < parts; ++p) {
      finer.push_back(edges_ms[i] * std::pow(ratio, static_cast<double>(p) / static_cast<double>(parts)));
    }
  }
  if (!edges_ms.empty()) finer.push_back(edges_ms.back());
  return finer;
}

PostSpikeMoments gather_post_spike(const Recording& recording, const SpikeTrains& spikes_ms,
                                   std::span<const double> edges_ms, std::span<const Block> blocks,
                                   const PostSpikeOptions& options, unsigned threads) {
  options.validate();
  require(!recording.sweeps.empty() && spikes_ms.size() == recording.sweeps.size(),
          "gather_post_spike: one spike train per sweep, one sweep or more");
  PostSpikeMoments result;
  for (const auto& train : spikes_ms) result.spikes += train.size();
  std::vector<std::vector<Stretch>> driven;
  for (const Sweep& sweep : recording.sweeps) driven.push_back(driven_stretches(sweep));
  for (std::size_t i = 0; i < edges_ms.size(); ++i) {
    PostSpikeSlice slice;
    slice.begin_ms = edges_ms[i];
    slice.end_ms = i + 1 < edges_ms.size() ? edges_ms[i + 1] : kForever;
    std::vector<std::vector<Stretch>> stretches;
    for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
      stretches.push_back(intersection(
          driven[s], after_spikes(recording.sweeps[s], spikes_ms[s], slice.begin_ms, slice.end_ms)));
      slice.spikes += stretches.back().size();
    }
    slice.mean_ms = mean_time_ms(recording, spikes_ms, stretches);
    slice.moments = gather_iv_moments_of(recording, stretches, blocks, options.bin_width_mV, threads);
    result.slices.push_back(std::move(slice));
  }
  return result;
}

DynamicIvOptions curve_options(const PostSpikeOptions& options) {
  DynamicIvOptions curve;
  curve.bin_width_mV = options.bin_width_mV;
  curve.min_blocks = options.min_blocks;
  return curve;
}

std::vector<PostSpikeCurve> post_spike_curves(const PostSpikeMoments& moments, double capacitance_pF,
                                              const PostSpikeOptions& options) {
  std::vector<PostSpikeCurve> curves;
  for (const PostSpikeSlice& slice : moments.slices) {
    curves.push_back({slice.begin_ms, slice.end_ms, slice.mean_ms, slice.spikes,
                      dynamic_iv(slice.moments, capacitance_pF, curve_options(options))});
  }
  return curves;
}

}  // namespace libfit
