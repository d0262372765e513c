// Spike times under a frozen noise: against brute force, and as the steps shrink.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "brute_force.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

const Eif eif{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-58.0, 3.13}};

void expect_same_spikes(const std::vector<double>& a, const std::vector<double>& b, double tolerance_ms,
                        std::size_t at_least) {
  ASSERT_EQ(a.size(), b.size());
  ASSERT_GE(a.size(), at_least);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance_ms) << i;
}

void compare_with_brute_force(const Model& model, double V_reset, double t_ref, double tolerance_ms) {
  const auto current = noise_current(badel_2008_noise(250.0, 200.0, 200.0), 50.0, 0.1, 4);
  const double C = capacitance_pF(model);
  const test::BruteForce brute{[&](double V, double I) { return drift_mV_per_ms(model, V) + I / C; },
                               *spike_voltage_mV(model), V_reset, t_ref};
  SimulateOptions options;
  options.V_initial_mV = -60.0;
  expect_same_spikes(simulate(model, current, 0.1, options).spike_times_ms, brute.spikes(current, 0.1, -60.0),
                     tolerance_ms, 2);
}

// Cut at -35 mV: above, fixed steps cannot follow the exponential, and the rest of the upstroke takes 1e-4
// ms.
TEST(FrozenNoise, EifAgreesWithBruteForce) {
  Eif cut = eif;
  cut.V_spike_mV = -35.0;
  compare_with_brute_force(Model(cut), -58.0, 3.13, 1e-6);
}

TEST(FrozenNoise, LifAgreesWithBruteForce) {
  compare_with_brute_force(Model(Lif{150.0, 10.0, -65.0, -50.0, {-58.0, 3.13}}), -58.0, 3.13, 1e-8);
}

TEST(FrozenNoise, QifAgreesWithBruteForce) {
  compare_with_brute_force(Model(Qif{150.0, 0.5, -65.0, -50.0, 10.0, {-58.0, 3.13}}), -58.0, 3.13, 1e-8);
}

TEST(FrozenNoise, TabulatedAgreesWithBruteForce) {
  Tabulated table{150.0, {}, {}, 10.0, {-58.0, 3.13}};
  for (double V = -80.0; V < -44.5; V += 1.0) {
    table.V_mV.push_back(V);
    table.F_mV_per_ms.push_back(drift_mV_per_ms(Model(eif), V));
  }
  compare_with_brute_force(Model(table), -58.0, 3.13, 1e-6);
}

// The order at which spike times converge: 4 until the quadrature of the upstroke shows, at 1e-11 ms.
TEST(FrozenNoise, EifSpikeTimesConvergeWithOrderFour) {
  const auto current = noise_current(badel_2008_noise(80.0, 160.0, 140.0), 10000.0, 0.1, 3);
  const auto spikes = [&](int substeps) {
    SimulateOptions options;
    options.min_substeps = substeps;
    return simulate(Model(eif), current, 0.1, options).spike_times_ms;
  };
  const std::vector<double> limit = spikes(64);
  ASSERT_GT(limit.size(), 50u);
  double error_before = 0.0;
  for (const int substeps : {1, 2, 4, 8}) {
    const std::vector<double> times = spikes(substeps);
    ASSERT_EQ(times.size(), limit.size());
    double squares = 0.0, largest = 0.0;
    for (std::size_t i = 0; i < limit.size(); ++i) {
      const double error = times[i] - limit[i];
      squares += error * error;
      largest = std::max(largest, std::abs(error));
    }
    const double error = std::sqrt(squares / static_cast<double>(limit.size()));
    RecordProperty("rms_error_ms_at_" + std::to_string(substeps), std::to_string(error * 1e12) + "e-12");
    if (substeps == 1) {
      EXPECT_LT(largest, 1e-5);
      EXPECT_GT(error, 1e-10);  // else there is no order to see
    } else if (error_before > 1e-9) {
      EXPECT_GE(std::log2(error_before / error), 3.5) << substeps;
    } else {
      EXPECT_LT(error, 1e-9);
    }
    error_before = error;
  }
}

// Coarse samples: what is held is held, and the error does not depend on the sampling interval.
TEST(FrozenNoise, EifIsAsExactOnCoarseSamples) {
  for (const double dt : {0.02, 0.5, 2.0}) {
    const auto current = noise_current(badel_2008_noise(80.0, 160.0, 140.0), 2000.0, dt, 3);
    SimulateOptions fine;
    fine.min_substeps = 64;
    expect_same_spikes(simulate(Model(eif), current, dt).spike_times_ms,
                       simulate(Model(eif), current, dt, fine).spike_times_ms, 1e-4, 5);
  }
}

}  // namespace
}  // namespace libfit
