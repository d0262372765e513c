#include "libfit/score/distances.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "libfit/core/error.hpp"
#include "tests/score/random_trains.hpp"

namespace libfit {
namespace {

using Distance = std::function<double(const SpikeTrain&, const SpikeTrain&)>;

std::vector<Distance> all_distances() {
  return {[](const auto& a, const auto& b) { return victor_purpura_distance(a, b, 0.2); },
          [](const auto& a, const auto& b) { return van_rossum_distance(a, b, 10.0); },
          [](const auto& a, const auto& b) { return isi_distance(a, b, 500.0); },
          [](const auto& a, const auto& b) { return spike_distance(a, b, 500.0); }};
}

TEST(Distances, AreZeroForIdenticalTrainsPositiveOtherwiseAndSymmetric) {
  const auto trains = poisson_trains(2, 0.03, 500.0, 1);
  for (const auto& distance : all_distances()) {
    EXPECT_EQ(distance(trains[0], trains[0]), 0.0);
    EXPECT_EQ(distance({}, {}), 0.0);
    EXPECT_GT(distance(trains[0], trains[1]), 0.0);
    EXPECT_NEAR(distance(trains[0], trains[1]), distance(trains[1], trains[0]), 1e-12);
  }
}

// Cheapest edit by trying everything, for short trains.
double cheapest(const SpikeTrain& a, const SpikeTrain& b, double q, std::size_t i, std::size_t j) {
  if (i == a.size()) return static_cast<double>(b.size() - j);
  if (j == b.size()) return static_cast<double>(a.size() - i);
  return std::min({cheapest(a, b, q, i + 1, j) + 1.0, cheapest(a, b, q, i, j + 1) + 1.0,
                   cheapest(a, b, q, i + 1, j + 1) + q * std::abs(a[i] - b[j])});
}

TEST(VictorPurpura, IsTheCheapestEdit) {
  RandomStream random(2);
  for (int k = 0; k < 60; ++k) {
    const SpikeTrain a = poisson_train(0.05, 100.0, random);
    const SpikeTrain b = poisson_train(0.05, 100.0, random);
    for (const double q : {0.0, 0.02, 0.2, 5.0}) {
      EXPECT_NEAR(victor_purpura_distance(a, b, q), cheapest(a, b, q, 0, 0), 1e-12);
    }
  }
}

TEST(VictorPurpura, CostsOneAnAddedSpikeAndQAMillisecond) {
  EXPECT_DOUBLE_EQ(victor_purpura_distance(SpikeTrain{10.0, 20.0}, SpikeTrain{10.0}, 0.1), 1.0);
  EXPECT_DOUBLE_EQ(victor_purpura_distance(SpikeTrain{10.0}, SpikeTrain{13.0}, 0.1), 0.3);
  EXPECT_DOUBLE_EQ(victor_purpura_distance(SpikeTrain{10.0}, SpikeTrain{90.0}, 0.1), 2.0);
}

// D^2 as a double sum over pairs of spikes.
double van_rossum_by_pairs(const SpikeTrain& a, const SpikeTrain& b, double tau) {
  const auto product = [tau](const SpikeTrain& x, const SpikeTrain& y) {
    double sum = 0.0;
    for (const double s : x) {
      for (const double t : y) sum += 0.5 * std::exp(-std::abs(s - t) / tau);
    }
    return sum;
  };
  return std::sqrt(product(a, a) + product(b, b) - 2.0 * product(a, b));
}

TEST(VanRossum, EqualsTheDoubleSumOverSpikes) {
  RandomStream random(3);
  for (int k = 0; k < 30; ++k) {
    const SpikeTrain a = poisson_train(0.05, 1000.0, random);
    const SpikeTrain b = poisson_train(0.03, 1000.0, random);
    for (const double tau : {1.0, 20.0, 500.0}) {
      EXPECT_NEAR(van_rossum_distance(a, b, tau), van_rossum_by_pairs(a, b, tau), 1e-9);
    }
  }
}

TEST(VanRossum, IsRootOneHalfForOneSpikeMoreAndRootOfOneLessTheOverlapForAShift) {
  EXPECT_NEAR(van_rossum_distance(SpikeTrain{10.0}, SpikeTrain{}, 7.0), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(van_rossum_distance(SpikeTrain{10.0}, SpikeTrain{15.0}, 10.0), std::sqrt(1.0 - std::exp(-0.5)),
              1e-12);
}

// Brute force of the definitions at one time, with auxiliary spikes at 0 and T.
struct Neighbours {
  double before;
  double after;
};

SpikeTrain with_ends(SpikeTrain train, double duration) {
  train.insert(train.begin(), 0.0);
  train.push_back(duration);
  return train;
}

Neighbours around(const SpikeTrain& train, double t) {
  Neighbours result{-1e300, 1e300};
  for (const double s : train) {
    if (s <= t) result.before = std::max(result.before, s);
    if (s > t) result.after = std::min(result.after, s);
  }
  return result;
}

double nearest(const SpikeTrain& train, double t) {
  double best = 1e300;
  for (const double s : train) best = std::min(best, std::abs(s - t));
  return best;
}

TEST(KreuzDistances, EqualTheirDefinitionsOnAFineGrid) {
  const double duration = 300.0;
  const auto trains = poisson_trains(6, 0.04, duration, 4);
  for (std::size_t k = 0; k + 1 < trains.size(); ++k) {
    const SpikeTrain a = with_ends(trains[k], duration);
    const SpikeTrain b = with_ends(trains[k + 1], duration);
    double isi = 0.0;
    double spike = 0.0;
    const int count = 200000;
    for (int n = 0; n < count; ++n) {
      const double t = (n + 0.5) * duration / count;
      const Neighbours p = around(a, t);
      const Neighbours q = around(b, t);
      const double x = p.after - p.before;
      const double y = q.after - q.before;
      isi += std::abs(x - y) / std::max(x, y) / count;
      const double s1 = (nearest(b, p.before) * (p.after - t) + nearest(b, p.after) * (t - p.before)) / x;
      const double s2 = (nearest(a, q.before) * (q.after - t) + nearest(a, q.after) * (t - q.before)) / y;
      spike += (s1 * y + s2 * x) / (0.5 * (x + y) * (x + y)) / count;
    }
    EXPECT_NEAR(isi_distance(trains[k], trains[k + 1], duration), isi, 1e-4);
    EXPECT_NEAR(spike_distance(trains[k], trains[k + 1], duration), spike, 1e-4);
  }
}

TEST(IsiDistance, IsTheRelativeDifferenceOfTwoRegularRates) {
  SpikeTrain slow;
  SpikeTrain fast;
  for (int k = 1; k < 30; ++k) slow.push_back(10.0 * k);
  for (int k = 1; k < 60; ++k) fast.push_back(5.0 * k);
  EXPECT_NEAR(isi_distance(slow, fast, 300.0), 0.5, 1e-12);
}

TEST(SpikeDistance, OfOneShiftedSpikeIsAsIntegratedByHand) {
  // T = 2, spikes at 1 and 1.5. S is linear on the three pieces [0, 1], [1, 1.5], [1.5, 2]:
  // intervals (1, 1.5), (1, 1.5), (1, 0.5); distance of both spikes 0.5, of the auxiliary spikes 0.
  // Ends of the pieces: S1 = 0 to .5, S2 = 0 to 1/3; then .5 to .25 and 1/3 to .5; then .25 to 0, .5 to 0.
  const auto s = [](double s1, double s2, double x1, double x2) {
    return (s1 * x2 + s2 * x1) / (0.5 * (x1 + x2) * (x1 + x2));
  };
  const double first = 0.5 * s(0.5, 1.0 / 3.0, 1.0, 1.5);
  const double second = 0.25 * (s(0.5, 1.0 / 3.0, 1.0, 1.5) + s(0.25, 0.5, 1.0, 1.5));
  const double third = 0.25 * s(0.25, 0.5, 1.0, 0.5);
  EXPECT_NEAR(spike_distance(SpikeTrain{1.0}, SpikeTrain{1.5}, 2.0), (first + second + third) / 2.0, 1e-12);
}

TEST(Distances, RefuseParametersOutOfRangeAndTrainsOutOfOrder) {
  const SpikeTrain train{1.0, 2.0};
  EXPECT_THROW(victor_purpura_distance(train, train, -1.0), OptionError);
  EXPECT_THROW(van_rossum_distance(train, train, 0.0), OptionError);
  EXPECT_THROW(isi_distance(train, train, 0.0), OptionError);
  EXPECT_THROW(spike_distance(train, train, std::nan("")), OptionError);
  const SpikeTrain backwards{2.0, 1.0};
  EXPECT_THROW(victor_purpura_distance(backwards, train, 1.0), ContractError);
  EXPECT_THROW(van_rossum_distance(train, backwards, 1.0), ContractError);
  EXPECT_THROW(isi_distance(train, backwards, 5.0), ContractError);
  EXPECT_THROW(spike_distance(train, train, 1.5), ContractError);
}

}  // namespace
}  // namespace libfit
