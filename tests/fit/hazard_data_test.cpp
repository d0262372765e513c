#include "libfit/fit/hazard_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

// Seven samples of 0.5 ms in bins of two; the seventh begins a bin that is not whole.
TEST(HazardData, HasMeanCurrentsAndTheVoltageAtTheEndOfEachBin) {
  const Recording recording =
      synthetic::one_sweep({1, 3, 10, 20, -4, 4, 99}, {-60, -61, -62, -63, -64, -65, -66}, 0.5);
  const BinnedRecording data = bin_recording(recording, {{}}, 1.0);
  EXPECT_EQ(data.bin_ms, 1.0);
  EXPECT_EQ(data.bins, 3U);
  EXPECT_THAT(data.sweeps[0].current_pA, ElementsAre(2.0, 15.0, 0.0));
  EXPECT_THAT(data.sweeps[0].voltage_mV, ElementsAre(-62.0, -64.0, -66.0));
}

TEST(HazardData, CountsASecondSpikeInABinOnceAndNoneBehindTheLastBin) {
  const Recording recording =
      synthetic::one_sweep(std::vector<double>(70, 0.0), std::vector<double>(70, -60.0), 0.1);
  const BinnedRecording data = bin_recording(recording, {{0.0, 1.2, 1.9, 5.0, 6.99, 7.0}}, 1.0);
  EXPECT_THAT(data.sweeps[0].spike, ElementsAre(1, 1, 0, 0, 0, 1, 1));
  EXPECT_EQ(data.spikes, 4U);
}

// 0.25 ms does not divide 1.1 ms: four samples come closest.
TEST(HazardData, TakesTheWholeNumberOfSamplesThatComesClosest) {
  const Recording recording =
      synthetic::one_sweep(std::vector<double>(40, 0.0), std::vector<double>(40, -60.0), 0.25);
  EXPECT_DOUBLE_EQ(bin_recording(recording, {{}}, 1.1).bin_ms, 1.0);
  EXPECT_DOUBLE_EQ(bin_recording(recording, {{}}, 0.01).bin_ms, 0.25);  // one at least
  EXPECT_THROW(bin_recording(recording, {}, 1.0), ContractError);
}

// An upstroke of 20 mV/ms that begins at 5 ms and crosses 0 mV at 8 ms lies back by its 3 ms at most; one
// that begins at 7 ms is found there.
TEST(HazardData, FollowsAnUpstrokeBackToWhereItBegins) {
  const auto with_upstroke_from = [](std::size_t begin) {
    std::vector<double> voltage(120, -60.0);
    for (std::size_t k = begin; k < voltage.size(); ++k)
      voltage[k] = -60.0 + 2.0 * static_cast<double>(k - begin);
    return synthetic::one_sweep(std::vector<double>(120, 0.0), std::move(voltage), 0.1);
  };
  EXPECT_THAT(spike_onsets(with_upstroke_from(70), {{8.0}})[0], ElementsAre(DoubleNear(7.0, 0.11)));
  EXPECT_THAT(spike_onsets(with_upstroke_from(20), {{8.0}})[0], ElementsAre(DoubleNear(5.0, 0.11)));
}

TEST(BinSelection, FoldsShareAllBinsBetweenThem) {
  for (double t = 0.5; t < 60000.0; t += 77.0) {
    int inside = 0;
    for (int k = 0; k < 3; ++k) {
      const bool in = BinSelection{3, k, true, 5000.0}.contains(t);
      EXPECT_NE(in, (BinSelection{3, k, false, 5000.0}.contains(t)));
      inside += in ? 1 : 0;
    }
    EXPECT_EQ(inside, 1);
  }
}

// Three folds in blocks of 2 ms: from 0 to 2 and from 6 to 8 ms are fold 0's.
TEST(BinSelection, FoldsTakeBlocksInTurn) {
  const BinSelection first{3, 0, true, 2.0};
  for (const double time_ms : {0.0, 1.9, 6.0, 7.9}) EXPECT_TRUE(first.contains(time_ms)) << time_ms;
  for (const double time_ms : {2.0, 5.9, 8.0}) EXPECT_FALSE(first.contains(time_ms)) << time_ms;
  EXPECT_TRUE(BinSelection().contains(1e6));
}

}  // namespace
}  // namespace libfit
