// Cells as `dyniv run` leaves them, compared: differences within cells and over them.
#include "libfit/report/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

constexpr double kDuration_ms = 10000.0;

SpikeTrains jittered(double sd_ms, std::size_t count, std::uint64_t seed) {
  SpikeTrains trains(count);
  for (std::size_t i = 0; i < count; ++i) {
    RandomStream random(seed, i);
    for (double t = 50.0; t < kDuration_ms - 50.0; t += 90.0)
      trains[i].push_back(t + sd_ms * random.normal());
  }
  return trains;
}

StoredModel model(const std::string& name, SpikeTrains trains) {
  StoredModel m;
  m.name = name;
  m.status = "ok";
  m.trains = std::move(trains);
  m.rate_Hz = 11.0;
  m.parameters = {{"g_nS", Estimate{5.0, Interval{4.0, 6.0}}}};
  return m;
}

StoredCell cell(const std::string& name, std::uint64_t seed) {
  StoredCell c;
  c.name = name;
  c.folder = "results/" + name;
  c.window_ms = 4.0;
  c.duration_ms = kDuration_ms;
  c.rate_Hz = 11.0;
  c.best_model = "eif";
  c.trains = jittered(1.0, 5, seed);
  c.models = {model("passive", {}), model("eif", jittered(1.5, 20, seed + 100)),
              model("qif", jittered(4.0, 20, seed + 200))};
  return c;
}

Comparison of_three() {
  CompareOptions options;
  options.score.draws = 200;
  return compare_cells({cell("a", 1), cell("b", 2), cell("c", 3)}, options);
}

TEST(Comparison, SaysWhichModelIsBetterOnAverage) {
  const Comparison comparison = of_three();
  const auto pair = pair_of(comparison, "eif", "qif");
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->md_star.cells, 3U);
  EXPECT_EQ(pair->md_star.better, 3U);
  EXPECT_EQ(pair->md_star.clearly_better, 3U);
  double sum = 0.0;
  for (const ComparedCell& c : comparison.cells) sum += *c.scores.differences.front().md_star.value;
  EXPECT_NEAR(*pair->md_star.mean, sum / 3.0, 1e-12);
  EXPECT_GT(pair->md_star.ci95->low, 0.0);
  EXPECT_THAT(sentence(comparison, "eif", "qif"), HasSubstr("eif beats qif by"));
  EXPECT_THAT(sentence(comparison, "eif", "qif"), HasSubstr("better in 3 of 3"));
}

// Cells with one and the same difference: their scatter is zero, what is known of the mean is not.
TEST(Comparison, IsNoMoreCertainOfAMeanThanOfItsCells) {
  StoredCell a = cell("a", 1), b = a, c = a;
  b.name = "b";
  c.name = "c";
  CompareOptions options;
  options.score.draws = 200;
  const Comparison comparison = compare_cells({a, b, c}, options);
  const Interval within = *comparison.cells[0].scores.differences[0].md_star.ci95;
  const Interval mean = *pair_of(comparison, "eif", "qif")->md_star.ci95;
  EXPECT_NEAR(mean.high - mean.low, (within.high - within.low) / std::sqrt(3.0), 1e-12);
}

TEST(Comparison, TurnedRoundSaysTheSame) {
  const Comparison comparison = of_three();
  const auto there = pair_of(comparison, "eif", "qif"), back = pair_of(comparison, "qif", "eif");
  EXPECT_EQ(*back->md_star.mean, -*there->md_star.mean);
  EXPECT_EQ(back->md_star.ci95->low, -there->md_star.ci95->high);
  EXPECT_EQ(back->md_star.clearly_worse, 3U);
  EXPECT_EQ(sentence(comparison, "qif", "eif"), sentence(comparison, "eif", "qif"));
}

TEST(Comparison, ClaimsNothingThatTheIntervalDoesNotHold) {
  // One cell each way.
  StoredCell a = cell("a", 1), b = cell("b", 2), c = cell("c", 3);
  std::swap(b.models[1].trains, b.models[2].trains);
  CompareOptions options;
  options.score.draws = 200;
  const std::string said = sentence(compare_cells({a, b, c}, options), "eif", "qif");
  EXPECT_THAT(said, HasSubstr("cannot be told apart"));
  const std::string two = sentence(compare_cells({a, c}, options), "eif", "qif");
  EXPECT_THAT(two, HasSubstr("no interval of the mean below three cells"));
  EXPECT_THAT(two, HasSubstr("is ahead of"));
}

TEST(Comparison, OfOneCellHasItsOwnInterval) {
  CompareOptions options;
  options.score.draws = 200;
  const Comparison comparison = compare_cells({cell("a", 1)}, options);
  const auto pair = pair_of(comparison, "eif", "qif");
  EXPECT_EQ(pair->md_star.ci95->low, comparison.cells[0].scores.differences[0].md_star.ci95->low);
  EXPECT_THAT(sentence(comparison, "eif", "qif"), testing::Not(HasSubstr("average")));
}

TEST(Comparison, TablesHoldCeilingsAndLeaveOutWhatDoesNotSpike) {
  const Comparison comparison = of_three();
  const Table table = measure_table(comparison, Measure::md_star);
  ASSERT_EQ(table.rows.size(), 3U);  // ceiling, eif, qif
  EXPECT_EQ(std::get<std::string>(table.rows[0][0]), kCeilingRow);
  EXPECT_EQ(std::get<std::string>(table.rows[1][0]), "eif");
  EXPECT_EQ(table.columns.size(), 4U);
  EXPECT_TRUE(measure_table(comparison, Measure::bits_per_spike).rows.empty());
  EXPECT_EQ(difference_table(comparison).rows.size(), 4U);  // three cells and their mean
  EXPECT_EQ(compared_parameters(comparison).rows.size(), 3U);
}

TEST(Comparison, TellsFoldersOfOneNameApart) {
  StoredCell first = cell("run", 1), second = cell("run", 2);
  first.folder = "a/run";
  second.folder = "b/run";
  const Comparison comparison = compare_cells({first, second}, {});
  EXPECT_EQ(comparison.cells[0].stored.name, "a/run");
  EXPECT_EQ(comparison.cells[1].stored.name, "b/run");
}

// The order asked for is that of every table and pair, whatever the order of the summaries.
TEST(Comparison, TakesModelsInTheOrderAskedFor) {
  StoredCell a = cell("a", 1), b = cell("b", 2);
  std::swap(b.models[1], b.models[2]);
  CompareOptions options;
  options.models = {"qif", "eif", "qif"};
  options.score.draws = 200;
  const Comparison comparison = compare_cells({a, b}, options);
  ASSERT_EQ(comparison.pairs.size(), 1U);
  EXPECT_EQ(comparison.pairs.front().first, "qif");
  EXPECT_EQ(comparison.pairs.front().md_star.cells, 2U);
  EXPECT_LT(*comparison.pairs.front().md_star.mean, 0.0);
  EXPECT_EQ(difference_table(comparison).rows.size(), 3U);
  EXPECT_EQ(std::get<std::string>(measure_table(comparison, Measure::md_star).rows[1][0]), "qif");
}

TEST(Comparison, RefusesAModelThatNoCellHas) {
  CompareOptions options;
  options.models = {"eif", "hodgkin"};
  try {
    compare_cells({cell("a", 1)}, options);
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("hodgkin"));
    EXPECT_THAT(error.what(), HasSubstr("qif"));
  }
}

TEST(Comparison, WarnsWhereTheSummaryHasAnotherWindow) {
  CompareOptions options;
  options.score.window_ms = 8.0;
  const Comparison comparison = compare_cells({cell("a", 1)}, options);
  ASSERT_EQ(comparison.warnings.size(), 1U);
  EXPECT_THAT(comparison.warnings.front(), HasSubstr("within 4 ms"));
}

}  // namespace
}  // namespace libfit
