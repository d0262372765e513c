#include "libfit/score/voltage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/score/block_bootstrap.hpp"

namespace libfit {
namespace {

using Mask = std::vector<unsigned char>;  // 1: left out

void mask_spikes(Mask& mask, std::span<const double> spike_times_ms, double dt_ms,
                 const VoltageScoreOptions& options) {
  const auto last = static_cast<double>(mask.size() - 1);
  for (const double time_ms : spike_times_ms) {
    const double from = std::max(0.0, std::ceil((time_ms - options.before_spike_ms) / dt_ms));
    const double to = std::min(last, std::floor((time_ms + options.after_spike_ms) / dt_ms));
    for (double k = from; k <= to; k += 1.0) mask[static_cast<std::size_t>(k)] = 1;
  }
}

// What one sample gives once the masked repetitions are gone.
struct Sample {
  int count = 0;
  double mean_mV = 0.0;
  double variance_mV2 = 0.0;  // unbiased, between repetitions; 0 for one
};

Sample average(std::span<const VoltageRepetition> repetitions, const std::vector<Mask>& masks,
               std::size_t k) {
  Sample sample;
  double squares = 0.0;  // Welford
  for (std::size_t i = 0; i < repetitions.size(); ++i) {
    if (masks[i][k] != 0) continue;
    const double value = repetitions[i].voltage_mV[k];
    if (!std::isfinite(value)) {
      throw DataError(
          fmt::format("repetition {}: the voltage at sample {} is not finite; cut the recording or "
                      "repair the trace",
                      i, k));
    }
    ++sample.count;
    const double step = value - sample.mean_mV;
    sample.mean_mV += step / sample.count;
    squares += step * (value - sample.mean_mV);
  }
  if (sample.count > 1) sample.variance_mV2 = squares / (sample.count - 1);
  return sample;
}

// Sums over the used samples of a block; voltages count from `origin_mV`, so that squares do not cancel.
struct BlockSums {
  double count = 0.0;
  double voltage = 0.0;
  double voltage_squared = 0.0;
  double error = 0.0;  // model minus mean
  double error_squared = 0.0;
  double noise = 0.0;         // sum of s^2 / n where n > 1
  double single_share = 0.0;  // number of samples with n = 1
  double squares = 0.0;       // sum of (n - 1) s^2 and of n - 1: the pooled variance, for n = 1
  double freedom = 0.0;
};

struct Accumulated {
  std::vector<BlockSums> blocks;
  RepetitionByBlock
      errors;  // sums over samples of (V_i - V)(V - V_model) / n: how a repetition moves the error
  RepetitionByBlock spreads;  // the same of (V_i - V)(V - origin) / n
};

BlockSums weigh(const std::vector<BlockSums>& blocks, std::span<const double> weights) {
  BlockSums sum;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    sum.count += weights[b] * blocks[b].count;
    sum.voltage += weights[b] * blocks[b].voltage;
    sum.voltage_squared += weights[b] * blocks[b].voltage_squared;
    sum.error += weights[b] * blocks[b].error;
    sum.error_squared += weights[b] * blocks[b].error_squared;
    sum.noise += weights[b] * blocks[b].noise;
    sum.single_share += weights[b] * blocks[b].single_share;
    sum.squares += weights[b] * blocks[b].squares;
    sum.freedom += weights[b] * blocks[b].freedom;
  }
  return sum;
}

double spread(const BlockSums& sum) { return sum.voltage_squared - sum.voltage * sum.voltage / sum.count; }

double explained(const BlockSums& sum) {
  const double around_mean = spread(sum);
  if (sum.count <= 0.0 || around_mean <= 0.0) return std::numeric_limits<double>::quiet_NaN();
  return 1.0 - sum.error_squared / around_mean;
}

Accumulated accumulate(std::span<const VoltageRepetition> repetitions, const std::vector<Mask>& masks,
                       std::span<const double> model_mV, double dt_ms, const TimeBlocks& blocks) {
  Accumulated sums{std::vector<BlockSums>(blocks.count), RepetitionByBlock(repetitions.size(), blocks.count),
                   RepetitionByBlock(repetitions.size(), blocks.count)};
  double origin_mV = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t k = 0; k < model_mV.size(); ++k) {
    const Sample sample = average(repetitions, masks, k);
    if (sample.count == 0 || 2 * static_cast<std::size_t>(sample.count) < repetitions.size()) continue;
    if (!std::isfinite(model_mV[k])) {
      throw DataError(fmt::format("the model's voltage at sample {} is not finite; simulate it again", k));
    }
    if (std::isnan(origin_mV)) origin_mV = sample.mean_mV;
    const std::size_t b = blocks.of(static_cast<double>(k) * dt_ms);
    BlockSums& block = sums.blocks[b];
    const double voltage = sample.mean_mV - origin_mV;
    const double error = model_mV[k] - sample.mean_mV;
    block.count += 1.0;
    block.voltage += voltage;
    block.voltage_squared += voltage * voltage;
    block.error += error;
    block.error_squared += error * error;
    block.squares += (sample.count - 1) * sample.variance_mV2;
    block.freedom += sample.count - 1;
    if (sample.count > 1) {
      block.noise += sample.variance_mV2 / sample.count;
    } else {
      block.single_share += 1.0;
    }
    for (std::size_t i = 0; i < repetitions.size(); ++i) {
      if (masks[i][k] != 0) continue;
      const double share = (repetitions[i].voltage_mV[k] - sample.mean_mV) / sample.count;
      sums.errors.at(i, b) -= share * error;
      sums.spreads.at(i, b) += share * voltage;
    }
  }
  return sums;
}

// d(1 - E/S) in the weight of repetition i: E moves by 2 sum (V_i - V)(V - V_m)/n, S by 2 sum (V_i - V) V /
// n. The mean over time moves S only to second order near V = mean, which is left out.
double repetition_variance(const Accumulated& sums, const BlockSums& all) {
  RepetitionByBlock derivatives = sums.errors;
  const double around_mean = spread(all);
  const double ratio = all.error_squared / around_mean;
  for (std::size_t k = 0; k < derivatives.values.size(); ++k) {
    derivatives.values[k] = -2.0 * (sums.errors.values[k] - ratio * sums.spreads.values[k]) / around_mean;
  }
  return persistent_variance(derivatives);
}

void add_ceiling(VoltageScore& score, const BlockSums& all, std::size_t repetitions) {
  if (repetitions < 2 || all.freedom <= 0.0) {
    score.ceiling.reason = "one repetition shows nothing of what repetitions share";
    return;
  }
  const double noise_mV2 = (all.noise + all.single_share * all.squares / all.freedom) / all.count;
  score.rmse_floor_mV = std::sqrt(noise_mV2);
  score.ceiling.value = 1.0 - noise_mV2 / (spread(all) / all.count);
}

void check(std::span<const VoltageRepetition> repetitions, std::span<const double> model_mV,
           std::span<const double> model_spikes_ms, double dt_ms) {
  require(!repetitions.empty() && !model_mV.empty(), "score_voltage: needs a repetition and a model voltage");
  require(dt_ms > 0.0 && std::isfinite(dt_ms), "score_voltage: dt_ms must be positive");
  const auto ascending = [](std::span<const double> times) {
    return std::is_sorted(times.begin(), times.end()) &&
           std::all_of(times.begin(), times.end(), [](double t) { return std::isfinite(t); });
  };
  require(ascending(model_spikes_ms), "score_voltage: spike times must be finite and ascending");
  for (const VoltageRepetition& repetition : repetitions) {
    require(repetition.voltage_mV.size() == model_mV.size(), "score_voltage: voltages differ in length");
    require(ascending(repetition.spike_times_ms), "score_voltage: spike times must be finite and ascending");
  }
}

}  // namespace

void VoltageScoreOptions::validate() const {
  const auto length = [](double value) { return value >= 0.0 && std::isfinite(value); };
  check_options({{"before_spike_ms", before_spike_ms, length(before_spike_ms), ">= 0 and finite"},
                 {"after_spike_ms", after_spike_ms, length(after_spike_ms), ">= 0 and finite"},
                 {"block_ms", block_ms, block_ms > 0.0 && std::isfinite(block_ms), "> 0 and finite"},
                 {"draws", static_cast<double>(draws), draws == 0 || (draws >= 100 && draws <= 1000000),
                  "0 or in [100, 1000000]"}});
}

VoltageScore score_voltage(std::span<const VoltageRepetition> repetitions,
                           std::span<const double> model_voltage_mV,
                           std::span<const double> model_spike_times_ms, double dt_ms,
                           const VoltageScoreOptions& options) {
  options.validate();
  check(repetitions, model_voltage_mV, model_spike_times_ms, dt_ms);
  std::vector<Mask> masks(repetitions.size(), Mask(model_voltage_mV.size(), 0));
  for (std::size_t i = 0; i < masks.size(); ++i) {
    mask_spikes(masks[i], repetitions[i].spike_times_ms, dt_ms, options);
    if (options.mask_model_spikes) mask_spikes(masks[i], model_spike_times_ms, dt_ms, options);
  }
  VoltageScore score;
  score.samples = model_voltage_mV.size();
  const double duration_ms = static_cast<double>(score.samples) * dt_ms;
  const TimeBlocks blocks = divide_into_blocks(duration_ms, options.block_ms);
  const Accumulated sums = accumulate(repetitions, masks, model_voltage_mV, dt_ms, blocks);
  const BlockSums all = weigh(sums.blocks, std::vector<double>(blocks.count, 1.0));
  score.samples_used = static_cast<std::size_t>(all.count);
  if (all.count < 2.0 || spread(all) <= 0.0) {
    score.variance_explained.reason =
        fmt::format("{} of {} samples are left outside spikes, and the voltage does not vary over them",
                    score.samples_used, score.samples);
    score.ceiling.reason = score.variance_explained.reason;
    return score;
  }
  if (2 * score.samples_used < score.samples) {
    score.warnings.push_back(fmt::format("only {} of {} samples are outside the windows around spikes",
                                         score.samples_used, score.samples));
  }
  score.rmse_mV = std::sqrt(all.error_squared / all.count);
  score.mean_error_mV = all.error / all.count;
  score.variance_explained.value = explained(all);
  score.variance_explained.ci95 = block_interval(
      *score.variance_explained.value, blocks.count,
      [&sums](std::span<const double> weights) { return explained(weigh(sums.blocks, weights)); },
      repetition_variance(sums, all), repetitions.size(), {options.draws, options.seed, options.threads});
  if (!score.variance_explained.ci95)
    score.variance_explained.reason = "no interval: the bootstrap gave none";
  add_ceiling(score, all, repetitions.size());
  return score;
}

}  // namespace libfit
