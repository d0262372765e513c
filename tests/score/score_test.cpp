#include "libfit/score/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/md_star.hpp"
#include "libfit/score/score_intervals.hpp"
#include "libfit/score/spike_trains.hpp"
#include "tests/score/random_trains.hpp"

namespace libfit {
namespace {

constexpr double kWindow = 4.0;

// A cell and a model that both fire jittered copies of the spikes of one parent train. `unevenness` makes
// repetitions differ for good: repetition i keeps a spike with probability keep * (1 + unevenness * normal).
struct World {
  double rate_per_ms = 0.01;
  double duration_ms = 10000.0;
  double data_keep = 0.8;
  double data_jitter_ms = 2.0;
  double model_keep = 0.7;
  double model_jitter_ms = 3.0;
  std::size_t data_count = 8;
  std::size_t model_count = 8;
  double unevenness = 0.0;
};

struct Trains {
  SpikeTrains data;
  SpikeTrains model;
};

Trains draw_trains(const World& world, std::uint64_t seed) {
  RandomStream random(seed + 1000000);
  // The parent reaches beyond the record so that the rate does not fall at its ends.
  SpikeTrain parent = poisson_train(world.rate_per_ms, world.duration_ms + 40.0, random);
  for (double& t : parent) t -= 20.0;
  Trains trains;
  for (std::size_t i = 0; i < world.data_count; ++i) {
    const double keep = std::clamp(world.data_keep * (1.0 + world.unevenness * random.normal()), 0.0, 1.0);
    trains.data.push_back(jittered_copy(parent, keep, world.data_jitter_ms, world.duration_ms, random));
  }
  for (std::size_t j = 0; j < world.model_count; ++j) {
    trains.model.push_back(
        jittered_copy(parent, world.model_keep, world.model_jitter_ms, world.duration_ms, random));
  }
  return trains;
}

// Expected <S_i, S_j> per ms of two copies: pairs of one parent spike whose jitters differ by less than
// Delta, and pairs of different parents, which are independent.
double expected_product(const World& world, double keep_a, double jitter_a, double keep_b, double jitter_b) {
  const double spread = std::sqrt(jitter_a * jitter_a + jitter_b * jitter_b);
  const double same = std::erf(kWindow / spread / std::sqrt(2.0));
  return keep_a * keep_b * world.rate_per_ms * (same + world.rate_per_ms * 2.0 * kWindow);
}

double expected_md(const World& world) {
  const double across =
      expected_product(world, world.data_keep, world.data_jitter_ms, world.model_keep, world.model_jitter_ms);
  const double data =
      expected_product(world, world.data_keep, world.data_jitter_ms, world.data_keep, world.data_jitter_ms);
  // One train of the model stands for a deterministic one: each of its spikes pairs with itself.
  const double own = world.model_keep * world.rate_per_ms;
  if (world.model_count == 1) return 2.0 * across / (data + own + own * own * 2.0 * kWindow);
  const double model = expected_product(world, world.model_keep, world.model_jitter_ms, world.model_keep,
                                        world.model_jitter_ms);
  return 2.0 * across / (data + model);
}

struct Coverage {
  double of_md = 0.0;
  double of_gamma = 0.0;
  double of_explained_variance = 0.0;
};

double share_covered(const std::vector<Interval>& intervals, double truth) {
  int covered = 0;
  for (const Interval& interval : intervals) covered += interval.low <= truth && truth <= interval.high;
  return covered / static_cast<double>(intervals.size());
}

// Coverage of the closed form by Md*, and of the mean over all runs by the scores that have none.
Coverage measure_coverage(const World& world, int runs) {
  std::vector<Interval> md, gamma, explained;
  double mean_gamma = 0.0;
  double mean_explained = 0.0;
  for (int run = 0; run < runs; ++run) {
    const Trains trains = draw_trains(world, static_cast<std::uint64_t>(run));
    ScoreOptions options;
    options.draws = 400;
    options.sigmas_ms = {10.0};
    options.seed = static_cast<std::uint64_t>(run);
    const SpikeScore score = score_spike_trains(trains.data, trains.model, world.duration_ms, options);
    md.push_back(*score.md_star.ci95);
    gamma.push_back(*score.gamma.ci95);
    explained.push_back(*score.explained_variance[0].ratio.ci95);
    mean_gamma += *score.gamma.value / runs;
    mean_explained += *score.explained_variance[0].ratio.value / runs;
  }
  return {share_covered(md, expected_md(world)), share_covered(gamma, mean_gamma),
          share_covered(explained, mean_explained)};
}

class ScoreIntervals : public testing::TestWithParam<World> {};

TEST_P(ScoreIntervals, CoverTheExpectedScore) {
  constexpr int kRuns = 200;
  const Coverage coverage = measure_coverage(GetParam(), kRuns);
  RecordProperty("md", std::to_string(coverage.of_md));
  RecordProperty("gamma", std::to_string(coverage.of_gamma));
  RecordProperty("explained_variance", std::to_string(coverage.of_explained_variance));
  for (const double share : {coverage.of_md, coverage.of_gamma, coverage.of_explained_variance}) {
    EXPECT_GE(share, 0.895);  // 0.93 to 0.97 over 2000 runs; the SD of 200 runs is 0.016
    EXPECT_LE(share, 0.995);
  }
}

World with(void (*change)(World&)) {
  World world;
  change(world);
  return world;
}

INSTANTIATE_TEST_SUITE_P(Worlds, ScoreIntervals,
                         testing::Values(World{}, with([](World& w) {
                                           w.model_count = 1;
                                           w.model_keep = 0.9;
                                         }),
                                         with([](World& w) { w.data_count = 3; }), with([](World& w) {
                                           w.unevenness = 0.2;
                                           w.data_keep = 0.6;
                                         })));

TEST(SpikeScore, CarriesTheScoresOfTheirOwnFunctions) {
  const Trains trains = draw_trains({}, 1);
  const SpikeScore score = score_spike_trains(trains.data, trains.model, 10000.0);
  EXPECT_EQ(*score.gamma.value, *mean_coincidence_factor(trains.data, trains.model, 10000.0, kWindow).value);
  EXPECT_EQ(*score.md_star.value, *md_star(trains.data, trains.model, kWindow).value);
  EXPECT_EQ(*score.reliability_md.value, *reliability_md(trains.data, kWindow).value);
  EXPECT_EQ(*score.reliability_gamma.value, *reliability_gamma(trains.data, 10000.0, kWindow).value);
  EXPECT_NEAR(*score.gamma_A.value, *score.gamma.value / *score.reliability_gamma.value, 1e-12);
  EXPECT_EQ(score.explained_variance.size(), 3U);
  EXPECT_EQ(score.blocks, 10U);
  EXPECT_EQ(score.data_spikes[2], trains.data[2].size());
  EXPECT_NEAR(score.data_rate_Hz, static_cast<double>(count_spikes(trains.data)) / 80.0, 1e-9);
  for (const auto& value : {score.gamma, score.md_star, score.explained_variance[1].ratio}) {
    EXPECT_LT(value.ci95->low, *value.value);
    EXPECT_GT(value.ci95->high, *value.value);
    EXPECT_EQ(value.reason, "");
  }
}

TEST(SpikeScore, OfCopiesIsFullWithAnIntervalOfNoWidth) {
  const auto train = poisson_trains(1, 0.01, 10000.0, 2)[0];
  const SpikeScore score = score_spike_trains({train, train, train}, {train}, 10000.0);
  for (const auto& value : {score.gamma, score.md_star, score.explained_variance[0].ratio}) {
    EXPECT_NEAR(*value.value, 1.0, 1e-12);
    EXPECT_NEAR(value.ci95->low, 1.0, 1e-9);
    EXPECT_NEAR(value.ci95->high, 1.0, 1e-9);
  }
}

TEST(SpikeScore, OfIndependentTrainsHasChanceInItsInterval) {
  const SpikeScore score =
      score_spike_trains(poisson_trains(8, 0.005, 20000.0, 3), poisson_trains(8, 0.005, 20000.0, 4), 20000.0);
  EXPECT_LT(score.gamma.ci95->low, 0.0);
  EXPECT_GT(score.gamma.ci95->high, -0.002);
  EXPECT_FALSE(score.gamma_A.value.has_value());
}

TEST(SpikeScore, DoesNotDependOnTheNumberOfThreads) {
  const Trains trains = draw_trains({}, 5);
  ScoreOptions options;
  options.threads = 1;
  const SpikeScore one = score_spike_trains(trains.data, trains.model, 10000.0, options);
  options.threads = 3;
  const SpikeScore three = score_spike_trains(trains.data, trains.model, 10000.0, options);
  EXPECT_EQ(one.gamma.ci95->low, three.gamma.ci95->low);
  EXPECT_EQ(one.md_star.ci95->high, three.md_star.ci95->high);
  EXPECT_EQ(one.explained_variance[0].ratio.ci95->low, three.explained_variance[0].ratio.ci95->low);
}

TEST(SpikeScore, KeepsWhatIsDefinedWhenSomethingIsNot) {
  const auto data = poisson_trains(2, 0.02, 5000.0, 6);
  const SpikeScore runaway = score_spike_trains(data, poisson_trains(1, 0.3, 5000.0, 7), 5000.0);
  EXPECT_FALSE(runaway.gamma.value.has_value());
  EXPECT_THAT(runaway.gamma.reason, testing::HasSubstr("2 nu Delta"));
  EXPECT_TRUE(runaway.md_star.value.has_value());
  const SpikeScore single = score_spike_trains({data[0]}, {data[1]}, 5000.0);
  EXPECT_TRUE(single.gamma.ci95.has_value());
  EXPECT_FALSE(single.md_star.value.has_value());
  EXPECT_THAT(single.warnings, testing::Contains(testing::HasSubstr("one repetition")));
  const SpikeScore silent = score_spike_trains({{}, {}}, {{}}, 5000.0);
  EXPECT_FALSE(silent.gamma.value.has_value() || silent.md_star.value.has_value());
  EXPECT_THAT(silent.warnings, testing::Contains("the model never fires"));
  const SpikeScore brief = score_spike_trains({{10.0}, {11.0}}, {{10.0}}, 50.0);
  EXPECT_TRUE(brief.gamma.value.has_value());
  EXPECT_FALSE(brief.gamma.ci95.has_value());
  EXPECT_THAT(brief.gamma.reason, testing::HasSubstr("too short against a window"));
}

TEST(SpikeScore, WarnsWhenTimesLookLikeSeconds) {
  SpikeTrain seconds;
  for (int k = 1; k < 20; ++k) seconds.push_back(0.5 * k);
  const SpikeScore score = score_spike_trains({seconds, seconds}, {seconds}, 10000.0);
  EXPECT_THAT(score.warnings, testing::Contains(testing::HasSubstr("are its times in seconds?")));
}

TEST(SpikeScore, RefusesOptionsAndTrainsOutOfRange) {
  const SpikeTrains trains{{1.0}, {2.0}};
  for (const auto set :
       {+[](ScoreOptions& o) { o.window_ms = 0.0; }, +[](ScoreOptions& o) { o.block_ms = -1.0; },
        +[](ScoreOptions& o) { o.draws = 99; }, +[](ScoreOptions& o) { o.sigmas_ms = {0.0}; },
        +[](ScoreOptions& o) {
          o.sigmas_ms = {4.0, std::nan("")};
        },
        +[](ScoreOptions& o) { o.sigmas_ms = {1e-9}; }}) {
    ScoreOptions options;
    set(options);
    EXPECT_THROW(score_spike_trains(trains, trains, 1000.0, options), OptionError);
  }
  EXPECT_THROW(score_spike_trains(trains, trains, 0.0), OptionError);
  EXPECT_THROW(score_spike_trains({}, trains, 1000.0), ContractError);
  EXPECT_THROW(score_spike_trains(trains, {}, 1000.0), ContractError);
  EXPECT_THROW(score_spike_trains(trains, trains, 1.5), ContractError);
}

TEST(SpikeScore, IntervalsOfTenSweepsCostLittle) {
  World world;
  world.data_count = 10;
  world.model_count = 10;
  const Trains trains = draw_trains(world, 8);
  const TimeBlocks blocks = divide_into_blocks(10000.0, 1000.0);
  const auto start = std::chrono::steady_clock::now();
  gamma_interval(trains.data, trains.model, kWindow, blocks, {1000, 1, 1});
  md_star_interval(trains.data, trains.model, kWindow, blocks, {1000, 1, 1});
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  RecordProperty("ms", std::to_string(took.count()));
  EXPECT_LT(took.count(), 2000.0);  // some 10 ms on an idle machine; sanitizers and a busy machine included
}

}  // namespace
}  // namespace libfit
