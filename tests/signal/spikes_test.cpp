// Spikes on traces drawn from straight lines, where level and times are known by construction.
#include "libfit/signal/spikes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kRest_mV = -65.0;

// A triangle on top of rest: from `begin_ms` a linear rise to the peak, then a linear fall.
struct Triangle {
  double begin_ms = 0.0, height_mV = 100.0, rise_ms = 1.0, fall_ms = 2.0;
  double at(double t) const {
    const double since = t - begin_ms;
    if (since <= 0.0 || since >= rise_ms + fall_ms) return 0.0;
    return since < rise_ms ? height_mV * since / rise_ms : height_mV * (1.0 - (since - rise_ms) / fall_ms);
  }
};

std::vector<double> trace(const std::vector<Triangle>& spikes, double duration_ms, double dt_ms) {
  std::vector<double> v(static_cast<std::size_t>(std::lround(duration_ms / dt_ms)), kRest_mV);
  for (std::size_t k = 0; k < v.size(); ++k)
    for (const Triangle& spike : spikes) v[k] += spike.at(static_cast<double>(k) * dt_ms);
  return v;
}

std::vector<Triangle> train_of(std::size_t count, double height_mV, double interval_ms = 50.0) {
  std::vector<Triangle> spikes;
  for (std::size_t i = 0; i < count; ++i)
    spikes.push_back({20.0 + interval_ms * static_cast<double>(i), height_mV, 1.0, 2.0});
  return spikes;
}

TEST(SpikeLevel, IsHalfWayBetweenTheUsualVoltageAndTheUsualPeak) {
  const auto v = trace(train_of(20, 100.0), 1100.0, 0.1);
  const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
  EXPECT_TRUE(criterion.from_data);
  EXPECT_NEAR(criterion.level_mV, -15.0, 1e-9);
  EXPECT_EQ(detect_spikes(v, 0.1, criterion).size(), 20u);
}

TEST(SpikeLevel, FindsSpikesThatStayBelowZero) {
  const auto v = trace(train_of(20, 50.0), 1100.0, 0.1);  // peaks at -15 mV
  const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
  EXPECT_TRUE(criterion.from_data);
  EXPECT_NEAR(criterion.level_mV, -40.0, 1e-9);
  EXPECT_EQ(detect_spikes(v, 0.1, criterion).size(), 20u);
}

TEST(SpikeLevel, IgnoresSmallEventsBesideTallSpikes) {
  auto events = train_of(10, 100.0);
  for (const Triangle& small : train_of(30, 15.0)) {  // synaptic potentials or spikelets of 15 mV
    events.push_back({small.begin_ms + 25.0, small.height_mV, small.rise_ms, small.fall_ms});
  }
  const auto v = trace(events, 1600.0, 0.1);
  const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
  EXPECT_NEAR(criterion.level_mV, -15.0, 1e-9);
  EXPECT_EQ(detect_spikes(v, 0.1, criterion).size(), 10u);
}

TEST(SpikeLevel, IsNotMovedByAnArtefactTallerThanAnySpike) {
  auto events = train_of(20, 100.0);
  events.push_back({1080.0, 400.0, 0.5, 0.5});
  const SpikeCriterion criterion = choose_spike_criterion(trace(events, 1200.0, 0.1), 0.1);
  EXPECT_NEAR(criterion.level_mV, -15.0, 1e-9);
}

TEST(SpikeLevel, MovesWithAnOffsetOfTheVoltage) {
  auto v = trace(train_of(20, 100.0), 1100.0, 0.1);
  const auto times = detect_spikes(v, 0.1, choose_spike_criterion(v, 0.1));
  for (double& x : v) x += 12.5;
  const SpikeCriterion moved = choose_spike_criterion(v, 0.1);
  EXPECT_NEAR(moved.level_mV, -2.5, 1e-9);
  const auto again = detect_spikes(v, 0.1, moved);
  ASSERT_EQ(again.size(), times.size());
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(again[i], times[i], 1e-9);
}

TEST(SpikeLevel, WithoutSpikesIsZeroAndSaysSo) {
  const std::vector<std::vector<double>> silent = {
      std::vector<double>(5000, kRest_mV),
      synthetic::correlated_noise(50000, 4.0, 10.0, 0.1, 3),
      {},
  };
  for (std::vector<double> v : silent) {
    if (v.size() == 50000)
      for (double& x : v) x += kRest_mV;
    const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
    EXPECT_FALSE(criterion.from_data);
    EXPECT_EQ(criterion.level_mV, 0.0);
    EXPECT_TRUE(detect_spikes(v, 0.1, criterion).empty());
  }
}

TEST(SpikeLevel, OfManySweepsIsThatOfAllTogether) {
  Recording recording;
  for (const std::size_t count : {12u, 0u, 3u}) {
    const auto v = trace(train_of(count, 100.0), 1100.0, 0.1);
    recording.sweeps.push_back(synthetic::one_sweep(std::vector<double>(v.size(), 0.0), v, 0.1).sweeps[0]);
  }
  const SpikeCriterion criterion = choose_spike_criterion(recording);
  EXPECT_NEAR(criterion.level_mV, -15.0, 1e-9);
  const auto trains = detect_spikes(recording, criterion);
  ASSERT_EQ(trains.size(), 3u);
  EXPECT_EQ(trains[0].size(), 12u);
  EXPECT_EQ(trains[1].size(), 0u);
  EXPECT_EQ(trains[2].size(), 3u);
}

TEST(SpikeTimes, AreExactOnALinearUpstrokeWhateverItsPhase) {
  SpikeCriterion criterion;
  criterion.level_mV = -15.0;
  for (const double dt_ms : {0.05, 0.1, 0.25}) {
    for (int phase = 0; phase < 10; ++phase) {
      const double begin_ms = 30.0 + 0.1 * dt_ms * phase;
      // 50 mV above rest after 1 of 2 ms; samples on both sides lie on the line.
      const auto v = trace({{begin_ms, 100.0, 2.0, 2.0}}, 60.0, dt_ms);
      const auto times = detect_spikes(v, dt_ms, criterion);
      ASSERT_EQ(times.size(), 1u);
      EXPECT_NEAR(times[0], begin_ms + 1.0, 1e-9) << "dt " << dt_ms << " phase " << phase;
    }
  }
}

TEST(SpikeDetection, DoesNotCountASlowDepolarisation) {
  SpikeCriterion criterion;
  criterion.level_mV = -30.0;
  // 80 mV within 20 ms: 4 mV/ms, as on the way into depolarisation block.
  EXPECT_TRUE(detect_spikes(trace({{30.0, 80.0, 20.0, 100.0}}, 200.0, 0.1), 0.1, criterion).empty());
  // The same height within 2 ms is an upstroke.
  EXPECT_EQ(detect_spikes(trace({{30.0, 80.0, 2.0, 100.0}}, 200.0, 0.1), 0.1, criterion).size(), 1u);
}

TEST(SpikeDetection, DoesNotCountStepsAndElectrodeJumpsBelowItsLevel) {
  auto v = trace(train_of(20, 100.0), 1400.0, 0.1);
  for (std::size_t k = 11500; k < 13000; ++k) v[k] += 35.0;  // 0.35 nA through 100 MOhm
  const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
  EXPECT_NEAR(criterion.level_mV, -15.0, 1e-9);
  EXPECT_EQ(detect_spikes(v, 0.1, criterion).size(), 20u);
}

TEST(SpikeDetection, OfACellThatOnlyStepsFindsNone) {
  std::vector<double> v(20000, kRest_mV);
  for (std::size_t begin = 1000; begin < 19000; begin += 4000)
    for (std::size_t k = begin; k < begin + 2000; ++k) v[k] += 40.0;
  const SpikeCriterion criterion = choose_spike_criterion(v, 0.1);
  EXPECT_FALSE(criterion.from_data);
  EXPECT_TRUE(detect_spikes(v, 0.1, criterion).empty());
}

TEST(SpikeDetection, KeepsTheDeadTime) {
  const auto v =
      trace({{20.0, 100.0, 0.5, 0.5}, {22.0, 100.0, 0.5, 0.5}, {24.0, 100.0, 0.5, 0.5}}, 50.0, 0.1);
  SpikeCriterion criterion;
  criterion.level_mV = -15.0;
  criterion.dead_time_ms = 3.0;  // the second is too early, the third comes 4 ms after the first
  const auto times = detect_spikes(v, 0.1, criterion);
  ASSERT_EQ(times.size(), 2u);
  EXPECT_NEAR(times[1] - times[0], 4.0, 1e-9);
  criterion.dead_time_ms = 0.0;
  EXPECT_EQ(detect_spikes(v, 0.1, criterion).size(), 3u);
}

TEST(SpikeDetection, RearmsOnlyWellBelowItsLevel) {
  SpikeCriterion criterion;
  criterion.level_mV = -15.0;
  criterion.dead_time_ms = 0.0;
  criterion.rearm_mV = 3.0;
  // After the upstroke the trace dips by `depth` under the level and comes back steeply.
  const auto count_with_dip = [&](double depth) {
    std::vector<double> v(400, kRest_mV);
    for (std::size_t k = 200; k < 300; ++k) v[k] = 20.0;
    for (std::size_t k = 240; k < 243; ++k) v[k] = criterion.level_mV - depth;
    return detect_spikes(v, 0.1, criterion).size();
  };
  EXPECT_EQ(count_with_dip(2.0), 1u);
  EXPECT_EQ(count_with_dip(4.0), 2u);
}

TEST(SpikeDetection, DoesNotCountATraceThatBeginsWithinASpike) {
  std::vector<double> v(200, kRest_mV);
  v[0] = 10.0;
  v[1] = 20.0;
  EXPECT_TRUE(detect_spikes(v, 0.1, SpikeCriterion{}).empty());
  EXPECT_TRUE(detect_spikes(std::vector<double>{}, 0.1, SpikeCriterion{}).empty());
}

TEST(SpikeDetection, RefusesCriteriaThatMakeNoSense) {
  const std::vector<double> v(10, kRest_mV);
  const auto refused = [&](auto&& spoil) {
    SpikeCriterion criterion;
    spoil(criterion);
    EXPECT_THROW(detect_spikes(v, 0.1, criterion), OptionError);
  };
  refused([](SpikeCriterion& c) { c.level_mV = std::nan(""); });
  refused([](SpikeCriterion& c) { c.min_slope_mV_per_ms = 0.0; });
  refused([](SpikeCriterion& c) { c.dead_time_ms = -1.0; });
  refused([](SpikeCriterion& c) { c.rearm_mV = -0.1; });
  EXPECT_THROW(detect_spikes(v, 0.0, SpikeCriterion{}), ContractError);
}

// A sample is left when no spike's window [t - before, t + after) holds it.
TEST(StretchesOutsideSpikes, AreWhatAPlainLoopLeaves) {
  const double dt_ms = 0.1;
  const std::size_t size = 3000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed);
    std::vector<double> spikes;
    for (std::size_t i = 0; i < seed; ++i) spikes.push_back(300.0 * random.uniform());
    std::sort(spikes.begin(), spikes.end());
    const double before = 10.0 * random.uniform(), after = 40.0 * random.uniform();
    std::vector<bool> expected(size, true), found(size, false);
    for (std::size_t k = 0; k < size; ++k) {
      const double t = static_cast<double>(k) * dt_ms;
      for (const double spike : spikes)
        if (t >= spike - before && t < spike + after) expected[k] = false;
    }
    std::size_t last_end = 0;
    for (const Stretch& stretch : stretches_outside_spikes(size, dt_ms, spikes, before, after)) {
      EXPECT_LT(stretch.begin, stretch.end);
      EXPECT_TRUE(last_end == 0 || stretch.begin > last_end);
      last_end = stretch.end;
      for (std::size_t k = stretch.begin; k < stretch.end; ++k) found.at(k) = true;
    }
    EXPECT_EQ(found, expected) << "seed " << seed;
  }
}

TEST(StretchesOutsideSpikes, AreEverythingWithoutSpikes) {
  const auto all = stretches_outside_spikes(100, 0.1, {}, 5.0, 50.0);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].begin, 0u);
  EXPECT_EQ(all[0].end, 100u);
  EXPECT_TRUE(stretches_outside_spikes(0, 0.1, {}, 5.0, 50.0).empty());
}

TEST(SpikeShape, OfTrianglesIsTheirs) {
  const auto v = trace(train_of(15, 100.0), 800.0, 0.05);
  const Recording recording = synthetic::one_sweep(std::vector<double>(v.size(), 0.0), v, 0.05);
  SpikeCriterion criterion;
  criterion.level_mV = -15.0;
  const auto shape = measure_spike_shape(recording, detect_spikes(recording, criterion));
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->count, 15u);
  EXPECT_NEAR(shape->median_peak_mV, 35.0, 1e-9);
  EXPECT_NEAR(shape->median_onset_mV, kRest_mV, 1e-9);
  EXPECT_NEAR(shape->median_onset_lead_ms, 0.5, 1e-9);
  EXPECT_NEAR(shape->median_peak_slope_mV_per_ms, 100.0, 1e-6);
  EXPECT_FALSE(measure_spike_shape(recording, {{}}).has_value());
}

}  // namespace
}  // namespace libfit
