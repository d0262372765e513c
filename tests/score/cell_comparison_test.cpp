// Differences between models within cells and over them.
#include "libfit/score/cell_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/score/compared_cells.hpp"

namespace libfit {
namespace {

using compared_cells::cell;
using compared_cells::of_three;
using testing::HasSubstr;

TEST(CellComparison, AveragesThePairedDifferences) {
  const Comparison comparison = of_three();
  const auto pair = pair_of(comparison.cells, "eif", "qif");
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->md_star.cells, 3U);
  EXPECT_EQ(pair->md_star.better, 3U);
  EXPECT_EQ(pair->md_star.clearly_better, 3U);
  double sum = 0.0;
  for (const ComparedCell& c : comparison.cells) sum += *c.scores.differences.front().md_star.value;
  EXPECT_NEAR(*pair->md_star.mean, sum / 3.0, 1e-12);
  EXPECT_GT(pair->md_star.ci95->low, 0.0);
  EXPECT_FALSE(pair_of(comparison.cells, "eif", "passive"));  // which does not fire
  EXPECT_FALSE(pair_of(comparison.cells, "eif", "adex"));     // which no cell has
}

TEST(CellComparison, TurnedRoundIsTheSame) {
  const Comparison comparison = of_three();
  const auto there = pair_of(comparison.cells, "eif", "qif"), back = pair_of(comparison.cells, "qif", "eif");
  EXPECT_EQ(*back->md_star.mean, -*there->md_star.mean);
  EXPECT_EQ(back->md_star.ci95->low, -there->md_star.ci95->high);
  EXPECT_EQ(back->md_star.clearly_worse, 3U);
  const ComparedCell& first = comparison.cells.front();
  EXPECT_EQ(first.difference("qif", "eif")->gamma.ci95->high,
            -first.difference("eif", "qif")->gamma.ci95->low);
}

TEST(CellComparison, OfOneCellHasItsOwnInterval) {
  CompareOptions options;
  options.score.draws = 200;
  const Comparison comparison = compare_cells({cell("a", 1)}, options);
  EXPECT_EQ(pair_of(comparison.cells, "eif", "qif")->md_star.ci95->low,
            comparison.cells[0].scores.differences[0].md_star.ci95->low);
}

// The order asked for is that of every pair, whatever the order of the summaries.
TEST(CellComparison, TakesModelsInTheOrderAskedFor) {
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
}

// Cells with one and the same difference: their scatter is zero, what is known of the mean is not.
TEST(CellComparison, IsNoMoreCertainOfAMeanThanOfItsCells) {
  StoredCell a = cell("a", 1), b = a, c = a;
  b.name = "b";
  c.name = "c";
  CompareOptions options;
  options.score.draws = 200;
  const Comparison comparison = compare_cells({a, b, c}, options);
  const Interval within = *comparison.cells[0].scores.differences[0].md_star.ci95;
  const Interval mean = *pair_of(comparison.cells, "eif", "qif")->md_star.ci95;
  EXPECT_NEAR(mean.high - mean.low, (within.high - within.low) / std::sqrt(3.0), 1e-12);
}

TEST(CellComparison, TellsFoldersOfOneNameApart) {
  StoredCell first = cell("run", 1), second = cell("run", 2);
  first.folder = "a/run";
  second.folder = "b/run";
  const Comparison comparison = compare_cells({first, second}, {});
  EXPECT_EQ(comparison.cells[0].stored.name, "a/run");
  EXPECT_EQ(comparison.cells[1].stored.name, "b/run");
}

TEST(CellComparison, RefusesAModelThatNoCellHas) {
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

TEST(CellComparison, WarnsWhereTheSummaryHasAnotherWindow) {
  CompareOptions options;
  options.score.window_ms = 8.0;
  const Comparison comparison = compare_cells({cell("a", 1)}, options);
  ASSERT_EQ(comparison.warnings.size(), 1U);
  EXPECT_THAT(comparison.warnings.front(), HasSubstr("within 4 ms"));
}

}  // namespace
}  // namespace libfit
