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

SpikeTrains silent(const Recording& recording) { return SpikeTrains(recording.sweeps.size()); }

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
    EXPECT_NEAR(steps.input_resistance_MOhm->value, 120.0, 1e-3);
    EXPECT_NEAR(steps.tau_ms->value, 12.0, 1e-3);
    EXPECT_NEAR(steps.capacitance_pF->value, 100.0, 1e-2);
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
  const auto told = [](const Estimate& estimate, double truth) {
    EXPECT_LT(estimate.ci95->low, truth);
    EXPECT_GT(estimate.ci95->high, truth);
    EXPECT_LT(estimate.ci95->high - estimate.ci95->low, 0.03 * truth);
  };
  told(*steps.input_resistance_MOhm, 120.0);
  told(*steps.tau_ms, 12.0);
  told(*steps.capacitance_pF, 100.0);
}

// Steps of 300 ms from 100 ms on in sweeps of 600 ms, cut to [from, to).
Recording cut(Recording recording, std::size_t from, std::size_t to) {
  for (Sweep& sweep : recording.sweeps) {
    for (auto* samples : {&sweep.voltage_mV, &sweep.current_pA})
      *samples = std::vector<double>(samples->begin() + static_cast<std::ptrdiff_t>(from),
                                     samples->begin() + static_cast<std::ptrdiff_t>(to));
  }
  return recording;
}

SteppedCell noisy_cell() {
  SteppedCell cell;
  cell.holding_pA = 0.0;
  cell.noise_mV = 0.2;
  return cell;
}

void expect_the_cell(const StepAnalysis& steps, double width = 0.05) {
  ASSERT_TRUE(steps.input_resistance_MOhm && steps.tau_ms) << testing::PrintToString(steps.warnings);
  const Estimate &resistance = *steps.input_resistance_MOhm, &tau = *steps.tau_ms;
  EXPECT_NEAR(resistance.value, 120.0, 120.0 * width);
  EXPECT_LT(resistance.ci95->low, 120.0);
  EXPECT_GT(resistance.ci95->high, 120.0);
  EXPECT_NEAR(tau.value, 12.0, 12.0 * width);
}

StepAnalysis analysis_of(const Recording& recording) {
  return analyze_steps(recording, silent(recording), find_steps(recording));
}

// A line over amplitudes has no slope where there is but one: each step is held against its own baseline.
TEST(AnalyzeSteps, PoolsIdenticalStepsAndTakesASingleOne) {
  expect_the_cell(analysis_of(steps_of(noisy_cell(), std::vector<double>(6, -50.0))));
  expect_the_cell(analysis_of(steps_of(noisy_cell(), {-50.0})));
}

TEST(AnalyzeSteps, TakesTheAsymptoteOfAStepThatIsShortAgainstTau) {
  SteppedCell cell = noisy_cell();
  cell.noise_mV = 0.05;
  Recording recording = cut(steps_of(cell, {-100.0, -60.0}), 0, 1060);  // the step is cut after 6 ms
  EXPECT_NEAR(recording.sweeps[0].voltage_mV.back(), -70.0 + 12.0 * std::expm1(-0.5), 0.3);
  expect_the_cell(analyze_steps(recording, silent(recording), {100.0, 106.0, {-100.0, -60.0}}), 0.1);
}

TEST(AnalyzeSteps, FindsAStepThatBeginsWithTheSweep) {
  const Recording recording = cut(steps_of(noisy_cell(), {-80.0, -40.0, 0.0, 40.0}), 1000, 5000);
  const StepAnalysis steps = analysis_of(recording);
  EXPECT_EQ(steps.protocol.begin_ms, 0.0);
  EXPECT_NEAR(steps.protocol.end_ms, 300.0, 1e-6);
  EXPECT_THAT(steps.protocol.amplitude_pA, testing::ElementsAre(-80.0, -40.0, 0.0, 40.0));
  EXPECT_NEAR(steps.rest_mV, -70.0, 0.1);
  expect_the_cell(steps);
  // One step, of which it is told that it ends at rest because there is no current then.
  const StepProtocol one = find_steps(cut(steps_of(noisy_cell(), {-80.0, -80.0}), 1000, 5000));
  EXPECT_EQ(one.begin_ms, 0.0);
  EXPECT_NEAR(one.end_ms, 300.0, 1e-6);
  EXPECT_THAT(one.amplitude_pA, testing::ElementsAre(-80.0, -80.0));
}

TEST(FindSteps, RefusesToGuessWhichPartIsTheStep) {
  SteppedCell held = noisy_cell();
  held.holding_pA = 30.0;
  for (const auto& [from, to] : {std::pair{1000, 5000}, std::pair{0, 3000}}) {
    try {
      find_steps(
          cut(steps_of(held, {-80.0, -80.0}), static_cast<std::size_t>(from), static_cast<std::size_t>(to)));
      ADD_FAILURE() << from;
    } catch (const DataError& problem) {
      EXPECT_THAT(problem.what(), HasSubstr("which part is the step cannot be determined"));
      EXPECT_THAT(problem.what(), HasSubstr("--step-begin-ms"));
    }
  }
  EXPECT_THROW(find_steps(cut(steps_of(held, {-80.0, 80.0}), 1100, 3900)), DataError);  // no change within
}

TEST(FindSteps, IsNotMisledByAPulseThatAllSweepsHave) {
  Recording recording = steps_of(noisy_cell(), {-20.0, 0.0, 20.0});
  for (Sweep& sweep : recording.sweeps) std::fill_n(sweep.current_pA.begin() + 300, 400, -200.0);
  const StepProtocol protocol = find_steps(recording);
  EXPECT_NEAR(protocol.begin_ms, 100.0, 1e-6);
  EXPECT_NEAR(protocol.from_ms, 70.0, 1.1);
  EXPECT_THAT(protocol.amplitude_pA, testing::ElementsAre(-20.0, 0.0, 20.0));
}

TEST(AnalyzeSteps, LeavesOutTheSweepsInWhichTheCellIsLost) {
  Recording recording = steps_of(noisy_cell(), {-80.0, -40.0, -60.0, -20.0});
  RandomStream random(5);
  // Lost in the middle of the third sweep, and in the last.
  for (std::size_t k = 2500; k < 12000; ++k)
    recording.sweeps[2 + k / 6000].voltage_mV[k % 6000] = 0.3 * random.normal();
  const StepAnalysis steps = analysis_of(recording);
  expect_the_cell(steps);
  EXPECT_NEAR(steps.rest_mV, -70.0, 0.05);
  EXPECT_THAT(steps.warnings, testing::Contains(HasSubstr("the cell was lost")).Times(2));
  for (const StepResponse& r : steps.responses) EXPECT_EQ(r.lost, r.sweep >= 2) << r.sweep;
}

// Above rest the cell has half of its resistance.
TEST(AnalyzeSteps, KeepsRectificationOutOfTheInputResistance) {
  Recording recording = steps_of(noisy_cell(), {-60.0, -30.0, 30.0, 60.0});
  for (Sweep& sweep : recording.sweeps) {
    for (double& voltage : sweep.voltage_mV)
      voltage = voltage > -70.0 ? -70.0 + 0.5 * (voltage + 70.0) : voltage;
  }
  const StepAnalysis steps = analysis_of(recording);
  ASSERT_TRUE(steps.input_resistance_MOhm && steps.depolarised_MOhm);
  EXPECT_NEAR(steps.input_resistance_MOhm->value, 120.0, 2.0);
  EXPECT_NEAR(steps.depolarised_MOhm->value, 60.0, 2.0);
  EXPECT_THAT(steps.warnings, testing::Contains(HasSubstr("outward rectification")));
  EXPECT_TRUE(steps.responses.front().in_fit);
  EXPECT_FALSE(steps.responses.back().in_fit);
  EXPECT_NEAR(*steps.responses.back().resistance_MOhm, 60.0, 2.0);
}

// It fires before and after each step and is silent in it; where it was before is no rest.
TEST(AnalyzeSteps, TakesTheSlopeWhereTheCellFiresByItself) {
  const auto firing = [](const std::vector<double>& amplitudes) {
    Recording recording = steps_of(noisy_cell(), amplitudes);
    for (Sweep& sweep : recording.sweeps) {
      for (std::size_t k = 0; k < 1000; ++k)
        sweep.voltage_mV[k] += 8.0;  // not where the line of the others ends
      for (std::size_t k = 1000; k < 4000; ++k)
        sweep.voltage_mV[k] += 8.0 * std::exp(-1e-1 * double(k - 1000) / 12.0);
    }
    return analyze_steps(recording, SpikeTrains(amplitudes.size(), {50.0, 450.0}), find_steps(recording));
  };
  const StepAnalysis steps = firing({-80.0, -60.0, -40.0});
  expect_the_cell(steps);
  EXPECT_FALSE(steps.jump_MOhm);
  EXPECT_THAT(steps.warnings, testing::Contains(HasSubstr("slope over their amplitudes")));
  const StepAnalysis one = firing({-80.0, -80.0});
  EXPECT_FALSE(one.input_resistance_MOhm);
  EXPECT_THAT(one.warnings, testing::Contains(HasSubstr("give no slope")));
}

TEST(AnalyzeSteps, SaysWhereNoiseLeavesTheResistanceOpen) {
  SteppedCell cell = noisy_cell();
  cell.noise_mV = 5.0;
  const StepAnalysis steps = analysis_of(steps_of(cell, {-2.0, 2.0}));
  EXPECT_FALSE(steps.input_resistance_MOhm);
  EXPECT_FALSE(steps.tau_ms);
  EXPECT_THAT(steps.warnings, testing::Contains(HasSubstr("against the noise of the membrane")));
  // Nothing of the step is left, or sweeps that do not fit together.
  Recording exact = steps_of(SteppedCell{}, {-50.0, -25.0});
  const auto warnings = [&](const StepOptions& options) {
    const StepAnalysis none = analyze_steps(exact, silent(exact), find_steps(exact), options);
    EXPECT_FALSE(none.input_resistance_MOhm);
    return none.warnings;
  };
  EXPECT_THAT(warnings({15.0, 1.0, 400.0}), testing::Contains(HasSubstr("too few samples")));
  exact.sweeps[1].dt_ms = 0.11;
  EXPECT_THAT(warnings({}), testing::Contains(HasSubstr("sampling step")));
}

// A response that sags back by a quarter with 40 ms.
TEST(AnalyzeSteps, TellsTheSagOfTheMostHyperpolarisingStep) {
  Recording recording = steps_of({}, {-100.0, -50.0});
  for (Sweep& sweep : recording.sweeps) {
    const double amplitude = &sweep == &recording.sweeps[0] ? -12.0 : -6.0;
    const auto answer = [&](double t) {
      return t < 0.0 ? 0.0 : amplitude * (-std::expm1(-t / 8.0)) * (0.75 + 0.25 * std::exp(-t / 80.0));
    };
    for (std::size_t k = 0; k < 6000; ++k) {
      const double t = 0.1 * static_cast<double>(k) - 100.0;
      sweep.voltage_mV[k] = -70.0 + answer(t) - answer(t - 300.0);
    }
  }
  const StepAnalysis steps = analyze_steps(recording, silent(recording), find_steps(recording));
  ASSERT_TRUE(steps.sag);
  // Peak of the same curve, on a fine grid.
  double peak = 0.0;
  for (double t = 0.0; t < 300.0; t += 0.01)
    peak = std::max(peak, -std::expm1(-t / 8.0) * (0.75 + 0.25 * std::exp(-t / 80.0)));
  EXPECT_NEAR(*steps.sag, (peak - 0.75) / peak, 0.02);
  // Where it ends; (1 - e^(-t/8)) (0.75 + 0.25 e^(-t/80)) is one of two exponentials but for 0.25 e^(-t/7.3).
  EXPECT_NEAR(steps.input_resistance_MOhm->value, 90.0, 1.0);
  ASSERT_TRUE(steps.sag_tau_ms);
  EXPECT_NEAR(*steps.sag_tau_ms, 80.0, 8.0);
}

TEST(AnalyzeSteps, TellsRheobaseAndRatesFromTheSpikes) {
  const Recording recording = steps_of({}, {100.0, 50.0, 75.0});
  const SpikeTrains spikes{{90.0, 110.0, 130.0, 170.0, 260.0, 300.0, 340.0, 380.0, 500.0}, {}, {200.0}};
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
  for (const auto& [begin, end] : {std::pair{0.0, 600.0}, std::pair{100.0, 700.0}, std::pair{400.0, 100.0}})
    EXPECT_THROW(analyze_steps(recording, silent(recording), {begin, end, {-50.0, -25.0}}), DataError);
  EXPECT_THROW(analyze_steps(recording, {}, {100.0, 400.0, {-50.0, -25.0}}), ContractError);
}

}  // namespace
}  // namespace libfit
