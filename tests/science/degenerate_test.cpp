// Training recordings that do not hold what a fit needs: no spikes, five of them, bursts alone, a silent
// half. Every model answers: fitted, or refused with the reason, and no number is NaN.
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/characterize/characterize.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

constexpr double kDuration_ms = 20000.0, kStep_ms = 0.1;
const Eif kCell{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}};

std::vector<double> noise(double mean_pA, double sd_pA, std::uint64_t seed) {
  NoiseOptions options;
  options.mean_pA = mean_pA;
  options.components = {{sd_pA, 5.0}};
  return noise_current(options, kDuration_ms, kStep_ms, seed);
}

// The cell's answer with 0.05 mV of noise; at a spike, a peak for the detector.
Recording recording_of(const Model& cell, const std::vector<double>& current_pA) {
  Sweep sweep;
  sweep.dt_ms = kStep_ms;
  sweep.current_pA = current_pA;
  const Prediction run = simulate(cell, current_pA, kStep_ms);
  sweep.voltage_mV = run.voltage_mV;
  NoiseOptions rig;
  rig.components = {{0.05, kStep_ms}};
  const auto hiss = noise_current(rig, kDuration_ms, kStep_ms, 99);
  for (std::size_t k = 0; k < hiss.size(); ++k) sweep.voltage_mV[k] += hiss[k];
  Recording recording;
  recording.sweeps = {sweep};
  return recording;
}

void expect_clear_answers(const Recording& training, const std::string& what, std::size_t least,
                          std::size_t most) {
  CharacterizeOptions options;
  options.membrane.compensate = false;
  options.cell.bootstrap_draws = 40;
  const Characterization result = characterize({std::nullopt, training, std::nullopt, std::nullopt}, options);
  EXPECT_GE(result.membrane.spike_count(), least) << what;
  EXPECT_LE(result.membrane.spike_count(), most) << what;
  EXPECT_GE(result.cell.models.size(), 7U) << what;
  for (const ModelFit& fit : result.cell.models) {
    const std::string name = what + ": " + fit_name(fit);
    EXPECT_EQ(fit.status == FitStatus::ok, fit.reason.empty()) << name;
    if (fit.status == FitStatus::failed) continue;
    EXPECT_FALSE(fit.parameters.empty()) << name;
    for (const ParameterEstimate& parameter : fit.parameters) {
      EXPECT_TRUE(std::isfinite(parameter.value)) << name << " " << parameter.name();
      if (!parameter.ci95) continue;
      EXPECT_TRUE(std::isfinite(parameter.ci95->low) && std::isfinite(parameter.ci95->high))
          << name << " " << parameter.name();
      EXPECT_LE(parameter.ci95->low, parameter.ci95->high) << name << " " << parameter.name();
    }
  }
  for (const TrainingPrediction& prediction : result.training) {
    EXPECT_TRUE(std::isfinite(prediction.md_star_bound.value_or(0.0))) << what;
    EXPECT_TRUE(std::isfinite(prediction.gamma.value_or(0.0))) << what;
  }
  for (const SpikeTuning& tuning : result.cell.tunings)
    EXPECT_TRUE(std::isfinite(tuning.gamma_after)) << what << ": " << tuning.model;
}

TEST(Degenerate, TrainingWithoutSpikes) {
  expect_clear_answers(recording_of(Model(kCell), noise(0.0, 25.0, 1)), "no spikes", 0, 0);
}

TEST(Degenerate, TrainingWithAHandfulOfSpikes) {
  expect_clear_answers(recording_of(Model(kCell), noise(20.0, 55.0, 4)), "a handful", 3, 19);
}

TEST(Degenerate, TrainingOfBurstsAlone) {
  const Adex bursting{100.0, 5.0, -65.0, -50.0, 1.5, 1.0, 40.0, 150.0, 20.0, {-47.0, 2.0}};
  expect_clear_answers(recording_of(Model(bursting), noise(70.0, 40.0, 3)), "bursts", 50, 3000);
}

TEST(Degenerate, TrainingWithASilentHalf) {
  std::vector<double> current = noise(50.0, 80.0, 5);
  const std::vector<double> weak = noise(0.0, 20.0, 6);
  std::copy(weak.begin() + static_cast<std::ptrdiff_t>(weak.size() / 2), weak.end(),
            current.begin() + static_cast<std::ptrdiff_t>(current.size() / 2));
  expect_clear_answers(recording_of(Model(kCell), current), "silent half", 50, 2000);
}

}  // namespace
}  // namespace libfit
