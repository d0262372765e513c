#include "libfit/score/md_star.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/score/random_trains.hpp"

namespace libfit {
namespace {

constexpr double kKistlerWindow = 4.0;

double brute_product(const SpikeTrain& a, const SpikeTrain& b) {
  double count = 0.0;
  for (const double s : a) {
    for (const double t : b) count += std::abs(s - t) <= kKistlerWindow ? 1.0 : 0.0;
  }
  return count;
}

double brute_mean(const SpikeTrains& a, const SpikeTrains& b, bool distinct) {
  double sum = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (distinct && i == j) continue;
      sum += brute_product(a[i], b[j]);
      pairs += 1.0;
    }
  }
  return sum / pairs;
}

TEST(KistlerProduct, CountsEveryPairWithinTheWindow) {
  RandomStream random(1);
  for (int k = 0; k < 100; ++k) {
    SpikeTrain a = poisson_train(0.2, 300.0, random);
    SpikeTrain b = poisson_train(0.1, 300.0, random);
    if (k % 2 == 0) {
      for (double& t : a) t = std::round(t);
      for (double& t : b) t = std::round(t);
    }
    EXPECT_EQ(static_cast<double>(kistler_product(a, b, kKistlerWindow)), brute_product(a, b));
    EXPECT_EQ(kistler_product(a, b, kKistlerWindow), kistler_product(b, a, kKistlerWindow));
  }
}

TEST(MdStar, EqualsTheDefinitionByBruteForce) {
  const auto data = poisson_trains(4, 0.03, 2000.0, 2);
  const auto model = poisson_trains(6, 0.02, 2000.0, 3);
  const double expected =
      2.0 * brute_mean(data, model, false) / (brute_mean(data, data, true) + brute_mean(model, model, true));
  EXPECT_NEAR(*md_star(data, model, kKistlerWindow).value, expected, 1e-12);
  const double reliability =
      brute_mean(data, data, true) / ((brute_product(data[0], data[0]) + brute_product(data[1], data[1]) +
                                       brute_product(data[2], data[2]) + brute_product(data[3], data[3])) /
                                      4.0);
  EXPECT_NEAR(*reliability_md(data, kKistlerWindow).value, reliability, 1e-12);
}

TEST(MdStar, IsOneForIdenticalTrains) {
  const auto train = poisson_trains(1, 0.03, 2000.0, 4)[0];
  EXPECT_NEAR(*md_star({train, train, train}, {train}, kKistlerWindow).value, 1.0, 1e-12);
  EXPECT_NEAR(*md_star({train, train}, {train, train, train}, kKistlerWindow).value, 1.0, 1e-12);
  EXPECT_NEAR(*reliability_md({train, train}, kKistlerWindow).value, 1.0, 1e-12);
}

TEST(MdStar, TakesOneModelTrainAsDeterministic) {
  const SpikeTrains data{{100.0, 200.0}, {101.0, 300.0}};
  const SpikeTrain model{102.0, 104.0, 500.0};  // its own pairs: 3 + 2
  // <D, M>: (2 + 2) / 2; C_DD = 1; C_MM = 5.
  EXPECT_NEAR(*md_star(data, {model}, kKistlerWindow).value, 2.0 * 2.0 / 6.0, 1e-12);
}

// Independent trains of one inhomogeneous rate are the same process: Md* = 1 whatever the number of
// repetitions. With the trains' own pairs left in, the norms grow by E||S||^2 / N each and the score falls to
// 1 / (1 + (rho - 1) / N), rho = E||S||^2 / C.
TEST(MdStar, IsUnbiasedInTheNumberOfRepetitionsAndTheBiasedFormIsNot) {
  constexpr double kRate = 0.02;
  constexpr double kDuration = 4000.0;
  constexpr std::size_t kCount = 3;
  double across = 0.0;
  double unbiased = 0.0;
  double biased = 0.0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    const auto data = poisson_trains(kCount, kRate, kDuration, 100 + k);
    const auto model = poisson_trains(kCount, kRate, kDuration, 10000 + k);
    across += brute_mean(data, model, false);
    unbiased += 0.5 * (*unbiased_norm(data, kKistlerWindow) + *unbiased_norm(model, kKistlerWindow));
    biased += 0.5 * (brute_mean(data, data, false) + brute_mean(model, model, false));
  }
  // C = rate^2 (2 Delta T - Delta^2) for a record with ends; ||S||^2 = C + rate T.
  const double shared = kRate * kRate * (2.0 * kKistlerWindow * kDuration - kKistlerWindow * kKistlerWindow);
  EXPECT_NEAR(unbiased / 400.0, shared, 0.02 * shared);
  EXPECT_NEAR(across / 400.0, shared, 0.02 * shared);
  EXPECT_NEAR(across / unbiased, 1.0, 0.02);
  const double fallen = 1.0 / (1.0 + kRate * kDuration / shared / static_cast<double>(kCount));
  EXPECT_LT(fallen, 0.35);
  EXPECT_NEAR(across / biased, fallen, 0.02);
}

TEST(MdStar, DoesNotKnowTheOriginOrTheUnitOfTimeOrTheOrderOfTrains) {
  const auto data = poisson_trains(3, 0.03, 1000.0, 5);
  const auto model = poisson_trains(3, 0.03, 1000.0, 6);
  const double value = *md_star(data, model, kKistlerWindow).value;
  const auto scaled = [](SpikeTrains trains, double factor, double shift) {
    for (auto& train : trains) {
      for (double& t : train) t = factor * t + shift;
    }
    return trains;
  };
  EXPECT_NEAR(*md_star(scaled(data, 1, 256), scaled(model, 1, 256), kKistlerWindow).value, value, 1e-12);
  EXPECT_NEAR(*md_star(scaled(data, 4, 0), scaled(model, 4, 0), 4 * kKistlerWindow).value, value, 1e-12);
  EXPECT_NEAR(*md_star({data[2], data[0], data[1]}, {model[1], model[2], model[0]}, kKistlerWindow).value,
              value, 1e-12);
}

TEST(MdStar, IsAbsentWithTheReasonWhereItIsNotDefined) {
  EXPECT_THAT(md_star({{1.0}}, {{1.0}}, kKistlerWindow).reason, testing::HasSubstr("one repetition"));
  EXPECT_FALSE(md_star({{1.0}}, {{1.0}}, kKistlerWindow).value.has_value());
  EXPECT_THAT(md_star({{}, {}}, {{}}, kKistlerWindow).reason, testing::HasSubstr("share a spike"));
  EXPECT_THAT(reliability_md({{}, {}}, kKistlerWindow).reason, testing::HasSubstr("no spike"));
  EXPECT_DOUBLE_EQ(*md_star({{1.0}, {1.0}}, {{}}, kKistlerWindow).value, 0.0);
  EXPECT_THROW(md_star({{1.0}, {1.0}}, {{1.0}}, -4.0), OptionError);
}

}  // namespace
}  // namespace libfit
