#include "libfit/score/block_bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/random.hpp"

namespace libfit {
namespace {

TEST(TimeBlocks, CoverTheDurationEqually) {
  const auto blocks = divide_into_blocks(10500.0, 1000.0);
  EXPECT_EQ(blocks.count, 11U);  // 10.5 rounds to the even or the upper; both are of about the length asked
  EXPECT_DOUBLE_EQ(blocks.length_ms * 11.0, 10500.0);
  EXPECT_EQ(blocks.of(0.0), 0U);
  EXPECT_EQ(blocks.of(10500.0), 10U);
  EXPECT_EQ(divide_into_blocks(500.0, 1000.0).count, 10U);
  EXPECT_EQ(divide_into_blocks(1e12, 1e-6).count, 1000U);
}

// A mean over repetitions and blocks: with private noise only, blocks carry everything and nothing persists;
// with an offset a repetition, its variance is sigma^2 / R.
TEST(PersistentVariance, IsTheVarianceOfWhatRepetitionsKeepOverBlocks) {
  RandomStream random(1);
  constexpr std::size_t kRepetitions = 8;
  constexpr std::size_t kBlocks = 20;
  double with_offsets = 0.0;
  double without = 0.0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    RepetitionByBlock noise(kRepetitions, kBlocks);
    RepetitionByBlock offset(kRepetitions, kBlocks);
    for (std::size_t i = 0; i < kRepetitions; ++i) {
      const double own = 3.0 * random.normal();
      for (std::size_t b = 0; b < kBlocks; ++b) {
        const double value = random.normal() / static_cast<double>(kRepetitions * kBlocks);
        noise.at(i, b) = value;
        offset.at(i, b) = value + own / static_cast<double>(kRepetitions * kBlocks);
      }
    }
    without += persistent_variance(noise) / kRuns;
    with_offsets += persistent_variance(offset) / kRuns;
  }
  EXPECT_NEAR(with_offsets, 9.0 / kRepetitions, 0.09);
  EXPECT_LT(without, 0.35 / (kRepetitions * kBlocks));  // positive part of an estimate around zero
}

TEST(PersistentVariance, IsNothingForOneRepetition) {
  EXPECT_EQ(persistent_variance(RepetitionByBlock(1, 10)), 0.0);
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  double sum = 0.0;
  for (std::size_t b = 0; b < values.size(); ++b) sum += values[b] * weights[b];
  return sum / static_cast<double>(values.size());
}

TEST(BlockInterval, CoversTheMeanOfFewNormalBlocks) {
  constexpr int kRuns = 600;
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    RandomStream random(2, static_cast<std::uint64_t>(run));
    std::vector<double> values(10);
    for (double& value : values) value = random.normal();
    const auto statistic = [&](std::span<const double> w) { return weighted_mean(values, w); };
    const std::vector<double> ones(values.size(), 1.0);
    const auto interval = block_interval(statistic(ones), values.size(), statistic, 0.0, 1,
                                         {500, static_cast<std::uint64_t>(run), 1});
    covered += interval->low <= 0.0 && 0.0 <= interval->high;
  }
  // Binomial SD 0.9 %.
  EXPECT_GT(covered, static_cast<int>(0.92 * kRuns));
  EXPECT_LT(covered, static_cast<int>(0.98 * kRuns));
  RecordProperty("covered", covered);
}

TEST(BlockInterval, IsAbsentWithTooFewBlocksOrWithoutDraws) {
  const auto statistic = [](std::span<const double> w) { return w[0]; };
  EXPECT_FALSE(block_interval(1.0, 4, statistic, 0.0, 1, {200, 1, 1}).has_value());
  EXPECT_FALSE(block_interval(1.0, 10, statistic, 0.0, 1, {0, 1, 1}).has_value());
  EXPECT_TRUE(block_interval(1.0, 10, statistic, 0.0, 1, {200, 1, 1}).has_value());
  EXPECT_FALSE(
      block_interval(1.0, 10, [](std::span<const double>) { return std::nan(""); }, 0.0, 1, {200, 1, 1})
          .has_value());
}

TEST(BlockInterval, DoesNotDependOnTheNumberOfThreads) {
  const auto statistic = [](std::span<const double> w) { return w[0] * w[1] + w[2]; };
  const auto one = block_interval(2.0, 10, statistic, 0.1, 5, {1000, 3, 1});
  const auto four = block_interval(2.0, 10, statistic, 0.1, 5, {1000, 3, 4});
  EXPECT_EQ(one->low, four->low);
  EXPECT_EQ(one->high, four->high);
}

}  // namespace
}  // namespace libfit
