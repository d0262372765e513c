#include "libfit/iv/dynamic_iv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/iv/iv_table.hpp"
#include "libfit/signal/quality.hpp"
#include "libfit/signal/quiet_stretches.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {
namespace {

using Stretches = std::vector<std::vector<Stretch>>;  // per sweep

// Of all samples; with fewer, the exclusion follows the intervals of the cell below its usual shortest.
constexpr double kTooFew = 0.05;
constexpr double kShortest_ms = 2.0;

Stretches select(const Recording& recording, const Stretches& driven, const SpikeTrains& spikes_ms,
                 double exclusion_ms) {
  Stretches all;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    // Nothing is cut before the spike: the end of the upstroke is what determines Delta_T.
    all.push_back(intersection(
        driven[s], stretches_outside_spikes(sweep.size(), sweep.dt_ms, spikes_ms[s], 0.0, exclusion_ms)));
  }
  return all;
}

double fraction(const Stretches& stretches, const Recording& recording) {
  std::size_t left = 0;
  std::size_t size = 0;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    for (const Stretch& stretch : stretches[s]) left += stretch.end - stretch.begin;
    size += recording.sweeps[s].size();
  }
  return size > 0 ? static_cast<double>(left) / static_cast<double>(size) : 0.0;
}

// The pairs (k, k+1) of one block that lie in the stretches of its sweep.
std::vector<Stretch> pairs_of_block(const Block& block, const std::vector<Stretch>& stretches) {
  std::vector<Stretch> pairs;
  for (const Stretch& stretch : stretches) {
    if (stretch.begin >= block.end) break;
    const std::size_t begin = std::max(stretch.begin, block.begin);
    const std::size_t end = std::min(stretch.end, block.end + 1);
    if (end > begin + 1) pairs.push_back({begin, end - 1});
  }
  return pairs;
}

// A current near the mean, from which the sums are taken so that they do not cancel: some 60,000 samples
// determine it well enough.
double reference_current(const Recording& recording) {
  std::size_t size = 0;
  for (const Sweep& sweep : recording.sweeps) size += sweep.size();
  const std::size_t step = 1 + size / 60000;
  double sum = 0.0;
  double count = 0.0;
  for (const Sweep& sweep : recording.sweeps) {
    for (std::size_t k = 0; k < sweep.size(); k += step) {
      sum += sweep.current_pA[k];
      count += 1.0;
    }
  }
  return count > 0.0 ? sum / count : 0.0;
}

// Bin 0 lies so far below the first voltage used that no recording of bearable range reaches it.
IvScale scale_of(const Recording& recording, const Stretches& stretches, double exclusion_ms,
                 double bin_width_mV) {
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    if (stretches[s].empty()) continue;
    const double first = recording.sweeps[s].voltage_mV[stretches[s].front().begin];
    const auto below = static_cast<double>(IvTable::kMaxBins + 32);
    return {std::floor(first / bin_width_mV) - below, bin_width_mV, reference_current(recording)};
  }
  throw DataError(
      fmt::format("{}: no sample is left outside {:.0f} ms after spikes; pass a shorter exclusion",
                  recording.sweeps.front().voltage_source.file, exclusion_ms));
}

// The tables of all blocks on one grid, from the lowest to the highest voltage.
void fill_grid(const std::vector<IvTable>& tables, const Recording& recording, const IvScale& scale,
               IvMoments& grid) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  bool too_wide = false;
  for (const IvTable& table : tables) {
    low = std::min(low, table.low());
    high = std::max(high, table.high());
    too_wide = too_wide || table.too_wide();
  }
  if (too_wide || high - low >= static_cast<double>(IvTable::kMaxBins)) {
    throw DataError(fmt::format("{}: the voltage spans {:.0f} mV, too much for bins of {} mV; check its unit",
                                recording.sweeps.front().voltage_source.file,
                                (high - low) * scale.bin_width_mV, scale.bin_width_mV));
  }
  grid.bin_width_mV = scale.bin_width_mV;
  grid.current_reference_pA = scale.current_reference_pA;
  grid.block_count = tables.size();
  if (!(high >= low)) return;
  const auto first = static_cast<std::size_t>(low);
  const auto last = static_cast<std::size_t>(high);
  grid.first_edge_mV = (scale.origin_bins + static_cast<double>(first)) * scale.bin_width_mV;
  grid.bin_count = last - first + 1;
  grid.cells.assign(grid.bin_count * tables.size(), IvMoments::Cell{});
  for (std::size_t b = 0; b < tables.size(); ++b) {
    const auto moments = tables[b].moments();
    for (std::size_t bin = 0; bin < moments.size(); ++bin) {
      const std::size_t place = tables[b].first_bin() + bin;
      if (place >= first && place <= last) grid.cells[b * grid.bin_count + place - first] = moments[bin];
    }
  }
}

void tabulate(const Recording& recording, const Stretches& stretches, const IvScale& scale,
              std::span<const Block> blocks, unsigned threads, IvMoments& grid) {
  std::vector<IvTable> tables(blocks.size(), IvTable(scale));
  parallel_for(blocks.size(), threads, [&](std::size_t b) {
    const std::size_t s = blocks[b].sweep;
    for (const Stretch& pairs : pairs_of_block(blocks[b], stretches[s]))
      tables[b].add(recording.sweeps[s], pairs);
  });
  fill_grid(tables, recording, scale, grid);
}

}  // namespace

void DynamicIvOptions::validate() const {
  check_options({{"bin_width_mV", bin_width_mV, bin_width_mV > 0.0, "> 0"},
                 {"exclude_after_spike_ms", exclude_after_spike_ms, exclude_after_spike_ms >= 0.0, ">= 0"},
                 {"min_fraction_left", min_fraction_left,
                  min_fraction_left >= 0.0 && min_fraction_left <= 1.0, "0 to 1"},
                 {"shortest_exclusion_ms", shortest_exclusion_ms, shortest_exclusion_ms >= 0.0, ">= 0"},
                 {"block_ms", block_ms, block_ms > 0.0, "> 0"}});
}

IvMoments gather_iv_moments(const Recording& recording, const SpikeTrains& spikes_ms,
                            std::span<const Block> blocks, const DynamicIvOptions& options,
                            unsigned threads) {
  options.validate();
  require(!recording.sweeps.empty() && spikes_ms.size() == recording.sweeps.size(),
          "gather_iv_moments: one spike train per sweep, one sweep or more");
  double exclusion_ms = options.exclude_after_spike_ms;
  const Stretches driven = driven_stretches(recording);
  Stretches stretches = select(recording, driven, spikes_ms, exclusion_ms);
  const auto shrink_to = [&](double shortest_ms, double factor) {
    while (fraction(stretches, recording) < options.min_fraction_left && exclusion_ms > shortest_ms) {
      exclusion_ms = std::max(shortest_ms, factor * exclusion_ms);
      stretches = select(recording, driven, spikes_ms, exclusion_ms);
    }
  };
  shrink_to(options.shortest_exclusion_ms, 0.8);
  if (fraction(stretches, recording) < kTooFew) shrink_to(kShortest_ms, 0.9);

  IvMoments grid;
  grid.exclusion_ms = exclusion_ms;
  grid.fraction_used = fraction(stretches, recording);
  if (exclusion_ms < options.exclude_after_spike_ms) {
    grid.warnings.push_back(
        fmt::format("the cell fires so often that {:.0f} ms after every spike would leave less than {:.0f} % "
                    "of the recording; {:.0f} ms "
                    "are left out instead, and what a spike leaves behind is in the curve "
                    "[curve.after_spikes]",
                    options.exclude_after_spike_ms, 100.0 * options.min_fraction_left, exclusion_ms));
  }
  const IvScale scale = scale_of(recording, stretches, exclusion_ms, options.bin_width_mV);
  tabulate(recording, stretches, scale, blocks, threads, grid);
  return grid;
}

IvMoments gather_iv_moments_of(const Recording& recording, const std::vector<std::vector<Stretch>>& stretches,
                               std::span<const Block> blocks, double bin_width_mV, unsigned threads) {
  require(bin_width_mV > 0.0 && stretches.size() == recording.sweeps.size(),
          "gather_iv_moments_of: bin_width_mV > 0 and one list of stretches a sweep");
  IvMoments grid;
  grid.fraction_used = fraction(stretches, recording);
  grid.bin_width_mV = bin_width_mV;
  grid.block_count = blocks.size();
  if (grid.fraction_used == 0.0) return grid;
  tabulate(recording, stretches, scale_of(recording, stretches, 0.0, bin_width_mV), blocks, threads, grid);
  return grid;
}

namespace {

// A straight line through the logarithm of the scatter per sample (se^2 count) of a bin and up to four
// neighbours on each side, each counted with its degrees of freedom: the standard error of one bin from its
// own 15 to 60 blocks is known to 10 to 20 %, and weights that noisy would themselves scatter the fits.
std::vector<double> smoothed_errors(const std::vector<IvBin>& bins) {
  constexpr std::size_t kReach = 4;
  std::vector<double> smoothed(bins.size(), 0.0);
  for (std::size_t b = 0; b < bins.size(); ++b) {
    smoothed[b] = bins[b].se_mV_per_ms;
    if (!bins[b].supported) continue;
    double w = 0.0, wx = 0.0, wy = 0.0, wxx = 0.0, wxy = 0.0;
    for (std::size_t i = b - std::min(b, kReach); i < std::min(bins.size(), b + kReach + 1); ++i) {
      if (!bins[i].supported) continue;
      const double freedom = static_cast<double>(bins[i].blocks) - 1.0;
      const double x = bins[i].V_mV - bins[b].V_mV;
      // The logarithm of a chi-square over its degrees of freedom is 1/freedom low on average.
      const double y =
          2.0 * std::log(bins[i].se_mV_per_ms) + std::log(static_cast<double>(bins[i].count)) + 1.0 / freedom;
      w += freedom;
      wx += freedom * x;
      wy += freedom * y;
      wxx += freedom * x * x;
      wxy += freedom * x * y;
    }
    const double spread = wxx - wx * wx / w;
    const double slope = spread > 0.0 ? (wxy - wx * wy / w) / spread : 0.0;
    const double here = wy / w - slope * wx / w;
    smoothed[b] = std::exp(0.5 * here) / std::sqrt(static_cast<double>(bins[b].count));
  }
  return smoothed;
}

}  // namespace

DynamicIv dynamic_iv(const IvMoments& moments, double capacitance_pF, const DynamicIvOptions& options,
                     std::span<const double> weights) {
  require(capacitance_pF > 0.0, "dynamic_iv: the capacitance must be > 0");
  require(weights.empty() || weights.size() == moments.block_count, "dynamic_iv: one weight a block");
  DynamicIv iv;
  iv.capacitance_pF = capacitance_pF;
  iv.exclusion_ms = moments.exclusion_ms;
  iv.fraction_used = moments.fraction_used;
  iv.block_count = moments.block_count;
  iv.warnings = moments.warnings;
  const double c = 1.0 / capacitance_pF;
  for (std::size_t bin = 0; bin < moments.bin_count; ++bin) {
    IvMoments::Cell sum{};
    IvBin result;
    for (std::size_t b = 0; b < moments.block_count; ++b) {
      const auto& cell = moments.cells[b * moments.bin_count + bin];
      const double weight = weights.empty() ? 1.0 : weights[b];
      if (cell[0] > 0.0 && weight > 0.0) ++result.blocks;
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * cell[i];
    }
    const double n = sum[0];
    if (n < 1.0) continue;
    const double mean_y = (sum[2] - c * sum[3]) / n;
    const double square_y = (sum[5] - 2.0 * c * sum[6] + c * c * sum[7]) / n;
    double scatter = 0.0;  // of block totals around the mean: the variance of a ratio of sums
    for (std::size_t b = 0; b < moments.block_count; ++b) {
      const auto& cell = moments.cells[b * moments.bin_count + bin];
      const double weight = weights.empty() ? 1.0 : weights[b];
      const double off = cell[2] - c * cell[3] - mean_y * cell[0];
      scatter += weight * off * off;
    }
    result.V_mV = moments.centre_mV(bin) + sum[1] / n;
    result.V_variance_mV2 = std::max(0.0, sum[4] / n - (sum[1] / n) * (sum[1] / n));
    result.F_mV_per_ms = mean_y - c * moments.current_reference_pA;
    result.sd_mV_per_ms = std::sqrt(std::max(0.0, square_y - mean_y * mean_y));
    result.count = static_cast<std::size_t>(n);
    const auto blocks = static_cast<double>(result.blocks);
    if (result.blocks > 1) result.se_mV_per_ms = std::sqrt(scatter * blocks / (blocks - 1.0)) / n;
    result.effective_count =
        result.se_mV_per_ms > 0.0 ? std::min(n, std::pow(result.sd_mV_per_ms / result.se_mV_per_ms, 2)) : 0.0;
    result.supported = result.blocks >= options.min_blocks && result.se_mV_per_ms > 0.0;
    iv.bins.push_back(result);
  }
  const std::vector<double> errors = smoothed_errors(iv.bins);
  for (std::size_t b = 0; b < iv.bins.size(); ++b) iv.bins[b].se_mV_per_ms = errors[b];
  return iv;
}

DynamicIv estimate_dynamic_iv(const Recording& recording, const SpikeTrains& spikes_ms, double capacitance_pF,
                              const DynamicIvOptions& options, unsigned threads) {
  const auto blocks = make_blocks(recording, options.block_ms);
  return dynamic_iv(gather_iv_moments(recording, spikes_ms, blocks, options, threads), capacitance_pF,
                    options);
}

}  // namespace libfit
