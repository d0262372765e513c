#include "libfit/stimulus/stimulus.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

// Covariance at a lag, the mean known.
double covariance(const std::vector<double>& x, double mean, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t k = lag; k < x.size(); ++k) sum += (x[k] - mean) * (x[k - lag] - mean);
  return sum / static_cast<double>(x.size() - lag);
}

// Relative SD of the variance of an OU process over a time T: sqrt(2 tau / T), of its mean: sqrt(2 tau / T)
// SD.
TEST(Noise, HasItsMeanItsSdAndItsCorrelationTimeAtAnySamplingInterval) {
  NoiseOptions options;
  options.mean_pA = 40.0;
  options.components = {{100.0, 5.0}};
  for (const double dt : {0.05, 0.5, 5.0}) {
    const double duration = 100000.0;
    const auto x = noise_current(options, duration, dt, 9);
    const double error = std::sqrt(2.0 * std::max(5.0, dt) / duration);
    EXPECT_NEAR(mean_of(x), 40.0, 4.0 * 100.0 * error);
    EXPECT_NEAR(covariance(x, 40.0, 0), 1e4, 4.0 * 1e4 * error);
    const auto lag = static_cast<std::size_t>(std::lround(5.0 / dt));
    EXPECT_NEAR(covariance(x, 40.0, lag), 1e4 * std::exp(-1.0), 4.0 * 1e4 * error);
  }
}

TEST(Noise, OfTwoComponentsHasTheSumOfTheirCovariances) {
  const auto x = noise_current(badel_2008_noise(0.0, 100.0, 50.0), 200000.0, 0.5, 9);
  const double error = 4.0 * 12500.0 * std::sqrt(2.0 * 10.0 / 200000.0);
  for (const std::size_t lag : {0u, 6u, 20u}) {
    const double t = 0.5 * static_cast<double>(lag);
    EXPECT_NEAR(covariance(x, 0.0, lag), 1e4 * std::exp(-t / 3.0) + 2500.0 * std::exp(-t / 10.0), error)
        << lag;
  }
}

TEST(Noise, WithoutATimeConstantIsIndependentFromSampleToSample) {
  const auto x = noise_current(electrode_noise(10.0), 40000.0, 0.1, 2);
  const double n = static_cast<double>(x.size());
  EXPECT_NEAR(covariance(x, 0.0, 0), 100.0, 4.0 * 100.0 * std::sqrt(2.0 / n));
  EXPECT_NEAR(covariance(x, 0.0, 1), 0.0, 4.0 * 100.0 / std::sqrt(n));
}

// Samples of one phase of the modulation, over many periods.
TEST(Noise, SwingsItsSdAsAsked) {
  const double dt = 1.0, period = 5000.0;
  const auto x = noise_current(pozzorini_2015_noise(0.0, 100.0), 400.0 * period, dt, 7);
  for (const double phase : {0.25, 0.5, 0.75}) {
    double squares = 0.0;
    int count = 0;
    for (double t = phase * period - 250.0; t < 400.0 * period - 250.0; t += period) {
      for (double u = 0.0; u < 500.0; u += 12.0, ++count) {
        const double value = x[static_cast<std::size_t>(t + u)];
        squares += value * value;
      }
    }
    // Mean of the squared factor over a tenth of the period, s = sin(2 pi phase).
    double expected = 0.0;
    for (int i = 0; i < 500; ++i) {
      const double factor = 1.0 + 0.5 * std::sin(2.0 * std::acos(-1.0) * (phase + (i - 250.0) / period));
      expected += 1e4 * factor * factor / 500.0;
    }
    EXPECT_NEAR(squares / count, expected, 4.0 * expected * std::sqrt(2.0 / count)) << phase;
  }
}

TEST(Noise, IsAFunctionOfSeedAndStreamAndBeginsAlikeForAnyDuration) {
  const NoiseOptions options = pozzorini_2015_noise(10.0, 100.0);
  const auto x = noise_current(options, 100.0, 0.1, 5, 1);
  EXPECT_EQ(x, noise_current(options, 100.0, 0.1, 5, 1));
  EXPECT_NE(x, noise_current(options, 100.0, 0.1, 5, 2));
  EXPECT_NE(x, noise_current(options, 100.0, 0.1, 6, 1));
  const auto longer = noise_current(options, 200.0, 0.1, 5, 1);
  EXPECT_TRUE(std::equal(x.begin(), x.end(), longer.begin()));
}

TEST(Noise, RefusesWhatMakesNoSense) {
  const auto refused = [](auto change) {
    NoiseOptions options = badel_2008_noise(0.0, 1.0, 1.0);
    change(options);
    EXPECT_THROW(noise_current(options, 10.0, 0.1, 1), OptionError);
  };
  refused([](NoiseOptions& o) { o.mean_pA = std::nan(""); });
  refused([](NoiseOptions& o) { o.components[1].sd_pA = -1.0; });
  refused([](NoiseOptions& o) { o.components[0].tau_ms = -1.0; });
  refused([](NoiseOptions& o) { o.modulation_depth = 1.1; });
  refused([](NoiseOptions& o) { o.modulation_depth = -0.1; });
  refused([](NoiseOptions& o) { o.modulation_Hz = 0.0; });
  const NoiseOptions good = electrode_noise(1.0);
  EXPECT_THROW(noise_current(good, 0.01, 0.1, 1), OptionError);
  EXPECT_THROW(noise_current(good, -5.0, 0.1, 1), OptionError);
  EXPECT_THROW(noise_current(good, 1e15, 0.1, 1), OptionError);
  EXPECT_THROW(noise_current(good, 10.0, 0.0, 1), OptionError);
}

TEST(Steps, AddUpWhereTheyOverlap) {
  const std::vector<CurrentStep> steps = {{0.3, 0.7, 10.0}, {0.5, 1.0, 5.0}};
  const std::vector<double> expected = {0, 0, 0, 10, 10, 15, 15, 5, 5, 5, 0, 0};
  EXPECT_EQ(step_current(steps, 1.2, 0.1), expected);
}

TEST(Steps, ThatEndBeforeTheyBeginAreRefused) {
  const std::vector<CurrentStep> steps = {{0.3, 0.3, 10.0}};
  EXPECT_THROW(step_current(steps, 1.0, 0.1), OptionError);
}

}  // namespace
}  // namespace libfit
