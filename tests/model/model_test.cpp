#include "libfit/model/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Passive passive() { return {150.0, 10.0, -65.0}; }
Lif lif() { return {150.0, 10.0, -65.0, -50.0, {-60.0, 3.0}}; }
Qif qif() { return {150.0, 0.5, -65.0, -48.0, 20.0, {-60.0, 3.0}}; }
Eif eif() { return {150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}}; }
RefractoryEif refractory() {
  return {284.0, 15.2, -68.5, -52.7, 1.16, 26.0, 25.0, 14.8, 12.7, 6.0, 40.0, 3.0, 8.0, 20.0, {-60.0, 4.0}};
}
Adex adex() { return {150.0, 10.0, -65.0, -50.0, 1.5, 4.0, 60.0, 120.0, 20.0, {-60.0, 3.0}}; }
Tabulated tabulated() {
  return {150.0, {-80.0, -60.0, -50.0, -45.0}, {2.0, -0.5, -1.0, 4.0}, 20.0, {-60.0, 3.0}};
}

TEST(Drift, OfTheEifIsItsFormula) {
  for (const double V : {-90.0, -65.0, -52.3, -50.0, -44.0}) {
    const double expected = 10.0 / 150.0 * (-65.0 - V + 1.5 * std::exp((V + 50.0) / 1.5));
    EXPECT_NEAR(drift_mV_per_ms(Model(eif()), V), expected, 1e-12 * (1.0 + std::abs(expected)));
  }
}

TEST(Drift, OfTheEifHasItsLeastValueAtVT) {
  const double least = drift_mV_per_ms(Model(eif()), -50.0);
  EXPECT_NEAR(least, 10.0 / 150.0 * (-65.0 + 50.0 + 1.5), 1e-14);
  EXPECT_GT(drift_mV_per_ms(Model(eif()), -50.01), least);
  EXPECT_GT(drift_mV_per_ms(Model(eif()), -49.99), least);
}

TEST(Drift, OfTheEifStaysFiniteWhereTheExponentialOverflows) {
  EXPECT_TRUE(std::isfinite(drift_mV_per_ms(Model(eif()), 1e6)));
  EXPECT_GT(drift_mV_per_ms(Model(eif()), 1e6), 1e100);
  EXPECT_TRUE(std::isfinite(drift_mV_per_ms(Model(eif()), -1e6)));
}

TEST(Drift, OfTheQifVanishesAtRestAndAtTheThreshold) {
  EXPECT_EQ(drift_mV_per_ms(Model(qif()), -65.0), 0.0);
  EXPECT_EQ(drift_mV_per_ms(Model(qif()), -48.0), 0.0);
  EXPECT_NEAR(drift_mV_per_ms(Model(qif()), -56.5), -0.5 * 8.5 * 8.5 / 150.0, 1e-15);
}

TEST(Drift, OfPassiveAndLifIsTheLeak) {
  EXPECT_NEAR(drift_mV_per_ms(Model(passive()), -50.0), -1.0, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(Model(lif()), -80.0), 1.0, 1e-15);
}

TEST(Drift, OfATableIsLinearBetweenItsPointsAndGoesOnWithItsLastSlopes) {
  const Model model(tabulated());
  EXPECT_NEAR(drift_mV_per_ms(model, -80.0), 2.0, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(model, -70.0), 0.75, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(model, -50.0), -1.0, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(model, -45.0), 4.0, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(model, -88.0), 3.0, 1e-15);
  EXPECT_NEAR(drift_mV_per_ms(model, -35.0), 14.0, 1e-14);
}

TEST(Rest, IsAStableZeroOfTheDrift) {
  for (const Model& model : {Model(passive()), Model(lif()), Model(qif()), Model(eif()), Model(tabulated()),
                             Model(refractory())}) {
    for (const double I : {-500.0, -20.0, 0.0, 30.0}) {
      const auto V = rest_mV(model, I);
      ASSERT_TRUE(V.has_value()) << model_name(model) << " " << I;
      const double shift = I / capacitance_pF(model);
      EXPECT_NEAR(drift_mV_per_ms(model, *V) + shift, 0.0, 1e-11) << model_name(model) << " " << I;
      EXPECT_GT(drift_mV_per_ms(model, *V - 0.01) + shift, 0.0) << model_name(model) << " " << I;
      EXPECT_LT(drift_mV_per_ms(model, *V + 0.01) + shift, 0.0) << model_name(model) << " " << I;
    }
  }
}

// Rheobase: minus C times the least F. Lif: g (V_th - E).
TEST(Rest, IsAbsentAboveTheRheobaseAndNowhereElse) {
  const auto check = [](const Model& model, double rheobase_pA) {
    EXPECT_TRUE(rest_mV(model, rheobase_pA - 1e-6).has_value()) << model_name(model);
    EXPECT_FALSE(rest_mV(model, rheobase_pA + 1e-6).has_value()) << model_name(model);
  };
  check(Model(lif()), 10.0 * 15.0);
  check(Model(qif()), 0.5 * 17.0 * 17.0 / 4.0);
  check(Model(eif()), 10.0 * (-50.0 + 65.0 - 1.5));
  check(Model(tabulated()), 150.0 * 1.0);
}

TEST(Rest, IsTheLowestOfSeveral) {
  Tabulated two = tabulated();
  two.V_mV = {-80.0, -70.0, -60.0, -50.0, -40.0};
  two.F_mV_per_ms = {1.0, -1.0, 1.0, -1.0, 1.0};
  EXPECT_NEAR(rest_mV(Model(two)).value(), -75.0, 1e-12);
  EXPECT_NEAR(rest_mV(Model(two), -450.0).value(), -90.0, 1e-12);  // on the continued first slope
}

// At rest dV/dt = 0 with w = a (V - E), and above the rheobase there is no such voltage.
TEST(Rest, OfTheAdexIsWhereMembraneAndAdaptationStandStill) {
  for (const double I : {-300.0, 0.0, 80.0, 150.0}) {
    const auto V = rest_mV(Model(adex()), I);
    ASSERT_TRUE(V.has_value()) << I;
    const double w = 4.0 * (*V + 65.0);
    EXPECT_NEAR(drift_mV_per_ms(Model(adex()), *V) + (I - w) / 150.0, 0.0, 1e-11) << I;
  }
  EXPECT_FALSE(rest_mV(Model(adex()), 1000.0).has_value());
}

// The lower zero is there until the steady current exceeds (g + a) (V* - E - Delta_T), V* = V_T + Delta_T
// ln((g + a)/g); the rest is gone before, where the exponential grows at 1/tau_w.
TEST(Rest, OfTheAdexEndsWhereAdaptationIsTooSlowToHoldIt) {
  Adex slow = adex();
  slow.a_nS = 40.0;
  slow.tau_w_ms = 200.0;
  const double V_Hopf = -50.0 + 1.5 * std::log(1.0 + 150.0 / (10.0 * 200.0));
  const double w = 40.0 * (V_Hopf + 65.0);
  const double I_Hopf = w - 150.0 * drift_mV_per_ms(Model(slow), V_Hopf);
  EXPECT_TRUE(rest_mV(Model(slow), I_Hopf - 0.01).has_value());
  EXPECT_FALSE(rest_mV(Model(slow), I_Hopf + 0.01).has_value());
}

TEST(StateAfterSpike, IsTheSumOfItsExponentials) {
  const EifState at = state_after_spike(refractory(), 10.0);
  EXPECT_NEAR(at.g_nS, 15.2 + 26.0 * std::exp(-10.0 / 25.0), 1e-12);
  EXPECT_NEAR(at.V_T_mV, -52.7 + 14.8 * std::exp(-10.0 / 12.7), 1e-12);
  EXPECT_NEAR(at.E_mV, -68.5 + 6.0 * std::exp(-10.0 / 40.0) - 3.0 * std::exp(-10.0 / 8.0), 1e-12);
  const EifState rest = state_after_spike(refractory(), infinity);
  EXPECT_EQ(rest.g_nS, 15.2);
  EXPECT_EQ(rest.E_mV, -68.5);
  EXPECT_EQ(rest.V_T_mV, -52.7);
}

TEST(Models, HaveTheNamesOfFilesAndOptions) {
  EXPECT_EQ(model_name(Model(passive())), "passive");
  EXPECT_EQ(model_name(Model(lif())), "lif");
  EXPECT_EQ(model_name(Model(qif())), "qif");
  EXPECT_EQ(model_name(Model(eif())), "eif");
  EXPECT_EQ(model_name(Model(tabulated())), "tabulated");
  EXPECT_EQ(model_name(Model(refractory())), "refractory_eif");
  EXPECT_EQ(model_name(Model(adex())), "adex");
}

TEST(Models, HaveASpikeVoltageUnlessPassive) {
  EXPECT_FALSE(spike_voltage_mV(Model(passive())).has_value());
  EXPECT_EQ(spike_voltage_mV(Model(lif())), -50.0);
  EXPECT_EQ(spike_voltage_mV(Model(eif())), 20.0);
}

TEST(Validate, TakesEveryModelAsItShouldBe) {
  for (const Model& model : {Model(passive()), Model(lif()), Model(qif()), Model(eif()), Model(tabulated()),
                             Model(refractory()), Model(adex())}) {
    EXPECT_NO_THROW(validate(model)) << model_name(model);
  }
}

void expect_refused(const Model& model, const std::string& name) {
  try {
    validate(model);
    ADD_FAILURE() << model_name(model) << " was taken; expected a refusal of " << name;
  } catch (const OptionError& error) {
    EXPECT_THAT(std::string(error.what()), testing::StartsWith(name)) << model_name(model);
  }
}

TEST(Validate, RefusesAnyScalarThatIsNotFiniteByItsName) {
  for (const Model& model : {Model(passive()), Model(lif()), Model(qif()), Model(eif()), Model(tabulated()),
                             Model(refractory()), Model(adex())}) {
    for (const ParameterValue& parameter : scalar_parameters(model)) {
      for (const double bad : {not_a_number, infinity, -infinity}) {
        Model broken = model;
        std::visit(
            [&](auto& m) {
              for_each_parameter(m, [&](const Quantity& quantity, double& value) {
                if (&quantity == parameter.quantity) value = bad;
              });
            },
            broken);
        expect_refused(broken, std::string(parameter.name()));
      }
    }
  }
}

template <class M>
Model changed(M model, const std::function<void(M&)>& change) {
  change(model);
  return Model(model);
}

TEST(Validate, RefusesWhatMakesNoSense) {
  expect_refused(changed<Passive>(passive(), [](auto& m) { m.C_pF = 0.0; }), "C_pF");
  expect_refused(changed<Eif>(eif(), [](auto& m) { m.C_pF = -1.0; }), "C_pF");
  expect_refused(changed<Passive>(passive(), [](auto& m) { m.g_nS = 0.0; }), "g_nS");
  expect_refused(changed<Lif>(lif(), [](auto& m) { m.g_nS = -2.0; }), "g_nS");
  expect_refused(changed<Lif>(lif(), [](auto& m) { m.reset.V_reset_mV = -50.0; }), "V_reset_mV");
  expect_refused(changed<Lif>(lif(), [](auto& m) { m.reset.t_ref_ms = -0.1; }), "t_ref_ms");
  expect_refused(changed<Qif>(qif(), [](auto& m) { m.a_nS_per_mV = 0.0; }), "a_nS_per_mV");
  expect_refused(changed<Qif>(qif(), [](auto& m) { m.V_c_mV = -66.0; }), "V_c_mV");
  expect_refused(changed<Qif>(qif(), [](auto& m) { m.V_spike_mV = -48.0; }), "V_spike_mV");
  expect_refused(changed<Qif>(qif(), [](auto& m) { m.reset.V_reset_mV = 20.0; }), "V_reset_mV");
  expect_refused(changed<Eif>(eif(), [](auto& m) { m.g_nS = 0.0; }), "g_nS");
  expect_refused(changed<Eif>(eif(), [](auto& m) { m.Delta_T_mV = 0.0; }), "Delta_T_mV");
  expect_refused(changed<Eif>(eif(), [](auto& m) { m.V_spike_mV = -50.0; }), "V_spike_mV");
  expect_refused(changed<Eif>(eif(), [](auto& m) { m.reset.V_reset_mV = 25.0; }), "V_reset_mV");
}

TEST(Validate, RefusesAMemoryThatMakesNoSense) {
  const auto refused = [](const std::function<void(RefractoryEif&)>& change, const std::string& name) {
    expect_refused(changed<RefractoryEif>(refractory(), change), name);
  };
  refused([](auto& m) { m.g_nS = 0.0; }, "g_nS");
  refused([](auto& m) { m.g1_nS = -15.2; }, "g1_nS");
  refused([](auto& m) { m.tau_g_ms = 0.0; }, "tau_g_ms");
  refused([](auto& m) { m.tau_T_ms = -1.0; }, "tau_T_ms");
  refused([](auto& m) { m.tau_E1_ms = 0.0; }, "tau_E1_ms");
  refused([](auto& m) { m.tau_E2_ms = 0.0; }, "tau_E2_ms");
  refused([](auto& m) { m.V_T1_mV = 200.0; }, "V_T1_mV");
  refused([](auto& m) { m.reset.V_reset_mV = 30.0; }, "V_reset_mV");
  refused([](auto& m) { m.reset = {0.0, 0.0}; }, "t_ref_ms");
  expect_refused(changed<Adex>(adex(), [](auto& m) { m.tau_w_ms = 0.0; }), "tau_w_ms");
  expect_refused(changed<Adex>(adex(), [](auto& m) { m.a_nS = -10.0; }), "a_nS");
  expect_refused(changed<Adex>(adex(), [](auto& m) { m.Delta_T_mV = -1.0; }), "Delta_T_mV");
  // Only w could end such a burst.
  expect_refused(changed<Adex>(adex(),
                               [](auto& m) {
                                 m.b_pA = 0.0;
                                 m.reset = {-40.0, 0.0};
                               }),
                 "t_ref_ms");
}

TEST(Validate, RefusesTablesThatAreNoFunctions) {
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.V_mV = {}; }), "V_mV: number");
  expect_refused(changed<Tabulated>(tabulated(),
                                    [](auto& m) {
                                      m.V_mV.resize(1);
                                      m.F_mV_per_ms.resize(1);
                                    }),
                 "V_mV: number");
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.F_mV_per_ms.pop_back(); }),
                 "F_mV_per_ms: number");
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.V_mV[2] = -60.0; }), "V_mV[2]");
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.V_mV[1] = not_a_number; }), "V_mV[1]");
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.F_mV_per_ms[3] = infinity; }),
                 "F_mV_per_ms[3]");
  expect_refused(changed<Tabulated>(tabulated(), [](auto& m) { m.V_spike_mV = -60.0; }), "V_reset_mV");
}

TEST(Validate, RefusesAResetInTheUpstrokeOnlyWithoutARefractoryPeriod) {
  Eif high = eif();
  high.reset = {-40.0, 0.0};
  expect_refused(Model(high), "t_ref_ms");
  high.reset.t_ref_ms = 1.0;
  EXPECT_NO_THROW(validate(Model(high)));
  Qif above = qif();
  above.reset = {-47.0, 0.0};
  expect_refused(Model(above), "t_ref_ms");
  Tabulated up = tabulated();
  up.reset = {-46.0, 0.0};
  expect_refused(Model(up), "t_ref_ms");
  up.reset = {-60.0, 0.0};
  EXPECT_NO_THROW(validate(Model(up)));
}

}  // namespace
}  // namespace libfit
