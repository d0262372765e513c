// The table of bins against sums over the pairs of samples, one by one.
#include "libfit/iv/iv_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kTableDt_ms = 0.1;
constexpr double kTableWidth_mV = 0.5;
constexpr double kReference_pA = 20.0;

// Voltages from -75 to -45 mV lie in bins 50 to 110 from an origin at -100 mV.
const IvScale kScale{-200.0, kTableWidth_mV, kReference_pA};

Recording wandering(std::size_t count) {
  auto voltage = synthetic::correlated_noise(count, 4.0, 20.0, kTableDt_ms, 1);
  for (double& v : voltage) v -= 60.0;
  return synthetic::one_sweep(synthetic::white_noise(count, 50.0, 2), std::move(voltage), kTableDt_ms);
}

// In the order of IvMoments: count, V, D, I, V^2, D^2, D I, I^2.
std::map<std::size_t, IvTable::Moments> one_by_one(const Sweep& sweep, Stretch pairs) {
  std::map<std::size_t, IvTable::Moments> bins;
  for (std::size_t k = pairs.begin; k < pairs.end; ++k) {
    const double middle = 0.5 * (sweep.voltage_mV[k] + sweep.voltage_mV[k + 1]);
    const double place = middle / kTableWidth_mV - kScale.origin_bins;
    const double v = kTableWidth_mV * (place - std::floor(place) - 0.5);
    const double d = (sweep.voltage_mV[k + 1] - sweep.voltage_mV[k]) / kTableDt_ms;
    const double i = sweep.current_pA[k] - kReference_pA;
    const IvTable::Moments terms{1.0, v, d, i, v * v, d * d, d * i, i * i};
    auto& sums = bins[static_cast<std::size_t>(place)];
    for (std::size_t m = 0; m < terms.size(); ++m) sums[m] += terms[m];
  }
  return bins;
}

// Stretches that are no multiple of four samples, shorter and longer than a chunk of 512.
TEST(IvTable, HoldsTheMomentsOfEveryPairInItsBin) {
  const Recording recording = wandering(3000);
  const Sweep& sweep = recording.sweeps[0];
  for (const Stretch pairs : {Stretch{0, 2999}, Stretch{7, 10}, Stretch{100, 1127}, Stretch{2, 3}}) {
    IvTable table(kScale);
    table.add(sweep, pairs);
    const auto expected = one_by_one(sweep, pairs);
    const auto found = table.moments();
    double pairs_found = 0.0;
    for (const auto& moments : found) pairs_found += moments[0];
    EXPECT_EQ(pairs_found, static_cast<double>(pairs.end - pairs.begin));
    for (const auto& [bin, moments] : expected) {
      ASSERT_GE(bin, table.first_bin());
      ASSERT_LT(bin - table.first_bin(), found.size());
      for (std::size_t m = 0; m < moments.size(); ++m) {
        EXPECT_NEAR(found[bin - table.first_bin()][m], moments[m], 1e-7 * (1.0 + std::abs(moments[m])))
            << "bin " << bin << ", moment " << m;
      }
    }
  }
}

// What is already in the table stays in its bins while it widens to both sides.
TEST(IvTable, KeepsItsSumsWhileItWidens) {
  std::vector<double> voltage{-60.0, -60.0, -60.0, -80.0, -80.0, -80.0, -30.0, -30.0};
  const std::vector<double> current(voltage.size(), kReference_pA + 1.0);
  const Recording recording = synthetic::one_sweep(current, std::move(voltage), kTableDt_ms);
  IvTable table(kScale);
  for (const Stretch pairs : {Stretch{0, 2}, Stretch{3, 5}, Stretch{6, 7}})
    table.add(recording.sweeps[0], pairs);
  const auto count = [&](std::size_t bin) { return table.moments()[bin - table.first_bin()][0]; };
  EXPECT_EQ(count(80), 2.0);
  EXPECT_EQ(count(40), 2.0);
  EXPECT_EQ(count(140), 1.0);
  EXPECT_EQ(table.low(), 40.0);
  EXPECT_EQ(table.high(), 140.0);
}

TEST(IvTable, GivesUpOnAVoltageThatNeedsTooManyBins) {
  const Recording recording =
      synthetic::one_sweep({0.0, 0.0, 0.0, 0.0}, {-60.0, -60.0, 20000.0, 20000.0}, kTableDt_ms);
  IvTable table(kScale);
  table.add(recording.sweeps[0], {0, 1});
  EXPECT_FALSE(table.too_wide());
  table.add(recording.sweeps[0], {2, 3});
  EXPECT_TRUE(table.too_wide());
}

}  // namespace
}  // namespace libfit
