// Tuning of threshold and reset on training spikes, on a cell whose threshold the curve got wrong.
#include "libfit/fit/spike_tuning.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

const Eif kTuned{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}};

Membrane training_of(const Model& cell, double duration_ms) {
  Sweep sweep;
  sweep.dt_ms = 0.1;
  sweep.current_pA = noise_current(badel_2008_noise(45.0, 80.0, 80.0), duration_ms, sweep.dt_ms, 4);
  const Prediction run = simulate(cell, sweep.current_pA, sweep.dt_ms);
  sweep.voltage_mV = run.voltage_mV;
  Membrane membrane;
  membrane.recording.sweeps = {sweep};
  membrane.spikes_ms = {run.spike_times_ms};
  return membrane;
}

ModelFit fit_of(const Model& model) {
  ModelFit fit;
  fit.model = model;
  fit.status = FitStatus::ok;
  fit.parameters = {{&quantities::V_T_mV, std::get<Eif>(model).V_T_mV, 0.1, Interval{-60.0, -40.0}, {}}};
  fit.curve.emplace().degrees_of_freedom = 5;
  return fit;
}

TEST(SpikeTuning, FindsTheThresholdThatTheCurveGotWrong) {
  const Membrane membrane = training_of(Model(kTuned), 30000.0);
  ASSERT_GT(membrane.spike_count(), 60U);
  Eif off = kTuned;
  off.V_T_mV += 3.0;
  off.reset.V_reset_mV -= 4.0;
  const auto tuned = tune_to_spikes(membrane, {fit_of(Model(off))});
  ASSERT_EQ(tuned.size(), 1U);
  const SpikeTuning& tuning = tuned.front().tuning;
  EXPECT_EQ(tuning.model, "eif_tuned");
  EXPECT_LT(tuning.gamma_before, 0.7);
  EXPECT_GT(tuning.gamma_after, 0.95);
  const Eif& found = std::get<Eif>(tuned.front().fit.model);
  EXPECT_NEAR(found.V_T_mV, kTuned.V_T_mV, 0.5);
  EXPECT_EQ(found.g_nS, kTuned.g_nS);
  EXPECT_EQ(found.Delta_T_mV, kTuned.Delta_T_mV);
  EXPECT_EQ(tuning.fold_models.size(), 3U);
  // What was tuned has no interval any more, and says its new value.
  EXPECT_EQ(tuned.front().fit.parameters.front().value, found.V_T_mV);
  EXPECT_FALSE(tuned.front().fit.parameters.front().ci95);
  EXPECT_FALSE(tuned.front().fit.curve);
}

TEST(SpikeTuning, IsTheSameOnAnyNumberOfThreads) {
  const Membrane membrane = training_of(Model(kTuned), 10000.0);
  Eif off = kTuned;
  off.V_T_mV -= 2.0;
  const std::vector<ModelFit> models(3, fit_of(Model(off)));
  const auto one = tune_to_spikes(membrane, models, {4.0, 3, 5000.0, 1});
  const auto many = tune_to_spikes(membrane, models, {4.0, 3, 5000.0, 3});
  ASSERT_EQ(one.size(), many.size());
  for (std::size_t i = 0; i < one.size(); ++i)
    EXPECT_EQ(std::get<Eif>(one[i].fit.model).V_T_mV, std::get<Eif>(many[i].fit.model).V_T_mV);
}

TEST(SpikeTuning, LeavesAloneWhatHasNoThresholdOrNoSpikes) {
  const Membrane membrane = training_of(Model(kTuned), 10000.0);
  ModelFit passive = fit_of(Model(kTuned));
  passive.model = Passive{100.0, 5.0, -65.0};
  ModelFit failed = fit_of(Model(kTuned));
  failed.status = FitStatus::failed;
  EXPECT_TRUE(tune_to_spikes(membrane, {passive, failed}).empty());
  Membrane silent = membrane;
  silent.spikes_ms = {{100.0, 200.0}};
  EXPECT_TRUE(tune_to_spikes(silent, {fit_of(Model(kTuned))}).empty());
}

// A reset in the upstroke fires without end, and without a refractory time it is no model: nothing is thrown,
// and nothing is made of it.
TEST(SpikeTuning, MakesNothingOfAModelThatFiresWithoutEnd) {
  const Membrane membrane = training_of(Model(kTuned), 5000.0);
  ASSERT_GE(membrane.spike_count(), 20U);
  for (const double t_ref_ms : {0.0, 0.1}) {
    Eif endless = kTuned;
    endless.reset = {19.0, t_ref_ms};
    EXPECT_TRUE(tune_to_spikes(membrane, {fit_of(Model(endless))}).empty()) << t_ref_ms;
  }
}

}  // namespace
}  // namespace libfit
