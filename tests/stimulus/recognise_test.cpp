// A protocol's current in what a rig records of it: delayed, scaled, offset, noisy, sampled faster, cut.
#include <gtest/gtest.h>

#include "libfit/stimulus/protocol_file.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kDt_ms = 0.1;

// Two noises of 300 ms, which only their stream tells apart, and a step.
Protocol small_protocol() {
  Protocol protocol;
  protocol.name = "small";
  protocol.dt_ms = kDt_ms;
  const auto noise = [](std::uint64_t stream) {
    return ProtocolSweep{parse_stimulus("ou:sd_pA=80,tau_ms=3"), stream};
  };
  protocol.blocks = {
      {"training", "training", 1, 300.0, {noise(1), noise(2)}},
      {"steps", "steps", 1, 300.0, {{parse_stimulus("step:begin_ms=100,end_ms=200,amplitude_pA=150"), 0}}}};
  return protocol;
}

Sweep recorded_as(std::vector<double> current_pA, double dt_ms = kDt_ms) {
  Sweep sweep;
  sweep.dt_ms = dt_ms;
  sweep.voltage_mV.assign(current_pA.size(), -65.0);
  sweep.current_pA = std::move(current_pA);
  return sweep;
}

std::vector<double> played(std::size_t block, std::size_t sweep) {
  const Protocol protocol = small_protocol();
  return block_currents(protocol, protocol.blocks[block])[sweep];
}

// 20 ms of holding current, then the second noise at 0.9 of its size, 12 pA off, under the noise of a
// monitor.
TEST(Recognise, FindsBlockSweepDelayGainAndOffset) {
  std::vector<double> current(200, 12.0);
  for (const double pA : played(0, 1)) current.push_back(0.9 * pA + 12.0);
  synthetic::add(current, synthetic::white_noise(current.size(), 5.0, 3));
  const auto found = recognise(small_protocol(), recorded_as(std::move(current)));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->block, "training");
  EXPECT_EQ(found->sweep, 1U);
  EXPECT_NEAR(found->begins_ms, 20.0, 1e-9);
  EXPECT_NEAR(found->gain, 0.9, 0.01);
  EXPECT_NEAR(found->offset_pA, 12.0, 0.5);
}

TEST(Recognise, FindsACurrentThatBeganBeforeTheRecordingDid) {
  const auto whole = played(0, 0);
  const auto found = recognise(small_protocol(), recorded_as({whole.begin() + 500, whole.end()}));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->sweep, 0U);
  EXPECT_NEAR(found->begins_ms, -50.0, 1e-9);
}

TEST(Recognise, HoldsThePlayedCurrentWhereTheRecordingIsFaster) {
  std::vector<double> fast;
  for (const double pA : played(0, 0)) fast.insert(fast.end(), 2, pA);
  const auto found = recognise(small_protocol(), recorded_as(std::move(fast), kDt_ms / 2.0));
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(found->begins_ms, 0.0, 1e-9);
  EXPECT_NEAR(found->correlation, 1.0, 1e-9);
}

TEST(Recognise, TellsAStepFromNoiseAndFindsNothingInACurrentOfAnotherSeedOrNone) {
  EXPECT_EQ(recognise(small_protocol(), recorded_as(played(1, 0)))->role, "steps");
  EXPECT_FALSE(
      recognise(small_protocol(), recorded_as(synthetic::correlated_noise(3000, 80.0, 3.0, kDt_ms, 9))));
  EXPECT_FALSE(recognise(small_protocol(), recorded_as(std::vector<double>(3000, 40.0))));
}

}  // namespace
}  // namespace libfit
