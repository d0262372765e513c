// Stretches without a measurement, written into a noisy membrane; and constant ones that are a measurement.
#include "libfit/recording/dead_stretches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/random.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

constexpr double kSample_ms = 0.1;
constexpr std::size_t kSamples = 20000;  // 2 s

// 200 pF, 10 nS, at rest at -70 mV.
struct NoisyCell {
  std::vector<double> current_pA, voltage_mV;
  explicit NoisyCell(double noise_mV = 0.05, double current_sd_pA = 100.0) {
    RandomStream random(7);
    double v = -70.0;
    double i = 0.0;
    for (std::size_t k = 0; k < kSamples; ++k) {
      current_pA.push_back(i);
      voltage_mV.push_back(v + noise_mV * random.normal());
      v += kSample_ms * (-10.0 * (v + 70.0) + i) / 200.0;
      i += -i * kSample_ms / 3.0 + current_sd_pA * std::sqrt(2.0 * kSample_ms / 3.0) * random.normal();
    }
  }
  void set(std::size_t begin, std::size_t end, double voltage) {
    std::fill(voltage_mV.begin() + static_cast<long>(begin), voltage_mV.begin() + static_cast<long>(end),
              voltage);
  }
  void hold_current(std::size_t begin, std::size_t end, double value) {
    std::fill(current_pA.begin() + static_cast<long>(begin), current_pA.begin() + static_cast<long>(end),
              value);
  }
  std::vector<DeadStretch> dead() const { return dead_stretches(voltage_mV, current_pA, kSample_ms, -70.0); }
};

void expect_one(const std::vector<DeadStretch>& dead, std::size_t begin, std::size_t end) {
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_LE(dead[0].begin, begin);
  EXPECT_GE(dead[0].begin + 1, begin) << "the sample that is held is the last one measured";
  EXPECT_EQ(dead[0].end, end);
}

TEST(DeadStretches, AreFoundWhereTheCurrentMovesAndTheVoltageDoesNot) {
  for (const double value : {0.0, -70.0, 200.0, -1000.0}) {
    for (const auto& [begin, end] :
         {std::pair<std::size_t, std::size_t>{15000, kSamples}, {0, 5000}, {9000, 12000}}) {
      NoisyCell cell;
      cell.set(begin, end, value);
      expect_one(cell.dead(), begin, end);
    }
  }
  NoisyCell held;  // the last value, as a card that ran out of samples gives
  held.set(15000, kSamples, held.voltage_mV[14999]);
  expect_one(held.dead(), 15000, kSamples);
}

TEST(DeadStretches, AreFoundWhereBothWerePadded) {
  for (const double value : {0.0, -600.0}) {
    for (const auto& [begin, end] :
         {std::pair<std::size_t, std::size_t>{15000, kSamples}, {0, 5000}, {9000, 12000}}) {
      NoisyCell cell;
      cell.set(begin, end, value);
      cell.hold_current(begin, end, 0.0);
      expect_one(cell.dead(), begin, end);
    }
  }
  NoisyCell held;
  held.set(15000, kSamples, held.voltage_mV[14999]);
  held.hold_current(15000, kSamples, held.current_pA[14999]);
  expect_one(held.dead(), 15000, kSamples);
}

TEST(DeadStretches, AreFoundWithoutACurrentWhereTheVoltageTells) {
  NoisyCell cell;
  cell.set(15000, kSamples, 0.0);
  EXPECT_EQ(dead_stretches(cell.voltage_mV, {}, kSample_ms, -70.0).size(), 1u);
}

TEST(DeadStretches, AreNotAMembraneThatRests) {
  // Without noise: rest before, a step of 50 pA, rest again, as printed with two decimals; and a cell at rest
  // throughout.
  std::vector<double> current(kSamples, 0.0), voltage(kSamples, -70.0);
  double v = -70.0;
  for (std::size_t k = 0; k < kSamples; ++k) {
    current[k] = k >= 5000 && k < 10000 ? 50.0 : 0.0;
    voltage[k] = std::round(100.0 * v) / 100.0;
    v += kSample_ms * (-10.0 * (v + 70.0) + current[k]) / 200.0;
  }
  EXPECT_TRUE(dead_stretches(voltage, current, kSample_ms, -70.0).empty());
  EXPECT_TRUE(dead_stretches(std::vector<double>(kSamples, -70.0), std::vector<double>(kSamples, 0.0),
                             kSample_ms, -70.0)
                  .empty());
  // With the drop of an electrode that was not balanced.
  for (std::size_t k = 0; k < kSamples; ++k) voltage[k] += 0.02 * 5.0 * current[k];
  EXPECT_TRUE(dead_stretches(voltage, current, kSample_ms, -70.0).empty());
}

// An integrate-and-fire model that is reset to its resting voltage by a pulse, and held in its refractory
// period while the current moves.
TEST(DeadStretches, AreNotAModelAfterItsReset) {
  NoisyCell cell(0.0);
  cell.set(9000, 9100, -75.0);  // 10 ms
  EXPECT_TRUE(cell.dead().empty());
  std::vector<double> current(kSamples, 0.0), voltage(kSamples, -70.0);
  for (std::size_t k = 5000; k < 5200; ++k) {
    current[k] = 300.0;
    voltage[k] = -70.0 + 0.1 * static_cast<double>(k - 5000);
  }
  voltage[5200] = 20.0;
  EXPECT_TRUE(dead_stretches(voltage, current, kSample_ms, -70.0).empty());
}

// Steps of 1 mV leave runs of equal samples where the current is weak.
TEST(DeadStretches, AreNotTheCoarsenessOfAConverter) {
  NoisyCell cell(0.02, 8.0);
  for (double& v : cell.voltage_mV) v = std::round(v);
  EXPECT_TRUE(cell.dead().empty());
}

Sweep sweep_of(const NoisyCell& cell, std::size_t number) {
  Sweep sweep;
  sweep.current_pA = cell.current_pA;
  sweep.voltage_mV = cell.voltage_mV;
  sweep.dt_ms = kSample_ms;
  sweep.number = number;
  sweep.voltage_source.file = "cell.abf";
  return sweep;
}

TEST(WithoutDeadStretches, LeavesThePartsBetweenThem) {
  NoisyCell cell;
  cell.set(9000, 12000, 0.0);
  cell.set(19000, kSamples, 0.0);
  const LivingSweeps living = without_dead_stretches({sweep_of(NoisyCell(), 1), sweep_of(cell, 2)});
  ASSERT_EQ(living.sweeps.size(), 3u);
  EXPECT_EQ(living.origin, (std::vector<std::size_t>{0, 1, 1}));
  EXPECT_EQ(living.sweeps[0].size(), kSamples);
  EXPECT_FALSE(living.sweeps[0].cut);
  EXPECT_EQ(living.sweeps[1].size(), 9000u);
  EXPECT_EQ(living.sweeps[2].size(), 7000u);
  EXPECT_EQ(living.sweeps[2].current_pA[0], cell.current_pA[12000]);
  EXPECT_DOUBLE_EQ(living.sweeps[2].start_ms, 1200.0);
  EXPECT_EQ(living.sweeps[2].number, 2u);
  EXPECT_TRUE(living.sweeps[2].cut);
  ASSERT_EQ(living.warnings.size(), 1u);
  EXPECT_THAT(living.warnings[0],
              HasSubstr("cell.abf: the voltage is constant in sweep 2 from 0.9 to 1.2 s (0 mV)"));
  EXPECT_THAT(living.warnings[0], HasSubstr("sweep 2 from 1.9 to 2 s (0 mV)"));
}

TEST(WithoutDeadStretches, LeavesOutASweepThatIsDeadThroughout) {
  NoisyCell dead;
  dead.set(0, kSamples, 0.0);
  const LivingSweeps living = without_dead_stretches({sweep_of(NoisyCell(), 1), sweep_of(dead, 2)});
  ASSERT_EQ(living.sweeps.size(), 1u);
  EXPECT_THAT(living.warnings.at(0), HasSubstr("sweep 2 from 0 to 2 s"));
  EXPECT_EQ(without_dead_stretches({sweep_of(NoisyCell(), 1), sweep_of(dead, 2)}, false).sweeps.size(), 2u);
}

}  // namespace
}  // namespace libfit
