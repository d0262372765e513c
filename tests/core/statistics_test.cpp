#include "libfit/core/statistics.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

TEST(Statistics, TheMeanOfNothingIsAbsent) {
  EXPECT_FALSE(mean({}).has_value());
  EXPECT_FALSE(variance(std::vector<double>{1.0}).has_value());
  EXPECT_FALSE(median({}).has_value());
}

TEST(Statistics, VarianceSurvivesALargeOffset) {
  const std::vector<double> values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_DOUBLE_EQ(*variance(values), 30.0);
}

TEST(Statistics, QuantilesInterpolateBetweenOrderStatistics) {
  const std::vector<double> values{4.0, 1.0, 3.0, 2.0};
  EXPECT_DOUBLE_EQ(*median(values), 2.5);
  EXPECT_DOUBLE_EQ(*quantile(values, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(*quantile(values, 1.0), 4.0);
  EXPECT_DOUBLE_EQ(*quantile(values, 0.25), 1.75);
  EXPECT_THROW(quantile(values, 1.5), ContractError);
}

TEST(Statistics, IntervalNeedsTwentyDraws) {
  std::vector<double> draws;
  for (int i = 0; i <= 1000; ++i) draws.push_back(i);
  const auto interval = percentile_interval(draws);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, 25.0, 1e-9);
  EXPECT_NEAR(interval->high, 975.0, 1e-9);
  EXPECT_FALSE(percentile_interval(std::vector<double>(19, 1.0)).has_value());
}

}  // namespace
}  // namespace libfit
