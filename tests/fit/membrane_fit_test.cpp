#include "libfit/fit/membrane_fit.hpp"

#include <gtest/gtest.h>

#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

using gif_test::gif_cell;
using gif_test::recorded;

TEST(MembraneFit, RecoversTheMembraneUnderForcedSpikes) {
  const Gif truth = gif_cell();
  const BinnedRecording data = recorded(truth, 60000.0, 21);
  Gif start = truth;
  start.drive = {30.0, 0.1, -60.0, -50.0, {{10.0, 30.0}, {1.0, 300.0}}};
  const MembraneFit fit = fit_membrane(start, data);
  EXPECT_NEAR(fit.model.C_pF, 100.0, 1.0);
  EXPECT_NEAR(fit.model.g_nS, 5.0, 0.05);
  EXPECT_NEAR(fit.model.E_mV, -65.0, 0.1);
  EXPECT_NEAR(fit.model.reset.V_reset_mV, -58.0, 0.2);
  EXPECT_NEAR(fit.model.currents[0].b_pA, 30.0, 1.5);
  EXPECT_NEAR(fit.model.currents[1].tau_ms, 200.0, 20.0);
  EXPECT_GT(fit.variance_explained, 0.999);
}

// Current that the rig does not know of makes the voltage stray for as long as the membrane remembers: an
// interval that took bins for independent would be several times too short. (Much of it biases the leak,
// which no interval shows: spikes come where the unknown current was high. docs/methods/gif.md.)
TEST(MembraneFit, ItsIntervalsContainTheTruthAsOftenAsTheySay) {
  const Gif truth = gif_cell();
  constexpr int kCells = 40;
  int C = 0, g = 0, E = 0, reset = 0;
  for (int i = 0; i < kCells; ++i) {
    const auto seed = static_cast<std::uint64_t>(100 + i);
    const MembraneFit fit = fit_membrane(truth, recorded(truth, 60000.0, seed, 3.0));
    ASSERT_TRUE(fit.ci95);
    const auto holds = [](const Interval& interval, double value) {
      return interval.low <= value && value <= interval.high ? 1 : 0;
    };
    C += holds(fit.ci95->C_pF, 100.0);
    g += holds(fit.ci95->g_nS, 5.0);
    E += holds(fit.ci95->E_mV, -65.0);
    reset += holds(fit.ci95->V_reset_mV, -58.0);
  }
  // 95 % of 40 with binomial scatter: 34 or fewer happen once in 200 times.
  EXPECT_GE(C, 34);
  EXPECT_GE(g, 34);
  EXPECT_GE(E, 34);
  EXPECT_GE(reset, 34);
  EXPECT_LE(C + g + E + reset, 4 * kCells - 1);
}

TEST(MembraneFit, HasNoIntervalsOfAFewSeconds) {
  EXPECT_FALSE(fit_membrane(gif_cell(), recorded(gif_cell(), 8000.0, 7)).ci95);
}

}  // namespace
}  // namespace libfit
