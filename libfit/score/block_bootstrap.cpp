#include "libfit/score/block_bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

constexpr std::size_t kLeastBlocks = 5;
constexpr std::size_t kDrawsAPiece = 64;

// Weights of the Bayesian bootstrap: exponential numbers over their mean.
void draw_weights(RandomStream& random, std::span<double> weights) {
  double sum = 0.0;
  for (double& weight : weights) {
    weight = -std::log(random.uniform());
    sum += weight;
  }
  for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
}

double student_over_normal(double degrees) {
  constexpr double kProbability = 0.975;
  return student_quantile(degrees) / boost::math::quantile(boost::math::normal(), kProbability);
}

// Degrees of freedom of a sum of two variance estimates (Satterthwaite).
double degrees_of_freedom(double block_variance, std::size_t blocks, double repetition_variance,
                          std::size_t repetitions) {
  const double total = block_variance + repetition_variance;
  const double of_blocks = block_variance * block_variance / static_cast<double>(blocks - 1);
  const double of_repetitions =
      repetitions > 1 ? repetition_variance * repetition_variance / static_cast<double>(repetitions - 1)
                      : 0.0;
  return total * total / (of_blocks + of_repetitions);
}

// 95 % interval around `value` of the spread that blocks and repetitions give it.
std::optional<Interval> interval_around(double value, const std::vector<double>& deviation,
                                        const std::vector<double>& normal, std::size_t blocks,
                                        double persistent_variance, std::size_t repetitions) {
  std::vector<double> finite;
  for (const double d : deviation) {
    if (std::isfinite(d)) finite.push_back(d);
  }
  if (deviation.empty() || 2 * finite.size() < deviation.size()) return std::nullopt;
  const auto count = static_cast<double>(blocks);
  // Weights of the Bayesian bootstrap vary a little less than the blocks themselves do.
  const double inflation = (count + 1.0) / (count - 1.0);
  const double block_variance = variance(finite).value_or(0.0) * inflation;
  if (block_variance + persistent_variance <= 0.0) return Interval{value, value};
  const double widening =
      student_over_normal(degrees_of_freedom(block_variance, blocks, persistent_variance, repetitions));
  std::vector<double> around;
  for (std::size_t k = 0; k < normal.size(); ++k) {
    around.push_back(value + widening * (std::sqrt(inflation) * deviation[k] +
                                         std::sqrt(persistent_variance) * normal[k]));
  }
  return percentile_interval(around);
}

}  // namespace

std::size_t TimeBlocks::of(double time_ms) const {
  return std::min(count - 1, static_cast<std::size_t>(time_ms / length_ms));
}

TimeBlocks divide_into_blocks(double duration_ms, double block_ms, std::size_t most) {
  constexpr double kWantedBlocks = 10.0;
  const double count =
      std::clamp(std::round(duration_ms / block_ms), kWantedBlocks, static_cast<double>(most));
  return {static_cast<std::size_t>(count), duration_ms / count};
}

double persistent_variance(RepetitionByBlock derivatives) {
  const std::size_t repetitions = derivatives.repetitions;
  if (repetitions < 2 || derivatives.blocks < 2) return 0.0;
  const auto count = static_cast<double>(repetitions);
  std::vector<double> sums(repetitions, 0.0);
  double private_squares = 0.0;
  for (std::size_t b = 0; b < derivatives.blocks; ++b) {
    double centre = 0.0;
    for (std::size_t i = 0; i < repetitions; ++i) centre += derivatives.at(i, b) / count;
    for (std::size_t i = 0; i < repetitions; ++i) {
      const double psi = derivatives.at(i, b) - centre;
      sums[i] += psi;
      private_squares += psi * psi;
    }
  }
  double squares = 0.0;
  for (const double sum : sums) squares += sum * sum;
  const auto blocks = static_cast<double>(derivatives.blocks);
  return std::max(0.0, count / (count - 1.0) * blocks / (blocks - 1.0) * (squares - private_squares));
}

ScoreDraws draw_score(double value, std::size_t blocks,
                      const std::function<double(std::span<const double>)>& statistic,
                      RepetitionByBlock derivatives, const BootstrapOptions& options) {
  ScoreDraws draws{value, blocks, {}, {}, std::move(derivatives)};
  if (options.draws == 0 || blocks < kLeastBlocks) return draws;
  draws.deviation.resize(options.draws);
  draws.normal.resize(options.draws);
  const std::size_t pieces = (options.draws + kDrawsAPiece - 1) / kDrawsAPiece;
  parallel_for(pieces, options.threads, [&](std::size_t piece) {
    std::vector<double> weights(blocks);
    const std::size_t end = std::min<std::size_t>(options.draws, (piece + 1) * kDrawsAPiece);
    for (std::size_t k = piece * kDrawsAPiece; k < end; ++k) {
      RandomStream random(options.seed, k);
      draw_weights(random, weights);
      draws.deviation[k] = statistic(weights) - value;
      draws.normal[k] = random.normal();
    }
  });
  return draws;
}

std::optional<Interval> interval_of(const ScoreDraws& draws) {
  return interval_around(draws.value, draws.deviation, draws.normal, draws.blocks,
                         persistent_variance(draws.derivatives), draws.derivatives.repetitions);
}

ScoreDraws difference(const ScoreDraws& first, const ScoreDraws& second) {
  require(first.blocks == second.blocks && first.normal == second.normal &&
              first.derivatives.values.size() == second.derivatives.values.size(),
          "difference: the two scores need the same blocks, repetitions and draws");
  ScoreDraws result = first;
  result.value -= second.value;
  for (std::size_t k = 0; k < result.deviation.size(); ++k) result.deviation[k] -= second.deviation[k];
  for (std::size_t k = 0; k < result.derivatives.values.size(); ++k)
    result.derivatives.values[k] -= second.derivatives.values[k];
  return result;
}

std::optional<Interval> block_interval(double value, std::size_t blocks,
                                       const std::function<double(std::span<const double>)>& statistic,
                                       double persistent_variance, std::size_t repetitions,
                                       const BootstrapOptions& options) {
  const ScoreDraws draws = draw_score(value, blocks, statistic, RepetitionByBlock(0, 0), options);
  return interval_around(value, draws.deviation, draws.normal, blocks, persistent_variance, repetitions);
}

}  // namespace libfit
