#include "libfit/simulate/gif_trials.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/simulate/simulate.hpp"
#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

using gif_test::gif_cell;
using gif_test::two_state_cell;

std::vector<double> gif_noise(double duration_ms, double dt_ms) {
  NoiseOptions options;
  options.mean_pA = 40.0;
  options.components = {{60.0, 5.0}};
  return noise_current(options, duration_ms, dt_ms, 3);
}

TEST(GifTrials, AreTheSameOnAnyNumberOfThreads) {
  const auto current = gif_noise(3000.0, 0.1);
  const GifTrials one = simulate_gif_trials(two_state_cell(), current, 0.1, {40, 0, 5, 1});
  const GifTrials three = simulate_gif_trials(two_state_cell(), current, 0.1, {40, 0, 5, 3});
  EXPECT_EQ(one.spikes_ms, three.spikes_ms);
  EXPECT_EQ(one.mean_voltage_mV, three.mean_voltage_mV);
}

TEST(GifTrials, AreThoseOfTheirNumberHoweverManyAreAskedFor) {
  const auto current = gif_noise(3000.0, 0.1);
  const GifTrials many = simulate_gif_trials(gif_cell(), current, 0.1, {40, 0, 5, 1});
  const GifTrials later = simulate_gif_trials(gif_cell(), current, 0.1, {3, 20, 5, 1});
  for (std::size_t t = 0; t < 3; ++t) EXPECT_EQ(later.spikes_ms[t], many.spikes_ms[20 + t]);
  SimulateOptions options;
  options.seed = 5;
  options.trial = 20;
  EXPECT_EQ(simulate(gif_cell(), current, 0.1, options).spike_times_ms, many.spikes_ms[20]);
}

// A hazard that depends on nothing is a Poisson process with a dead time: rate 1 / (t_ref + 1/p) a bin.
TEST(GifTrials, OfAConstantHazardAreARenewalProcess) {
  Gif m = gif_cell();
  m.currents.clear();
  m.drive.currents.clear();
  m.filters.clear();
  m.history.clear();
  m.log_rate_per_ms = std::log(0.05);
  const std::vector<double> current(20000, 0.0);
  const GifTrials trials = simulate_gif_trials(m, current, 1.0, {100, 0, 9, 0});
  double count = 0.0;
  for (const auto& train : trials.spikes_ms) {
    count += static_cast<double>(train.size());
    for (std::size_t i = 1; i < train.size(); ++i) EXPECT_GT(train[i] - train[i - 1], m.reset.t_ref_ms);
  }
  const double p = 1.0 - std::exp(-0.05);
  const double expected = 100.0 * 20000.0 / (m.reset.t_ref_ms + 1.0 / p);
  EXPECT_NEAR(count, expected, 4.0 * std::sqrt(expected));
}

// The voltage without spikes is the membrane's answer, whatever drives the hazard.
TEST(GifTrials, HaveTheVoltageOfTheMembraneAndNotOfTheDrive) {
  Gif m = gif_cell();
  m.log_rate_per_ms = -100.0;
  m.drive.tau_ms = 3.0;
  const std::vector<double> current(500, 100.0);
  const GifTrials trials = simulate_gif_trials(m, current, 1.0, {1, 0, 1, 1});
  EXPECT_TRUE(trials.spikes_ms[0].empty());
  EXPECT_NEAR(trials.first_voltage_mV.back(), m.E_mV + 100.0 / m.g_nS, 1e-9);
}

// A stretch cut out of noise begins at any value. A model with a state that remembers 300 ms, settled at that
// one value, would answer the beginning of the stretch and not what it answers in the whole recording.
TEST(GifTrials, OfAStretchCutOutOfNoiseBeginAsInTheWhole) {
  Gif cell = gif_test::gif_cell();
  cell.thresholds = {{300.0, -60.0, 3.0, 1.0, 0.8}};
  cell.log_rate_per_ms = -9.0;
  NoiseOptions noise;
  noise.mean_pA = 40.0;
  noise.components = {{80.0, 3.0}};
  const std::vector<double> whole = noise_current(noise, 20000.0, 1.0, 5);
  // The highest value in the middle: the worst place to cut.
  const auto highest = std::max_element(whole.begin() + 5000, whole.begin() + 15000);
  const std::vector<double> cut(highest, whole.end());
  const double cut_ms = static_cast<double>(highest - whole.begin());
  const auto spikes_within = [](const GifTrials& trials, double from_ms, double to_ms) {
    double count = 0.0;
    for (const auto& train : trials.spikes_ms) {
      for (const double t : train) count += t >= from_ms && t < to_ms ? 1.0 : 0.0;
    }
    return count / static_cast<double>(trials.spikes_ms.size());
  };
  const double in_whole =
      spikes_within(simulate_gif_trials(cell, whole, 1.0, {64, 0, 1, 1}), cut_ms, cut_ms + 500.0);
  const double in_cut = spikes_within(simulate_gif_trials(cell, cut, 1.0, {64, 0, 1, 1}), 0.0, 500.0);
  EXPECT_GT(in_whole, 1.0);
  EXPECT_NEAR(in_cut, in_whole, 0.35 * in_whole);
}

// At a constant current below the one that it fires at by itself, an upstroke lifts U to the lower zero of
// E - U + R I + Delta_T exp((U - V_T) / Delta_T), which gives the rate of a renewal process without history.
TEST(GifTrials, WithAnUpstrokeFireAtTheRateOfTheirFixedPoint) {
  Gif cell = gif_cell();
  cell.history.clear();
  cell.currents.clear();
  adopt_membrane_as_drive(cell);
  cell.drive.V_T_mV = -55.0;
  cell.drive.Delta_T_mV = 2.0;
  const double current_pA = 35.0;
  double U = cell.drive.E_mV;
  for (int i = 0; i < 100000; ++i)
    U += 0.001 * (cell.drive.E_mV + cell.drive.resistance_GOhm * current_pA - U +
                  2.0 * std::exp((U - cell.drive.V_T_mV) / 2.0));
  const double hazard = std::exp(cell.log_rate_per_ms + 0.5 * (U - cell.reference_mV));
  EXPECT_NEAR(settled_hazard_per_ms(cell, current_pA), hazard, 1e-9);
  const GifTrials trials =
      simulate_gif_trials(cell, std::vector<double>(20000, current_pA), 1.0, {64, 0, 1, 1});
  double spikes = 0.0;
  for (const auto& train : trials.spikes_ms) spikes += static_cast<double>(train.size()) / 64.0;
  // After a spike U comes from the reset, 1 mV from the fixed point: a few per cent.
  EXPECT_NEAR(spikes, 20000.0 / (1.0 / hazard + cell.reset.t_ref_ms), 0.1 * spikes);
}

TEST(SettledCurrent, IsTheHeldOneOfAQuietBeginningAndElseTheMean) {
  std::vector<double> current(1000, 100.0);
  for (std::size_t k = 0; k < current.size(); ++k) current[k] += k % 2 == 0 ? 50.0 : -50.0;
  EXPECT_NEAR(settled_current_pA(current, 1.0), 100.0, 1e-9);
  current.front() = 400.0;
  EXPECT_NEAR(settled_current_pA(current, 1.0), 100.25, 1e-9);
  std::fill_n(current.begin(), 30, -20.0);
  EXPECT_NEAR(settled_current_pA(current, 1.0), -20.0, 1e-9);
  EXPECT_NEAR(settled_current_pA(std::vector<double>{7.0}, 1.0), 7.0, 1e-9);
}

TEST(GifTrials, RefuseWhatDoesNotFitTheirBins) {
  EXPECT_THROW(simulate_gif_trials(gif_cell(), gif_noise(100.0, 0.3), 0.3), DataError);
  EXPECT_THROW(simulate_gif_trials(gif_cell(), std::vector<double>(3, 0.0), 0.1), DataError);
  EXPECT_THROW(simulate_gif_trials(gif_cell(), std::vector<double>(30, std::nan("")), 0.1), DataError);
  Gif m = gif_cell();
  m.drive.tau_ms = 0.0;
  EXPECT_THROW(simulate_gif_trials(m, gif_noise(100.0, 0.1), 0.1), OptionError);
  EXPECT_THROW(simulate_gif_trials(gif_cell(), gif_noise(100.0, 0.1), 0.1, {0, 0, 1, 1}), OptionError);
}

// A hazard that runs away fires after every refractory time and no faster.
TEST(GifTrials, EndWhateverTheHazard) {
  Gif m = gif_cell();
  m.log_rate_per_ms = 1e6;
  const GifTrials trials = simulate_gif_trials(m, std::vector<double>(1000, 0.0), 1.0, {2, 0, 1, 1});
  EXPECT_LE(trials.spikes_ms[0].size(), 200U);
  EXPECT_GE(trials.spikes_ms[0].size(), 199U);
}

}  // namespace
}  // namespace libfit
