#include "libfit/signal/steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

// A passive membrane of 120 MOhm and 12 ms at -70 mV under steps of 300 ms from 100 ms on, through an
// electrode that is not balanced, with noise on both channels.
struct SteppedCell {
  double resistance_MOhm = 120.0;
  double tau_ms = 12.0;
  double electrode_MOhm = 0.0;
  double holding_pA = 30.0;
  double noise_mV = 0.0;
  double current_noise_pA = 0.0;
};

Recording steps_of(const SteppedCell& cell, const std::vector<double>& amplitudes) {
  Recording recording;
  RandomStream random(3);
  for (const double amplitude : amplitudes) {
    Sweep& sweep = recording.sweeps.emplace_back();
    sweep.dt_ms = 0.1;
    sweep.current_source.file = "cell.abf";
    for (int k = 0; k < 6000; ++k) {
      const double t = 0.1 * k;
      const bool on = t >= 100.0 - 1e-9 && t < 400.0 - 1e-9;
      const double rise = -std::expm1(-(std::min(t, 400.0) - 100.0) / cell.tau_ms);
      const double fall = std::exp(-std::max(t - 400.0, 0.0) / cell.tau_ms);
      const double response = t < 100.0 ? 0.0 : 1e-3 * cell.resistance_MOhm * amplitude * rise * fall;
      const double electrode = on ? 1e-3 * cell.electrode_MOhm * amplitude : 0.0;
      sweep.voltage_mV.push_back(-70.0 + response + electrode + cell.noise_mV * random.normal());
      sweep.current_pA.push_back(cell.holding_pA + (on ? amplitude : 0.0) +
                                 cell.current_noise_pA * random.normal());
    }
  }
  return recording;
}

std::vector<std::vector<double>> silent(const Recording& recording) {
  return std::vector<std::vector<double>>(recording.sweeps.size());
}

TEST(FindSteps, TellsTimesAndAmplitudesToTheSampleWhateverTheHolding) {
  for (const double noise : {0.0, 3.0}) {
    SteppedCell cell;
    cell.current_noise_pA = noise;
    const StepProtocol protocol = find_steps(steps_of(cell, {-50.0, 0.0, 80.0}));
    EXPECT_NEAR(protocol.begin_ms, 100.0, 1e-6);
    EXPECT_NEAR(protocol.end_ms, 400.0, 1e-6);
    ASSERT_EQ(protocol.amplitude_pA.size(), 3U);
    EXPECT_NEAR(protocol.amplitude_pA[0], -50.0, noise);
    EXPECT_NEAR(protocol.amplitude_pA[1], 0.0, noise);
    EXPECT_NEAR(protocol.amplitude_pA[2], 80.0, noise);
  }
}

TEST(FindSteps, RefusesWhatIsNoStep) {
  const auto refused = [](Recording recording, const std::string& says) {
    try {
      find_steps(recording);
      ADD_FAILURE() << says;
    } catch (const DataError& problem) {
      EXPECT_THAT(problem.what(), HasSubstr(says));
      EXPECT_THAT(problem.what(), HasSubstr("cell.abf"));
    }
  };
  refused(steps_of({}, {0.0}), "no step of current");
  Recording ramp = steps_of({}, {50.0});
  for (std::size_t k = 1000; k < 4000; ++k)
    ramp.sweeps[0].current_pA[k] = 0.05 * static_cast<double>(k - 1000);
  refused(ramp, "is not constant");
  Recording noise = steps_of({}, {50.0});
  RandomStream random(1);
  double x = 0.0;
  for (double& value : noise.sweeps[0].current_pA) value = 50.0 * (x = 0.99 * x + 0.14 * random.normal());
  EXPECT_THROW(find_steps(noise), DataError);
}

TEST(AnalyzeSteps, RecoversResistanceTimeConstantAndTheElectrode) {
  for (const double electrode : {0.0, 20.0}) {
    SteppedCell cell;
    cell.electrode_MOhm = electrode;
    const Recording exact = steps_of(cell, {-60.0, -30.0, 0.0, 30.0});
    const StepAnalysis steps = analyze_steps(exact, silent(exact), find_steps(exact));
    ASSERT_TRUE(steps.input_resistance_MOhm && steps.tau_ms && steps.jump_MOhm);
    EXPECT_NEAR(steps.input_resistance_MOhm->value, 120.0 + electrode, 1e-3);
    EXPECT_NEAR(steps.tau_ms->value, 12.0, 1e-3);
    EXPECT_NEAR(*steps.jump_MOhm, electrode, 1e-2);
    EXPECT_NEAR(steps.rest_mV, -70.0, 1e-9);
    EXPECT_FALSE(steps.rheobase_pA);
    EXPECT_EQ(steps.warnings.size(), electrode > 0.0 ? 2U : 1U);  // no spike; the bridge
  }
  SteppedCell cell;
  cell.noise_mV = 0.3;
  cell.current_noise_pA = 1.0;
  const Recording noisy = steps_of(cell, {-100.0, -80.0, -60.0, -40.0, -20.0, 20.0, 40.0});
  const StepAnalysis steps = analyze_steps(noisy, silent(noisy), find_steps(noisy));
  ASSERT_TRUE(steps.input_resistance_MOhm->ci95 && steps.tau_ms->ci95);
  EXPECT_NEAR(steps.input_resistance_MOhm->value, 120.0, 2.0);
  EXPECT_NEAR(steps.tau_ms->value, 12.0, 1.0);
}

// A response that sags back by a quarter with 40 ms.
TEST(AnalyzeSteps, TellsTheSagOfTheMostHyperpolarisingStep) {
  Recording recording = steps_of({}, {-100.0, -50.0});
  for (Sweep& sweep : recording.sweeps) {
    const double amplitude = &sweep == &recording.sweeps[0] ? -12.0 : -6.0;
    for (std::size_t k = 1000; k < 4000; ++k) {
      const double t = 0.1 * static_cast<double>(k - 1000);
      sweep.voltage_mV[k] = -70.0 + amplitude * (-std::expm1(-t / 8.0)) * (0.75 + 0.25 * std::exp(-t / 80.0));
    }
  }
  const StepAnalysis steps = analyze_steps(recording, silent(recording), find_steps(recording));
  ASSERT_TRUE(steps.sag);
  // Peak of the same curve, on a fine grid.
  double peak = 0.0;
  for (double t = 0.0; t < 300.0; t += 0.01)
    peak = std::max(peak, -std::expm1(-t / 8.0) * (0.75 + 0.25 * std::exp(-t / 80.0)));
  EXPECT_NEAR(*steps.sag, (peak - 0.75) / peak, 0.02);
}

TEST(AnalyzeSteps, TellsRheobaseAndRatesFromTheSpikes) {
  const Recording recording = steps_of({}, {100.0, 50.0, 75.0});
  const std::vector<std::vector<double>> spikes{
      {90.0, 110.0, 130.0, 170.0, 260.0, 300.0, 340.0, 380.0, 500.0}, {}, {200.0}};
  const StepAnalysis steps = analyze_steps(recording, spikes, find_steps(recording));
  EXPECT_EQ(*steps.silent_pA, 50.0);
  EXPECT_EQ(*steps.rheobase_pA, 75.0);
  ASSERT_EQ(steps.responses.size(), 3U);
  const StepResponse& strongest = steps.responses.back();
  EXPECT_EQ(strongest.sweep, 0U);
  EXPECT_EQ(strongest.spikes_ms.size(), 7U);  // those within the step
  EXPECT_NEAR(*strongest.first_rate_Hz, 50.0, 1e-9);
  EXPECT_NEAR(strongest.steady_rate_Hz, 25.0, 1e-9);
  EXPECT_NEAR(strongest.mean_rate_Hz, 7.0 / 0.3, 1e-9);
  EXPECT_FALSE(steps.responses[1].first_rate_Hz);
  EXPECT_EQ(steps.responses[1].steady_rate_Hz, 0.0);
  EXPECT_THAT(steps.warnings, testing::Contains(HasSubstr("fires before the step in 1 of 3 sweeps")));
}

TEST(AnalyzeSteps, RefusesOptionsAndTimesThatMakeNoSense) {
  const Recording recording = steps_of({}, {-50.0, -25.0});
  const auto refused = [&](StepOptions options) {
    EXPECT_THROW(analyze_steps(recording, silent(recording), {100.0, 400.0, {-50.0, -25.0}}, options),
                 OptionError);
  };
  refused({0.0, 1.0, 0.5});
  refused({15.0, 0.0, 0.5});
  refused({15.0, 1.0, -1.0});
  for (const auto& [begin, end] : {std::pair{0.0, 400.0}, std::pair{100.0, 700.0}, std::pair{400.0, 100.0}})
    EXPECT_THROW(analyze_steps(recording, silent(recording), {begin, end, {-50.0, -25.0}}), DataError);
  EXPECT_THROW(analyze_steps(recording, {}, {100.0, 400.0, {-50.0, -25.0}}), ContractError);
}

}  // namespace
}  // namespace libfit
