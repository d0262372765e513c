#include "libfit/stimulus/stimulus_scale.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {
namespace {

const Passive kPassive{150.0, 10.0, -65.0};
const Lif kLif{150.0, 10.0, -65.0, -50.0, {-60.0, 3.0}};
const Eif kSettledEif{150.0, 10.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 3.0}};

TEST(MembraneFilter, IsTheSlopeOfTheDriftAtRest) {
  const auto membrane = membrane_filter(kLif);
  ASSERT_TRUE(membrane);
  EXPECT_NEAR(membrane->resistance_MOhm, 100.0, 1e-6);
  EXPECT_NEAR(membrane->tau_ms, 15.0, 1e-6);
  // About rest the exponential adds g exp((V - V_T)/Delta_T) to -g.
  const double V = *rest_mV(Model(kSettledEif), 100.0);
  EXPECT_NEAR(membrane_filter(kSettledEif, 100.0)->resistance_MOhm,
              100.0 / (1.0 - std::exp((V + 50.0) / 1.5)), 1e-4);
  EXPECT_FALSE(membrane_filter(kSettledEif, 1000.0));
}

TEST(VoltageSd, IsThatOfTheSimulatedMembrane) {
  const auto membrane = membrane_filter(kPassive);
  for (const NoiseOptions& noise :
       {badel_2008_noise(20.0, 100.0, 60.0), pozzorini_2015_noise(0.0, 150.0), electrode_noise(200.0)}) {
    const auto current = noise_current(noise, 150000.0, 0.1, 3);
    const auto voltage = simulate(kPassive, current, 0.1).voltage_mV;
    const double sd = std::sqrt(*variance(voltage));
    // Relative SD of an SD: sqrt(tau/T), tau here of the voltage.
    EXPECT_NEAR(sd, voltage_sd_mV(*membrane, noise, 0.1), 4.0 * std::sqrt(25.0 / 150000.0) * sd);
  }
}

TEST(ScaledToVoltageSd, MultipliesEverySdByOneFactor) {
  const auto membrane = membrane_filter(kPassive);
  const auto noise = scaled_to_voltage_sd(*membrane, badel_2008_noise(20.0, 100.0, 50.0), 4.0, 0.1);
  EXPECT_NEAR(voltage_sd_mV(*membrane, noise, 0.1), 4.0, 1e-12);
  EXPECT_NEAR(noise.components[0].sd_pA, 2.0 * noise.components[1].sd_pA, 1e-12);
  EXPECT_EQ(noise.mean_pA, 20.0);
}

TEST(ScaledToRate, TurnsTheMeanOrTheSdUntilTheModelFiresAsAsked) {
  RateTargetOptions options;
  options.rate_Hz = 12.0;
  options.duration_ms = 6000.0;
  for (const Model& model : {Model(kLif), Model(kSettledEif)}) {
    const auto mean_turned = scaled_to_rate(model, pozzorini_2015_noise(0.0, 120.0), Turned::mean, options);
    EXPECT_EQ(mean_turned.components[0].sd_pA, 120.0);
    EXPECT_NEAR(noise_rate_Hz(model, mean_turned, options), 12.0, 0.4);
    const auto sd_turned = scaled_to_rate(model, pozzorini_2015_noise(100.0, 120.0), Turned::sd, options);
    EXPECT_EQ(sd_turned.mean_pA, 100.0);
    EXPECT_NEAR(noise_rate_Hz(model, sd_turned, options), 12.0, 0.4);
  }
}

TEST(ScaledToRate, SaysWhereItDoesNotGetThere) {
  RateTargetOptions options;
  options.duration_ms = 2000.0;
  EXPECT_THROW(scaled_to_rate(kPassive, pozzorini_2015_noise(0.0, 1.0), Turned::mean, options), DataError);
  // 200 pA fire it at some 40 Hz without any noise.
  EXPECT_THROW(scaled_to_rate(kLif, pozzorini_2015_noise(200.0, 10.0), Turned::sd, options), DataError);
  // A refractory period of 3 ms allows no more than 333 Hz.
  options.rate_Hz = 400.0;
  EXPECT_THROW(scaled_to_rate(kLif, pozzorini_2015_noise(0.0, 100.0), Turned::mean, options), DataError);
  for (const double rate : {0.0, -1.0, 501.0}) {
    options.rate_Hz = rate;
    EXPECT_THROW(scaled_to_rate(kLif, pozzorini_2015_noise(0.0, 1.0), Turned::mean, options), OptionError);
  }
  options.rate_Hz = 10.0;
  options.duration_ms = 0.0;
  EXPECT_THROW(noise_rate_Hz(kLif, pozzorini_2015_noise(0.0, 1.0), options), OptionError);
  options.duration_ms = 100.0;
  options.dt_ms = 0.0;
  EXPECT_THROW(noise_rate_Hz(kLif, pozzorini_2015_noise(0.0, 1.0), options), OptionError);
  EXPECT_THROW(scaled_to_voltage_sd({100.0, 10.0}, pozzorini_2015_noise(0.0, 1.0), 0.0, 0.1), OptionError);
  EXPECT_THROW(voltage_sd_mV({0.0, 10.0}, pozzorini_2015_noise(0.0, 1.0), 0.1), OptionError);
}

}  // namespace
}  // namespace libfit
