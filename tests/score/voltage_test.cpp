#include "libfit/score/voltage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

constexpr double kDt = 0.5;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Repetitions of one noisy voltage that share a signal, with a model of that signal.
struct Example {
  std::vector<double> signal;
  std::vector<std::vector<double>> voltages;
  SpikeTrains spikes;
  std::vector<VoltageRepetition> spans() const {
    std::vector<VoltageRepetition> result;
    for (std::size_t i = 0; i < voltages.size(); ++i) result.push_back({voltages[i], spikes[i]});
    return result;
  }
};

Example example(std::size_t repetitions, std::size_t samples, double noise_mV, std::uint64_t seed) {
  Example made;
  for (std::size_t k = 0; k < samples; ++k) {
    made.signal.push_back(-65.0 + 5.0 * std::sin(0.013 * static_cast<double>(k)));
  }
  RandomStream random(seed);
  for (std::size_t i = 0; i < repetitions; ++i) {
    made.voltages.push_back(made.signal);
    for (double& value : made.voltages.back()) value += noise_mV * random.normal();
    made.spikes.emplace_back();
  }
  return made;
}

TEST(VoltageScore, EqualsAPlainComputationWithMaskedSpikes) {
  Example made = example(3, 4000, 1.0, 1);
  made.spikes = {{100.0, 700.0}, {101.0}, {1200.2}};
  const std::vector<double> model_spikes{1500.0};
  VoltageScoreOptions options;
  options.draws = 0;
  double sum = 0, squares = 0, errors = 0, noise = 0;
  double count = 0;
  const auto near = [](const SpikeTrain& spikes, double t) {
    for (const double s : spikes) {
      if (t >= s - 5.0 && t <= s + 14.0) return true;
    }
    return false;
  };
  std::vector<double> means;
  for (std::size_t k = 0; k < made.signal.size(); ++k) {
    const double t = static_cast<double>(k) * kDt;
    std::vector<double> left;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!near(made.spikes[i], t) && !near(model_spikes, t)) left.push_back(made.voltages[i][k]);
    }
    if (left.size() < 2) continue;  // fewer than half of three
    double mean = 0.0;
    for (const double v : left) mean += v / static_cast<double>(left.size());
    double spread = 0.0;
    for (const double v : left) spread += (v - mean) * (v - mean);
    noise += spread / static_cast<double>((left.size() - 1) * left.size());
    errors += (mean - made.signal[k]) * (mean - made.signal[k]);
    means.push_back(mean);
    sum += mean;
    count += 1.0;
  }
  for (const double mean : means) squares += (mean - sum / count) * (mean - sum / count);
  const auto score = score_voltage(made.spans(), made.signal, model_spikes, kDt, options);
  EXPECT_EQ(static_cast<double>(score.samples_used), count);
  EXPECT_NEAR(*score.variance_explained.value, 1.0 - errors / squares, 1e-9);
  EXPECT_NEAR(*score.rmse_mV, std::sqrt(errors / count), 1e-9);
  EXPECT_NEAR(*score.ceiling.value, 1.0 - noise / squares, 1e-9);
  EXPECT_NEAR(*score.rmse_floor_mV, std::sqrt(noise / count), 1e-9);
}

TEST(VoltageScore, OfTheTrueSignalReachesTheCeiling) {
  // The model is the signal itself: what is missing is the noise of the mean, sigma^2 / n.
  const Example made = example(5, 20000, 2.0, 2);
  const auto score = score_voltage(made.spans(), made.signal, {}, kDt);
  const double expected = 1.0 - 0.8 / (12.5 + 0.8);
  EXPECT_NEAR(*score.variance_explained.value, expected, 0.003);
  EXPECT_NEAR(*score.ceiling.value, expected, 0.003);
  EXPECT_NEAR(*score.rmse_mV, std::sqrt(0.8), 0.02);
  ASSERT_TRUE(score.variance_explained.ci95.has_value());
  EXPECT_LT(score.variance_explained.ci95->low, expected);
  EXPECT_GT(score.variance_explained.ci95->high, expected);
}

TEST(VoltageScore, IsOneForTheMeanItselfAndCountsAnOffsetAsError) {
  Example made = example(1, 5000, 0.0, 3);
  auto score = score_voltage(made.spans(), made.signal, {}, kDt);
  EXPECT_NEAR(*score.variance_explained.value, 1.0, 1e-12);
  EXPECT_FALSE(score.ceiling.value.has_value());
  EXPECT_THAT(score.ceiling.reason, testing::HasSubstr("one repetition"));
  std::vector<double> shifted = made.signal;
  for (double& value : shifted) value += 3.0;
  score = score_voltage(made.spans(), shifted, {}, kDt);
  EXPECT_NEAR(*score.rmse_mV, 3.0, 1e-9);
  EXPECT_NEAR(*score.mean_error_mV, 3.0, 1e-9);
  EXPECT_LT(*score.variance_explained.value, 1.0 - 8.0 / 12.5);
}

TEST(VoltageScore, DoesNotReadVoltagesNearSpikes) {
  Example made = example(2, 4000, 0.5, 4);
  made.spikes = {{500.0}, {500.0}};
  const auto before = score_voltage(made.spans(), made.signal, {}, kDt);
  for (std::size_t k = 990; k <= 1028; ++k) made.voltages[0][k] = made.voltages[1][k] = kNaN;
  const auto after = score_voltage(made.spans(), made.signal, {}, kDt);
  EXPECT_EQ(*before.variance_explained.value, *after.variance_explained.value);
  EXPECT_EQ(after.samples - after.samples_used, 39U);  // 495 to 514 ms, both ends
  made.voltages[0][1029] = kNaN;
  EXPECT_THROW(score_voltage(made.spans(), made.signal, {}, kDt), DataError);
}

TEST(VoltageScore, DropsSamplesWhereFewerThanHalfOfTheRepetitionsSurvive) {
  Example made = example(5, 4000, 0.5, 5);
  made.spikes = {{500.0}, {500.0}, {}, {}, {}};
  EXPECT_EQ(score_voltage(made.spans(), made.signal, {}, kDt).samples_used, 4000U);
  made.spikes[2] = {500.0};
  EXPECT_EQ(score_voltage(made.spans(), made.signal, {}, kDt).samples_used, 4000U - 39U);
}

TEST(VoltageScore, CoversTheTruthUnderDriftBetweenRepetitions) {
  // Offsets between repetitions persist over all blocks: the truth is what infinitely many would give.
  const double true_ve = 1.0 - (0.25 * 12.5) / 12.5;  // the model has half the amplitude: E = 0.25 Var
  int covered = 0;
  constexpr int kRuns = 150;
  for (int run = 0; run < kRuns; ++run) {
    Example made = example(6, 8000, 1.0, static_cast<std::uint64_t>(100 + run));
    RandomStream random(7, static_cast<std::uint64_t>(run));
    for (auto& voltage : made.voltages) {
      const double gain = 1.0 + 0.15 * random.normal();  // as a drifting resistance
      for (std::size_t k = 0; k < voltage.size(); ++k) voltage[k] += (gain - 1.0) * (made.signal[k] + 65.0);
    }
    std::vector<double> half = made.signal;
    for (double& value : half) value = -65.0 + 0.5 * (value + 65.0);
    VoltageScoreOptions options;
    options.draws = 400;
    const auto score = score_voltage(made.spans(), half, {}, kDt, options);
    covered +=
        score.variance_explained.ci95->low <= true_ve && true_ve <= score.variance_explained.ci95->high;
  }
  EXPECT_GE(covered, static_cast<int>(0.89 * kRuns));
  RecordProperty("covered", covered);
}

TEST(VoltageScore, SaysWhenNothingIsLeft) {
  Example made = example(1, 20, 0.5, 6);
  made.spikes = {{5.0}};
  const auto score = score_voltage(made.spans(), made.signal, {}, kDt);
  EXPECT_FALSE(score.variance_explained.value.has_value());
  EXPECT_THAT(score.variance_explained.reason, testing::HasSubstr("0 of 20 samples"));
}

TEST(VoltageScore, RefusesBadInput) {
  const Example made = example(2, 100, 0.5, 7);
  const std::vector<double> shorter(99, -65.0);
  EXPECT_THROW(score_voltage(made.spans(), shorter, {}, kDt), ContractError);
  EXPECT_THROW(score_voltage({}, shorter, {}, kDt), ContractError);
  EXPECT_THROW(score_voltage(made.spans(), made.signal, {}, 0.0), ContractError);
  const std::vector<double> backwards{2.0, 1.0};
  EXPECT_THROW(score_voltage(made.spans(), made.signal, backwards, kDt), ContractError);
  for (const auto set :
       {+[](VoltageScoreOptions& o) { o.before_spike_ms = -1.0; },
        +[](VoltageScoreOptions& o) { o.after_spike_ms = kNaN; },
        +[](VoltageScoreOptions& o) { o.block_ms = 0.0; }, +[](VoltageScoreOptions& o) { o.draws = 5; }}) {
    VoltageScoreOptions options;
    set(options);
    EXPECT_THROW(score_voltage(made.spans(), made.signal, {}, kDt, options), OptionError);
  }
}

}  // namespace
}  // namespace libfit
