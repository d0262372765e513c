// What regular trains leave, in closed form: of an interval T the window leaves T - before - after.
#include "libfit/signal/quiet_stretches.hpp"

#include <gtest/gtest.h>

#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kQuietStep_ms = 0.1;

QuietStretches of_regular_train(double interval_ms, const QuietWindow& window) {
  const Recording recording = synthetic::one_sweep(std::vector<double>(200000, 0.0),
                                                   std::vector<double>(200000, -65.0), kQuietStep_ms);
  SpikeTrain spikes;
  for (double t = interval_ms; t < 20000.0; t += interval_ms) spikes.push_back(t);
  return quiet_stretches(recording, whole_sweeps(recording), {spikes}, window);
}

TEST(QuietStretches, AreUnchangedWhereTheWindowLeavesEnough) {
  for (const double interval_ms : {1000.0, 100.0, 60.0}) {
    const QuietStretches quiet = of_regular_train(interval_ms, {5.0, 50.0});
    EXPECT_FALSE(quiet.shrunk);
    EXPECT_EQ(quiet.window.after_ms, 50.0);
    EXPECT_NEAR(quiet.share, 1.0 - 55.0 / interval_ms, 0.01);
  }
}

TEST(QuietStretches, FollowTheIntervalsOfAFastCell) {
  for (const double interval_ms : {30.0, 17.0, 12.0, 10.0}) {
    const QuietWindow asked{5.0, 50.0};
    const QuietStretches quiet = of_regular_train(interval_ms, asked);
    EXPECT_TRUE(quiet.shrunk);
    EXPECT_GE(quiet.share, 0.25) << interval_ms;
    EXPECT_LE(quiet.share, 0.35) << "no shorter than it has to be";
    EXPECT_NEAR(quiet.share, 1.0 - (quiet.window.before_ms + quiet.window.after_ms) / interval_ms, 0.02);
    EXPECT_GE(quiet.window.before_ms, 1.0);
    EXPECT_NE(shrunk_sentence(asked, quiet).find("fires so often"), std::string::npos);
  }
}

TEST(QuietStretches, StopShrinkingAtTheirShortest) {
  const QuietStretches quiet = of_regular_train(2.5, {5.0, 50.0});
  EXPECT_EQ(quiet.window.before_ms, 1.0);
  EXPECT_EQ(quiet.window.after_ms, 2.0);
  EXPECT_LT(quiet.share, 0.01);
  // A window that is shorter already stays.
  EXPECT_EQ(of_regular_train(2.5, {0.0, 1.5}).window.after_ms, 1.5);
}

}  // namespace
}  // namespace libfit
