#include "libfit/model/fixed_points.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/model/model_by_hand.hpp"

namespace libfit {
namespace {

// A sum of eight harmonics with random amplitudes over 100 mV, summed by Clenshaw's recurrence.
class RandomCurve {
 public:
  explicit RandomCurve(std::uint64_t seed) {
    RandomStream random(seed);
    for (std::size_t k = 1; k <= kHarmonics; ++k) {
      const double size = 3.0 / static_cast<double>(k);
      cosine_[k] = size * random.normal();
      sine_[k] = size * random.normal();
    }
    cosine_[0] = random.normal();
  }
  double operator()(double V) const {
    const double theta = 2.0 * std::numbers::pi * (V + 100.0) / 100.0;
    const double turn = 2.0 * std::cos(theta);
    double c1 = 0.0, c2 = 0.0, s1 = 0.0, s2 = 0.0;
    for (std::size_t k = kHarmonics; k >= 1; --k) {
      c2 = std::exchange(c1, cosine_[k] + turn * c1 - c2);
      s2 = std::exchange(s1, sine_[k] + turn * s1 - s2);
    }
    return cosine_[0] + 0.5 * turn * c1 - c2 + s1 * std::sin(theta);
  }

 private:
  static constexpr std::size_t kHarmonics = 8;
  std::array<double, kHarmonics + 1> cosine_{}, sine_{};
};

TEST(FixedPoints, NoneIsMissedOnAThousandRandomCurvesAgainstADenseScan) {
  std::size_t total = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const RandomCurve F(seed);
    const DriftCurve curve = searched_curve(F, 100.0, {-100.0, 0.0}, 0.5);
    const double I = 50.0;
    const std::vector<FixedPoint> found = fixed_points(curve, I);
    std::vector<double> scanned;
    constexpr int steps = 5000;
    double before = F(-100.0) + 0.5;
    for (int i = 1; i <= steps; ++i) {
      const double V = -100.0 + 100.0 * i / steps;
      const double here = F(V) + 0.5;
      if (before * here < 0.0) scanned.push_back(V - 50.0 / steps);
      before = here;
    }
    for (const double V : scanned) {
      EXPECT_TRUE(
          std::ranges::any_of(found, [V](const FixedPoint& p) { return std::abs(p.V_mV - V) < 0.011; }))
          << "seed " << seed << ": nothing at " << V;
    }
    ASSERT_GE(found.size(), scanned.size()) << seed;
    for (const FixedPoint& p : found) {
      const bool falls = p.stability == Stability::stable;
      EXPECT_GT((falls ? 1.0 : -1.0) * (F(p.V_mV - 1e-7) + 0.5), 0.0) << seed << " " << p.V_mV;
      EXPECT_LT((falls ? 1.0 : -1.0) * (F(p.V_mV + 1e-7) + 0.5), 0.0) << seed << " " << p.V_mV;
      EXPECT_EQ(p.slope_per_ms < 0.0, falls) << seed << " " << p.V_mV;
    }
    total += scanned.size();
  }
  EXPECT_GT(total, 3000U);  // the scan had something to find
}

// Two zeros 0.002 mV apart, on a grid of 0.5 mV.
TEST(FixedPoints, ArePairsWhereTheyAreAboutToMerge) {
  const DriftCurve curve =
      searched_curve([](double V) { return (V + 50.0031) * (V + 50.0031) - 1e-6; }, 1.0, {-80.0, -20.0}, 0.5);
  const auto points = fixed_points(curve, 0.0);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_NEAR(points[0].V_mV, -50.0041, 1e-9);
  EXPECT_EQ(points[0].stability, Stability::stable);
  EXPECT_NEAR(points[1].V_mV, -50.0021, 1e-9);
  EXPECT_EQ(points[1].stability, Stability::unstable);
}

TEST(FixedPoints, OfRandomTablesAreOnePerChangeOfSign) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomStream random(seed, 7);
    Tabulated table{100.0, {}, {}, 10.0, {-100.0, 1.0}};
    double V = -90.0;
    for (int i = 0; i < 40; ++i) {
      table.V_mV.push_back(V += 0.1 + 3.0 * random.uniform());
      table.F_mV_per_ms.push_back(i == 0 ? 5.0 : i == 39 ? 6.0 : random.normal());
    }
    if (table.F_mV_per_ms[1] > 5.0 || table.F_mV_per_ms[38] > 6.0) continue;
    table.V_spike_mV = V + 20.0;
    const Model model(table);
    std::size_t changes = 0;
    for (std::size_t i = 1; i < 40; ++i)
      changes += table.F_mV_per_ms[i] * table.F_mV_per_ms[i - 1] < 0.0 ? 1 : 0;
    const auto points = fixed_points(drift_curve(model).value(), 0.0);
    EXPECT_EQ(points.size(), changes) << seed;
    for (const FixedPoint& p : points) EXPECT_NEAR(drift_mV_per_ms(model, p.V_mV), 0.0, 1e-12) << seed;
  }
}

TEST(FixedPoints, OfATableInItsCornersAndOnFlatSegmentsAreFoundOnce) {
  Tabulated table{100.0, {-80.0, -70.0, -60.0, -50.0}, {1.0, 0.0, -1.0, 3.0}, 0.0, {-75.0, 1.0}};
  auto points = fixed_points(drift_curve(Model(table)).value(), 0.0);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].V_mV, -70.0);
  EXPECT_EQ(points[0].stability, Stability::stable);
  EXPECT_EQ(points[0].slope_per_ms, -0.1);
  EXPECT_EQ(points[1].V_mV, -57.5);
  points = fixed_points(drift_curve(Model(table)).value(), 100.0);  // touches zero at -60 mV
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].V_mV, -60.0);
  EXPECT_EQ(points[0].stability, Stability::half_stable);
  table.F_mV_per_ms = {1.0, 0.0, 0.0, 3.0};
  points = fixed_points(drift_curve(Model(table)).value(), 0.0);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].stability, Stability::half_stable);
}

TEST(FixedPoints, OfTheModelsAreTheirFormulas) {
  const auto qif = drift_curve(model_by_hand("qif", "V_rest_mV=-66,V_c_mV=-47")).value();
  const auto points = fixed_points(qif, 0.0);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_NEAR(points[0].V_mV, -66.0, 1e-12);
  EXPECT_NEAR(points[0].slope_per_ms, -0.5 * 19.0 / 150.0, 1e-15);
  EXPECT_NEAR(points[1].V_mV, -47.0, 1e-12);
  EXPECT_EQ(points[1].stability, Stability::unstable);
  const auto lif = fixed_points(drift_curve(model_by_hand("lif")).value(), 50.0);
  ASSERT_EQ(lif.size(), 1U);
  EXPECT_NEAR(lif[0].V_mV, -60.0, 1e-12);
  EXPECT_TRUE(fixed_points(drift_curve(model_by_hand("lif")).value(), 151.0).empty());
}

TEST(FixedPoints, OfTheEifMergeAtVTAtTheRheobase) {
  const auto eif = drift_curve(model_by_hand("eif")).value();
  const double rheobase = 10.0 * (-50.0 + 65.0 - 1.5);
  for (const double below : {100.0, 1.0, 1e-3, 1e-6}) {
    const auto points = fixed_points(eif, rheobase - below);
    ASSERT_EQ(points.size(), 2U) << below;
    // Near the least value F is g x^2 / (2 C Delta), so the zeros are sqrt(2 Delta below / g) away from it.
    if (below <= 1e-3) {
      EXPECT_NEAR(points[1].V_mV - points[0].V_mV, 2.0 * std::sqrt(2.0 * 1.5 * below / 10.0),
                  1e-2 * std::sqrt(below));
    }
  }
  EXPECT_TRUE(fixed_points(eif, rheobase + 1e-6).empty());
}

TEST(LeastDrift, IsBetweenTheVoltagesAsked) {
  const auto eif = drift_curve(model_by_hand("eif")).value();
  EXPECT_EQ(least_drift(eif, -65.0, 20.0).V_mV, -50.0);
  EXPECT_NEAR(least_drift(eif, -65.0, 20.0).F_mV_per_ms, 10.0 / 150.0 * (-15.0 + 1.5), 1e-15);
  EXPECT_EQ(least_drift(eif, -48.0, 20.0).V_mV, -48.0);
}

TEST(SearchedCurve, RefusesNoRange) {
  EXPECT_THROW(searched_curve([](double V) { return V; }, 1.0, {0.0, 0.0}, 0.1), ContractError);
  EXPECT_THROW(searched_curve([](double V) { return V; }, 1.0, {0.0, 1.0}, 0.0), ContractError);
}

}  // namespace
}  // namespace libfit
