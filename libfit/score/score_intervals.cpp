#include "libfit/score/score_intervals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"

namespace libfit {
namespace {

// Counts of Gamma per block: block by block, so that a draw runs along memory.
struct GammaCounts {
  std::size_t data_count = 0;
  std::size_t model_count = 0;
  double duration_ms = 0.0;
  double window_ms = 0.0;
  std::vector<float> coincidences;  // [block][data train][model train]; whole numbers
  std::vector<float> data_spikes;   // [block][data train]
  std::vector<float> model_spikes;  // [block][model train]
};

std::vector<float> spikes_per_block(const SpikeTrains& trains, const TimeBlocks& blocks) {
  std::vector<float> counts(blocks.count * trains.size(), 0.0F);
  for (std::size_t i = 0; i < trains.size(); ++i) {
    for (const double time_ms : trains[i]) counts[blocks.of(time_ms) * trains.size() + i] += 1.0F;
  }
  return counts;
}

GammaCounts count_gamma(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                        const TimeBlocks& blocks) {
  GammaCounts counts{data.size(),
                     model.size(),
                     static_cast<double>(blocks.count) * blocks.length_ms,
                     window_ms,
                     std::vector<float>(blocks.count * data.size() * model.size(), 0.0F),
                     spikes_per_block(data, blocks),
                     spikes_per_block(model, blocks)};
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < model.size(); ++j) {
      for_each_coincidence(data[i], model[j], window_ms, [&](std::size_t k, std::size_t) {
        counts.coincidences[(blocks.of(data[i][k]) * data.size() + i) * model.size() + j] += 1.0F;
      });
    }
  }
  return counts;
}

std::vector<double> weighted_sum(const std::vector<float>& per_block, std::size_t width,
                                 std::span<const double> weights) {
  std::vector<double> sum(width, 0.0);
  for (std::size_t b = 0; b < weights.size(); ++b) {
    const float* counts = per_block.data() + b * width;
    for (std::size_t k = 0; k < width; ++k) sum[k] += weights[b] * static_cast<double>(counts[k]);
  }
  return sum;
}

double weighted_gamma(const GammaCounts& counts, std::span<const double> weights) {
  const auto matched = weighted_sum(counts.coincidences, counts.data_count * counts.model_count, weights);
  const auto data = weighted_sum(counts.data_spikes, counts.data_count, weights);
  const auto model = weighted_sum(counts.model_spikes, counts.model_count, weights);
  double sum = 0.0;
  int pairs = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < model.size(); ++j) {
      if (data[i] + model[j] <= 0.0) continue;
      if (2.0 * model[j] / counts.duration_ms * counts.window_ms >= 1.0) {
        return std::numeric_limits<double>::quiet_NaN();
      }
      sum += coincidence_factor_of_counts(matched[i * model.size() + j], data[i], model[j],
                                          counts.duration_ms, counts.window_ms);
      ++pairs;
    }
  }
  return sum / pairs;
}

// Mean Gamma of the data with each model train, for the derivatives.
std::vector<double> gamma_of_each_model(const GammaCounts& counts, const std::vector<double>& data,
                                        const std::vector<double>& model, std::span<const double> weights) {
  const auto matched = weighted_sum(counts.coincidences, data.size() * model.size(), weights);
  std::vector<double> means(model.size(), 0.0);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < model.size(); ++j) {
      if (data[i] + model[j] <= 0.0) continue;
      means[j] += coincidence_factor_of_counts(matched[i * model.size() + j], data[i], model[j],
                                               counts.duration_ms, counts.window_ms) /
                  static_cast<double>(data.size());
    }
  }
  return means;
}

// How a repetition's coincidences and spikes in a block move mean Gamma, to first order around the mean
// repetition. The spikes must move the denominator too: they and the coincidences share their noise.
RepetitionByBlock gamma_derivatives(const GammaCounts& counts, std::size_t blocks) {
  const std::vector<double> ones(blocks, 1.0);
  const auto data = weighted_sum(counts.data_spikes, counts.data_count, ones);
  const auto model = weighted_sum(counts.model_spikes, counts.model_count, ones);
  const auto gamma = gamma_of_each_model(counts, data, model, ones);
  const double mean_spikes = mean(data).value_or(0.0);
  RepetitionByBlock derivatives(counts.data_count, blocks);
  for (std::size_t j = 0; j < model.size(); ++j) {
    if (mean_spikes + model[j] <= 0.0) continue;
    const double chance = 2.0 * model[j] / counts.duration_ms * counts.window_ms;
    const double scale =
        1.0 / (0.5 * (mean_spikes + model[j]) * static_cast<double>(data.size() * model.size()));
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t cell = b * data.size() + i;
        const auto spikes = static_cast<double>(counts.data_spikes[cell]);
        const auto matched = static_cast<double>(counts.coincidences[cell * model.size() + j]);
        derivatives.at(i, b) +=
            scale * ((matched - chance * spikes) / (1.0 - chance) - 0.5 * gamma[j] * spikes);
      }
    }
  }
  return derivatives;
}

// Means of <S_i, S_j> over pairs, per block.
struct MdProducts {
  std::vector<double> across, model;     // [block]
  std::vector<double> data;              // [block]
  RepetitionByBlock across_of, data_of;  // parts that repetition i takes part in
};

void add_products(const SpikeTrain& first, const SpikeTrain& second, double window_ms,
                  const TimeBlocks& blocks, double scale, std::span<double> per_block) {
  for_each_neighbour_count(first, second, window_ms, [&](std::size_t k, std::size_t count) {
    per_block[blocks.of(first[k])] += scale * static_cast<double>(count);
  });
}

std::vector<double> own_norm(const SpikeTrains& trains, double window_ms, const TimeBlocks& blocks) {
  std::vector<double> per_block(blocks.count, 0.0);
  const auto count = static_cast<double>(trains.size());
  if (trains.size() == 1) add_products(trains[0], trains[0], window_ms, blocks, 1.0, per_block);
  for (std::size_t i = 0; i < trains.size(); ++i) {
    for (std::size_t j = i + 1; j < trains.size(); ++j) {
      add_products(trains[i], trains[j], window_ms, blocks, 2.0 / (count * (count - 1.0)), per_block);
    }
  }
  return per_block;
}

MdProducts count_md(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                    const TimeBlocks& blocks) {
  const auto data_count = static_cast<double>(data.size());
  const auto model_count = static_cast<double>(model.size());
  const RepetitionByBlock empty(data.size(), blocks.count);
  MdProducts products{std::vector<double>(blocks.count, 0.0), own_norm(model, window_ms, blocks),
                      std::vector<double>(blocks.count, 0.0), empty, empty};
  std::vector<double> pair(blocks.count);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto own = std::span(products.across_of.values).subspan(i * blocks.count, blocks.count);
    for (const SpikeTrain& train : model) {
      add_products(data[i], train, window_ms, blocks, 1.0 / (data_count * model_count), own);
    }
    for (std::size_t b = 0; b < blocks.count; ++b) products.across[b] += own[b];
    for (std::size_t j = i + 1; j < data.size(); ++j) {
      std::fill(pair.begin(), pair.end(), 0.0);
      add_products(data[i], data[j], window_ms, blocks, 2.0 / (data_count * (data_count - 1.0)), pair);
      for (std::size_t b = 0; b < blocks.count; ++b) {
        products.data[b] += pair[b];
        products.data_of.at(i, b) += pair[b];
        products.data_of.at(j, b) += pair[b];
      }
    }
  }
  return products;
}

double weighted(std::span<const double> per_block, std::span<const double> weights) {
  double sum = 0.0;
  for (std::size_t b = 0; b < weights.size(); ++b) sum += weights[b] * per_block[b];
  return sum;
}

double weighted_md(const MdProducts& products, std::span<const double> weights) {
  return 2.0 * weighted(products.across, weights) /
         (weighted(products.data, weights) + weighted(products.model, weights));
}

}  // namespace

TimeBlocks score_blocks(double duration_ms, double block_ms, std::size_t pairs) {
  constexpr std::size_t kMostCells = 1000000;
  const std::size_t most = std::clamp<std::size_t>(kMostCells / std::max<std::size_t>(pairs, 1), 20, 1000);
  return divide_into_blocks(duration_ms, block_ms, most);
}

std::string why_no_interval(double duration_ms, const TimeBlocks& blocks, double window_ms, unsigned draws) {
  constexpr double kWindowsPerBlock = 10.0;
  if (draws == 0) return "no interval: the bootstrap was switched off";
  if (blocks.length_ms < kWindowsPerBlock * window_ms) {
    return fmt::format("no interval: {} ms make {} blocks of {:.4g} ms, too short against a window of {} ms",
                       duration_ms, blocks.count, blocks.length_ms, window_ms);
  }
  return {};
}

ScoreDraws draw_gamma(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                      const TimeBlocks& blocks, const BootstrapOptions& options) {
  const GammaCounts counts = count_gamma(data, model, window_ms, blocks);
  return draw_score(
      weighted_gamma(counts, std::vector<double>(blocks.count, 1.0)), blocks.count,
      [&](std::span<const double> weights) { return weighted_gamma(counts, weights); },
      gamma_derivatives(counts, blocks.count), options);
}

ScoreDraws draw_md_star(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                        const TimeBlocks& blocks, const BootstrapOptions& options) {
  const MdProducts products = count_md(data, model, window_ms, blocks);
  const std::vector<double> ones(blocks.count, 1.0);
  const double value = weighted_md(products, ones);
  const double norms = weighted(products.data, ones) + weighted(products.model, ones);
  RepetitionByBlock derivatives = products.across_of;
  for (std::size_t k = 0; k < derivatives.values.size(); ++k) {
    derivatives.values[k] = (2.0 * derivatives.values[k] - value * products.data_of.values[k]) / norms;
  }
  return draw_score(
      value, blocks.count, [&](std::span<const double> weights) { return weighted_md(products, weights); },
      std::move(derivatives), options);
}

std::optional<Interval> gamma_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                       const TimeBlocks& blocks, const BootstrapOptions& options) {
  auto interval = interval_of(draw_gamma(data, model, window_ms, blocks, options));
  if (interval) interval->high = std::min(interval->high, 1.0);
  return interval;
}

std::optional<Interval> md_star_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                         const TimeBlocks& blocks, const BootstrapOptions& options) {
  return interval_of(draw_md_star(data, model, window_ms, blocks, options));
}

}  // namespace libfit
