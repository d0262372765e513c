// Lags that are known: the membrane is stepped ten times finer than it is sampled, the monitor reads the true
// current early or late.
#include "libfit/signal/alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kDt_ms = 0.1;
constexpr std::size_t kFine = 10;

// `delay_samples` against a monitor that is sampled together with the voltage, in tenths.
Recording monitored(double delay_samples, double duration_ms, double voltage_noise_mV, std::uint64_t seed) {
  const double fine_ms = kDt_ms / static_cast<double>(kFine);
  const auto count = static_cast<std::size_t>(std::lround(duration_ms / fine_ms));
  const auto current = synthetic::correlated_noise(count, 100.0, 3.0, fine_ms, seed);
  const auto voltage = synthetic::LinearMembrane{}.voltage_mV(current, fine_ms);
  const auto delay = static_cast<std::ptrdiff_t>(std::lround(delay_samples * kFine));
  RandomStream random(seed, 9);
  std::vector<double> i, v;
  for (std::size_t k = 2 * kFine; k + 2 * kFine < count; k += kFine) {
    // The current steps at k: what a monitor reads there is between what was held before and after.
    const auto at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k) - delay);
    i.push_back(0.5 * (current[at - 1] + current[at]));
    v.push_back(voltage[k] + voltage_noise_mV * random.normal());
  }
  return synthetic::one_sweep(i, v, kDt_ms);
}

TEST(Lag, OfAMonitorIsFoundToAFractionOfASample) {
  // Sampled together with the voltage a monitor is half a sample late against a current held from there on.
  for (const double lag : {0.0, 0.3, 0.5, 1.0}) {
    for (const std::uint64_t seed : {1u, 2u}) {
      const Recording recording = monitored(lag - 0.5, 10000.0, 0.0, seed);
      const auto found = estimate_lag(recording, synthetic::everything(recording));
      ASSERT_TRUE(found.has_value());
      EXPECT_NEAR(found->lag_ms / kDt_ms, lag, 0.02) << "seed " << seed;
      EXPECT_EQ(found->dt_ms, kDt_ms);
    }
  }
}

TEST(Lag, OfAHeldCurrentIsZeroExactly) {
  const auto current = synthetic::white_noise(60000, 100.0, 4);
  const auto recording =
      synthetic::one_sweep(current, synthetic::LinearMembrane{}.voltage_mV(current, kDt_ms), kDt_ms);
  const auto found = estimate_lag(recording, synthetic::everything(recording));
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(found->lag_ms / kDt_ms, 0.0, 1e-6);
}

TEST(Lag, KeepsItsStandardErrorUnderNoise) {
  double squares = 0.0;
  const int draws = 12;
  for (int i = 0; i < draws; ++i) {
    const Recording recording = monitored(0.0, 10000.0, 0.02, 20 + static_cast<std::uint64_t>(i));
    const auto found = estimate_lag(recording, synthetic::everything(recording));
    ASSERT_TRUE(found.has_value());
    squares += std::pow((found->lag_ms - 0.5 * kDt_ms) / found->se_ms, 2);
  }
  EXPECT_GT(std::sqrt(squares / draws), 0.5);
  EXPECT_LT(std::sqrt(squares / draws), 1.7);
}

TEST(Lag, IsAbsentWhereTheTraceCannotTell) {
  const std::vector<double> flat(60000, 50.0);
  const auto still = synthetic::one_sweep(flat, synthetic::LinearMembrane{}.voltage_mV(flat, kDt_ms), kDt_ms);
  EXPECT_FALSE(estimate_lag(still, synthetic::everything(still)).has_value());
  const Recording brief = monitored(0.0, 3000.0, 0.0, 1);  // fewer than five blocks of a second
  EXPECT_FALSE(estimate_lag(brief, synthetic::everything(brief)).has_value());
  EXPECT_FALSE(estimate_lag(Recording{}, {}).has_value());
  EXPECT_THROW(estimate_lag(brief, {}), ContractError);
}

TEST(Aligned, IsExactOnALinearRamp) {
  std::vector<double> ramp(200);
  for (std::size_t k = 0; k < ramp.size(); ++k) ramp[k] = 3.0 + 2.0 * static_cast<double>(k);
  const Recording recording = synthetic::one_sweep(ramp, std::vector<double>(200, -65.0), kDt_ms);
  for (const double samples : {-1.7, -0.5, 0.0, 0.3, 0.5, 1.0, 2.4}) {
    const Recording moved = aligned(recording, samples * kDt_ms);
    ASSERT_EQ(moved.sweeps[0].current_pA.size(), ramp.size());
    for (std::size_t k = 0; k < ramp.size(); ++k) {
      const double place = static_cast<double>(k) + samples;
      if (place < 0.0 || place > 199.0) continue;  // the ends are held
      EXPECT_NEAR(moved.sweeps[0].current_pA[k], 3.0 + 2.0 * place, 1e-9) << samples;
    }
    EXPECT_EQ(moved.sweeps[0].voltage_mV, recording.sweeps[0].voltage_mV);
  }
  EXPECT_EQ(aligned(recording, -0.3).sweeps[0].current_pA.front(), 3.0);
  EXPECT_EQ(aligned(recording, 0.3).sweeps[0].current_pA.back(), 401.0);
}

TEST(Aligned, LeavesNoLag) {
  const Recording recording = monitored(0.5, 10000.0, 0.0, 7);
  const auto lag = estimate_lag(recording, synthetic::everything(recording));
  ASSERT_TRUE(lag.has_value());
  const Recording moved = aligned(recording, lag->lag_ms);
  const auto left = estimate_lag(moved, synthetic::everything(moved));
  ASSERT_TRUE(left.has_value());
  EXPECT_NEAR(left->lag_ms / kDt_ms, 0.0, 0.05);
}

}  // namespace
}  // namespace libfit
