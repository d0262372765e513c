#include "libfit/stimulus/stimulus_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> current_of(const StimulusPart& part, double duration_ms, double dt_ms) {
  return stimulus_current(std::vector<StimulusPart>{part}, {duration_ms, dt_ms});
}

double charge_of(const std::vector<double>& current, double dt_ms) {
  return dt_ms * std::accumulate(current.begin(), current.end(), 0.0);
}

TEST(StimulusParts, AddUp) {
  const std::vector<StimulusPart> parts{StepPart{{1.0, 3.0}, 10.0}, StepPart{{2.0}, 5.0}};
  EXPECT_THAT(stimulus_current(parts, {5.0, 1.0}), ElementsAre(0.0, 10.0, 15.0, 5.0, 5.0));
  EXPECT_THAT(stimulus_current({}, {2.0, 1.0}), ElementsAre(0.0, 0.0));
}

TEST(Pulse, DeliversItsChargeAtAnySamplingInterval) {
  for (const double dt : {0.01, 0.1, 0.3}) {
    EXPECT_NEAR(charge_of(current_of(PulsePart{3.0, 500.0}, 12.0, dt), dt), 500.0, 1e-9) << dt;
    EXPECT_NEAR(charge_of(current_of(PulsePart{3.0, -500.0, 0.5, 4.0, 2.0}, 12.0, dt), dt), -2000.0, 1e-9);
  }
}

TEST(Ramp, IsTheMeanOfTheLineOverEachSample) {
  EXPECT_THAT(current_of(RampPart{{1.0, 5.0}, 0.0, 8.0}, 6.0, 1.0),
              ElementsAre(0.0, 1.0, 3.0, 5.0, 7.0, 0.0));
}

TEST(Sine, HasItsFrequencyAndItsPhaseAtTheBeginningOfItsWindow) {
  const auto x = current_of(SinePart{{100.0}, 3.0, 10.0, 90.0}, 300.0, 0.5);
  EXPECT_EQ(x[199], 0.0);
  for (std::size_t k = 200; k < x.size(); ++k) {
    const double t_s = (0.5 * static_cast<double>(k) - 100.0) / 1000.0;
    EXPECT_NEAR(x[k], 3.0 * std::cos(2.0 * std::numbers::pi * 10.0 * t_s), 1e-12);
  }
}

// Upward crossings of zero: as many as the integral of the frequency says, here and at both ends.
TEST(Chirp, SweepsItsFrequencies) {
  const auto turns = [](const std::vector<double>& x, std::size_t from, std::size_t to) {
    int count = 0;
    for (std::size_t k = from + 1; k < to; ++k) count += x[k - 1] < 0.0 && x[k] >= 0.0 ? 1 : 0;
    return count;
  };
  const auto linear = current_of(ChirpPart{{}, 1.0, 10.0, 50.0, false}, 10000.0, 0.1);
  EXPECT_NEAR(turns(linear, 0, 100000), 300, 1);  // mean of the two
  EXPECT_NEAR(turns(linear, 0, 10000), 12, 1);    // 10 Hz + a tenth of 40 Hz at the end of the first second
  EXPECT_NEAR(turns(linear, 90000, 100000), 48, 1);
  const auto logarithmic = current_of(ChirpPart{{}, 1.0, 1.0, 100.0, true}, 10000.0, 0.1);
  EXPECT_NEAR(turns(logarithmic, 0, 100000), 99.0 * 10.0 / std::log(100.0), 1.0);
  EXPECT_NEAR(turns(logarithmic, 0, 50000), 9.0 * 10.0 / std::log(100.0), 1.0);
}

// Campbell: mean rate q; variance rate q^2 / (2 tau), here of means over samples short against tau;
// autocovariance falls by e over tau. The standard error of the mean is SD sqrt(2 tau/T), of the variance
// about that share of it.
TEST(Poisson, HasTheMomentsOfCampbell) {
  const double rate_Hz = 2000.0, charge = 30.0, tau = 5.0, duration = 100000.0, dt = 0.1;
  const auto x = current_of(PoissonPart{{}, rate_Hz, charge, tau}, duration, dt);
  const std::size_t from = 1000;
  const auto n = static_cast<double>(x.size() - from - 50);
  const double mean = rate_Hz / 1000.0 * charge;
  const double variance = rate_Hz / 1000.0 * charge * charge / (2.0 * tau);
  double sum = 0.0, square = 0.0, product = 0.0;
  for (std::size_t k = from; k + 50 < x.size(); ++k) {
    sum += x[k] / n;
    square += (x[k] - mean) * (x[k] - mean) / n;
    product += (x[k] - mean) * (x[k + 50] - mean) / n;
  }
  const double share = 4.0 * std::sqrt(2.0 * tau / duration);
  EXPECT_NEAR(sum, mean, share * std::sqrt(variance));
  EXPECT_NEAR(square, variance, 2.0 * share * variance);
  EXPECT_NEAR(product, variance * std::exp(-1.0), 2.0 * share * variance);
}

// One event, the rest of it out of sight: the charge is the whole one, with and without a rise.
TEST(Poisson, EventsDeliverTheirCharge) {
  for (const double rise : {0.0, 1.0}) {
    const double dt = 0.25;
    const auto x = current_of(PoissonPart{{0.0, 4000.0}, 20.0, 40.0, 2.0, rise}, 4000.0, dt);
    // Each event stands out: 50 ms apart on average and 2 ms long. Count them by their charge.
    const double events = charge_of(x, dt) / 40.0;
    EXPECT_NEAR(events, std::round(events), 0.02) << rise;
    EXPECT_NEAR(events, 80.0, 4.0 * std::sqrt(80.0));
  }
}

TEST(StimulusNoise, OfOnePartDoesNotDependOnTheOthers) {
  const NoisePart noise{{}, badel_2008_noise(10.0, 5.0, 3.0), std::nullopt};
  const StimulusOptions options{100.0, 0.1, 4, 2};
  const auto alone = stimulus_current(std::vector<StimulusPart>{noise}, options);
  auto with = stimulus_current(std::vector<StimulusPart>{noise, StepPart{{}, 7.0}}, options);
  for (double& value : with) value -= 7.0;
  for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR(with[k], alone[k], 1e-12);
  StimulusOptions other = options;
  other.stream = 3;
  EXPECT_NE(stimulus_current(std::vector<StimulusPart>{noise}, other), alone);
  NoisePart frozen = noise;
  frozen.seed = 9;
  EXPECT_EQ(stimulus_current(std::vector<StimulusPart>{frozen}, {100.0, 0.1, 1, 0}),
            stimulus_current(std::vector<StimulusPart>{frozen}, options));
}

void expect_refused(const StimulusPart& part, const std::string& name) {
  try {
    current_of(part, 100.0, 0.1);
    ADD_FAILURE() << "accepted, although " << name << " makes no sense";
  } catch (const OptionError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr(name));
  }
}

TEST(StimulusParts, RefuseWhatMakesNoSense) {
  const double none = std::nan("");
  expect_refused(StepPart{{-1.0, 5.0}, 1.0}, "begin_ms");
  expect_refused(StepPart{{5.0, 5.0}, 1.0}, "end_ms");
  expect_refused(StepPart{{5.0, none}, 1.0}, "end_ms");
  expect_refused(StepPart{{100.0}, 1.0}, "begin_ms");
  expect_refused(StepPart{{}, none}, "amplitude_pA");
  expect_refused(PulsePart{-1.0, 5.0}, "at_ms");
  expect_refused(PulsePart{100.0, 5.0}, "at_ms");
  expect_refused(PulsePart{90.0, 5.0, 1.0, 11.0, 1.0}, "at_ms");
  expect_refused(PulsePart{1.0, none}, "charge_fC");
  expect_refused(PulsePart{1.0, 5.0, -1.0}, "width_ms");
  expect_refused(PulsePart{1.0, 5.0, 1.0, 1.5, 3.0}, "count");
  expect_refused(PulsePart{1.0, 5.0, 1.0, 2.0, 0.0}, "period_ms");
  expect_refused(RampPart{{}, none, 0.0}, "from_pA");
  expect_refused(RampPart{{}, 0.0, none}, "to_pA");
  expect_refused(SinePart{{}, 1.0, 0.0}, "frequency_Hz");
  expect_refused(SinePart{{}, 1.0, 5000.0}, "half the sampling rate");
  expect_refused(SinePart{{}, 1.0, 5.0, none}, "phase_deg");
  expect_refused(ChirpPart{{}, 1.0, 0.0, 5.0}, "from_Hz");
  expect_refused(ChirpPart{{}, 1.0, 5.0, 9999.0}, "to_Hz");
  expect_refused(PoissonPart{{}, -1.0, 1.0, 1.0}, "rate_Hz");
  expect_refused(PoissonPart{{}, 1e9, 1.0, 1.0}, "rate_Hz");
  expect_refused(PoissonPart{{}, 1.0, 1.0, 0.0}, "tau_ms");
  expect_refused(PoissonPart{{}, 1.0, 1.0, 2.0, 2.0}, "tau_rise_ms");
  expect_refused(NoisePart{{}, electrode_noise(-1.0), std::nullopt}, "sd_pA");
}

}  // namespace
}  // namespace libfit
