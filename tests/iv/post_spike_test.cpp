// Slices of the time since the spike: where they begin and end, and which samples are in them.
#include "libfit/iv/post_spike.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/stimulus.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

SpikeTrains regular(double interval_ms, std::size_t count) {
  SpikeTrains trains(1);
  for (std::size_t i = 1; i <= count; ++i) trains[0].push_back(interval_ms * static_cast<double>(i));
  return trains;
}

TEST(PostSpikeEdges, BeginAfterTheRefractoryPeriod) {
  EXPECT_THAT(post_spike_edges(regular(1000.0, 100), 2.0, {}), ElementsAre(5, 10, 20, 30, 50, 100, 200));
  EXPECT_THAT(post_spike_edges(regular(1000.0, 100), 12.0, {}), ElementsAre(12, 20, 30, 50, 100, 200));
}

TEST(PostSpikeEdges, EndWhereSpikesGetFew) {
  EXPECT_THAT(post_spike_edges(regular(60.0, 100), 2.0, {}), ElementsAre(5, 10, 20, 30, 50));
  EXPECT_TRUE(post_spike_edges(regular(1000.0, 20), 2.0, {}).empty());
  EXPECT_TRUE(post_spike_edges({{}}, 2.0, {}).empty());
}

TEST(PostSpikeEdges, AreCutInEqualRatios) {
  const std::vector<double> edges{5.0, 20.0, 80.0};
  EXPECT_THAT(finer_edges(edges, 2),
              ElementsAre(5.0, DoubleNear(10.0, 1e-9), 20.0, DoubleNear(40.0, 1e-9), 80.0));
  EXPECT_THAT(finer_edges(edges, 1), ElementsAre(5.0, 20.0, 80.0));
}

// A passive membrane whose leak is 10 nS for 50 ms after every "spike", and 5 nS later: the slices tell.
TEST(PostSpikeCurves, HaveTheSlopeOfTheLeakInTheirSlice) {
  const double dt = 0.1, C = 100.0;
  const auto current = noise_current(badel_2008_noise(0.0, 60.0, 60.0), 40000.0, dt, 3);
  const auto trains = regular(200.0, 199);
  std::vector<double> voltage{-65.0};
  for (std::size_t k = 0; k + 1 < current.size(); ++k) {
    const double since = std::fmod(static_cast<double>(k) * dt, 200.0);
    const double g = since < 50.0 ? 10.0 : 5.0;
    const double target = -65.0 + current[k] / g;
    voltage.push_back(target + (voltage.back() - target) * std::exp(-dt * g / C));
  }
  const Recording recording = synthetic::one_sweep(current, voltage, dt);
  const auto blocks = make_blocks(recording, 1000.0);
  const std::vector<double> edges{5.0, 50.0};
  const auto moments = gather_post_spike(recording, trains, edges, blocks, {}, 1);
  ASSERT_EQ(moments.slices.size(), 2U);
  EXPECT_EQ(moments.slices[1].end_ms, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(moments.slices[0].mean_ms, 27.5, 0.2);
  EXPECT_NEAR(moments.slices[1].mean_ms, 125.0, 0.2);
  EXPECT_EQ(moments.slices[0].spikes, 199U);
  const auto curves = post_spike_curves(moments, C);
  for (std::size_t s = 0; s < 2; ++s) {
    const double g = s == 0 ? 10.0 : 5.0;
    std::size_t supported = 0;
    for (const IvBin& bin : curves[s].iv.bins) {
      if (!bin.supported) continue;
      ++supported;
      // Forward differences of an exponential: short of the slope by half of dt g / C.
      EXPECT_NEAR(bin.F_mV_per_ms, -g / C * (bin.V_mV + 65.0), 0.02) << s << " " << bin.V_mV;
    }
    EXPECT_GT(supported, 8U);
  }
}

TEST(PostSpikeCurves, AreEmptyWhereNoSpikeIs) {
  const Recording recording =
      synthetic::one_sweep(std::vector<double>(20000, 0.0), std::vector<double>(20000, -65.0), 0.1);
  const auto moments = gather_post_spike(recording, {{}}, std::vector<double>{5.0, 50.0},
                                         make_blocks(recording, 1000.0), {}, 1);
  EXPECT_EQ(moments.spikes, 0U);
  for (const PostSpikeCurve& curve : post_spike_curves(moments, 100.0)) EXPECT_TRUE(curve.iv.bins.empty());
}

TEST(PostSpikeOptions, OutOfRangeAreRefused) {
  for (const auto change : std::vector<void (*)(PostSpikeOptions&)>{
           [](PostSpikeOptions& o) { o.edges_ms = {5.0}; },
           [](PostSpikeOptions& o) {
             o.edges_ms = {0.0, 5.0};
           },
           [](PostSpikeOptions& o) {
             o.edges_ms = {10.0, 5.0};
           },
           [](PostSpikeOptions& o) { o.bin_width_mV = 0.0; }, [](PostSpikeOptions& o) { o.min_spikes = 0; },
           [](PostSpikeOptions& o) { o.min_blocks = 1; }, [](PostSpikeOptions& o) { o.block_ms = 0.0; }}) {
    PostSpikeOptions options;
    change(options);
    EXPECT_THROW(options.validate(), OptionError);
  }
}

}  // namespace
}  // namespace libfit
