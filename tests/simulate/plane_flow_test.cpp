// AdEx and refractory EIF: their limits are the EIF, their second variable has closed forms where V is
// simple, they agree with a brute force simulation, and halving every step divides the error by 16.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

const Eif kEif{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-58.0, 4.03}};
const Adex kAdex{150.0, 10.0, -65.0, -50.0, 1.3, 4.0, 60.0, 120.0, 10.0, {-58.0, 4.03}};
const RefractoryEif kRefractory{150.0, 10.0, -65.0, -50.0, 1.3,  8.0,  25.0,         10.0,
                                12.7,  6.0,  40.0,  3.0,   10.0, 10.0, {-58.0, 4.03}};

std::vector<double> fluctuations(double duration_ms = 4000.0, double dt_ms = 0.1) {
  return noise_current(badel_2008_noise(120.0, 180.0, 160.0), duration_ms, dt_ms, 5);
}

std::vector<double> spikes_of(const Model& model, const std::vector<double>& current, int substeps = 1,
                              double dt_ms = 0.1) {
  SimulateOptions options;
  options.min_substeps = substeps;
  return simulate(model, current, dt_ms, options).spike_times_ms;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return 1e300;
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

double rms_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size() || a.empty()) return 1e300;
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

TEST(Adex, WithoutAdaptationIsTheEif) {
  Adex plain = kAdex;
  plain.a_nS = plain.b_pA = 0.0;
  const auto expected = spikes_of(Model(kEif), fluctuations());
  ASSERT_GT(expected.size(), 40U);
  EXPECT_LT(largest_difference(spikes_of(Model(plain), fluctuations()), expected), 1e-5);
}

TEST(RefractoryEif, WithoutAfterEffectsIsTheEif) {
  RefractoryEif plain = kRefractory;
  plain.g1_nS = plain.V_T1_mV = plain.E1_mV = plain.E2_mV = 0.0;
  EXPECT_LT(
      largest_difference(spikes_of(Model(plain), fluctuations()), spikes_of(Model(kEif), fluctuations())),
      1e-5);
}

// Far below threshold the AdEx is linear: eigenvalues -1/tau1, -1/tau2 of the 2 x 2 matrix.
TEST(Adex, BelowThresholdFollowsItsTwoExponentials) {
  Adex m = kAdex;
  m.V_T_mV = 0.0;
  m.Delta_T_mV = 0.1;
  const double I = -100.0, dt = 0.2;
  SimulateOptions options;
  options.V_initial_mV = -65.0;
  // w(0) is that of the rest under the current, V(0) is E: deviations from that rest are dV = E - V_rest, 0.
  const Prediction p = simulate(Model(m), std::vector<double>(3000, I), dt, options);
  const double V_rest = -65.0 + I / 14.0;
  const double p11 = -10.0 / 150.0, p12 = -1.0 / 150.0, p21 = 4.0 / 120.0, p22 = -1.0 / 120.0;
  const double half_trace = 0.5 * (p11 + p22);
  const double square = half_trace * half_trace - (p11 * p22 - p12 * p21);
  ASSERT_GT(square, 0.0);
  const double l1 = half_trace + std::sqrt(square), l2 = half_trace - std::sqrt(square);
  const double dV = -65.0 - V_rest;
  const double c1 = dV * (p11 - l2) / (l1 - l2);
  for (std::size_t k = 0; k < p.voltage_mV.size(); k += 100) {
    const double t = dt * static_cast<double>(k);
    EXPECT_NEAR(p.voltage_mV[k], V_rest + c1 * std::exp(l1 * t) + (dV - c1) * std::exp(l2 * t), 1e-6) << t;
  }
}

// A constant current, every spike b more, forgotten with tau_w: the late interval is longer than the first.
TEST(Adex, FiresEverMoreSlowlyUntilItsRateIsSteady) {
  const auto spikes = spikes_of(Model(kAdex), std::vector<double>(20000, 400.0));
  ASSERT_GT(spikes.size(), 10U);
  const double first = spikes[1] - spikes[0];
  const double last = spikes.back() - spikes[spikes.size() - 2];
  EXPECT_GT(last, 1.5 * first);
  EXPECT_NEAR(last, spikes[spikes.size() - 2] - spikes[spikes.size() - 3], 1e-3 * last);
}

// An independent simulation with a tiny fixed step: x moves with V.
template <class Slope, class Hold, class Spike>
std::vector<double> brute_force(const Slope& slope, const Hold& hold, const Spike& spike, double V, double x,
                                const Reset& reset, double V_spike, const std::vector<double>& current,
                                double dt) {
  std::vector<double> times;
  const double step = 2e-4;
  double held = 0.0;
  for (std::size_t k = 0; k < current.size(); ++k) {
    for (double t = 0.0; t < dt - 1e-12;) {
      double h = std::min(step, dt - t);
      if (held > 0.0) {
        h = std::min(h, held);
        x = hold(x, h);
        held -= h;
        t += h;
        continue;
      }
      const auto [V1, x1] = slope(V, x, current[k]);
      const auto [V2, x2] = slope(V + 0.5 * h * V1, x + 0.5 * h * x1, current[k]);
      const double next = V + h * V2;
      if (next >= V_spike || !(next == next)) {
        times.push_back(dt * static_cast<double>(k) + t + 0.5 * h);
        V = reset.V_reset_mV;
        held = reset.t_ref_ms;
        x = spike(x);
      } else {
        V = next;
        x += h * x2;
      }
      t += h;
    }
  }
  return times;
}

TEST(Adex, AgreesWithAnIndependentSimulation) {
  const std::vector<double> current = fluctuations(1000.0);
  const auto slope = [](double V, double w, double I) {
    const double e = 1.3 * std::exp(std::min(50.0, (V + 50.0) / 1.3));
    return std::pair{(-10.0 * (V + 65.0 - e) - w + I) / 150.0, (4.0 * (V + 65.0) - w) / 120.0};
  };
  const auto hold = [](double w, double h) { return 28.0 + (w - 28.0) * std::exp(-h / 120.0); };
  const double V = rest_mV(Model(kAdex), 0.0).value();
  const auto expected = brute_force(
      slope, hold, [](double w) { return w + 60.0; }, V, 4.0 * (V + 65.0), kAdex.reset, 10.0, current, 0.1);
  ASSERT_GT(expected.size(), 5U);
  SimulateOptions held;
  held.settled_pA = 0.0;
  EXPECT_LT(largest_difference(simulate(kAdex, current, 0.1, held).spike_times_ms, expected), 2e-3);
}

TEST(RefractoryEif, AgreesWithAnIndependentSimulation) {
  const std::vector<double> current = fluctuations(1000.0);
  const auto slope = [](double V, double t, double I) {
    const double g = 10.0 + 8.0 * std::exp(-t / 25.0);
    const double E = -65.0 + 6.0 * std::exp(-t / 40.0) - 3.0 * std::exp(-t / 10.0);
    const double V_T = -50.0 + 10.0 * std::exp(-t / 12.7);
    const double e = 1.3 * std::exp(std::min(50.0, (V - V_T) / 1.3));
    return std::pair{(-g * (V - E - e) + I) / 150.0, 1.0};
  };
  const auto expected = brute_force(
      slope, [](double t, double h) { return t + h; }, [](double) { return 0.0; },
      rest_mV(Model(kRefractory), 0.0).value(), 1e9, kRefractory.reset, 10.0, current, 0.1);
  ASSERT_GT(expected.size(), 5U);
  SimulateOptions held;
  held.settled_pA = 0.0;
  EXPECT_LT(largest_difference(simulate(kRefractory, current, 0.1, held).spike_times_ms, expected), 2e-3);
}

TEST(ModelsWithAMemory, ConvergeWithTheFourthOrderOfTheirStep) {
  for (const Model& model : {Model(kAdex), Model(kRefractory)}) {
    const auto exact = spikes_of(model, fluctuations(), 48);
    ASSERT_GT(exact.size(), 20U);
    EXPECT_LT(largest_difference(spikes_of(model, fluctuations()), exact), 1e-5) << model_name(model);
    const double one = rms_difference(spikes_of(model, fluctuations(), 1), exact);
    const double two = rms_difference(spikes_of(model, fluctuations(), 2), exact);
    const double four = rms_difference(spikes_of(model, fluctuations(), 4), exact);
    EXPECT_GT(std::log2(one / two), 3.5) << model_name(model) << " " << one << " " << two;
    EXPECT_GT(std::log2(two / four), 3.5) << model_name(model) << " " << two << " " << four;
  }
}

// The same held current cut into other samples.
TEST(ModelsWithAMemory, DoNotDependOnHowAHeldCurrentIsSampled) {
  const std::vector<double> coarse = fluctuations(2000.0, 0.4);
  std::vector<double> fine;
  for (const double I : coarse) fine.insert(fine.end(), 4, I);
  for (const Model& model : {Model(kAdex), Model(kRefractory)}) {
    const auto a = spikes_of(model, coarse, 4, 0.4), b = spikes_of(model, fine, 1, 0.1);
    ASSERT_GT(a.size(), 10U);
    EXPECT_LT(largest_difference(a, b), 1e-5) << model_name(model);
  }
}

TEST(ModelsWithAMemory, TakeASpikeVoltageJustAboveVT) {
  Adex low = kAdex;
  low.V_spike_mV = -49.5;
  const auto once = spikes_of(Model(low), fluctuations()), twice = spikes_of(Model(low), fluctuations(), 8);
  EXPECT_GT(once.size(), 20U);
  EXPECT_LT(largest_difference(once, twice), 1e-5);
}

}  // namespace
}  // namespace libfit
