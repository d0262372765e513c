// The exact solvers against closed forms that share nothing with them: impulse-response convolution, the step
// and the pulse of the textbook. And the others against solutions on a grid a thousand times finer.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/model/model_by_hand.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

// The response to held current I_j is the difference of two responses to steps; every sample is summed anew.
double convolved_mV(const std::vector<double>& current, std::size_t k, double E, double R_GOhm, double tau_ms,
                    double dt_ms) {
  double V = E;
  for (std::size_t j = 0; j < k; ++j) {
    const double since_begin = dt_ms * static_cast<double>(k - j);
    const double since_end = dt_ms * static_cast<double>(k - j - 1);
    V += R_GOhm * current[j] * std::exp(-since_end / tau_ms) *
         -std::expm1(-(since_begin - since_end) / tau_ms);
  }
  return V;
}

SimulateOptions from(double V_mV) {
  SimulateOptions options;
  options.V_initial_mV = V_mV;
  return options;
}

TEST(ExactSolver, IsTheConvolutionWithTheImpulseResponseForAnyCurrent) {
  RandomStream random(11);
  std::vector<double> current(1500);
  for (double& I : current) I = 300.0 * random.normal();
  const double dt = 0.1;
  for (const char* name : {"passive", "lif"}) {
    const Model model = model_by_hand(
        name, std::string("tau_ms=15,R_MOhm=100") + (std::string(name) == "lif" ? ",V_th_mV=1000" : ""));
    const Prediction p = simulate(model, current, dt, from(-65.0));
    ASSERT_TRUE(p.spike_times_ms.empty());
    for (std::size_t k = 0; k < current.size(); k += 7) {
      const double expected = convolved_mV(current, k, -65.0, 0.1, 15.0, dt);
      EXPECT_NEAR(p.voltage_mV[k], expected, 1e-12 * std::abs(expected)) << name << " " << k;
    }
  }
}

TEST(ExactSolver, OfAStepAndOfAPulseOfGivenChargeIsTheTextbook) {
  const Model passive = model_by_hand("passive", "tau_ms=20,R_MOhm=200,E_mV=-70");  // C = 100 pF
  const double dt = 0.05;
  std::vector<double> step(4000, 0.0), pulse(4000, 0.0);
  std::fill(step.begin() + 200, step.begin() + 2200, 50.0);  // 10 to 110 ms
  const double charge_fC = 1000.0;                           // lifts 100 pF by 10 mV
  pulse[200] = charge_fC / dt;
  const Prediction s = simulate(passive, step, dt), q = simulate(passive, pulse, dt);
  for (std::size_t k = 0; k < step.size(); ++k) {
    const double t = dt * static_cast<double>(k);
    double V = -70.0;
    if (t > 10.0)
      V += 10.0 * -std::expm1(-(std::min(t, 110.0) - 10.0) / 20.0) *
           std::exp(-std::max(t - 110.0, 0.0) / 20.0);
    EXPECT_NEAR(s.voltage_mV[k], V, 1e-12 * 70.0) << t;
    const double since = t - 10.0 - dt;
    // A pulse of length dt: charge over C, times what leaked during it.
    const double jump = 10.0 * -std::expm1(-dt / 20.0) / (dt / 20.0);
    const double after = k > 200 ? -70.0 + jump * std::exp(-since / 20.0) : -70.0;
    EXPECT_NEAR(q.voltage_mV[k], after, 1e-12 * 70.0) << t;
  }
}

// Spikes of the LIF in an arbitrary current: between a reset and the next spike V is again a convolution.
TEST(ExactSolver, OfTheLifPutsSpikesWhereTheConvolutionMeetsTheThreshold) {
  const Model lif = model_by_hand("lif", "tau_ms=15,R_MOhm=100,t_ref_ms=0");
  RandomStream random(5);
  std::vector<double> current(4000);
  for (std::size_t k = 0; k < current.size(); ++k) current[k] = 180.0 + 200.0 * random.normal();
  const double dt = 0.1;
  const Prediction p = simulate(lif, current, dt);
  ASSERT_GT(p.spike_times_ms.size(), 10U);
  for (std::size_t i = 1; i < p.spike_times_ms.size(); ++i) {
    const double begin = p.spike_times_ms[i - 1], end = p.spike_times_ms[i];
    double V = -65.0 + 5.0 * std::exp(-(end - begin) / 15.0);
    for (std::size_t j = static_cast<std::size_t>(begin / dt); dt * static_cast<double>(j) < end; ++j) {
      const double a = std::max(begin, dt * static_cast<double>(j));
      const double b = std::min(end, dt * static_cast<double>(j + 1));
      V += 0.1 * current[j] * (std::exp(-(end - b) / 15.0) - std::exp(-(end - a) / 15.0));
    }
    EXPECT_NEAR(V, -50.0, 1e-11) << i;
  }
}

// With Delta_T so small that its exponential never counts, an EIF is a passive membrane: the general solver's
// own error. A QIF is exact: one sample of 10 ms ends where a hundred of 0.1 ms do.
TEST(GeneralSolver, OfTheEifErrsAgainstTheClosedFormByLessThanItStates) {
  const Model eif = model_by_hand("eif", "tau_ms=15,R_MOhm=100,V_T_mV=200,V_spike_mV=300");
  RandomStream random(17);
  std::vector<double> current(1500);
  for (double& I : current) I = 300.0 * random.normal();
  const Prediction p = simulate(eif, current, 0.1, from(-65.0));
  double worst = 0.0;
  for (std::size_t k = 0; k < current.size(); k += 7) {
    worst = std::max(worst, std::abs(p.voltage_mV[k] - convolved_mV(current, k, -65.0, 0.1, 15.0, 0.1)));
  }
  EXPECT_LT(worst, 1e-8);
  EXPECT_GT(worst, 0.0);
}

TEST(GeneralSolver, OfTheQifDoesNotDependOnTheSamplingInterval) {
  const Model qif = model_by_hand("qif");
  const Prediction coarse = simulate(qif, std::vector<double>(40, 40.0), 10.0, from(-65.0));
  const Prediction fine = simulate(qif, std::vector<double>(4000, 40.0), 0.1, from(-65.0));
  for (std::size_t k = 0; k < 40; ++k)
    EXPECT_NEAR(coarse.voltage_mV[k], fine.voltage_mV[100 * k], 1e-11) << k;
}

}  // namespace
}  // namespace libfit
