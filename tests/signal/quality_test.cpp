// What the quality of a recording is, on recordings whose faults are put in by hand.
#include "libfit/signal/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kSample_ms = 0.1;

Sweep noisy_sweep(std::size_t idle_samples, std::size_t driven_samples, std::uint64_t seed) {
  Sweep sweep;
  sweep.dt_ms = kSample_ms;
  sweep.current_pA.assign(idle_samples, 20.0);
  const auto noise = synthetic::correlated_noise(driven_samples, 80.0, 3.0, kSample_ms, seed);
  sweep.current_pA.insert(sweep.current_pA.end(), noise.begin(), noise.end());
  sweep.voltage_mV = synthetic::LinearMembrane{}.voltage_mV(sweep.current_pA, kSample_ms);
  return sweep;
}

TEST(DrivenStretches, LeaveOutAnIdleLeadInAndLeadOut) {
  Sweep sweep = noisy_sweep(10000, 50000, 1);
  sweep.current_pA.insert(sweep.current_pA.end(), 8000, 0.0);
  sweep.voltage_mV.insert(sweep.voltage_mV.end(), 8000, -65.0);
  const auto driven = driven_stretches(sweep);
  ASSERT_EQ(driven.size(), 1u);
  EXPECT_EQ(driven[0].begin, 10000u);
  EXPECT_EQ(driven[0].end, 60000u);
}

TEST(DrivenStretches, AreEverythingOfAStepProtocol) {
  Sweep sweep;
  sweep.dt_ms = kSample_ms;
  sweep.current_pA.assign(50000, 0.0);
  for (std::size_t k = 10000; k < 15000; ++k) sweep.current_pA[k] = 100.0;
  sweep.voltage_mV.assign(50000, -65.0);
  const auto driven = driven_stretches(sweep);
  ASSERT_EQ(driven.size(), 1u);
  EXPECT_EQ(driven[0].end - driven[0].begin, sweep.size());
}

TEST(Intersection, IsWhatAPlainLoopFinds) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomStream random(seed);
    const auto draw = [&] {
      std::vector<Stretch> list;
      for (std::size_t at = random.index(10); at < 180;) {
        const std::size_t end = at + 1 + random.index(20);
        list.push_back({at, end});
        at = end + 1 + random.index(20);
      }
      return list;
    };
    const auto holds = [](const std::vector<Stretch>& list, std::size_t k) {
      for (const Stretch& stretch : list)
        if (k >= stretch.begin && k < stretch.end) return true;
      return false;
    };
    const auto a = draw(), b = draw();
    const auto both = intersection(a, b);
    for (std::size_t k = 0; k < 230; ++k)
      EXPECT_EQ(holds(both, k), holds(a, k) && holds(b, k)) << "seed " << seed << " sample " << k;
    for (const Stretch& stretch : both) EXPECT_LT(stretch.begin, stretch.end);
  }
  EXPECT_TRUE(intersection({}, {{0, 10}}).empty());
  EXPECT_TRUE(intersection({{0, 5}}, {{5, 10}}).empty());
}

// A line of 9 mV over the recording: medians of the outer thirds are two thirds of that apart.
TEST(Quality, MeasuresDriftBetweenTheOuterThirds) {
  Sweep sweep = noisy_sweep(0, 300000, 2);
  for (std::size_t k = 0; k < sweep.size(); ++k)
    sweep.voltage_mV[k] = -65.0 + 9.0 * static_cast<double>(k) / static_cast<double>(sweep.size());
  const Quality quality = assess_quality({{sweep}, {}}, {{}});
  EXPECT_NEAR(quality.voltage_drift_mV, 6.0, 0.01);
  EXPECT_NEAR(quality.idle_fraction, 0.0, 1e-12);
  ASSERT_EQ(quality.warnings.size(), 1u);
  EXPECT_NE(quality.warnings[0].find("drift"), std::string::npos);
}

// The idle part belongs to no third: the drift of the driven part is the same however long one waited.
TEST(Quality, TakesThirdsOfTheDrivenTimeOnly) {
  for (const std::size_t idle : {0u, 50000u, 100000u, 140000u}) {
    Sweep sweep = noisy_sweep(idle, 150000, 3);
    for (std::size_t k = idle; k < sweep.size(); ++k)
      sweep.voltage_mV[k] = -65.0 + 9.0 * static_cast<double>(k - idle) / 150000.0;
    const Quality quality = assess_quality({{sweep}, {}}, {{}});
    EXPECT_NEAR(quality.voltage_drift_mV, 6.0, 0.05) << idle << " idle samples";
    const double expected = static_cast<double>(idle) / static_cast<double>(sweep.size());
    EXPECT_NEAR(quality.idle_fraction, expected, 0.005);
  }
  Recording two;  // the same over two sweeps, each with a lead-in
  for (const double base : {-65.0, -60.0}) {
    Sweep sweep = noisy_sweep(50000, 75000, 4);
    sweep.voltage_mV.assign(sweep.size(), base);
    two.sweeps.push_back(sweep);
  }
  EXPECT_NEAR(assess_quality(two, {{}, {}}).voltage_drift_mV, 5.0, 1e-9);
}

TEST(Quality, SeesSpikesRunDownAndTheirRateChange) {
  Sweep sweep = noisy_sweep(0, 300000, 5);
  std::vector<double> times;
  // 30, 30 and 60 spikes in the thirds; peaks at +30 in the first and +10 mV in the last.
  for (int i = 0; i < 30; ++i) times.push_back(100.0 + 300.0 * i);
  for (int i = 0; i < 30; ++i) times.push_back(10100.0 + 300.0 * i);
  for (int i = 0; i < 60; ++i) times.push_back(20100.0 + 150.0 * i);
  for (const double time : times) {
    const auto at = static_cast<std::size_t>(std::lround(time / kSample_ms));
    for (std::size_t k = at; k < at + 10; ++k) sweep.voltage_mV[k] = time < 20000.0 ? 30.0 : 10.0;
  }
  const Quality quality = assess_quality({{sweep}, {}}, {times});
  EXPECT_NEAR(quality.rate_change, 1.0, 1e-9);
  EXPECT_NEAR(quality.peak_rundown_mV, 20.0, 1e-9);
  EXPECT_NEAR(quality.rate_Hz, 4.0, 1e-9);
  EXPECT_EQ(quality.warnings.size(), 2u);
}

TEST(Quality, OfASteadyCellWarnsOfNothing) {
  const Sweep sweep = noisy_sweep(0, 300000, 6);
  EXPECT_TRUE(assess_quality({{sweep}, {}}, {{}}).warnings.empty());
  EXPECT_THROW(assess_quality({{sweep}, {}}, {}), ContractError);
  EXPECT_NO_THROW(assess_quality({{Sweep{}}, {}}, {{}}));
}

}  // namespace
}  // namespace libfit
