// F(V) of membranes whose F is a line, its bias under noise on the voltage, and its standard errors against
// the scatter of repeated experiments.
#include "libfit/iv/dynamic_iv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

using synthetic::LinearMembrane;
constexpr double kSample_ms = 0.1;

Recording noisy_membrane(const LinearMembrane& cell, std::size_t count, std::uint64_t seed,
                         double dt_ms = kSample_ms) {
  auto current = synthetic::correlated_noise(count, 60.0, 5.0, dt_ms, seed);
  auto voltage = cell.voltage_mV(current, dt_ms);
  return synthetic::one_sweep(std::move(current), std::move(voltage), dt_ms);
}

DynamicIv curve_of(const Recording& recording, double capacitance_pF, const DynamicIvOptions& options = {},
                   unsigned threads = 0) {
  return estimate_dynamic_iv(recording, synthetic::no_spikes(recording), capacitance_pF, options, threads);
}

TEST(DynamicIv, OfALinearMembraneIsItsLine) {
  const LinearMembrane cell{100.0, 5.0, -65.0};
  const DynamicIv iv = curve_of(noisy_membrane(cell, 300000, 1), cell.C_pF);
  ASSERT_GT(iv.bins.size(), 20u);
  for (const IvBin& bin : iv.bins) {
    // The midpoint is exact for a line up to dt^2 / (12 tau^2) of I/C, some 2e-6 mV/ms.
    EXPECT_NEAR(bin.F_mV_per_ms, -(bin.V_mV - cell.E_mV) / 20.0, 1e-5) << bin.V_mV;
  }
  EXPECT_EQ(iv.capacitance_pF, cell.C_pF);
  EXPECT_NEAR(iv.fraction_used, 1.0, 1e-12);
  EXPECT_TRUE(iv.warnings.empty());
}

TEST(DynamicIv, BinsAscendAndHoldEveryPairOnce) {
  const Recording recording = noisy_membrane({}, 100000, 2);
  const DynamicIv iv = curve_of(recording, 100.0);
  std::size_t count = 0;
  for (std::size_t i = 0; i < iv.bins.size(); ++i) {
    count += iv.bins[i].count;
    if (i > 0) {
      EXPECT_GT(iv.bins[i].V_mV, iv.bins[i - 1].V_mV);
    }
    EXPECT_GE(iv.bins[i].V_variance_mV2, 0.0);
    EXPECT_LE(iv.bins[i].V_variance_mV2, 0.25 * 0.25);  // a bin is 0.5 mV wide
  }
  EXPECT_EQ(count, recording.sweeps[0].size() - 1);
}

// Voltages of a converter fall on the edges of the bins; rounding must not lose the highest ones.
TEST(DynamicIv, LosesNoPairWhenVoltagesFallOnEdges) {
  for (const double width_mV : {0.1, 0.2, 0.3, 0.7}) {
    for (int top = 1; top < 60; ++top) {
      std::vector<double> voltage(400), current(400, 0.0);
      for (std::size_t k = 0; k < voltage.size(); ++k) voltage[k] = k < 200 ? 0.0 : top * width_mV;
      DynamicIvOptions options;
      options.bin_width_mV = width_mV;
      std::size_t count = 0;
      for (const IvBin& bin :
           curve_of(synthetic::one_sweep(current, voltage, kSample_ms), 100.0, options).bins)
        count += bin.count;
      EXPECT_EQ(count, 399u) << width_mV << " mV, top " << top;
    }
  }
}

// With noise of SD sigma on V the forward difference binned at V[k] is biased by sigma^2/dt d ln p/dV
// (docs: methods); the midpoint is not. White noise of 0.1 mV.
TEST(DynamicIv, IsUnbiasedUnderVoltageNoiseWhereTheForwardDifferenceIsNot) {
  const LinearMembrane cell{100.0, 5.0, -65.0};
  const double sigma = 0.1, dt = 0.05;
  // Weak drive, some 2 mV of voltage: the steeper the density, the larger the bias.
  auto drive = synthetic::correlated_noise(2000000, 22.0, 5.0, dt, 3);
  auto membrane = cell.voltage_mV(drive, dt);
  Recording recording = synthetic::one_sweep(std::move(drive), std::move(membrane), dt);
  Sweep& sweep = recording.sweeps[0];
  synthetic::add(sweep.voltage_mV, synthetic::white_noise(sweep.size(), sigma, 4));
  const double sd = std::sqrt(*variance(sweep.voltage_mV)), centre = *mean(sweep.voltage_mV);
  struct Sum {
    double n = 0.0, v = 0.0, f = 0.0;
  };
  std::map<int, Sum> forward;
  for (std::size_t k = 0; k + 1 < sweep.size(); ++k) {
    const double v = sweep.voltage_mV[k];
    Sum& sum = forward[static_cast<int>(std::floor(v / 0.5))];
    sum.n += 1.0;
    sum.v += v;
    sum.f += (sweep.voltage_mV[k + 1] - v) / dt - sweep.current_pA[k] / cell.C_pF;
  }
  double expected = 0.0, by_forward = 0.0, by_midpoint = 0.0, weights = 0.0;
  for (const IvBin& bin : curve_of(recording, cell.C_pF).bins) {
    const double z = (bin.V_mV - centre) / sd;
    if (std::abs(z) < 1.0 || std::abs(z) > 2.5) continue;  // where ln p is steep and samples are many
    const Sum& plain = forward[static_cast<int>(std::floor(bin.V_mV / 0.5))];
    const double forward_error = plain.f / plain.n + (plain.v / plain.n - cell.E_mV) / 20.0;
    const double midpoint_error = bin.F_mV_per_ms + (bin.V_mV - cell.E_mV) / 20.0;
    const double outwards = z > 0.0 ? -1.0 : 1.0;  // sign of d ln p/dV, p Gaussian
    const double weight = static_cast<double>(bin.count);
    expected += weight * sigma * sigma / dt * std::abs(z) / sd;
    by_forward += weight * outwards * forward_error;
    by_midpoint += weight * outwards * midpoint_error;
    weights += weight;
    EXPECT_LT(std::abs(midpoint_error), 4.5 * bin.se_mV_per_ms) << bin.V_mV;
  }
  ASSERT_GT(weights, 1e5);
  EXPECT_NEAR(by_forward / expected, 1.0, 0.15);
  EXPECT_NEAR(by_midpoint / expected, 0.0, 0.1);
}

// Intrinsic noise that the rig does not see, correlated over 3 ms: the true error is the scatter of repeated
// experiments.
TEST(DynamicIv, HasStandardErrorsThatAreTheScatterOfRepetitions) {
  const LinearMembrane cell{100.0, 5.0, -65.0};
  const std::size_t repetitions = 80, samples = 200000;
  std::map<int, std::vector<double>> values, errors;
  for (std::size_t r = 0; r < repetitions; ++r) {
    auto current = synthetic::correlated_noise(samples, 50.0, 5.0, kSample_ms, 100 + r);
    auto all = current;
    synthetic::add(all, synthetic::correlated_noise(samples, 20.0, 3.0, kSample_ms, 900 + r));
    auto voltage = cell.voltage_mV(all, kSample_ms);
    const DynamicIv iv =
        curve_of(synthetic::one_sweep(std::move(current), std::move(voltage), kSample_ms), cell.C_pF);
    for (const IvBin& bin : iv.bins) {
      const int place = static_cast<int>(std::floor(bin.V_mV / 0.5));
      // Against the line, so that the place of the mean voltage within the bin does not matter.
      values[place].push_back(bin.F_mV_per_ms + (bin.V_mV - cell.E_mV) / 20.0);
      errors[place].push_back(bin.se_mV_per_ms * bin.se_mV_per_ms);
    }
  }
  std::size_t judged = 0;
  std::vector<double> ratios;
  for (const auto& [place, sample] : values) {
    const double V = 0.5 * (place + 0.5);
    if (sample.size() < repetitions || std::abs(V - cell.E_mV) > 4.0) continue;
    const double ratio = std::sqrt(*mean(errors[place]) / *variance(sample));
    EXPECT_GT(ratio, 0.7) << V;
    EXPECT_LT(ratio, 1.4) << V;
    ratios.push_back(ratio);
    ++judged;
  }
  EXPECT_GE(judged, 8u);
  EXPECT_NEAR(*mean(ratios), 1.0, 0.12);
}

TEST(DynamicIv, FlagsBinsSeenInTooFewBlocks) {
  Recording recording = noisy_membrane({}, 300000, 5);
  for (std::size_t k = 50000; k < 50200; ++k) recording.sweeps[0].voltage_mV[k] = -20.0;  // one block only
  const DynamicIv iv = curve_of(recording, 100.0);
  std::size_t rare = 0;
  for (const IvBin& bin : iv.bins) {
    EXPECT_EQ(bin.supported, bin.blocks >= 15 && bin.se_mV_per_ms > 0.0);
    if (bin.V_mV > -21.0) {
      ++rare;
      EXPECT_FALSE(bin.supported);
      EXPECT_EQ(bin.blocks, 1u);
    }
  }
  EXPECT_EQ(rare, 1u);
}

// What was used between spikes is what a plain loop over the exclusion windows leaves.
TEST(DynamicIv, ShrinksTheExclusionOfAFastCellWithAWarning) {
  const Recording recording = noisy_membrane({}, 200000, 6);
  std::vector<double> sparse, dense;
  for (double t = 500.0; t < 20000.0; t += 1000.0) sparse.push_back(t);
  for (double t = 50.0; t < 20000.0; t += 100.0) dense.push_back(t);
  const DynamicIv slow = estimate_dynamic_iv(recording, {sparse}, 100.0);
  EXPECT_EQ(slow.exclusion_ms, 200.0);
  EXPECT_NEAR(slow.fraction_used, 0.8, 0.001);
  EXPECT_TRUE(slow.warnings.empty());
  const DynamicIv fast = estimate_dynamic_iv(recording, {dense}, 100.0);
  EXPECT_LT(fast.exclusion_ms, 200.0);
  EXPECT_GE(fast.exclusion_ms, 30.0);
  EXPECT_GE(fast.fraction_used, 0.3);
  EXPECT_NEAR(fast.fraction_used, 1.0 - fast.exclusion_ms / 100.0, 0.01);
  ASSERT_EQ(fast.warnings.size(), 1u);
  EXPECT_NE(fast.warnings[0].find("fires"), std::string::npos);
}

TEST(DynamicIv, DoesNotChangeWithUnitsAndOffsets) {
  const Recording recording = noisy_membrane({}, 200000, 7);
  Recording other = recording;
  for (double& i : other.sweeps[0].current_pA) i *= 7.0;   // another amplifier gain
  for (double& v : other.sweeps[0].voltage_mV) v += 10.0;  // a junction potential, a multiple of the bin
  other.sweeps[0].start_ms = 12345.0;
  const DynamicIv a = curve_of(recording, 100.0), b = curve_of(other, 700.0);
  ASSERT_EQ(a.bins.size(), b.bins.size());
  for (std::size_t i = 0; i < a.bins.size(); ++i) {
    if (a.bins[i].count < 100) continue;  // rounding may move a sample across an edge
    EXPECT_NEAR(b.bins[i].V_mV, a.bins[i].V_mV + 10.0, 1e-3);
    EXPECT_NEAR(b.bins[i].F_mV_per_ms, a.bins[i].F_mV_per_ms, 1e-3);
  }
}

TEST(DynamicIv, IsTheSameOnAnyNumberOfThreadsAndForAnyOrderOfSweeps) {
  Recording recording = noisy_membrane({}, 150000, 8);
  recording.sweeps.push_back(noisy_membrane({}, 90000, 9).sweeps[0]);
  const DynamicIv one = curve_of(recording, 100.0, {}, 1);
  const DynamicIv three = curve_of(recording, 100.0, {}, 3);
  std::swap(recording.sweeps[0], recording.sweeps[1]);
  const DynamicIv swapped = curve_of(recording, 100.0);
  ASSERT_EQ(one.bins.size(), three.bins.size());
  ASSERT_EQ(one.bins.size(), swapped.bins.size());
  for (std::size_t i = 0; i < one.bins.size(); ++i) {
    EXPECT_EQ(one.bins[i].F_mV_per_ms, three.bins[i].F_mV_per_ms);
    EXPECT_EQ(one.bins[i].se_mV_per_ms, three.bins[i].se_mV_per_ms);
    EXPECT_NEAR(one.bins[i].F_mV_per_ms, swapped.bins[i].F_mV_per_ms, 1e-9);
    EXPECT_NEAR(one.bins[i].se_mV_per_ms, swapped.bins[i].se_mV_per_ms, 1e-9);
    EXPECT_EQ(one.bins[i].count, swapped.bins[i].count);
  }
}

TEST(DynamicIv, WithWeightsOfOneIsTheCurveWithoutWeights) {
  const Recording recording = noisy_membrane({}, 150000, 10);
  const auto blocks = make_blocks(recording, 1000.0);
  const IvMoments moments = gather_iv_moments(recording, {{}}, blocks);
  const DynamicIv plain = dynamic_iv(moments, 100.0);
  const DynamicIv ones = dynamic_iv(moments, 100.0, {}, std::vector<double>(blocks.size(), 1.0));
  for (std::size_t i = 0; i < plain.bins.size(); ++i) {
    EXPECT_EQ(plain.bins[i].F_mV_per_ms, ones.bins[i].F_mV_per_ms);
    EXPECT_EQ(plain.bins[i].se_mV_per_ms, ones.bins[i].se_mV_per_ms);
  }
  EXPECT_THROW(dynamic_iv(moments, 0.0), ContractError);
  EXPECT_THROW(dynamic_iv(moments, 100.0, {}, std::vector<double>(3, 1.0)), ContractError);
}

// Of intervals of 20 ms the usual 30 ms leave nothing.
TEST(DynamicIv, FollowsTheIntervalsOfAFastCell) {
  const Recording recording = noisy_membrane({}, 20000, 11);
  SpikeTrain spikes;
  for (double t = 0.0; t < 2000.0; t += 20.0) spikes.push_back(t);
  const DynamicIv iv = estimate_dynamic_iv(recording, {spikes}, 100.0);
  EXPECT_NEAR(iv.fraction_used, 1.0 - iv.exclusion_ms / 20.0, 0.01);
  EXPECT_GE(iv.fraction_used, 0.3);
  EXPECT_LE(iv.fraction_used, 0.4);
  ASSERT_FALSE(iv.warnings.empty());
}

TEST(DynamicIv, RefusesWhatLeavesNoSampleAndOptionsOutOfRange) {
  const Recording recording = noisy_membrane({}, 1000, 11);
  std::vector<double> everywhere;  // at 500 Hz the shortest exclusion leaves nothing
  for (double t = 0.0; t < 100.0; t += 2.0) everywhere.push_back(t);
  EXPECT_THROW(estimate_dynamic_iv(recording, {everywhere}, 100.0), DataError);
  EXPECT_THROW(estimate_dynamic_iv(recording, {}, 100.0), ContractError);
  Recording volts = noisy_membrane({}, 1000, 11);
  for (double& v : volts.sweeps[0].voltage_mV) v *= 1e4;  // uV taken for mV
  EXPECT_THROW(curve_of(volts, 100.0), DataError);
  const auto refused = [](auto&& spoil) {
    DynamicIvOptions options;
    spoil(options);
    EXPECT_THROW(options.validate(), OptionError);
  };
  refused([](DynamicIvOptions& o) { o.bin_width_mV = 0.0; });
  refused([](DynamicIvOptions& o) { o.exclude_after_spike_ms = -1.0; });
  refused([](DynamicIvOptions& o) { o.min_fraction_left = 1.1; });
  refused([](DynamicIvOptions& o) { o.shortest_exclusion_ms = -1.0; });
  refused([](DynamicIvOptions& o) { o.block_ms = 0.0; });
}

}  // namespace
}  // namespace libfit
