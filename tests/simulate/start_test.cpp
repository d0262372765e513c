// Where simulations begin: settled at the current that a sweep was held at, or at its mean; and that models
// which draw their spikes draw others for every seed and trial.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/model/model_by_hand.hpp"
#include "libfit/simulate/fi_curve.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"
#include "libfit/stimulus/stimulus_scale.hpp"
#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

std::vector<Model> deterministic_models() {
  std::vector<Model> list;
  for (const char* name : {"passive", "lif", "qif", "eif", "adex"}) list.push_back(model_by_hand(name));
  return list;
}

// White noise whose first sample is ten SD below its mean: a cell is never there.
std::vector<double> noise_cut_at_its_lowest(double mean_pA, double sd_pA, double duration_ms, double dt_ms,
                                            std::uint64_t seed) {
  NoiseOptions noise;
  noise.mean_pA = mean_pA;
  noise.components = {{sd_pA, 0.0}};
  std::vector<double> current = noise_current(noise, duration_ms, dt_ms, seed);
  current.front() = mean_pA - 10.0 * sd_pA;
  return current;
}

TEST(Start, IsTheRestAtTheMeanOfANoiseWhateverItsFirstSample) {
  const auto current = noise_cut_at_its_lowest(20.0, 150.0, 500.0, 0.1, 3);
  for (const Model& model : deterministic_models()) {
    const auto rest = rest_mV(model, *mean(current));
    ASSERT_TRUE(rest) << model_name(model);
    EXPECT_NEAR(simulate(model, current, 0.1).voltage_mV.front(), *rest, 1e-9) << model_name(model);
  }
}

TEST(Start, IsTheRestAtTheCurrentThatASweepWasHeldAt) {
  for (const double lead_ms : {2.0, 10.0, 500.0}) {
    std::vector<double> current(10000, 300.0);
    std::fill_n(current.begin(), static_cast<std::size_t>(lead_ms / 0.1), -50.0);
    for (const Model& model : deterministic_models()) {
      const Prediction p = simulate(model, current, 0.1);
      EXPECT_EQ(p.voltage_mV.front(), *rest_mV(model, -50.0)) << model_name(model) << " " << lead_ms;
      const double before = p.voltage_mV[static_cast<std::size_t>(lead_ms / 0.1) - 1];
      EXPECT_NEAR(before, *rest_mV(model, -50.0), 1e-9) << model_name(model) << " " << lead_ms;
    }
  }
}

TEST(Start, MayBeSaid) {
  SimulateOptions options;
  options.settled_pA = -100.0;
  const auto current = noise_cut_at_its_lowest(60.0, 150.0, 100.0, 0.1, 3);
  for (const Model& model : deterministic_models())
    EXPECT_EQ(simulate(model, current, 0.1, options).voltage_mV.front(), *rest_mV(model, -100.0));
  options.settled_pA = std::nan("");
  EXPECT_THROW(simulate(model_by_hand("lif"), current, 0.1, options), OptionError);
}

// Far below threshold the AdEx is linear: V of many noises has the mean of its rest at the mean current all
// along, also while w (300 ms) would still be forgetting another start.
TEST(Start, OfTheAdexHasItsAdaptationSettledToo) {
  const Model cell = model_by_hand("adex", "a_nS=10,b_pA=0,tau_w_ms=300,V_T_mV=0");
  constexpr std::size_t kNoises = 60;
  double early = 0.0;
  for (std::size_t n = 0; n < kNoises; ++n) {
    const auto current = noise_cut_at_its_lowest(200.0, 1500.0, 200.0, 0.1, 100 + n);
    SimulateOptions options;
    options.settled_pA = 200.0;
    const Prediction said = simulate(cell, current, 0.1, options);
    const Prediction found = simulate(cell, current, 0.1);
    // By the mean of this noise, which is 200 pA within its error.
    EXPECT_NEAR(found.voltage_mV.front(), said.voltage_mV.front(), 5.0 * 1500.0 / std::sqrt(2000.0) / 20.0);
    for (std::size_t k = 200; k < 1000; ++k) early += said.voltage_mV[k] / (800.0 * kNoises);
  }
  EXPECT_NEAR(early, *rest_mV(cell, 200.0), 0.3);  // -0.6 mV and more when w starts at its first sample
}

// A mean that makes the AdEx fire for ever: it has been firing, and the first 200 ms are as all others.
TEST(Start, OfAnAdexThatItsMeanMakesFireIsInTheMidstOfIt) {
  const Model cell = model_by_hand("adex", "a_nS=2,b_pA=60,tau_w_ms=200");
  ASSERT_FALSE(rest_mV(cell, 500.0));
  double early = 0.0, late = 0.0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    NoiseOptions noise;
    noise.mean_pA = 500.0;
    noise.components = {{150.0, 3.0}};
    for (const double t : simulate(cell, noise_current(noise, 1200.0, 0.1, n), 0.1).spike_times_ms)
      (t < 200.0 ? early : late) += 1.0;
  }
  ASSERT_GT(late, 200.0);
  EXPECT_NEAR(early, late / 5.0, 0.1 * late / 5.0);
}

// What is switched on with the first sample finds the cell at rest: the first interval is the shortest.
TEST(Start, OfAnAdexUnderAConstantCurrentIsTheRestWithoutIt) {
  const Model cell = model_by_hand("adex", "a_nS=2,b_pA=60,tau_w_ms=200");
  const Prediction p = simulate(cell, std::vector<double>(20000, 500.0), 0.1);
  EXPECT_EQ(p.voltage_mV.front(), *rest_mV(cell));
  EXPECT_LT(p.spike_times_ms[1] - p.spike_times_ms[0], 0.7 * (p.spike_times_ms[9] - p.spike_times_ms[8]));
}

// The hazard along the charging of the membrane from its rest at the holding current, bin by bin.
TEST(FiCurveOfAGif, CountsItsLatencyFromTheRest) {
  Gif cell = gif_test::gif_cell();
  cell.history.clear();
  cell.reference_mV = cell.E_mV;
  cell.log_rate_per_ms = -12.0;
  const double current_pA = 120.0, holding_pA = -20.0;
  double U = cell.E_mV + holding_pA / cell.g_nS, silent = 1.0, latency = 0.0;
  const double keep = std::exp(-cell.bin_ms * cell.g_nS / cell.C_pF);
  for (int k = 0; k < 2000; ++k) {
    const double target = cell.E_mV + current_pA / cell.g_nS;
    U = target + (U - target) * keep;
    const double p = -std::expm1(-std::exp(cell.log_rate_per_ms + 0.5 * (U - cell.reference_mV)));
    latency += silent * p * (static_cast<double>(k) + 0.5);
    silent *= 1.0 - p;
  }
  ASSERT_LT(silent, 1e-6);
  FiCurveOptions options;
  options.holding_pA = holding_pA;
  options.trials = 400;
  const FiPoint point = fi_curve(cell, std::vector<double>{current_pA}, options).points[0];
  ASSERT_TRUE(point.latency_ms);
  EXPECT_NEAR(*point.latency_ms, latency, 0.06 * latency);
  EXPECT_GT(latency, 20.0);  // of a cell that sits at the step's own voltage: 7 ms
}

TEST(FiCurveOfAGif, DrawsOtherSpikesForEveryCurrentAndSeed) {
  const auto rates = [](std::uint64_t seed) {
    FiCurveOptions options;
    options.seed = seed;
    std::vector<double> list;
    for (const FiPoint& p :
         fi_curve(gif_test::gif_cell(), std::vector<double>{60.0, 60.0, 60.0}, options).points)
      list.push_back(p.rate_Hz);
    return list;
  };
  const auto one = rates(1), two = rates(2);
  EXPECT_NE(one[0], one[1]);
  EXPECT_NE(one[1], one[2]);
  EXPECT_NE(one, two);
  EXPECT_EQ(one, rates(1));
}

TEST(NoiseRate, OfAModelThatDrawsItsSpikesFollowsTheSeed) {
  NoiseOptions still;
  still.mean_pA = 60.0;
  still.components = {{1e-9, 3.0}};
  RateTargetOptions options;
  options.duration_ms = 20000.0;
  const double one = noise_rate_Hz(gif_test::gif_cell(), still, options);
  options.seed = 2;
  EXPECT_NE(noise_rate_Hz(gif_test::gif_cell(), still, options), one);
}

// Noise and spikes of one seed are made of different numbers: the noise in the bin of the first spike, which
// the model does not look at, is as large as anywhere.
TEST(GifTrials, DrawTheirSpikesIndependentlyOfANoiseOfTheSameSeed) {
  Gif blind = gif_test::gif_cell();
  blind.filters.clear();
  blind.history.clear();
  blind.log_rate_per_ms = std::log(0.01);
  NoiseOptions noise;
  noise.components = {{1.0, 0.0}};
  std::vector<double> squares;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    const auto current = noise_current(noise, 200.0, 1.0, seed);
    const auto spikes =
        simulate_gif_trials(blind, current, 1.0, {1, 0, seed_beside_noise(seed), 1}).spikes_ms[0];
    if (!spikes.empty()) squares.push_back(std::pow(current[static_cast<std::size_t>(spikes[0])], 2));
  }
  ASSERT_GT(squares.size(), 1000U);
  EXPECT_NEAR(*mean(squares), 1.0, 5.0 * std::sqrt(2.0 / static_cast<double>(squares.size())));
}

}  // namespace
}  // namespace libfit
