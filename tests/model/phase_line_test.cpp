#include "libfit/model/phase_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/model/model_by_hand.hpp"

namespace libfit {
namespace {

using testing::Contains;
using testing::HasSubstr;

PhaseLine line_of(const Model& model, double holding_pA = 0.0) {
  PhaseLineOptions options;
  options.holding_pA = holding_pA;
  return analyze_phase_line(model, options).value();
}

TEST(PhaseLine, OfTheEifHasTheRheobaseOfItsFormula) {
  const PhaseLine line = line_of(model_by_hand("eif"));
  EXPECT_NEAR(line.rheobase_pA.value(), 10.0 * (-50.0 + 65.0 - 1.5), 1e-12);
  EXPECT_EQ(line.slow_threshold_mV, -50.0);
  EXPECT_NEAR(line.bifurcation_pA.value(), 135.0, 1e-12);
  ASSERT_EQ(line.resting_mV.size(), 1U);
  EXPECT_NEAR(line.resting_mV[0], rest_mV(model_by_hand("eif")).value(), 1e-9);
  // The upper zero: E - V + Delta exp((V - V_T)/Delta) = 0.
  const double V = line.pulse_threshold_mV.value();
  EXPECT_GT(V, -50.0);
  EXPECT_NEAR(-65.0 - V + 1.5 * std::exp((V + 50.0) / 1.5), 0.0, 1e-11);
  EXPECT_NEAR(line.pulse_charge_pC.value(), 0.15 * (V - line.resting_mV[0]), 1e-12);
  EXPECT_EQ(line.onset.value().type, OnsetType::type_1);
  EXPECT_THAT(line.explanation, Contains(HasSubstr("a short pulse has to bring V to")));
}

TEST(PhaseLine, OfTheQifHasRestAndThresholdAsGiven) {
  const PhaseLine line = line_of(model_by_hand("qif"));
  EXPECT_NEAR(line.resting_mV.at(0), -65.0, 1e-12);
  EXPECT_NEAR(line.pulse_threshold_mV.value(), -45.0, 1e-12);
  EXPECT_NEAR(line.slow_threshold_mV.value(), -55.0, 1e-12);
  EXPECT_NEAR(line.rheobase_pA.value(), 0.5 * 400.0 / 4.0, 1e-12);
  EXPECT_NEAR(line.input_resistance_MOhm.value(), 100.0, 1e-10);
  EXPECT_NEAR(line.tau_ms.value(), 15.0, 1e-11);
  EXPECT_NEAR(line.pulse_charge_pC.value(), 3.0, 1e-12);
}

TEST(PhaseLine, OfTheLifHasOneThresholdForPulsesAndSlowCurrents) {
  const PhaseLine line = line_of(model_by_hand("lif"));
  EXPECT_EQ(line.pulse_threshold_mV, -50.0);
  EXPECT_EQ(line.slow_threshold_mV, -50.0);
  EXPECT_NEAR(line.rheobase_pA.value(), 150.0, 1e-12);
  EXPECT_NEAR(line.bifurcation_pA.value(), 150.0, 1e-12);
  EXPECT_NEAR(line.input_resistance_MOhm.value(), 100.0, 1e-10);
  EXPECT_EQ(line.onset.value().type, OnsetType::type_1);
}

TEST(PhaseLine, OfAPassiveMembraneHasNoThreshold) {
  const PhaseLine line = line_of(model_by_hand("passive"));
  EXPECT_NEAR(line.resting_mV.at(0), -65.0, 1e-12);
  EXPECT_FALSE(line.pulse_threshold_mV.has_value());
  EXPECT_FALSE(line.rheobase_pA.has_value());
  EXPECT_FALSE(line.onset.has_value());
  EXPECT_NEAR(line.tau_ms.value(), 15.0, 1e-11);
}

TEST(PhaseLine, WithAHoldingCurrentMovesTheFixedPointsButNotTheRheobase) {
  const PhaseLine silent = line_of(model_by_hand("eif"));
  const PhaseLine held = line_of(model_by_hand("eif"), 100.0);
  EXPECT_GT(held.resting_mV.at(0), silent.resting_mV.at(0) + 9.0);
  EXPECT_LT(held.pulse_threshold_mV.value(), silent.pulse_threshold_mV.value());
  EXPECT_LT(held.pulse_charge_pC.value(), silent.pulse_charge_pC.value());
  EXPECT_GT(held.tau_ms.value(), silent.tau_ms.value());
  EXPECT_EQ(held.rheobase_pA, silent.rheobase_pA);
}

TEST(PhaseLine, WithoutRestSaysThatTheModelFiresByItself) {
  const PhaseLine line = line_of(model_by_hand("lif", "E_mV=-40"));
  EXPECT_TRUE(line.resting_mV.empty());
  EXPECT_FALSE(line.pulse_threshold_mV.has_value());
  EXPECT_NEAR(line.rheobase_pA.value(), -100.0, 1e-12);
  EXPECT_THAT(line.explanation, Contains(HasSubstr("fires by itself")));
}

TEST(PhaseLine, WithAResetAboveTheSlowThresholdHasTypeTwoOnset) {
  const Model model = model_by_hand("qif", "V_reset_mV=-50");
  const PhaseLine line = line_of(model);
  const Onset onset = line.onset.value();
  EXPECT_EQ(onset.type, OnsetType::type_2);
  // Sustained down to where -50 mV is the unstable fixed point: a (10^2 - 5^2).
  EXPECT_NEAR(onset.sustaining_pA.value(), 50.0 - 0.5 * 25.0, 1e-12);
  EXPECT_NEAR(onset.rate_Hz.value(), firing_rate_Hz(model, 50.0).value(), 1e-9);
  EXPECT_GT(onset.rate_Hz.value(), 5.0);
  EXPECT_EQ(line_of(model_by_hand("qif", "V_reset_mV=-56")).onset.value().type, OnsetType::type_1);
}

// F with two rests: -80 (stable), -70, -60 (stable), -50, each 10 mV apart.
TEST(PhaseLine, WithTwoRestsTakesTheThresholdsFromTheLowest) {
  const Model model(
      Tabulated{100.0, {-85.0, -75.0, -65.0, -55.0, -45.0}, {1.0, -1.0, 1.0, -2.0, 2.0}, 0.0, {-70.0, 2.0}});
  const PhaseLine line = line_of(model);
  ASSERT_EQ(line.fixed_points.size(), 4U);
  EXPECT_THAT(line.resting_mV,
              testing::ElementsAre(testing::DoubleEq(-80.0), testing::DoubleNear(-61.6667, 1e-3)));
  EXPECT_NEAR(line.pulse_threshold_mV.value(), -50.0, 1e-12);
  EXPECT_NEAR(line.bifurcation_pA.value(), 100.0, 1e-12);
  EXPECT_NEAR(line.rheobase_pA.value(), 200.0, 1e-12);
  EXPECT_EQ(line.slow_threshold_mV, -55.0);
  EXPECT_THAT(line.explanation, Contains(HasSubstr("2 voltages are stable")));
  EXPECT_THAT(line.explanation, Contains(HasSubstr("V then finds another")));
}

// With w = a (V - E): F_steady is least at V_T + Delta ln(1 + a/g), where its slope vanishes.
TEST(PhaseLine, OfTheAdexMeetsASlowCurrentWithItsAdaptationSettled) {
  const Model adex = model_by_hand("adex", "a_nS=1,tau_w_ms=100");  // C/tau_w = 1.5 nS > a: no Hopf
  const PhaseLine line = line_of(adex);
  const double V_least = -50.0 + 1.5 * std::log(1.1);
  EXPECT_NEAR(line.slow_threshold_mV.value(), V_least, 1e-12);
  EXPECT_NEAR(line.rheobase_pA.value(), 11.0 * (V_least + 65.0) - 10.0 * 1.5 * 1.1, 1e-10);
  EXPECT_NEAR(line.resting_mV.at(0), rest_mV(adex).value(), 1e-9);
  EXPECT_NEAR(line.input_resistance_MOhm.value(), 1000.0 / 11.0, 0.1);
  EXPECT_NEAR(line.tau_ms.value(), 15.0, 0.1);
  EXPECT_FALSE(line.onset.has_value());
  EXPECT_TRUE(rest_mV(adex, line.rheobase_pA.value() - 0.01).has_value());
  EXPECT_FALSE(rest_mV(adex, line.rheobase_pA.value() + 0.01).has_value());
  // A pulse meets w as it is at rest, so that its threshold is nearly that of the EIF without it.
  EXPECT_NEAR(line.pulse_threshold_mV.value(), line_of(model_by_hand("eif")).pulse_threshold_mV.value(),
              0.01);
}

TEST(PhaseLine, OfTheAdexWithStrongSlowAdaptationEndsByAHopfBifurcation) {
  const Model adex = model_by_hand("adex", "a_nS=10,tau_w_ms=100");
  const PhaseLine line = line_of(adex);
  EXPECT_NEAR(line.slow_threshold_mV.value(), -50.0 + 1.5 * std::log(1.15), 1e-12);
  EXPECT_EQ(line.onset.value().type, OnsetType::type_2);
  EXPECT_FALSE(line.onset.value().rate_Hz.has_value());
  EXPECT_TRUE(rest_mV(adex, line.rheobase_pA.value() - 0.01).has_value());
  EXPECT_FALSE(rest_mV(adex, line.rheobase_pA.value() + 0.01).has_value());
  EXPECT_THAT(line.explanation, Contains(HasSubstr("Hopf")));
}

TEST(PhaseLine, OfTheRefractoryEifIsThatOfTheEifLongAfterItsSpike) {
  const PhaseLine late = line_of(model_by_hand("refractory_eif"));
  const PhaseLine eif = line_of(model_by_hand("eif"));
  EXPECT_NEAR(late.rheobase_pA.value(), 135.0, 1e-10);
  EXPECT_EQ(late.pulse_threshold_mV, eif.pulse_threshold_mV);
  EXPECT_FALSE(late.onset.has_value());
}

TEST(PhaseLine, RefusesBadParametersInsteadOfLookingForever) {
  EXPECT_THROW(analyze_phase_line(Model(Lif{150.0, 10.0, -65.0, -50.0, {-45.0, 3.0}})), OptionError);
  EXPECT_THROW(analyze_phase_line(Model(Qif{150.0, 0.5, -65.0, -70.0, 20.0, {-60.0, 3.0}})), OptionError);
  EXPECT_THROW(analyze_phase_line(Model(Eif{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-40.0, 0.0}})),
               OptionError);
  PhaseLineOptions options;
  options.holding_pA = std::nan("");
  EXPECT_THROW(analyze_phase_line(model_by_hand("eif"), options), OptionError);
}

}  // namespace
}  // namespace libfit
