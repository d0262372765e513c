#include "libfit/score/explained_variance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "libfit/core/error.hpp"
#include "tests/score/random_trains.hpp"

namespace libfit {
namespace {

// Mean and mean product over [0, T] of trains convolved with a Gaussian, in closed form: a product of two
// Gaussians is a Gaussian of their distance times one around their middle.
double integral_of_gaussian(double centre, double sigma, double duration) {
  const double root = std::numbers::sqrt2 * sigma;
  return 0.5 * (std::erf((duration - centre) / root) + std::erf(centre / root));
}

double mean_of(const SpikeTrain& a, double sigma, double duration) {
  double sum = 0.0;
  for (const double s : a) sum += integral_of_gaussian(s, sigma, duration);
  return sum / duration;
}

double covariance_of(const SpikeTrain& a, const SpikeTrain& b, double sigma, double duration) {
  double sum = 0.0;
  for (const double s : a) {
    for (const double t : b) {
      const double wide = std::numbers::sqrt2 * sigma;
      const double apart = (s - t) / wide;
      sum += std::exp(-0.5 * apart * apart) / (wide * std::sqrt(2.0 * std::numbers::pi)) *
             integral_of_gaussian(0.5 * (s + t), sigma / std::numbers::sqrt2, duration);
    }
  }
  return sum / duration - mean_of(a, sigma, duration) * mean_of(b, sigma, duration);
}

// Mean EV of each train with the mean of a set, from covariances alone.
double mean_ev(const SpikeTrains& data, const SpikeTrains& set, double sigma, double duration) {
  const double count = static_cast<double>(set.size());
  double set_variance = 0.0;
  for (const auto& a : set) {
    for (const auto& b : set) set_variance += covariance_of(a, b, sigma, duration) / (count * count);
  }
  double sum = 0.0;
  for (const auto& train : data) {
    double shared = 0.0;
    for (const auto& b : set) shared += covariance_of(train, b, sigma, duration) / count;
    sum += 2.0 * shared / (covariance_of(train, train, sigma, duration) + set_variance);
  }
  return sum / static_cast<double>(data.size());
}

TEST(ExplainedVariance, OfAPairEqualsTheClosedForm) {
  RandomStream random(1);
  for (const double sigma : {4.0, 10.0, 100.0}) {
    for (const double duration : {1000.0, 3000.0}) {
      SpikeTrain a = poisson_train(0.02, duration, random);
      SpikeTrain b = jittered_copy(a, 0.8, 5.0, duration, random);
      a.insert(a.begin(), 0.0);  // spikes on the very ends
      b.push_back(duration);
      const double expected = 2.0 * covariance_of(a, b, sigma, duration) /
                              (covariance_of(a, a, sigma, duration) + covariance_of(b, b, sigma, duration));
      EXPECT_NEAR(*explained_variance(a, b, duration, sigma), expected, 1e-5) << sigma << " " << duration;
    }
  }
}

TEST(ExplainedVariance, OfAPairEqualsAPlainFineGrid) {
  const double duration = 500.0;
  const double sigma = 10.0;
  const SpikeTrain a{3.0, 100.0, 130.0, 499.0};
  const SpikeTrain b{97.0, 250.0, 480.0};
  double sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_dd = 0;
  double sum_d = 0;
  const int count = 50000;
  for (int k = 0; k < count; ++k) {
    const double t = (k + 0.5) * duration / count;
    const auto smooth = [&](const SpikeTrain& train) {
      double value = 0.0;
      for (const double s : train) value += std::exp(-0.5 * (t - s) * (t - s) / (sigma * sigma));
      return value;
    };
    const double x = smooth(a);
    const double y = smooth(b);
    sum_a += x, sum_b += y, sum_d += x - y;
    sum_aa += x * x, sum_bb += y * y, sum_dd += (x - y) * (x - y);
  }
  const auto variance_of = [&](double squares, double sum) {
    return squares / count - sum * sum / count / count;
  };
  const double var_a = variance_of(sum_aa, sum_a);
  const double var_b = variance_of(sum_bb, sum_b);
  const double expected = (var_a + var_b - variance_of(sum_dd, sum_d)) / (var_a + var_b);
  EXPECT_NEAR(*explained_variance(a, b, duration, sigma), expected, 1e-5);
}

TEST(ExplainedVariance, IsOneForIdenticalTrainsAndSymmetric) {
  const auto trains = poisson_trains(2, 0.02, 2000.0, 2);
  EXPECT_NEAR(*explained_variance(trains[0], trains[0], 2000.0, 4.0), 1.0, 1e-12);
  EXPECT_NEAR(*explained_variance(trains[0], trains[1], 2000.0, 4.0),
              *explained_variance(trains[1], trains[0], 2000.0, 4.0), 1e-12);
}

TEST(ExplainedVariance, FollowsAGaussianForAShiftFarFromTheEnds) {
  // One spike each, well inside a long record: Cov ~ exp(-d^2 / (4 sigma^2)), the means are negligible.
  const double sigma = 10.0;
  const double duration = 1e6;
  EXPECT_NEAR(*explained_variance({5e5}, {5e5 + 12.0}, duration, sigma), std::exp(-144.0 / 400.0), 1e-4);
}

TEST(ExplainedVariance, IsAbsentOnlyWhenNeitherTrainVaries) {
  EXPECT_FALSE(explained_variance({}, {}, 1000.0, 4.0).has_value());
  EXPECT_DOUBLE_EQ(*explained_variance({500.0}, {}, 1000.0, 4.0), 0.0);
}

TEST(ExplainedVariance, RefusesSigmaOutOfRange) {
  EXPECT_THROW(explained_variance({1.0}, {1.0}, 1000.0, 0.0), OptionError);
  EXPECT_THROW(explained_variance({1.0}, {1.0}, 1000.0, std::nan("")), OptionError);
  EXPECT_THROW(explained_variance({1.0}, {1.0}, 1e9, 1.0), OptionError);
}

TEST(ExplainedVarianceRatio, EqualsTheClosedFormForSetsOfTrains) {
  const double duration = 3000.0;
  RandomStream random(3);
  const SpikeTrain parent = poisson_train(0.02, duration, random);
  SpikeTrains data;
  SpikeTrains model;
  for (int k = 0; k < 4; ++k) data.push_back(jittered_copy(parent, 0.9, 3.0, duration, random));
  for (int k = 0; k < 3; ++k) model.push_back(jittered_copy(parent, 0.7, 6.0, duration, random));
  for (const double sigma : {4.0, 10.0, 100.0}) {
    const auto score = score_explained_variance(data, model, sigma, divide_into_blocks(duration, 700.0), {});
    EXPECT_NEAR(*score.data_model, mean_ev(data, model, sigma, duration), 1e-5);
    EXPECT_NEAR(*score.data_psth, mean_ev(data, data, sigma, duration), 1e-5);
    EXPECT_NEAR(*score.ratio.value, *score.data_model / *score.data_psth, 1e-12);
  }
}

TEST(ExplainedVarianceRatio, IsAbsentWithTheReasonForSilentData) {
  const auto score = score_explained_variance({{}, {}}, {{5.0}}, 10.0, divide_into_blocks(1000.0, 100.0), {});
  EXPECT_FALSE(score.ratio.value.has_value());
  EXPECT_EQ(score.ratio.reason, "the data hold no spike");
}

}  // namespace
}  // namespace libfit
