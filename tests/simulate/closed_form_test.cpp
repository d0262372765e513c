// Answers that are known on paper.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

std::vector<double> constant(double I, double duration_ms, double dt_ms) {
  return std::vector<double>(static_cast<std::size_t>(std::lround(duration_ms / dt_ms)), I);
}

void expect_regular(const Prediction& p, double interval_ms, double tolerance_ms, std::size_t at_least) {
  ASSERT_GE(p.spike_times_ms.size(), at_least);
  for (std::size_t i = 1; i < p.spike_times_ms.size(); ++i) {
    EXPECT_NEAR(p.spike_times_ms[i] - p.spike_times_ms[i - 1], interval_ms, tolerance_ms) << i;
  }
}

TEST(PassiveMembrane, ChargesExponentially) {
  const Passive m{120.0, 8.0, -70.0};  // tau 15 ms
  const auto current = constant(40.0, 100.0, 0.1);
  SimulateOptions options;
  options.V_initial_mV = -90.0;
  const Prediction p = simulate(Model(m), current, 0.1, options);
  EXPECT_TRUE(p.spike_times_ms.empty());
  for (std::size_t k = 0; k < current.size(); ++k) {
    const double t = 0.1 * static_cast<double>(k);
    EXPECT_NEAR(p.voltage_mV[k], -65.0 - 25.0 * std::exp(-t / 15.0), 1e-10);
  }
}

TEST(PassiveMembrane, IsTheSumOfItsResponses) {
  const Passive m{120.0, 8.0, -70.0};
  const std::vector<double> current = {0.0, 100.0, -30.0, 0.0, 50.0, 0.0, 0.0};
  SimulateOptions options;
  options.V_initial_mV = -70.0;
  const Prediction p = simulate(Model(m), current, 0.5, options);
  const double keep = std::exp(-0.5 / 15.0);
  for (std::size_t k = 0; k < current.size(); ++k) {
    double V = -70.0;
    for (std::size_t j = 0; j < k; ++j) {
      V += current[j] / 8.0 * (1.0 - keep) * std::pow(keep, static_cast<double>(k - 1 - j));
    }
    EXPECT_NEAR(p.voltage_mV[k], V, 1e-12);
  }
}

TEST(Lif, FiresAtTheTextbookInterval) {
  const Lif m{120.0, 8.0, -70.0, -52.0, {-60.0, 2.35}};
  for (const double I : {145.0, 200.0, 1000.0, 20000.0}) {
    const double V_end = -70.0 + I / 8.0;
    const double expected = 2.35 + 15.0 * std::log((V_end + 60.0) / (V_end + 52.0));
    for (const double dt : {0.05, 0.1, 0.37, 5.0}) {
      const Prediction p = simulate(Model(m), constant(I, 400.0, dt), dt);
      expect_regular(p, expected, 1e-9, 4);
    }
  }
}

TEST(Lif, IsSilentBelowTheRheobase) {
  const Lif m{120.0, 8.0, -70.0, -52.0, {-60.0, 2.0}};
  const auto p = simulate(Model(m), constant(8.0 * 18.0 - 1e-9, 2000.0, 0.1), 0.1);
  EXPECT_TRUE(p.spike_times_ms.empty());
}

// Reset, refractory period and spike all between samples: V at every sample is known.
TEST(Lif, HoldsTheResetUntilTheRefractoryPeriodEndsBetweenSamples) {
  const double t_ref = 2.35;
  const Lif m{120.0, 8.0, -70.0, -52.0, {-60.0, t_ref}};
  const double I = 200.0, V_end = -45.0;
  SimulateOptions options;
  options.V_initial_mV = -60.0;
  const Prediction p = simulate(Model(m), constant(I, 200.0, 0.1), 0.1, options);
  const double rise = 15.0 * std::log((V_end + 60.0) / (V_end + 52.0));
  EXPECT_NEAR(p.spike_times_ms.at(0), rise, 1e-11);
  const double period = rise + t_ref;
  std::size_t drawn = 0;
  for (std::size_t k = 0; k < p.voltage_mV.size(); ++k) {
    const double t = 0.1 * static_cast<double>(k) + t_ref;  // a period begins with a refractory period
    const double phase = t - period * std::floor(t / period);
    if (p.voltage_mV[k] == -52.0) {
      ++drawn;
      EXPECT_LT(phase, 0.1);  // the first sample at or after the spike
    } else if (phase <= t_ref) {
      EXPECT_EQ(p.voltage_mV[k], -60.0);
    } else {
      EXPECT_NEAR(p.voltage_mV[k], V_end - 15.0 * std::exp(-(phase - t_ref) / 15.0), 1e-9);
    }
  }
  EXPECT_EQ(drawn, p.spike_times_ms.size());
}

// dy/dt = alpha y^2 + beta with beta > 0: the time from y0 to y1 is a difference of arc tangents.
TEST(Qif, FiresAtTheIntervalOfTheArcTangents) {
  const Qif m{150.0, 0.5, -65.0, -48.0, 20.0, {-60.0, 1.7}};
  const double alpha = 0.5 / 150.0;
  for (const double I : {45.0, 60.0, 300.0, 5000.0}) {
    const double beta = I / 150.0 - alpha * 17.0 * 17.0 / 4.0;
    const double s = std::sqrt(beta / alpha);
    const double rise = (std::atan(76.5 / s) - std::atan(-3.5 / s)) / std::sqrt(alpha * beta);
    for (const double dt : {0.05, 0.1, 1.3, 20.0}) {
      expect_regular(simulate(Model(m), constant(I, 2000.0, dt), dt), rise + 1.7, 1e-8, 3);
    }
  }
}

TEST(Qif, BelowTheRheobaseFollowsTheHyperbolicTangent) {
  const Qif m{150.0, 0.5, -65.0, -48.0, 20.0, {-60.0, 1.7}};
  const double alpha = 0.5 / 150.0, I = 10.0;
  const double beta = I / 150.0 - alpha * 17.0 * 17.0 / 4.0;
  const double s = std::sqrt(-beta / alpha), rate = std::sqrt(-alpha * beta);
  SimulateOptions options;
  options.V_initial_mV = -56.5;  // y = 0: y(t) = -s tanh(rate t)
  const Prediction p = simulate(Model(m), constant(I, 100.0, 0.1), 0.1, options);
  EXPECT_TRUE(p.spike_times_ms.empty());
  for (std::size_t k = 0; k < p.voltage_mV.size(); ++k) {
    const double t = 0.1 * static_cast<double>(k);
    EXPECT_NEAR(p.voltage_mV[k], -56.5 - s * std::tanh(rate * t), 1e-10);
  }
}

// Above the unstable fixed point it fires although the current is below the rheobase.
TEST(Qif, AboveItsThresholdFiresAfterTheTimeOfTheInverseHyperbolicCotangent) {
  const Qif m{150.0, 0.5, -65.0, -48.0, 20.0, {-60.0, 1.7}};
  const double alpha = 0.5 / 150.0, s = 8.5, rate = alpha * s;
  const auto time_to_infinity = [&](double y) { return std::atanh(s / y) / rate; };
  SimulateOptions options;
  options.V_initial_mV = -47.9;
  const Prediction p = simulate(Model(m), constant(0.0, 400.0, 0.1), 0.1, options);
  ASSERT_EQ(p.spike_times_ms.size(), 1u);
  EXPECT_NEAR(p.spike_times_ms[0], time_to_infinity(8.6) - time_to_infinity(76.5), 1e-8);
}

// The interval is the integral of dV / (F + I/C), here by Simpson's rule on 2e6 panels.
double eif_rise_ms(const Eif& m, double I) {
  const auto slowness = [&](double V) {
    const double e = m.g_nS * m.Delta_T_mV * std::exp((V - m.V_T_mV) / m.Delta_T_mV);
    return m.C_pF / (-m.g_nS * (V - m.E_mV) + e + I);
  };
  const int panels = 2000000;
  const double h = (m.V_spike_mV - m.reset.V_reset_mV) / panels;
  double sum = slowness(m.reset.V_reset_mV) + slowness(m.V_spike_mV);
  for (int i = 1; i < panels; ++i) sum += (i % 2 ? 4.0 : 2.0) * slowness(m.reset.V_reset_mV + h * i);
  return sum * h / 3.0;
}

TEST(Eif, FiresAtTheIntervalOfTheQuadrature) {
  const Eif m{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-60.0, 3.1}};
  for (const double I : {160.0, 250.0, 2000.0}) {
    const double expected = eif_rise_ms(m, I) + 3.1;
    for (const double dt : {0.05, 0.1, 0.37}) {
      expect_regular(simulate(Model(m), constant(I, 400.0, dt), dt), expected, 1e-6, 3);
    }
  }
}

TEST(Eif, WithAnUpstrokeOverManySamplesKeepsItsInterval) {
  const Eif slow{150.0, 10.0, -65.0, -50.0, 6.0, 40.0, {-60.0, 3.1}};
  const double expected = eif_rise_ms(slow, 130.0) + 3.1;
  expect_regular(simulate(Model(slow), constant(130.0, 400.0, 0.01), 0.01), expected, 1e-6, 4);
}

TEST(Eif, WithASpikeVoltageJustAboveVTKeepsItsInterval) {
  const Eif low{150.0, 10.0, -65.0, -50.0, 1.5, -49.5, {-60.0, 0.0}};
  const double expected = eif_rise_ms(low, 180.0);
  expect_regular(simulate(Model(low), constant(180.0, 400.0, 0.1), 0.1), expected, 1e-6, 10);
}

TEST(Tabulated, WithALineFiresAsTheLif) {
  const Tabulated line{150.0, {-70.0, -60.0}, {10.0 / 30.0, -10.0 / 30.0}, -50.0, {-60.0, 2.2}};
  // tau = 15 ms and E = -65 mV, so V_end = -45 mV: ln((-45 + 60) / (-45 + 50)).
  expect_regular(simulate(Model(line), constant(200.0, 400.0, 0.1), 0.1), 2.2 + 15.0 * std::log(3.0), 1e-9,
                 10);
}

// Two slopes that meet at -55 mV: leak with tau 15 ms below, growth with tau 2 ms above.
TEST(Tabulated, AddsTheTimesOfItsSegments) {
  const double F_kink = -10.0 / 15.0;
  const Tabulated kink{150.0, {-75.0, -55.0, -45.0}, {10.0 / 15.0, F_kink, F_kink + 5.0}, 0.0, {-60.0, 1.0}};
  const double I = 130.0, push = I / 150.0;
  const double below = 15.0 * std::log((-5.0 / 15.0 + push) / (F_kink + push));
  const double above = 2.0 * std::log((F_kink + push + 27.5) / (F_kink + push));
  for (const double dt : {0.1, 1.7}) {
    expect_regular(simulate(Model(kink), constant(I, 400.0, dt), dt), 1.0 + below + above, 1e-9, 5);
  }
}

TEST(Tabulated, HasFlatSegmentsToo) {
  const Tabulated flat{100.0, {-70.0, -60.0, -50.0}, {0.0, 0.0, 0.0}, -40.0, {-70.0, 0.5}};
  expect_regular(simulate(Model(flat), constant(200.0, 200.0, 0.1), 0.1), 15.5, 1e-10, 10);
}

TEST(Start, IsTheRestUnderTheFirstCurrent) {
  const Eif m{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-60.0, 3.0}};
  const Prediction p = simulate(Model(m), constant(50.0, 50.0, 0.1), 0.1);
  for (const double V : p.voltage_mV) EXPECT_NEAR(V, rest_mV(Model(m), 50.0).value(), 1e-9);
  // Above the rheobase there is none: the rest without current.
  EXPECT_EQ(simulate(Model(m), constant(500.0, 1.0, 0.1), 0.1).voltage_mV[0], rest_mV(Model(m)).value());
}

TEST(Start, AboveTheSpikeVoltageIsASpikeAtTimeZero) {
  const Lif m{120.0, 8.0, -70.0, -52.0, {-60.0, 2.0}};
  SimulateOptions options;
  options.V_initial_mV = -40.0;
  const Prediction p = simulate(Model(m), constant(0.0, 10.0, 0.1), 0.1, options);
  EXPECT_EQ(p.spike_times_ms, std::vector<double>{0.0});
  EXPECT_EQ(p.voltage_mV[0], -52.0);
  EXPECT_EQ(p.voltage_mV[1], -60.0);
}

}  // namespace
}  // namespace libfit
