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
  const SpikeTrains silent = {
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

// Two upstrokes of one spike's trace, parted by a fall of `depth`.
TEST(SpikeDetection, ArePartedByHowFarTheTraceFallsBetweenThem) {
  SpikeCriterion criterion;
  criterion.level_mV = -15.0;
  criterion.low_rise_mV = 27.0;
  const auto count_with_dip = [&](double depth) {
    std::vector<double> dipped = trace({{20.0, 100.0, 1.0, 1.0}}, 60.0, 0.05);
    for (std::size_t k = 0; k < dipped.size(); ++k) {
      const double t = 0.05 * static_cast<double>(k);
      if (t >= 21.0 && t < 21.5) dipped[k] = 35.0 - depth * (t - 21.0) / 0.5;
      if (t >= 21.5 && t < 22.0) dipped[k] = 35.0 - depth * (22.0 - t) / 0.5;
      if (t >= 22.0) dipped[k] = std::max(kRest_mV, 35.0 - 100.0 * (t - 22.0));
    }
    return detect_spikes(dipped, 0.05, criterion).size();
  };
  EXPECT_EQ(count_with_dip(8.0), 1u);   // noise on the peak
  EXPECT_EQ(count_with_dip(20.0), 1u);  // a notch, less than 0.3 of the spike
  EXPECT_EQ(count_with_dip(40.0), 2u);  // above the level in between, and two all the same
  EXPECT_EQ(count_with_dip(70.0), 2u);
}

TEST(SpikeDetection, FindsDoubletsDownToOneMillisecond) {
  for (const double dt_ms : {0.02, 0.05, 0.1}) {
    for (const double apart_ms : {1.0, 1.5, 2.0, 2.5, 4.0}) {
      std::vector<Triangle> events;
      for (int i = 0; i < 10; ++i) {
        events.push_back({20.0 + 50.0 * i, 95.0, 0.3, 1.0});
        events.push_back({20.0 + 50.0 * i + apart_ms, 75.0, 0.3, 1.0});
      }
      const auto v = trace(events, 560.0, dt_ms);
      const auto times = detect_spikes(v, dt_ms, choose_spike_criterion(v, dt_ms));
      ASSERT_EQ(times.size(), 20u) << dt_ms << " ms, " << apart_ms << " ms apart";
      for (std::size_t i = 0; i < 20; i += 2) EXPECT_NEAR(times[i + 1] - times[i], apart_ms, 0.15);
    }
  }
}

// One millisecond a sample: a spike is one or two samples wide and its peak is cut.
TEST(SpikeDetection, CountsSpikesOfOneSample) {
  for (int phase = 0; phase < 5; ++phase) {
    std::vector<Triangle> events;
    for (int i = 0; i < 30; ++i) events.push_back({20.1 + 0.2 * phase + 37.0 * i, 100.0, 0.5, 1.5});
    const auto v = trace(events, 1200.0, 1.0);
    EXPECT_EQ(detect_spikes(v, 1.0, choose_spike_criterion(v, 1.0)).size(), 30u) << phase;
  }
}

// A third as high as the usual spike and more, clearly an upstroke: a spike, whatever the level.
TEST(SpikeDetection, FindsSpikesOfVeryUnequalHeight) {
  for (const double dt_ms : {0.02, 0.1}) {
    auto events = train_of(10, 95.0);
    for (std::size_t i = 1; i < 10; i += 2) events[i].height_mV = 45.0;
    const auto v = trace(events, 560.0, dt_ms);
    const auto times = detect_spikes(v, dt_ms, choose_spike_criterion(v, dt_ms));
    ASSERT_EQ(times.size(), 10u);
    // Half way up, where the level is not crossed.
    EXPECT_NEAR(times[1], events[1].begin_ms + 0.5, 1e-9);
  }
}

FoundSpikes found_in(const std::vector<double>& v, double dt_ms) {
  Recording recording = synthetic::one_sweep(std::vector<double>(v.size(), 0.0), v, dt_ms);
  recording.sweeps[0].number = 4;
  return find_spikes(recording, choose_spike_criterion(recording));
}

TEST(SpikeDetection, SaysWhatIsTooSmallToCount) {
  auto events = train_of(10, 100.0);
  for (const Triangle& small : train_of(3, 22.0)) events.push_back({small.begin_ms + 25.0, 22.0, 0.5, 2.0});
  const FoundSpikes found = found_in(trace(events, 600.0, 0.05), 0.05);
  EXPECT_EQ(found.spikes_ms[0].size(), 10u);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_NE(found.warnings[0].find("3 steep peaks"), std::string::npos) << found.warnings[0];
  EXPECT_NE(found.warnings[0].find("sweep 4 at 0.045"), std::string::npos) << found.warnings[0];
  EXPECT_TRUE(found_in(trace(train_of(10, 100.0), 600.0, 0.05), 0.05).warnings.empty());
}

// One to three samples up, with or without as many down, and what no membrane reaches.
TEST(SpikeDetection, DoesNotCountStimulusArtefactsAndNamesThem) {
  for (const double dt_ms : {0.02, 0.05, 0.1}) {
    for (const std::size_t width : {1u, 2u, 3u}) {
      for (const double height : {60.0, 90.0, 215.0}) {
        for (const double after : {0.0, -60.0, -100.0}) {
          for (const std::size_t spikes : {0u, 10u}) {
            auto v = trace(train_of(spikes, 95.0), 560.0, dt_ms);
            for (int i = 0; i < 8; ++i) {
              const auto at = static_cast<std::size_t>((45.0 + 50.0 * i) / dt_ms);
              for (std::size_t k = 0; k < width; ++k) {
                v[at + k] = kRest_mV + height;
                v[at + width + k] = kRest_mV + after;
              }
            }
            const FoundSpikes found = found_in(v, dt_ms);
            const auto place = testing::Message() << dt_ms << " ms, " << width << " samples of " << height
                                                  << ", then " << after << " mV, " << spikes << " spikes";
            EXPECT_EQ(found.spikes_ms[0].size(), spikes) << place;
            ASSERT_EQ(found.warnings.size(), 1u) << place;
            EXPECT_NE(found.warnings[0].find("8 peaks are no spikes"), std::string::npos) << place;
            EXPECT_NE(found.warnings[0].find("sweep 4 at 0.045 s"), std::string::npos) << found.warnings[0];
          }
        }
      }
    }
  }
}

// Two artefacts that drag the trace down by 40 mV; between them it stands 12 mV above rest.
TEST(SpikeDetection, DoesNotCountWhatComesBackFromAnArtefactBelow) {
  auto v = trace(train_of(10, 95.0), 560.0, 0.05);
  const auto line = [&](std::size_t first, double from, double to) {
    for (std::size_t k = 0; k < 10; ++k)
      v[first + k] = kRest_mV + from + (to - from) * static_cast<double>(k) / 10.0;
  };
  line(900, 0.0, -40.0);
  line(910, -40.0, 12.0);
  line(920, 12.0, -40.0);
  line(930, -40.0, 0.0);
  EXPECT_EQ(found_in(v, 0.05).spikes_ms[0].size(), 10u);
}

// A stimulus that ends while the spike falls lifts the trace by 16 mV for a moment.
TEST(SpikeDetection, DoesNotCountANotchInTheFallOfASpike) {
  auto events = train_of(10, 95.0);
  for (const Triangle& spike : train_of(10, 16.0)) events.push_back({spike.begin_ms + 2.0, 16.0, 0.1, 1.0});
  EXPECT_EQ(found_in(trace(events, 560.0, 0.05), 0.05).spikes_ms[0].size(), 10u);
}

// Integrate-and-fire models fall to their reset within one sample, some rise within one: spikes all the same,
// since the membrane is elsewhere afterwards.
TEST(SpikeDetection, CountsSpikesDrawnByIntegrateAndFireModels) {
  for (const double dt_ms : {0.02, 0.1}) {
    std::vector<double> v;
    for (int i = 0; i < 20; ++i) {
      for (double t = 0.0; t < 30.0; t += dt_ms) v.push_back(-62.0 + 12.0 * (1.0 - std::exp(-t / 8.0)));
      v.push_back(20.0);
    }
    const FoundSpikes found = found_in(v, dt_ms);
    EXPECT_GE(found.spikes_ms[0].size(), 19u);  // the last sample has no after
    EXPECT_TRUE(found.warnings.empty());
  }
}

// 1.5 nA through 40 MOhm that were not balanced: no spike where the step begins, and the one on it is timed
// at its own upstroke.
TEST(SpikeDetection, DoesNotCountAnElectrodesStepAcrossTheLevel) {
  auto events = train_of(10, 95.0);
  events.push_back({700.0, 45.0, 1.0, 2.0});
  auto v = trace(events, 900.0, 0.05);
  for (std::size_t k = 13000; k < 16000; ++k) v[k] += 60.0;
  SpikeCriterion criterion = choose_spike_criterion(v, 0.05);
  const auto times = detect_spikes(v, 0.05, criterion);
  ASSERT_EQ(times.size(), 11u);
  EXPECT_NEAR(times[10], 700.5, 0.1);
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
  refused([](SpikeCriterion& c) { c.rearm_mV = 0.0; });
  refused([](SpikeCriterion& c) { c.low_rise_mV = 0.0; });
  EXPECT_THROW(detect_spikes(v, 0.0, SpikeCriterion{}), ContractError);
}

// A sample is left when no spike's window [t - before, t + after) holds it.
TEST(StretchesOutsideSpikes, AreWhatAPlainLoopLeaves) {
  const double dt_ms = 0.1;
  const std::size_t size = 3000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed);
    SpikeTrain spikes;
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
