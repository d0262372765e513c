// Which bins of a curve enter a fit and where fits start, on curves drawn by formula.
#include "libfit/fit/curve_starts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace libfit {
namespace {

DynamicIv curve(double low_mV, double high_mV, const std::function<double(double)>& F) {
  DynamicIv iv;
  for (double V = low_mV; V <= high_mV; V += 1.0) {
    IvBin bin;
    bin.V_mV = V;
    bin.F_mV_per_ms = F(V);
    bin.se_mV_per_ms = 0.1;
    bin.supported = true;
    iv.bins.push_back(bin);
  }
  return iv;
}

// tau 20 ms, E -65 mV, V_T -50 mV, Delta_T 2 mV.
double eif(double V) { return (-(V + 65.0) + 2.0 * std::exp((V + 50.0) / 2.0)) / 20.0; }

TEST(CurveStarts, TakeBinsUpToTheLimitOnTheRisingSideOnly) {
  // F is above 1 mV/ms below -85 mV, where the leak pulls, and again from the upstroke on.
  DynamicIv iv = curve(-90.0, -40.0, eif);
  const auto bins = bins_below(iv, 1.0);
  EXPECT_EQ(bins.front().V_mV, -90.0);
  EXPECT_GT(bins.front().F_mV_per_ms, 1.0);
  EXPECT_LE(bins.back().F_mV_per_ms, 1.0);
  EXPECT_GT(eif(bins.back().V_mV + 1.0), 1.0);
  iv.bins[3].supported = false;
  EXPECT_EQ(bins_below(iv, 1.0).size(), bins.size() - 1);
  EXPECT_TRUE(bins_below(DynamicIv(), 1.0).empty());
}

TEST(CurveStarts, KeepTheBinsOfAnEstimateWhateverTheirF) {
  DynamicIv iv = curve(-60.0, -40.0, eif);
  iv.bins[0].supported = false;
  const auto bins = bins_up_to(iv, -45.0);
  EXPECT_EQ(bins.size(), 15U);
  EXPECT_EQ(bins.back().V_mV, -45.0);
}

TEST(CurveStarts, ReadTauAndReversalOffAStraightLine) {
  // A line up to its lowest point at -50 mV, then anything.
  const LeakGuess leak =
      guess_leak(curve(-80.0, -40.0, [](double V) { return V <= -50.0 ? -(V + 65.0) / 12.0 : 3.0; }).bins);
  EXPECT_NEAR(leak.tau_ms, 12.0, 1e-9);
  EXPECT_NEAR(leak.E_mV, -65.0, 1e-9);
}

// A bin with a tenth of the others' error counts a hundred times: two such bins make the line.
TEST(CurveStarts, WeighBinsByTheirErrors) {
  DynamicIv iv = curve(-80.0, -60.0, [](double V) { return -(V + 70.0) / 10.0 + (V < -75.0 ? 0.5 : 0.0); });
  const LeakGuess equal = guess_leak(iv.bins);
  for (IvBin& bin : iv.bins) {
    if (bin.V_mV < -75.0) bin.se_mV_per_ms = 1e4;
  }
  EXPECT_NEAR(guess_leak(iv.bins).tau_ms, 10.0, 1e-6);
  EXPECT_GT(std::abs(equal.tau_ms - 10.0), 0.3);
}

// A curve that rises with V tells no time constant: the usual one stays.
TEST(CurveStarts, KeepTheUsualTimeConstantWhereNothingLeaks) {
  EXPECT_EQ(guess_leak(curve(-80.0, -60.0, [](double V) { return V / 10.0; }).bins).tau_ms,
            LeakGuess().tau_ms);
}

template <std::size_t N>
void expect_within_bounds(const std::vector<BoundedStart<N>>& starts) {
  for (const auto& start : starts) {
    for (std::size_t i = 0; i < N; ++i) {
      EXPECT_GE(start.value[i], start.lower[i]) << i;
      EXPECT_LE(start.value[i], start.upper[i]) << i;
    }
  }
}

TEST(CurveStarts, LieWithinTheirBoundsAndTheQifsZerosWithinTheCurve) {
  const auto bins = bins_below(curve(-80.0, -40.0, eif), 5.0);
  EXPECT_EQ(eif_starts(bins).size(), 6U);
  expect_within_bounds(eif_starts(bins));
  const auto parabolas = qif_starts(bins);
  expect_within_bounds(parabolas);
  const double lowest = lowest_point(bins).V_mV;
  for (const auto& start : parabolas) {
    EXPECT_EQ(start.upper[1], lowest);            // V_rest below the minimum of F
    EXPECT_EQ(start.lower[2], lowest);            // V_c above it
    EXPECT_EQ(start.upper[2], bins.back().V_mV);  // and within the curve
  }
}

}  // namespace
}  // namespace libfit
