#include "libfit/draw/trace_reduction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace {

using libfit::reduce_to_pixels;
using libfit::ReducedTrace;

struct Trace {
  std::vector<double> x, y;
};

Trace noise(std::size_t count) {
  libfit::RandomStream random(7);
  Trace trace;
  for (std::size_t i = 0; i < count; ++i) {
    trace.x.push_back(static_cast<double>(i));
    trace.y.push_back(random.normal());
  }
  return trace;
}

TEST(TraceReduction, KeepsTheLeastAndGreatestOfEveryPixel) {
  const Trace trace = noise(100000);
  const ReducedTrace reduced = reduce_to_pixels(trace.x, trace.y, 0.0, 100000.0, 1000);
  for (std::size_t pixel = 0; pixel < 1000; ++pixel) {
    const auto [least, greatest] =
        std::minmax_element(trace.y.begin() + static_cast<std::ptrdiff_t>(pixel * 100),
                            trace.y.begin() + static_cast<std::ptrdiff_t>(pixel * 100 + 100));
    std::vector<double> kept;
    for (std::size_t i = 0; i < reduced.x.size(); ++i) {
      if (static_cast<std::size_t>(reduced.x[i]) / 100 == pixel) kept.push_back(reduced.y[i]);
    }
    ASSERT_FALSE(kept.empty());
    ASSERT_EQ(*std::ranges::min_element(kept), *least) << "pixel " << pixel;
    ASSERT_EQ(*std::ranges::max_element(kept), *greatest) << "pixel " << pixel;
  }
}

TEST(TraceReduction, KeepsASpikeOfOneSample) {
  Trace trace = noise(50000);
  trace.y[31234] = 80.0;
  const ReducedTrace reduced = reduce_to_pixels(trace.x, trace.y, 0.0, 49999.0, 200);
  const auto peak = std::ranges::max_element(reduced.y);
  EXPECT_EQ(*peak, 80.0);
  EXPECT_EQ(reduced.x[static_cast<std::size_t>(peak - reduced.y.begin())], 31234.0);
}

TEST(TraceReduction, GivesAtMostFourSamplesAPixelInOrderOfTime) {
  const Trace trace = noise(100000);
  const ReducedTrace reduced = reduce_to_pixels(trace.x, trace.y, 1000.0, 90000.0, 300);
  EXPECT_LE(reduced.x.size(), 4U * 302U);
  EXPECT_TRUE(std::ranges::is_sorted(reduced.x));
  EXPECT_LE(reduced.x.front(), 1000.0);
  EXPECT_GE(reduced.x.back(), 90000.0);
}

TEST(TraceReduction, LeavesAFewSamplesAsTheyAre) {
  const Trace trace = noise(50);
  const ReducedTrace reduced = reduce_to_pixels(trace.x, trace.y, 0.0, 49.0, 1000);
  EXPECT_EQ(reduced.x, trace.x);
  EXPECT_EQ(reduced.y, trace.y);
}

TEST(TraceReduction, KeepsAGapAsOneNaN) {
  Trace trace = noise(1000);
  for (std::size_t i = 400; i < 600; ++i) trace.y[i] = std::numeric_limits<double>::quiet_NaN();
  const ReducedTrace reduced = reduce_to_pixels(trace.x, trace.y, 0.0, 999.0, 50);
  EXPECT_EQ(std::ranges::count_if(reduced.y, [](double y) { return std::isnan(y); }), 1);
}

TEST(TraceReduction, RefusesUnequalLengthsAndNoPixels) {
  const std::vector<double> two{1.0, 2.0};
  const std::vector<double> one{1.0};
  EXPECT_THROW(reduce_to_pixels(two, one, 0.0, 1.0, 10), libfit::ContractError);
  EXPECT_THROW(reduce_to_pixels(two, two, 0.0, 1.0, 0), libfit::ContractError);
  EXPECT_TRUE(reduce_to_pixels({}, {}, 0.0, 1.0, 10).x.empty());
}

}  // namespace
