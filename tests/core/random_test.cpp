#include "libfit/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace libfit {
namespace {

TEST(RandomStream, IsAFunctionOfSeedAndStreamOnly) {
  RandomStream first(7, 3);
  RandomStream again(7, 3);
  RandomStream other(7, 4);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto bits = first();
    EXPECT_EQ(bits, again());
    differs = differs || bits != other();
  }
  EXPECT_TRUE(differs);
}

// The known-answer test of the generator's authors (Random123 kat_vectors: philox4x64, 10 rounds, zero key
// and counter).
TEST(RandomStream, ReproducesThePublishedPhiloxVector) {
  RandomStream stream(0, 0);
  EXPECT_EQ(stream(), 0x16554d9eca36314cULL);
  EXPECT_EQ(stream(), 0xdb20fe9d672d0fdcULL);
  EXPECT_EQ(stream(), 0xd7e772cee186176bULL);
  EXPECT_EQ(stream(), 0x7e68b68aec7ba23bULL);
}

TEST(RandomStream, NormalNumbersHaveTheirMomentsWithinSamplingError) {
  RandomStream stream(11);
  const int count = 400000;
  double sum = 0.0, squares = 0.0, fourths = 0.0;
  for (int i = 0; i < count; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  const double n = count;
  EXPECT_NEAR(sum / n, 0.0, 4.0 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0, 4.0 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourths / n, 3.0, 4.0 * std::sqrt(96.0 / n));
}

TEST(RandomStream, IndexCoversItsRangeEvenly) {
  RandomStream stream(5);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 70000; ++i) ++counts[stream.index(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 4 * std::sqrt(10000.0 * 6 / 7));
}

}  // namespace
}  // namespace libfit
