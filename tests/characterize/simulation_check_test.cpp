// Models that go wrong where training was not, made to do so; and that a good one is left alone.
#include "libfit/characterize/simulation_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/characterize/prediction.hpp"
#include "libfit/characterize/step_comparison.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"
#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

using gif_test::gif_cell;
using testing::HasSubstr;

ModelFit entry_of(const Model& model, FitStatus status = FitStatus::ok) {
  ModelFit fit;
  fit.model = model;
  fit.status = status;
  return fit;
}

// 20 s of a cell of the family on noise around 40 pA, with `lead_ms` of `held_pA` first.
Membrane membrane_of_gif(double lead_ms = 0.0, double held_pA = 0.0) {
  NoiseOptions noise;
  noise.mean_pA = 40.0;
  noise.components = {{60.0, 5.0}};
  Sweep sweep;
  sweep.dt_ms = 0.5;
  sweep.current_pA.assign(static_cast<std::size_t>(lead_ms / sweep.dt_ms), held_pA);
  const auto noise_pA = noise_current(noise, 20000.0, sweep.dt_ms, 3);
  sweep.current_pA.insert(sweep.current_pA.end(), noise_pA.begin(), noise_pA.end());
  const Prediction answer = simulate(gif_cell(), sweep.current_pA, sweep.dt_ms);
  sweep.voltage_mV = answer.voltage_mV;
  Membrane membrane;
  membrane.spikes_ms = {answer.spike_times_ms};
  membrane.quality.rate_Hz = 1000.0 * static_cast<double>(answer.spike_times_ms.size()) / sweep.duration_ms();
  membrane.recording.sweeps.push_back(std::move(sweep));
  return membrane;
}

const Lif kRestingLif{100.0, 5.0, -65.0, -52.0, {-58.0, 4.0}};
const Eif kRestingEif{100.0, 5.0, -65.0, -52.0, 1.5, 0.0, {-58.0, 4.0}};

// Hyperpolarisation below what training holds raises its hazard.
Gif fires_at_rest() {
  Gif m = gif_cell();
  m.kind = GifKind::igif2;
  m.thresholds = {{20.0, -62.0, 1.0, -1.0, 4.0}};
  return m;
}

// Strong depolarisation takes its hazard away.
Gif falls_silent() {
  Gif m = gif_cell();
  m.kind = GifKind::history_gif;
  m.thresholds = {{20.0, -45.0, 3.0, 1.0, -3.0}};
  return m;
}

// Every spike makes the next more likely, without end.
Gif runs_away() {
  Gif m = gif_cell();
  m.kind = GifKind::igif;
  m.history = {{5.0, 15.0, 4.0}};
  m.currents.clear();
  m.drive.currents.clear();
  return m;
}

std::vector<ModelFit> checked(const Membrane& membrane, std::vector<ModelFit> fits) {
  tell_fits(check_simulation(membrane, fits, 1, 2), fits);
  return fits;
}

TEST(SimulationCheck, TellsWhatGoesWrongWhereTrainingWasNot) {
  const auto fits = checked(membrane_of_gif(),
                            {entry_of(kRestingLif), entry_of(kRestingEif), entry_of(gif_cell()),
                             entry_of(fires_at_rest()), entry_of(falls_silent()), entry_of(runs_away())});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(fits[i].status, FitStatus::ok) << fit_name(fits[i]) << ": " << fits[i].reason;
    EXPECT_EQ(fits[i].reason, "");
  }
  EXPECT_EQ(fits[3].status, FitStatus::not_simulable);
  EXPECT_THAT(fits[3].reason, HasSubstr("where the cell is silent"));
  EXPECT_EQ(fits[4].status, FitStatus::not_simulable);
  EXPECT_THAT(fits[4].reason, HasSubstr("falls silent under a constant 300 pA"));
  EXPECT_THAT(fits[4].reason, HasSubstr("of 5 other models fire"));
  EXPECT_EQ(fits[5].status, FitStatus::not_simulable);
  EXPECT_THAT(fits[5].reason, HasSubstr("runs away in 16 of 16 trials"));
  EXPECT_EQ(status_name(fits[5].status), "not_simulable");
}

// 0.02 per ms at any voltage: 19 Hz with its refractory time.
TEST(SimulationCheck, RatesAreThoseOfTheModelUnderEachCurrent) {
  Gif blind = gif_cell();
  blind.filters.clear();
  blind.history.clear();
  blind.log_rate_per_ms = std::log(0.02);
  const SimulationChecks checks =
      check_simulation(membrane_of_gif(), {entry_of(kRestingLif), entry_of(blind)}, 1, 1);
  ASSERT_EQ(checks.models.size(), 2U);
  EXPECT_EQ(checks.currents_pA.front(), -100.0);
  EXPECT_EQ(checks.currents_pA.back(), 300.0);
  EXPECT_THAT(checks.currents_pA, testing::Contains(0.0));
  const double expected_Hz = 1000.0 / (4.0 + 1.0 / -std::expm1(-0.02));
  double mean_Hz = 0.0;
  for (std::size_t i = 0; i < checks.currents_pA.size(); ++i) {
    EXPECT_NEAR(checks.models[1].rates_Hz[i], expected_Hz, 0.2 * expected_Hz);  // 4 % SD
    mean_Hz += checks.models[1].rates_Hz[i] / static_cast<double>(checks.currents_pA.size());
    const double lif_ms =
        4.0 + 20.0 * std::log((checks.currents_pA[i] / 5.0 - 7.0) / (checks.currents_pA[i] / 5.0 - 13.0));
    const double lif_Hz = checks.currents_pA[i] > 65.0 ? 1000.0 / lif_ms : 0.0;
    EXPECT_NEAR(checks.models[0].rates_Hz[i], lif_Hz, 1.0) << checks.currents_pA[i];
  }
  EXPECT_NEAR(mean_Hz, expected_Hz, 0.06 * expected_Hz);
}

TEST(SimulationCheck, TakesTheSilenceOfTheCellFromWhatTrainingHolds) {
  const auto silent = [](const Membrane& membrane, const std::vector<ModelFit>& fits) {
    return check_simulation(membrane, fits, 1, 1).silent_pA;
  };
  const std::vector<ModelFit> none{entry_of(gif_cell())};
  // The curve: at rest without current.
  EXPECT_EQ(silent(membrane_of_gif(), {entry_of(kRestingLif), entry_of(gif_cell())}), 0.0);
  Lif spontaneous = kRestingLif;
  spontaneous.E_mV = -50.0;
  EXPECT_EQ(silent(membrane_of_gif(), {entry_of(spontaneous), entry_of(gif_cell())}), std::nullopt);
  EXPECT_EQ(silent(membrane_of_gif(), {entry_of(kRestingLif, FitStatus::not_identified)}), std::nullopt);
  // A lead in which the current was held.
  EXPECT_NEAR(silent(membrane_of_gif(4000.0, -30.0), none).value(), -30.0, 1e-9);
  EXPECT_EQ(silent(membrane_of_gif(1000.0, -30.0), none), std::nullopt);  // too short to tell
  // One in which the cell fires: silent below it, where the curve says so, and not at all where it is at
  // rest.
  EXPECT_EQ(silent(membrane_of_gif(2000.0, 60.0), {entry_of(kRestingLif)}), 0.0);
  Membrane firing = membrane_of_gif(4000.0, -30.0);
  firing.spikes_ms[0].insert(firing.spikes_ms[0].begin(), {1000.0, 2000.0});
  EXPECT_EQ(silent(firing, {entry_of(kRestingLif)}), std::nullopt);
  // Then nothing is held against a model that fires at rest.
  EXPECT_EQ(
      checked(membrane_of_gif(), {entry_of(fires_at_rest()), entry_of(gif_cell())})[0].reason.find("silent"),
      std::string::npos);
}

TEST(BestSimulable, IsTheBestWithoutAFault) {
  const std::vector<ModelFit> fits{entry_of(kRestingLif), entry_of(kRestingEif, FitStatus::not_identified),
                                   entry_of(falls_silent(), FitStatus::not_simulable)};
  std::vector<TrainingPrediction> predictions(3);
  for (std::size_t i = 0; i < 3; ++i) {
    predictions[i].model = fit_name(fits[i]);
    predictions[i].md_star_bound = 0.5 + 0.1 * static_cast<double>(i);
    predictions[i].model_spikes = predictions[i].data_spikes = 100;
  }
  EXPECT_EQ(best_on_training(predictions, fits), "history_gif");
  EXPECT_EQ(best_on_training(predictions, fits, true), "lif");
  // Three times the cell's spikes on training itself.
  predictions[0].model_spikes = 300;
  EXPECT_EQ(best_on_training(predictions, fits, true), "");
}

Recording steps_of(const Model& cell) {
  Recording recording;
  for (double pA = -40.0; pA <= 200.0; pA += 40.0) {
    Sweep& sweep = recording.sweeps.emplace_back();
    sweep.dt_ms = 0.1;
    sweep.current_pA.assign(8000, -10.0);
    for (std::size_t k = 1000; k < 6000; ++k) sweep.current_pA[k] += pA;
    sweep.voltage_mV = simulate(cell, sweep.current_pA, sweep.dt_ms).voltage_mV;
  }
  return recording;
}

TEST(StepComparison, ScoresTheCellsOwnModelBestAndCountsItsSpikes) {
  Membrane membrane;
  membrane.criterion.level_mV = -20.0;
  Eif early = kRestingEif;
  early.V_T_mV = -60.0;
  Gif gif = gif_cell();
  const StepComparison steps =
      compare_on_steps(steps_of(kRestingEif), membrane,
                       {entry_of(kRestingEif), entry_of(early), entry_of(gif),
                        entry_of(kRestingLif, FitStatus::failed), entry_of(Passive{100.0, 5.0, -65.0})},
                       1, 2);
  ASSERT_EQ(steps.models.size(), 3U);
  ASSERT_EQ(steps.amplitude_pA.size(), 7U);
  EXPECT_NEAR(steps.amplitude_pA.front(), -40.0, 1e-9);
  // Rheobase of the truth: g (V_T - E - Delta_T) = 57.5 pA, with -10 pA held.
  EXPECT_NEAR(steps.cell.rheobase_pA.value(), 80.0, 1e-9);
  EXPECT_NEAR(steps.models[0].rmse_Hz.value(), 0.0, 0.5);
  EXPECT_GT(steps.models[1].rmse_Hz.value(), 5.0);
  EXPECT_EQ(steps.models[1].rheobase_pA, std::optional(steps.amplitude_pA[2]));
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_NEAR(steps.models[0].mean_Hz[i], steps.cell.mean_Hz[i], 2.0 + 1e-9) << i;  // one spike in 500 ms
  EXPECT_FALSE(steps.cell.rmse_Hz);
}

}  // namespace
}  // namespace libfit
