// Capacitance from the impedance of a linear membrane, where Im(I/V) is 2 pi f C at every frequency.
#include "libfit/iv/impedance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

Recording driven_membrane(const synthetic::LinearMembrane& cell, double duration_ms, double dt_ms,
                          std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(std::lround(duration_ms / dt_ms));
  const auto current = synthetic::correlated_noise(count, 60.0, 2.0, dt_ms, seed);
  return synthetic::one_sweep(current, cell.voltage_mV(current, dt_ms), dt_ms);
}

TEST(Impedance, GivesTheCapacitanceAtEveryFrequencyOfTheBand) {
  const synthetic::LinearMembrane cell{120.0, 6.0, -65.0};
  const Recording recording = driven_membrane(cell, 60000.0, 0.05, 1);
  const auto found = estimate_impedance_capacitance(recording, synthetic::everything(recording));
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(found->capacitance_pF / cell.C_pF, 1.0, 0.01);
  EXPECT_NEAR(found->frequency_Hz.front(), 20.0, 1e-9);
  EXPECT_LE(found->frequency_Hz.back(), 300.0 + 1e-9);
  ASSERT_EQ(found->capacitance_at_pF.size(), found->frequency_Hz.size());
  for (std::size_t f = 0; f < found->frequency_Hz.size(); ++f)
    EXPECT_NEAR(found->capacitance_at_pF[f] / cell.C_pF, 1.0, 0.06) << found->frequency_Hz[f] << " Hz";
  ASSERT_TRUE(found->ci95_pF.has_value());
  EXPECT_LT(found->ci95_pF->high - found->ci95_pF->low, 0.05 * cell.C_pF);
}

TEST(Impedance, DoesNotDependOnTheSamplingRate) {
  const synthetic::LinearMembrane cell{60.0, 4.0, -70.0};
  for (const double dt_ms : {0.025, 0.05, 0.1}) {
    const Recording recording = driven_membrane(cell, 30000.0, dt_ms, 2);
    const auto found = estimate_impedance_capacitance(recording, synthetic::everything(recording));
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(found->capacitance_pF / cell.C_pF, 1.0, 0.02) << dt_ms;
  }
}

TEST(Impedance, IsAbsentBelowEightSegments) {
  const Recording recording = driven_membrane({}, 10000.0, 0.1, 3);
  EXPECT_FALSE(estimate_impedance_capacitance(recording, {{{0, 8000}}}).has_value());  // 7 windows of 200 ms
  EXPECT_TRUE(estimate_impedance_capacitance(recording, {{{0, 9000}}}).has_value());   // 8 of them
  EXPECT_FALSE(estimate_impedance_capacitance(Recording{}, {}).has_value());
  EXPECT_THROW(estimate_impedance_capacitance(recording, {}), ContractError);
}

TEST(ImpedanceOptions, RefuseEveryValueOutOfRange) {
  ImpedanceOptions segment, low, high;
  segment.segment_ms = 0.0;
  low.lowest_Hz = 0.0;
  high.highest_Hz = 10.0;
  EXPECT_THROW(segment.validate(), OptionError);
  EXPECT_THROW(low.validate(), OptionError);
  EXPECT_THROW(high.validate(), OptionError);
}

}  // namespace
}  // namespace libfit
