#include "libfit/model/firing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "libfit/model/model_by_hand.hpp"

namespace libfit {
namespace {

TEST(FiringRate, OfTheLifIsTheTextbookFormula) {
  const Model lif = model_by_hand("lif", "tau_ms=15,R_MOhm=100,t_ref_ms=2.5");
  for (const double I : {150.001, 151.0, 200.0, 1000.0, 1e5}) {
    const double V_end = -65.0 + I / 10.0;
    const double expected = 1000.0 / (2.5 + 15.0 * std::log((V_end + 60.0) / (V_end + 50.0)));
    EXPECT_NEAR(firing_rate_Hz(lif, I).value(), expected, 1e-11 * expected) << I;
  }
  EXPECT_EQ(firing_rate_Hz(lif, 149.999999), 0.0);
  EXPECT_EQ(firing_rate_Hz(lif, -1000.0), 0.0);
}

// From -infinity to infinity the time is pi / sqrt(alpha beta); with finite ends, a difference of arc
// tangents.
TEST(FiringRate, OfTheQifIsThatOfArcTangents) {
  const Qif m{150.0, 0.5, -65.0, -45.0, 20.0, {-60.0, 1.7}};
  const double alpha = 0.5 / 150.0;
  for (const double above : {1e-4, 0.01, 1.0, 100.0, 5000.0}) {
    const double w = std::sqrt(alpha * above / 150.0);
    const double s = w / alpha;
    const double rise = (std::atan(75.0 / s) + std::atan(5.0 / s)) / w;
    const double expected = 1000.0 / (1.7 + rise);
    EXPECT_NEAR(firing_rate_Hz(Model(m), 50.0 + above).value(), expected, 1e-9 * expected) << above;
  }
}

TEST(FiringRate, OfTheQifGrowsAsTheSquareRootAboveTheRheobase) {
  const Model wide = model_by_hand("qif", "V_spike_mV=1e6,V_reset_mV=-1e6,t_ref_ms=0");
  const double alpha = 0.5 / 150.0;
  for (const double above : {0.01, 0.1, 1.0, 10.0}) {
    const double expected = 1000.0 * std::sqrt(alpha * above / 150.0) / std::numbers::pi;
    EXPECT_NEAR(firing_rate_Hz(wide, 50.0 + above).value(), expected, 1e-4 * expected) << above;
  }
}

// Near its rheobase an EIF is the QIF with the same curvature there, g / (2 Delta_T) in place of a.
TEST(FiringRate, OfTheEifGrowsAsTheSquareRootJustAboveTheRheobase) {
  const Model eif = model_by_hand("eif", "t_ref_ms=0");
  const double alpha = 10.0 / (2.0 * 1.5) / 150.0;
  const double above = 1e-5;
  const double expected = 1000.0 * std::sqrt(alpha * above / 150.0) / std::numbers::pi;
  EXPECT_NEAR(firing_rate_Hz(eif, 135.0 + above).value(), expected, 1e-3 * expected);
}

TEST(FiringRate, GoesToTheInverseOfTheRefractoryPeriod) {
  EXPECT_NEAR(firing_rate_Hz(model_by_hand("lif", "t_ref_ms=4"), 1e9).value(), 250.0, 1e-3);
  EXPECT_EQ(firing_rate_Hz(model_by_hand("passive"), 1000.0), 0.0);
}

// Closed forms of Lif, Qif and Tabulated.
TEST(Quadrature, OfAnyFunctionAgreesWithWhatTheModelsUseToEightDigits) {
  for (const char* name : {"lif", "qif", "eif", "tabulated"}) {
    const Model model = model_by_hand(name);
    const DriftCurve curve = drift_curve(model).value();
    const double V_spike = spike_voltage_mV(model).value();
    const double rheobase = -150.0 * least_drift(curve, -65.0, V_spike).F_mV_per_ms;
    for (const double above : {1e-6, 1e-3, 0.1, 10.0, 500.0}) {
      const auto exact = passage_time_ms(model, -60.0, V_spike, rheobase + above);
      const auto numeric = passage_time_ms(curve, -60.0, V_spike, rheobase + above);
      ASSERT_TRUE(exact && numeric) << name << " " << above;
      EXPECT_NEAR(*numeric, *exact, 1e-8 * *exact) << name << " " << above;
    }
  }
}

// By Simpson's rule on 2e5 panels.
TEST(Quadrature, OfTheEifAgreesWithABruteSum) {
  const Model eif = model_by_hand("eif", "V_spike_mV=-20");
  for (const double I : {140.0, 250.0, 2000.0}) {
    const int panels = 200000;
    const double h = 40.0 / panels;
    const auto slowness = [&](double V) { return 1.0 / (drift_mV_per_ms(eif, V) + I / 150.0); };
    double sum = slowness(-60.0) + slowness(-20.0);
    for (int i = 1; i < panels; ++i) sum += (i % 2 ? 4.0 : 2.0) * slowness(-60.0 + h * i);
    EXPECT_NEAR(passage_time_ms(eif, -60.0, -20.0, I).value(), sum * h / 3.0, 1e-8 * sum * h / 3.0) << I;
  }
}

TEST(Passage, AddsUpAndIsAbsentWhereItIsBlocked) {
  for (const char* name : {"lif", "qif", "eif", "tabulated"}) {
    const Model model = model_by_hand(name);
    const double V_spike = spike_voltage_mV(model).value();
    const double whole = passage_time_ms(model, -70.0, V_spike, 200.0).value();
    const double parts = passage_time_ms(model, -70.0, -52.3, 200.0).value() +
                         passage_time_ms(model, -52.3, V_spike, 200.0).value();
    EXPECT_NEAR(parts, whole, 1e-9 * whole) << name;
    EXPECT_FALSE(passage_time_ms(model, -70.0, V_spike, 0.0).has_value()) << name;
    EXPECT_EQ(passage_time_ms(model, -50.0, -60.0, 0.0), 0.0) << name;
  }
  EXPECT_TRUE(passage_time_ms(model_by_hand("qif"), -44.0, 20.0, 0.0).has_value());
}

TEST(Latency, OfTheLifIsTheLogarithmFromRest) {
  const Model lif = model_by_hand("lif");
  EXPECT_NEAR(latency_ms(lif, 200.0).value(), 15.0 * std::log(200.0 / 50.0), 1e-11);
  EXPECT_NEAR(latency_ms(lif, 200.0, 100.0).value(), 15.0 * std::log(100.0 / 50.0), 1e-11);
  EXPECT_FALSE(latency_ms(lif, 149.0).has_value());
  EXPECT_FALSE(latency_ms(lif, 200.0, 160.0).has_value());  // no rest to start from
}

}  // namespace
}  // namespace libfit
