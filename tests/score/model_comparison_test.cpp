// Models on the same data: what the differences are, and whether their intervals hold.
#include "libfit/score/model_comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/score/block_bootstrap.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"

namespace libfit {
namespace {

constexpr double kDuration_ms = 20000.0;
constexpr double kWindow_ms = 4.0;

// Events of a stimulus, dense in some stretches and rare in others.
std::vector<double> events(std::uint64_t seed) {
  RandomStream random(seed, 0);
  std::vector<double> times;
  double t = 0.0;
  while (true) {
    const bool dense = std::fmod(t, 4000.0) < 1500.0;
    t += (dense ? 60.0 : 400.0) * (0.3 - 0.7 * std::log(random.uniform()));
    if (t >= kDuration_ms - 20.0) return times;
    times.push_back(t);
  }
}

// Answers to the events: each is kept with a probability and jittered.
SpikeTrains answers(const std::vector<double>& stimulus, double keep, double jitter_ms, std::size_t count,
                    std::uint64_t seed) {
  SpikeTrains trains(count);
  for (std::size_t i = 0; i < count; ++i) {
    RandomStream random(seed, i);
    for (const double t : stimulus) {
      if (random.uniform() > keep) continue;
      trains[i].push_back(std::clamp(t + jitter_ms * random.normal(), 0.0, kDuration_ms));
    }
    std::sort(trains[i].begin(), trains[i].end());
  }
  return trains;
}

struct Study {
  SpikeTrains data, good, poor;
};

Study study(std::uint64_t seed) {
  const std::vector<double> stimulus = events(seed);
  return {answers(stimulus, 0.85, 1.5, 6, seed + 1000), answers(stimulus, 0.85, 2.5, 40, seed + 2000),
          answers(stimulus, 0.60, 4.0, 40, seed + 3000)};
}

TEST(ModelComparison, HasTheScoresOfEachModelAndTheirDifferences) {
  const Study s = study(1);
  const ModelComparison comparison = compare_models(s.data, {s.good, s.poor}, kDuration_ms);
  ASSERT_EQ(comparison.differences.size(), 1U);
  const ScoreDifference& difference = comparison.differences.front();
  EXPECT_EQ(*comparison.models[0].md_star.value, *md_star(s.data, s.good, kWindow_ms).value);
  EXPECT_EQ(*comparison.models[1].gamma.value,
            *mean_coincidence_factor(s.data, s.poor, kDuration_ms, kWindow_ms).value);
  EXPECT_EQ(*difference.md_star.value,
            *md_star(s.data, s.good, kWindow_ms).value - *md_star(s.data, s.poor, kWindow_ms).value);
  EXPECT_GT(difference.md_star.ci95->low, 0.0);
  EXPECT_LT(difference.md_star.ci95->low, *difference.md_star.value);
  EXPECT_GT(difference.md_star.ci95->high, *difference.md_star.value);
}

TEST(ModelComparison, AModelIsNoBetterThanItself) {
  const Study s = study(2);
  const ModelComparison comparison = compare_models(s.data, {s.good, s.good}, kDuration_ms);
  const ScoreDifference& difference = comparison.differences.front();
  EXPECT_EQ(*difference.md_star.value, 0.0);
  EXPECT_EQ(difference.md_star.ci95->low, 0.0);
  EXPECT_EQ(difference.gamma.ci95->high, 0.0);
}

// Both models do well where the cell is reliable: what is left of the scores' errors in their difference is
// less than two independent errors would leave.
TEST(ModelComparison, PairedIntervalsAreNarrowerThanIndependentOnes) {
  double paired = 0.0, independent = 0.0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Study s = study(10 + seed);
    const ModelComparison c = compare_models(s.data, {s.good, s.poor}, kDuration_ms);
    const auto width = [](const ScoreValue& score) { return score.ci95->high - score.ci95->low; };
    paired += width(c.differences.front().md_star);
    independent += std::hypot(width(c.models[0].md_star), width(c.models[1].md_star));
  }
  EXPECT_LT(paired, 0.9 * independent);
}

TEST(ModelComparison, IntervalsOfDifferencesHoldTheExpectedDifference) {
  constexpr int kRuns = 60;
  double md = 0.0, gamma = 0.0;
  std::vector<ScoreDifference> differences;
  ScoreOptions options;
  options.draws = 400;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    const Study s = study(100 + seed);
    differences.push_back(
        compare_models(s.data, {s.good, s.poor}, kDuration_ms, options).differences.front());
    md += *differences.back().md_star.value / kRuns;
    gamma += *differences.back().gamma.value / kRuns;
  }
  int md_held = 0, gamma_held = 0;
  for (const ScoreDifference& d : differences) {
    md_held += d.md_star.ci95->low <= md && md <= d.md_star.ci95->high ? 1 : 0;
    gamma_held += d.gamma.ci95->low <= gamma && gamma <= d.gamma.ci95->high ? 1 : 0;
  }
  // 95 % of 60 with binomial scatter: fewer than 52 happen once in 200 times.
  EXPECT_GE(md_held, 52);
  EXPECT_GE(gamma_held, 52);
  RecordProperty("md_held", md_held);
  RecordProperty("gamma_held", gamma_held);
}

TEST(ModelComparison, IsTheSameOnAnyNumberOfThreads) {
  const Study s = study(3);
  ScoreOptions one, many;
  one.threads = 1;
  many.threads = 4;
  const auto a = compare_models(s.data, {s.good, s.poor}, kDuration_ms, one);
  const auto b = compare_models(s.data, {s.good, s.poor}, kDuration_ms, many);
  EXPECT_EQ(a.differences[0].md_star.ci95->low, b.differences[0].md_star.ci95->low);
  EXPECT_EQ(a.differences[0].gamma.ci95->high, b.differences[0].gamma.ci95->high);
}

TEST(ModelComparison, SaysWhyADifferenceIsAbsent) {
  const ModelComparison one = compare_models({{10.0, 500.0}}, {{{11.0}}, {{12.0}}}, 1000.0);
  EXPECT_FALSE(one.differences.front().md_star.value);
  EXPECT_NE(one.differences.front().md_star.reason, "");
  EXPECT_TRUE(one.differences.front().gamma.value);
  ScoreOptions no_draws;
  no_draws.draws = 0;
  const Study s = study(4);
  const auto without = compare_models(s.data, {s.good, s.poor}, kDuration_ms, no_draws).differences.front();
  EXPECT_TRUE(without.md_star.value);
  EXPECT_FALSE(without.md_star.ci95);
  EXPECT_NE(without.md_star.reason, "");
}

TEST(ModelComparison, RefusesWhatIsNoComparison) {
  EXPECT_THROW(compare_models({}, {{{1.0}}}, 1000.0), ContractError);
  EXPECT_THROW(compare_models({{1.0}}, {{}}, 1000.0), ContractError);
  EXPECT_THROW(compare_models({{1.0}}, {{{1.0}}}, 0.0), OptionError);
}

TEST(ScoreDraws, AreSubtractedOnlyFromTheirLike) {
  const auto statistic = [](std::span<const double> weights) { return weights[0]; };
  const ScoreDraws ten = draw_score(1.0, 10, statistic, RepetitionByBlock(0, 0), {200, 1, 1});
  const ScoreDraws other_seed = draw_score(1.0, 10, statistic, RepetitionByBlock(0, 0), {200, 2, 1});
  EXPECT_THROW(difference(ten, other_seed), ContractError);
  EXPECT_EQ(difference(ten, ten).value, 0.0);
}

}  // namespace
}  // namespace libfit
