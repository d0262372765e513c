#include "libfit/score/explained_variance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

constexpr double kReachInSigmas = 8.0;  // the Gaussian is below 2e-14 of its peak beyond
constexpr double kCellsPerSigma = 16.0;

// Midpoint cells of one block.
struct Cells {
  double first_ms = 0.0;
  double width_ms = 0.0;
  std::size_t count = 0;
};

Cells cells_of_block(const TimeBlocks& blocks, std::size_t b, double sigma_ms) {
  const double count = std::ceil(blocks.length_ms * kCellsPerSigma / sigma_ms);
  const double width_ms = blocks.length_ms / count;
  return {static_cast<double>(b) * blocks.length_ms + 0.5 * width_ms, width_ms,
          static_cast<std::size_t>(count)};
}

// Adds scale * exp(-(t - spike)^2 / (2 sigma^2)) to the cells within reach. Neighbouring values of a Gaussian
// differ by a factor that is itself geometric, so three exponentials serve all cells.
void add_gaussian(std::span<double> row, const Cells& cells, double spike_ms, double sigma_ms, double scale) {
  const auto last = static_cast<double>(cells.count - 1);
  const double place = (spike_ms - cells.first_ms) / cells.width_ms;
  const double reach = kReachInSigmas * sigma_ms / cells.width_ms;
  const double centre = std::clamp(std::round(place), 0.0, last);
  if (std::abs(centre - place) > reach) return;
  const double step = cells.width_ms / sigma_ms;
  const double offset = (centre - place) * step;
  const double peak = scale * std::exp(-0.5 * offset * offset);
  const double shrink = std::exp(-step * step);
  const auto middle = static_cast<std::size_t>(centre);
  const auto end = static_cast<std::size_t>(std::min(last, std::floor(place + reach))) + 1;
  const auto begin = static_cast<std::size_t>(std::max(0.0, std::ceil(place - reach)));
  double value = peak;
  double ratio = std::exp(-offset * step - 0.5 * step * step);
  for (std::size_t k = middle; k < end; ++k, value *= ratio, ratio *= shrink) row[k] += value;
  ratio = std::exp(offset * step - 0.5 * step * step);
  value = peak * ratio;
  for (std::size_t k = middle; k-- > begin;) {
    row[k] += value;
    ratio *= shrink;
    value *= ratio;
  }
}

// The smoothed train, less its mean rate: covariances do not change and do not cancel.
void add_smoothed(std::span<double> row, const Cells& cells, const SpikeTrain& train, double duration_ms,
                  double sigma_ms, double weight) {
  const double rate = weight * static_cast<double>(train.size()) / duration_ms;
  for (double& value : row) value -= rate;
  const double from = cells.first_ms - (kReachInSigmas + 1.0) * sigma_ms;
  const double to =
      cells.first_ms + static_cast<double>(cells.count) * cells.width_ms + (kReachInSigmas + 1.0) * sigma_ms;
  const double scale = weight / (sigma_ms * std::sqrt(2.0 * std::numbers::pi));
  for (auto t = std::lower_bound(train.begin(), train.end(), from); t != train.end() && *t <= to; ++t) {
    add_gaussian(row, cells, *t, sigma_ms, scale);
  }
}

// Integrals over each block of the smoothed trains and their products. "common" is what all repetitions are
// compared with: the model or the PSTH.
struct Common {
  std::vector<double> sum, square;
  RepetitionByBlock product;  // with each repetition
};

struct Sums {
  double duration_ms;
  double block_ms;
  RepetitionByBlock sum, square;
  Common model, psth;
};

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double total(std::span<const double> a) {
  double sum = 0.0;
  for (const double value : a) sum += value;
  return sum;
}

void integrate_cells(Sums& sums, std::size_t b, const SpikeTrains& data, const SpikeTrains& model,
                     const Cells& cells, double sigma_ms) {
  const std::size_t repetitions = data.size();
  std::vector<std::vector<double>> rows(repetitions, std::vector<double>(cells.count, 0.0));
  std::vector<double> psth(cells.count, 0.0);
  std::vector<double> predicted(cells.count, 0.0);
  for (const SpikeTrain& train : model) {
    add_smoothed(predicted, cells, train, sums.duration_ms, sigma_ms,
                 1.0 / static_cast<double>(model.size()));
  }
  for (std::size_t i = 0; i < repetitions; ++i) {
    add_smoothed(rows[i], cells, data[i], sums.duration_ms, sigma_ms, 1.0);
    for (std::size_t k = 0; k < cells.count; ++k) psth[k] += rows[i][k] / static_cast<double>(repetitions);
  }
  for (std::size_t i = 0; i < repetitions; ++i) {
    sums.sum.at(i, b) += total(rows[i]) * cells.width_ms;
    sums.square.at(i, b) += dot(rows[i], rows[i]) * cells.width_ms;
    sums.model.product.at(i, b) += dot(rows[i], predicted) * cells.width_ms;
    sums.psth.product.at(i, b) += dot(rows[i], psth) * cells.width_ms;
  }
  sums.model.sum[b] += total(predicted) * cells.width_ms;
  sums.model.square[b] += dot(predicted, predicted) * cells.width_ms;
  sums.psth.sum[b] += total(psth) * cells.width_ms;
  sums.psth.square[b] += dot(psth, psth) * cells.width_ms;
}

// Piece by piece, so that memory does not grow with the block.
void integrate_block(Sums& sums, std::size_t b, const SpikeTrains& data, const SpikeTrains& model,
                     const Cells& cells, double sigma_ms) {
  constexpr std::size_t kPiece = 4096;
  for (std::size_t begin = 0; begin < cells.count; begin += kPiece) {
    const Cells piece{cells.first_ms + static_cast<double>(begin) * cells.width_ms, cells.width_ms,
                      std::min(kPiece, cells.count - begin)};
    integrate_cells(sums, b, data, model, piece, sigma_ms);
  }
}

Sums integrate(const SpikeTrains& data, const SpikeTrains& model, double sigma_ms, const TimeBlocks& blocks,
               unsigned threads) {
  const std::size_t n = blocks.count;
  const RepetitionByBlock empty(data.size(), n);
  const Common common{std::vector<double>(n), std::vector<double>(n), empty};
  Sums sums{static_cast<double>(n) * blocks.length_ms, blocks.length_ms, empty, empty, common, common};
  parallel_for(n, threads, [&](std::size_t b) {
    integrate_block(sums, b, data, model, cells_of_block(blocks, b, sigma_ms), sigma_ms);
  });
  return sums;
}

// Moments of the smoothed trains over the weighted blocks.
struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

Moments moments(std::span<const double> sum, std::span<const double> square, std::span<const double> weights,
                double duration_ms) {
  const double mean = dot(sum, weights) / duration_ms;
  return {mean, std::max(0.0, dot(square, weights) / duration_ms - mean * mean)};
}

std::span<const double> row(const RepetitionByBlock& table, std::size_t i) {
  return std::span<const double>(table.values).subspan(i * table.blocks, table.blocks);
}

// mean_i EV(data_i, common); NaN when no repetition and no common varies.
double mean_explained(const Sums& sums, const Common& common, std::span<const double> weights) {
  const Moments other = moments(common.sum, common.square, weights, sums.duration_ms);
  double sum = 0.0;
  int count = 0;
  for (std::size_t i = 0; i < sums.sum.repetitions; ++i) {
    const Moments own = moments(row(sums.sum, i), row(sums.square, i), weights, sums.duration_ms);
    if (own.variance + other.variance <= 0.0) continue;
    const double product = dot(row(common.product, i), weights) / sums.duration_ms;
    sum += 2.0 * (product - own.mean * other.mean) / (own.variance + other.variance);
    ++count;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

// How a repetition's part in a block moves the ratio, to first order around a mean repetition: through its
// covariance with the model, through its own variance in the denominators, and through the PSTH.
RepetitionByBlock ratio_derivatives(const Sums& sums, double data_model, double data_psth) {
  const std::size_t repetitions = sums.sum.repetitions;
  const std::size_t blocks = sums.sum.blocks;
  const std::vector<double> ones(blocks, 1.0);
  const Moments model = moments(sums.model.sum, sums.model.square, ones, sums.duration_ms);
  const Moments psth = moments(sums.psth.sum, sums.psth.square, ones, sums.duration_ms);
  std::vector<double> means(repetitions);
  double variance = 0.0;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const Moments own = moments(row(sums.sum, i), row(sums.square, i), ones, sums.duration_ms);
    means[i] = own.mean;
    variance += own.variance / static_cast<double>(repetitions);
  }
  const double scale = 1.0 / (static_cast<double>(repetitions) * sums.duration_ms);
  RepetitionByBlock derivatives(repetitions, blocks);
  for (std::size_t i = 0; i < repetitions; ++i) {
    for (std::size_t b = 0; b < blocks; ++b) {
      const auto covariance = [&](double product, double mean, double sum) {
        return product - mean * sums.sum.at(i, b) - means[i] * sum + means[i] * mean * sums.block_ms;
      };
      const double own = covariance(sums.square.at(i, b), means[i], sums.sum.at(i, b));
      const double with_model = covariance(sums.model.product.at(i, b), model.mean, sums.model.sum[b]);
      const double with_psth = covariance(sums.psth.product.at(i, b), psth.mean, sums.psth.sum[b]);
      const double above = scale * (2.0 * with_model - data_model * own) / (variance + model.variance);
      const double below = scale * (2.0 * with_psth - data_psth * own + 2.0 * (1.0 - data_psth) * with_psth) /
                           (variance + psth.variance);
      derivatives.at(i, b) = (above - data_model / data_psth * below) / data_psth;
    }
  }
  return derivatives;
}

}  // namespace

bool sigma_is_resolved(double sigma_ms, double duration_ms) {
  constexpr double kMostSigmas = 1e7;
  return sigma_ms > 0.0 && std::isfinite(sigma_ms) && sigma_ms >= duration_ms / kMostSigmas;
}

std::optional<double> explained_variance(const SpikeTrain& first, const SpikeTrain& second,
                                         double duration_ms, double sigma_ms) {
  check_options({{"duration_ms", duration_ms, duration_ms > 0.0 && std::isfinite(duration_ms), "> 0"},
                 {"sigma_ms", sigma_ms, sigma_is_resolved(sigma_ms, duration_ms), kSigmaRule}});
  require_spike_trains({first}, duration_ms);
  require_spike_trains({second}, duration_ms);
  const Sums sums = integrate({first}, {second}, sigma_ms, divide_into_blocks(duration_ms, duration_ms), 1);
  const double value = mean_explained(sums, sums.model, std::vector<double>(sums.sum.blocks, 1.0));
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

ExplainedVariance score_explained_variance(const SpikeTrains& data, const SpikeTrains& model, double sigma_ms,
                                           const TimeBlocks& blocks, const BootstrapOptions& options) {
  require(!data.empty() && !model.empty(), "score_explained_variance: both sets need a train");
  const double duration_ms = static_cast<double>(blocks.count) * blocks.length_ms;
  check_options({{"sigma_ms", sigma_ms, sigma_is_resolved(sigma_ms, duration_ms), kSigmaRule}});
  ExplainedVariance result;
  result.sigma_ms = sigma_ms;
  const Sums sums = integrate(data, model, sigma_ms, blocks, options.threads);
  const std::vector<double> ones(blocks.count, 1.0);
  const double data_model = mean_explained(sums, sums.model, ones);
  const double data_psth = mean_explained(sums, sums.psth, ones);
  if (!std::isnan(data_model)) result.data_model = data_model;
  if (!std::isnan(data_psth)) result.data_psth = data_psth;
  if (!result.data_psth || *result.data_psth <= 0.0) {
    result.ratio.reason = "the data hold no spike";
    return result;
  }
  result.ratio.value = data_model / data_psth;
  const auto statistic = [&sums](std::span<const double> weights) {
    return mean_explained(sums, sums.model, weights) / mean_explained(sums, sums.psth, weights);
  };
  result.ratio.ci95 = block_interval(*result.ratio.value, blocks.count, statistic,
                                     persistent_variance(ratio_derivatives(sums, data_model, data_psth)),
                                     data.size(), options);
  return result;
}

}  // namespace libfit
