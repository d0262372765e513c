// Cells as `dyniv run` leaves them, compared in words and tables.
#include "libfit/report/comparison_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/score/compared_cells.hpp"

namespace libfit {
namespace {

using compared_cells::cell;
using compared_cells::of_three;
using testing::HasSubstr;

TEST(Comparison, SaysWhichModelIsBetterOnAverage) {
  const Comparison comparison = of_three();
  EXPECT_THAT(sentence(comparison, "eif", "qif"), HasSubstr("eif beats qif by"));
  EXPECT_THAT(sentence(comparison, "eif", "qif"), HasSubstr("better in 3 of 3"));
  EXPECT_EQ(sentence(comparison, "qif", "eif"), sentence(comparison, "eif", "qif"));
  EXPECT_EQ(sentence(comparison, "eif", "adex"), "");
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

TEST(Comparison, OfOneCellIsNoAverage) {
  CompareOptions options;
  options.score.draws = 200;
  EXPECT_THAT(sentence(compare_cells({cell("a", 1)}, options), "eif", "qif"),
              testing::Not(HasSubstr("average")));
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

// The order asked for is that of every table.
TEST(Comparison, TablesTakeModelsInTheOrderAskedFor) {
  StoredCell a = cell("a", 1), b = cell("b", 2);
  std::swap(b.models[1], b.models[2]);
  CompareOptions options;
  options.models = {"qif", "eif"};
  options.score.draws = 200;
  const Comparison comparison = compare_cells({a, b}, options);
  EXPECT_EQ(difference_table(comparison).rows.size(), 3U);
  EXPECT_EQ(std::get<std::string>(difference_table(comparison).rows[0][0]), "qif");
  EXPECT_EQ(std::get<std::string>(measure_table(comparison, Measure::md_star).rows[1][0]), "qif");
}

// Bars of a cell against its ceiling; dots of the differences, with their mean.
TEST(Comparison, FiguresHoldEveryCellAndTheMean) {
  const Comparison comparison = of_three();
  const auto figures = comparison_figures(comparison, {"eif", "qif"}, "eif");
  ASSERT_EQ(figures.size(), 5U);
  EXPECT_EQ(figures[1].name, "gamma");
  const Series& eif = figures[0].panels[0].series[0];
  EXPECT_EQ(eif.y, (std::vector<double>{*comparison.cells[0].scores.models[1].md_star.value,
                                        *comparison.cells[1].scores.models[1].md_star.value,
                                        *comparison.cells[2].scores.models[1].md_star.value}));
  const Panel& differences = figures[4].panels[0];
  EXPECT_EQ(differences.x.categories, (std::vector<std::string>{"a", "b", "c", "mean"}));
  ASSERT_EQ(differences.series.size(), 2U);  // qif, and the line at 0
  EXPECT_EQ(differences.series[0].y[3], -*comparison.pairs.front().md_star.mean);
  EXPECT_LT(differences.series[0].high[3], 0.0);
}

}  // namespace
}  // namespace libfit
