#include "libfit/score/coincidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/score/random_trains.hpp"

namespace libfit {
namespace {

constexpr double kGammaWindow = 4.0;

// Largest matching by augmenting paths, which knows nothing of order in time.
bool augment(const SpikeTrain& data, const SpikeTrain& model, double window, std::size_t i,
             std::vector<bool>& seen, std::vector<int>& partner) {
  for (std::size_t j = 0; j < model.size(); ++j) {
    if (seen[j] || std::abs(data[i] - model[j]) > window) continue;
    seen[j] = true;
    if (partner[j] < 0 || augment(data, model, window, static_cast<std::size_t>(partner[j]), seen, partner)) {
      partner[j] = static_cast<int>(i);
      return true;
    }
  }
  return false;
}

std::size_t largest_matching(const SpikeTrain& data, const SpikeTrain& model, double window) {
  std::vector<int> partner(model.size(), -1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    std::vector<bool> seen(model.size(), false);
    count += augment(data, model, window, i, seen, partner) ? 1U : 0U;
  }
  return count;
}

TEST(Coincidences, AreALargestOneToOneMatching) {
  RandomStream random(1);
  for (int k = 0; k < 300; ++k) {
    // Bursts, ties and times on a coarse grid, where a careless sweep loses pairs.
    SpikeTrain data = poisson_train(0.05 + 0.3 * random.uniform(), 200.0, random);
    SpikeTrain model = poisson_train(0.05 + 0.3 * random.uniform(), 200.0, random);
    if (k % 2 == 0) {
      for (double& t : data) t = std::round(t);
      for (double& t : model) t = std::round(t);
    }
    EXPECT_EQ(count_coincidences(data, model, kGammaWindow), largest_matching(data, model, kGammaWindow));
  }
}

TEST(Coincidences, CountBothEndsOfTheWindowAndNothingBeyond) {
  EXPECT_EQ(count_coincidences(SpikeTrain{10.0}, SpikeTrain{14.0}, kGammaWindow), 1U);
  EXPECT_EQ(count_coincidences(SpikeTrain{14.0}, SpikeTrain{10.0}, kGammaWindow), 1U);
  EXPECT_EQ(count_coincidences(SpikeTrain{10.0}, SpikeTrain{std::nextafter(14.0, 15.0)}, kGammaWindow), 0U);
}

TEST(CoincidenceFactor, FollowsTheFormulaWithBruteForceCounts) {
  RandomStream random(2);
  for (int k = 0; k < 50; ++k) {
    const SpikeTrain data = poisson_train(0.03, 2000.0, random);
    const SpikeTrain model = poisson_train(0.02, 2000.0, random);
    const double n_d = static_cast<double>(data.size());
    const double n_m = static_cast<double>(model.size());
    const double nu = n_m / 2000.0;
    const double n_c = static_cast<double>(largest_matching(data, model, kGammaWindow));
    const double expected =
        (n_c - 2 * nu * kGammaWindow * n_d) / (0.5 * (n_d + n_m)) / (1 - 2 * nu * kGammaWindow);
    EXPECT_NEAR(*coincidence_factor(data, model, 2000.0, kGammaWindow), expected, 1e-12);
  }
}

TEST(CoincidenceFactor, IsOneForIdenticalTrains) {
  const auto train = poisson_trains(1, 0.02, 5000.0, 3)[0];
  EXPECT_NEAR(*coincidence_factor(train, train, 5000.0, kGammaWindow), 1.0, 1e-12);
}

TEST(CoincidenceFactor, IsOneWithinTheWindowAndBelowChanceBeyondIt) {
  SpikeTrain train;
  SpikeTrain near;
  SpikeTrain far;
  for (int k = 0; k < 50; ++k) {
    train.push_back(10.0 + 100.0 * k);
    near.push_back(13.9 + 100.0 * k);
    far.push_back(14.1 + 100.0 * k);
  }
  EXPECT_NEAR(*coincidence_factor(train, near, 5000.0, kGammaWindow), 1.0, 1e-12);
  const double chance = 2 * 0.01 * kGammaWindow;
  EXPECT_NEAR(*coincidence_factor(train, far, 5000.0, kGammaWindow), -chance / (1 - chance), 1e-12);
}

TEST(CoincidenceFactor, AveragesNearZeroOverIndependentPoissonTrains) {
  // N_c is bounded by one-to-one matching, which lowers it by about (nu Delta)^2: rate 2 Hz keeps that below
  // the standard error.
  const auto data = poisson_trains(60, 0.002, 20000.0, 4);
  const auto model = poisson_trains(60, 0.002, 20000.0, 5);
  std::vector<double> row_means;
  for (std::size_t i = 0; i < data.size(); ++i) {
    row_means.push_back(*coincidence_factor(data[i], model[i], 20000.0, kGammaWindow));
  }
  const double error = std::sqrt(*variance(row_means) / 60.0);
  EXPECT_LT(std::abs(*mean(row_means)), 3.5 * error);
  EXPECT_LT(error, 0.01);
}

TEST(CoincidenceFactor, DoesNotKnowTheOriginOrTheUnitOfTime) {
  const auto data = poisson_trains(1, 0.02, 1000.0, 6)[0];
  const auto model = poisson_trains(1, 0.02, 1000.0, 7)[0];
  const double value = *coincidence_factor(data, model, 2000.0, kGammaWindow);
  const auto moved = [](SpikeTrain train, double factor, double shift) {
    for (double& t : train) t = factor * t + shift;
    return train;
  };
  EXPECT_NEAR(*coincidence_factor(moved(data, 1, 512), moved(model, 1, 512), 2000.0, kGammaWindow), value,
              1e-12);
  EXPECT_NEAR(*coincidence_factor(moved(data, 8, 0), moved(model, 8, 0), 16000.0, 8 * kGammaWindow), value,
              1e-12);
}

TEST(CoincidenceFactor, IsZeroForOneSilentTrainAndAbsentForTwo) {
  EXPECT_DOUBLE_EQ(*coincidence_factor({1.0, 2.0}, {}, 1000.0, kGammaWindow), 0.0);
  EXPECT_FALSE(coincidence_factor({}, {}, 1000.0, kGammaWindow).has_value());
  EXPECT_LT(*coincidence_factor({}, {1.0, 2.0}, 1000.0, kGammaWindow), 1e-12);
}

TEST(CoincidenceFactor, RefusesAWindowThatTheRateDoesNotAllow) {
  SpikeTrain fast;
  for (int k = 0; k < 125; ++k) fast.push_back(8.0 * k);  // 2 nu Delta = 1 exactly
  EXPECT_THROW(coincidence_factor({1.0}, fast, 1000.0, kGammaWindow), DataError);
  fast.pop_back();
  EXPECT_NO_THROW(coincidence_factor({1.0}, fast, 1000.0, kGammaWindow));
  try {
    coincidence_factor({1.0}, fast, 1000.0, 5.0);
    FAIL();
  } catch (const DataError& problem) {
    EXPECT_THAT(problem.what(), testing::HasSubstr("2 nu Delta = 1.24"));
    EXPECT_THAT(problem.what(), testing::HasSubstr("below 4.03 ms"));
  }
}

TEST(CoincidenceFactor, RefusesOptionsOutOfRange) {
  EXPECT_THROW(coincidence_factor({1.0}, {1.0}, 1000.0, 0.0), OptionError);
  EXPECT_THROW(coincidence_factor({1.0}, {1.0}, 1000.0, std::nan("")), OptionError);
  EXPECT_THROW(coincidence_factor({1.0}, {1.0}, -1.0, 4.0), OptionError);
  EXPECT_THROW(coincidence_factor({2.0, 1.0}, {1.0}, 1000.0, 4.0), ContractError);
}

TEST(MeanCoincidenceFactor, RunsOverAllPairsThatHoldASpike) {
  const SpikeTrains data{{100.0, 200.0}, {}};
  const SpikeTrains model{{101.0}, {}};
  const double first = *coincidence_factor(data[0], model[0], 1000.0, kGammaWindow);
  const double silent_data = *coincidence_factor(data[1], model[0], 1000.0, kGammaWindow);
  EXPECT_NEAR(*mean_coincidence_factor(data, model, 1000.0, kGammaWindow).value,
              (first + 0.0 + silent_data) / 3.0, 1e-12);
  const auto silent = mean_coincidence_factor({{}}, {{}}, 1000.0, kGammaWindow);
  EXPECT_FALSE(silent.value.has_value());
  EXPECT_THAT(silent.reason, testing::HasSubstr("neither the data nor the model"));
}

TEST(ReliabilityGamma, AveragesOrderedPairsOfDistinctRepetitions) {
  const auto data = poisson_trains(3, 0.02, 2000.0, 8);
  double sum = 0.0;
  for (const auto& [i, j] : {std::pair{0, 1}, {1, 0}, {0, 2}, {2, 0}, {1, 2}, {2, 1}}) {
    sum += *coincidence_factor(data[static_cast<std::size_t>(i)], data[static_cast<std::size_t>(j)], 2000.0,
                               kGammaWindow);
  }
  EXPECT_NEAR(*reliability_gamma(data, 2000.0, kGammaWindow).value, sum / 6.0, 1e-12);
  EXPECT_FALSE(reliability_gamma({data[0]}, 2000.0, kGammaWindow).value.has_value());
}

TEST(RelativeCoincidenceFactor, IsWithheldBelowAReliabilityOfOneFifth) {
  EXPECT_DOUBLE_EQ(*relative_coincidence_factor({0.4, {}, {}}, {0.8, {}, {}}).value, 0.5);
  EXPECT_TRUE(relative_coincidence_factor({0.1, {}, {}}, {0.2, {}, {}}).value.has_value());
  const auto withheld = relative_coincidence_factor({0.1, {}, {}}, {0.19, {}, {}});
  EXPECT_FALSE(withheld.value.has_value());
  EXPECT_THAT(withheld.reason, testing::HasSubstr("0.190 is below 0.2"));
}

}  // namespace
}  // namespace libfit
