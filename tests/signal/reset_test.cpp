// The reset of cells whose reset is known, and of a conductance cell where the average says it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/generator.hpp"
#include "libfit/core/error.hpp"
#include "libfit/signal/spikes.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

struct Cell {
  Recording recording;
  SpikeTrains spikes_ms;
};

Cell fire(const dyniv_data::CellTruth& truth, const NoiseOptions& noise, double voltage_noise_mV,
          std::uint64_t seed) {
  dyniv_data::RigOptions rig;
  rig.dt_ms = 0.1;
  rig.duration_ms = 20000.0;
  rig.voltage_noise_mV = voltage_noise_mV;
  rig.seed = seed;
  Cell cell;
  cell.recording = dyniv_data::training_recording(truth, noise, rig);
  cell.spikes_ms = detect_spikes(cell.recording, choose_spike_criterion(cell.recording));
  return cell;
}

TEST(Reset, OfAnIntegrateAndFireCellIsTheEndOfItsHold) {
  for (const double t_ref_ms : {1.0, 2.0, 4.0, 6.5}) {
    for (const std::uint64_t seed : {1u, 2u}) {
      const Eif truth{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, t_ref_ms}};
      const Cell cell = fire(Model(truth), badel_2008_noise(70.0, 100.0, 100.0), 0.1, seed);
      ASSERT_GT(cell.spikes_ms[0].size(), 60u);
      const auto reset = estimate_reset(cell.recording, cell.spikes_ms, truth.C_pF);
      ASSERT_TRUE(reset.has_value());
      EXPECT_NEAR(reset->t_ref_ms, t_ref_ms, 0.3) << "seed " << seed;
      EXPECT_NEAR(reset->V_reset_mV, -60.0, 0.6) << "t_ref " << t_ref_ms << " seed " << seed;
      EXPECT_GE(reset->shortest_interval_ms, reset->t_ref_ms - 0.3);
    }
  }
}

// Wang-Buzsaki cells repolarise within a few milliseconds and then climb: by hand, the average after a spike.
TEST(Reset, OfAConductanceCellIsTheEndOfItsRepolarisation) {
  const Cell cell = fire(dyniv_data::WangBuzsaki{}, badel_2008_noise(30.0, 60.0, 60.0), 0.05, 3);
  ASSERT_GT(cell.spikes_ms[0].size(), 100u);
  const auto& v = cell.recording.sweeps[0].voltage_mV;
  std::vector<double> average(120, 0.0);
  double count = 0.0;
  for (std::size_t i = 0; i + 1 < cell.spikes_ms[0].size(); ++i) {
    if (cell.spikes_ms[0][i + 1] - cell.spikes_ms[0][i] < 14.0) continue;
    const auto first = static_cast<std::size_t>(std::lround(cell.spikes_ms[0][i] / 0.1));
    for (std::size_t j = 0; j < average.size(); ++j) average[j] += v[first + j];
    count += 1.0;
  }
  ASSERT_GT(count, 30.0);
  for (double& x : average) x /= count;
  const auto peak = std::max_element(average.begin(), average.begin() + 30);
  const auto bottom = std::min_element(peak, average.end());
  const auto reset = estimate_reset(cell.recording, cell.spikes_ms, 100.0);
  ASSERT_TRUE(reset.has_value());
  EXPECT_GT(reset->t_ref_ms, 0.1 * static_cast<double>(peak - average.begin()));
  EXPECT_LE(reset->t_ref_ms, 0.1 * static_cast<double>(bottom - average.begin()) + 0.3);
  EXPECT_NEAR(reset->V_reset_mV, *bottom, 0.1 * (*peak - *bottom));
}

TEST(Reset, HasAnIntervalThatNarrowsWithTheSpikes) {
  const Eif truth{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};
  const Cell cell = fire(Model(truth), badel_2008_noise(70.0, 100.0, 100.0), 0.5, 5);
  const auto all = estimate_reset(cell.recording, cell.spikes_ms, truth.C_pF);
  ASSERT_TRUE(all.has_value());
  const double half = 0.5 * (all->V_reset_ci95_mV.high - all->V_reset_ci95_mV.low);
  EXPECT_NEAR(half, 1.96 * all->V_reset_sd_mV / std::sqrt(static_cast<double>(all->count)), 1e-9);
  EXPECT_GT(all->V_reset_sd_mV, 0.4);  // at least the noise of the rig
}

TEST(Reset, IsAbsentBelowFiveSpikes) {
  const Eif truth{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};
  Cell cell = fire(Model(truth), badel_2008_noise(70.0, 100.0, 100.0), 0.1, 6);
  cell.spikes_ms[0].resize(4);
  EXPECT_FALSE(estimate_reset(cell.recording, cell.spikes_ms, truth.C_pF).has_value());
  EXPECT_FALSE(estimate_reset(Recording{}, {}, 100.0).has_value());
  EXPECT_THROW(estimate_reset(cell.recording, {}, 100.0), ContractError);
}

}  // namespace
}  // namespace libfit
