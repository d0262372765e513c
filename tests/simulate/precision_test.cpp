// Spike times of EIF and AdEx against an independent simulation in extended precision: within 1e-6 ms,
// however sharp the upstroke is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"
#include "tests/simulate/precise.hpp"

namespace libfit {
namespace {

constexpr double kStart_mV = -62.0;

std::vector<double> simulated_spikes(const Model& model, const std::vector<double>& current, double dt_ms) {
  SimulateOptions options;
  options.V_initial_mV = kStart_mV;
  options.settled_pA = 0.0;
  return simulate(model, current, dt_ms, options).spike_times_ms;
}

void expect_precise(const Model& model, const Adex& same, const std::vector<double>& current, double dt_ms,
                    std::size_t at_least) {
  const double w = same.a_nS * (rest_mV(Model(same)).value() - same.E_mV);
  const auto expected = test::PreciseAdex(same, kStart_mV, w).spikes(current, dt_ms);
  const auto spikes = simulated_spikes(model, current, dt_ms);
  ASSERT_EQ(spikes.size(), expected.size()) << same.Delta_T_mV << " mV, " << dt_ms << " ms";
  EXPECT_GE(spikes.size(), at_least);
  for (std::size_t i = 0; i < spikes.size(); ++i)
    EXPECT_NEAR(spikes[i], expected[i], 1e-6) << i << ": " << same.Delta_T_mV << " mV, " << dt_ms << " ms";
}

std::vector<double> strong_noise(double dt_ms) {
  return noise_current(badel_2008_noise(300.0, 500.0, 400.0), 40.0, dt_ms, 11);
}

TEST(Precision, OfTheEifDoesNotDependOnHowSharpItsUpstrokeIs) {
  for (const double Delta_T : {1e-4, 1e-2, 1.0}) {
    const Eif eif{100.0, 10.0, -65.0, -50.0, Delta_T, 0.0, {-57.0, 2.03}};
    const Adex same{100.0, 10.0, -65.0, -50.0, Delta_T, 0.0, 0.0, 100.0, 0.0, {-57.0, 2.03}};
    for (const double dt_ms : {0.1, 0.02}) expect_precise(eif, same, strong_noise(dt_ms), dt_ms, 2);
  }
}

// The interval under a constant current is an integral over V, which quadrature knows to 1e-11.
TEST(Precision, OfTheEifAgreesWithQuadratureOfItsInterval) {
  for (const double Delta_T : {1e-4, 1e-3, 1e-2, 0.1, 2.0}) {
    const Model eif = Eif{100.0, 10.0, -65.0, -50.0, Delta_T, 0.0, {-57.0, 2.03}};
    const double interval_ms = 1000.0 / firing_rate_Hz(eif, 200.0).value();
    const auto spikes = simulated_spikes(eif, std::vector<double>(2000, 200.0), 0.1);
    ASSERT_GT(spikes.size(), 5U);
    for (std::size_t i = 1; i < spikes.size(); ++i)
      EXPECT_NEAR(spikes[i] - spikes[i - 1], interval_ms, 1e-7) << Delta_T;
  }
}

TEST(Precision, OfTheAdexHoldsWithoutARefractoryPeriodToo) {
  for (const double Delta_T : {1e-4, 0.3, 2.0}) {
    const Adex fluctuating{100.0, 10.0, -65.0, -50.0, Delta_T, 4.0, 30.0, 80.0, 0.0, {-57.0, 2.03}};
    expect_precise(fluctuating, fluctuating, strong_noise(0.1), 0.1, 2);
    const Adex tonic{200.0, 10.0, -70.0, -50.0, Delta_T, 2.0, 0.0, 30.0, 0.0, {-58.0, 0.0}};
    expect_precise(tonic, tonic, std::vector<double>(1200, 500.0), 0.1, 5);
  }
}

// V_reset above V_T and no refractory period: each spike leads into the next until w has grown enough.
TEST(Precision, OfTheAdexHoldsThroughItsBursts) {
  for (const double Delta_T : {1.0, 2.0, 5.0}) {
    const Adex bursting{200.0, 10.0, -58.0, -50.0, Delta_T, 2.0, 100.0, 120.0, 20.0, {-46.0, 0.0}};
    expect_precise(bursting, bursting, std::vector<double>(1500, 300.0), 0.1, 3);
  }
}

TEST(BurstingAdex, FiresInBursts) {
  const Adex bursting{200.0, 10.0, -58.0, -50.0, 2.0, 2.0, 100.0, 120.0, 20.0, {-46.0, 0.0}};
  const auto spikes = simulated_spikes(bursting, std::vector<double>(20000, 250.0), 0.1);
  ASSERT_GT(spikes.size(), 10U);
  double shortest = 1e300, longest = 0.0;
  for (std::size_t i = spikes.size() / 2; i < spikes.size(); ++i) {
    shortest = std::min(shortest, spikes[i] - spikes[i - 1]);
    longest = std::max(longest, spikes[i] - spikes[i - 1]);
  }
  EXPECT_GT(longest, 4.0 * shortest);
}

// Nothing ends the run-away of such a reset where spikes add no outward current.
TEST(BurstingAdex, IsRefusedWithoutACurrentThatEndsItsBursts) {
  const auto adex = [](double b_pA, double t_ref_ms) {
    return Adex{200.0, 10.0, -58.0, -50.0, 2.0, 2.0, b_pA, 120.0, 20.0, {-44.0, t_ref_ms}};
  };
  EXPECT_THROW(validate(Model(adex(0.0, 0.0))), OptionError);
  EXPECT_THROW(validate(Model(adex(-10.0, 0.0))), OptionError);
  EXPECT_NO_THROW(validate(Model(adex(0.0, 1.0))));
  EXPECT_NO_THROW(validate(Model(adex(50.0, 0.0))));
}

}  // namespace
}  // namespace libfit
