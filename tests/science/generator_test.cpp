// The generator of recordings with known truth: what it puts in is there to be found.
#include "data/generator.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "libfit/core/error.hpp"

namespace dyniv_data {
namespace {

using libfit::Eif;
using libfit::Model;
using libfit::Recording;

const Eif eif{150.0, 10.0, -65.0, -50.0, 1.3, 10.0, {-58.0, 3.0}};
const libfit::NoiseOptions noise = libfit::badel_2008_noise(80.0, 160.0, 140.0);

RigOptions short_rig() {
  RigOptions rig;
  rig.duration_ms = 3000.0;
  return rig;
}

double sd(const std::vector<double>& x) {
  double sum = 0.0, squares = 0.0;
  for (const double v : x) sum += v;
  for (const double v : x)
    squares += (v - sum / static_cast<double>(x.size())) * (v - sum / static_cast<double>(x.size()));
  return std::sqrt(squares / static_cast<double>(x.size() - 1));
}

std::vector<double> minus(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] -= b[k];
  return a;
}

TEST(Generator, OfAPassiveCellGivesBackItsCapacitanceAndConductance) {
  const libfit::Passive cell{120.0, 8.0, -70.0};
  const auto sweep = training_recording(Model(cell), noise, short_rig()).sweeps[0];
  // V[k+1] = keep V[k] + (1 - keep)(E + I[k]/g), exactly: three unknowns, no noise.
  const auto rows = static_cast<Eigen::Index>(sweep.size() - 1);
  Eigen::MatrixXd design(rows, 3);
  Eigen::VectorXd next(rows);
  for (Eigen::Index k = 0; k < rows; ++k) {
    const auto i = static_cast<std::size_t>(k);
    design.row(k) << sweep.voltage_mV[i], sweep.current_pA[i], 1.0;
    next(k) = sweep.voltage_mV[i + 1];
  }
  const Eigen::Vector3d x = design.colPivHouseholderQr().solve(next);
  const double tau = -0.1 / std::log(x(0)), g = (1.0 - x(0)) / x(1);
  EXPECT_NEAR(tau, 15.0, 1e-8);
  EXPECT_NEAR(g, 8.0, 1e-8);
  EXPECT_NEAR(x(2) / (1.0 - x(0)), -70.0, 1e-8);
}

TEST(Generator, ShowsTheElectrodeInTheVoltageAndNowhereElse) {
  RigOptions rig = short_rig();
  rig.electrode_MOhm = 25.0;
  rig.electrode_tau_ms = 0.2;
  const std::vector<double> step =
      libfit::step_current(std::vector<libfit::CurrentStep>{{10.0, 60.0, 100.0}}, 100.0, 0.1);
  const GeneratedSweep with = generate(Model(eif), step, rig);
  rig.electrode_MOhm = 0.0;
  const GeneratedSweep without = generate(Model(eif), step, rig);
  EXPECT_EQ(with.membrane_mV, without.membrane_mV);
  EXPECT_EQ(with.sweep.current_pA, without.sweep.current_pA);
  EXPECT_EQ(without.sweep.voltage_mV, without.membrane_mV);
  for (std::size_t k = 0; k < step.size(); ++k) {
    const double t = 0.1 * static_cast<double>(k);
    double expected = 0.0;  // 25 MOhm times 100 pA are 2.5 mV
    if (t > 10.0 && t <= 60.0) expected = 2.5 * (1.0 - std::exp(-(t - 10.0) / 0.2));
    if (t > 60.0) expected = 2.5 * std::exp(-(t - 60.0) / 0.2);
    EXPECT_NEAR(with.sweep.voltage_mV[k] - with.membrane_mV[k], expected, 1e-10) << t;
  }
}

// The delayed current averaged over each sample by brute force, on a grid of 1/1000 sample.
TEST(Generator, DelaysTheRecordedCurrentByAFractionOfASample) {
  RigOptions rig = short_rig();
  const auto truth = generate_sweep(Model(eif), libfit::noise_current(noise, 20.0, 0.1, 3), rig).current_pA;
  for (const double lag : {0.0, 0.3, 1.0, 2.75, -0.4}) {
    rig.lag_samples = lag;
    const auto late = generate_sweep(Model(eif), truth, rig).current_pA;
    for (std::size_t k = 5; k + 5 < truth.size(); ++k) {
      double sum = 0.0;
      for (int i = 0; i < 1000; ++i) {
        sum += truth[static_cast<std::size_t>(std::floor(static_cast<double>(k) + (i + 0.5) / 1000.0 - lag))];
      }
      EXPECT_NEAR(late[k], sum / 1000.0, 1e-9 * (1.0 + std::abs(sum))) << lag << " " << k;
    }
  }
}

TEST(Generator, AddsNoiseOfTheSdsAskedFor) {
  RigOptions rig = short_rig();
  const auto current = libfit::noise_current(noise, 3000.0, 0.1, 3);
  const GeneratedSweep clean = generate(Model(eif), current, rig);
  rig.voltage_noise_mV = 0.2;
  rig.monitor_noise_pA = 1.5;
  const GeneratedSweep noisy = generate(Model(eif), current, rig);
  EXPECT_EQ(clean.membrane_mV, noisy.membrane_mV);
  const double error = 4.0 / std::sqrt(2.0 * static_cast<double>(current.size()));
  EXPECT_NEAR(sd(minus(noisy.sweep.voltage_mV, clean.sweep.voltage_mV)), 0.2, 0.2 * error);
  EXPECT_NEAR(sd(minus(noisy.sweep.current_pA, clean.sweep.current_pA)), 1.5, 1.5 * error);
}

TEST(Generator, RepeatsTheCurrentOfATestButNotTheNoiseOfTheCell) {
  RigOptions rig = short_rig();
  const Recording same = test_recording(Model(eif), noise, 3, rig);
  ASSERT_EQ(same.sweeps.size(), 3u);
  EXPECT_EQ(same.sweeps[0].voltage_mV, same.sweeps[2].voltage_mV);
  rig.intrinsic_noise_pA = 40.0;
  const GeneratedRecording differ = generate_test(Model(eif), noise, 3, rig);
  EXPECT_EQ(differ.recording.sweeps[0].current_pA, differ.recording.sweeps[1].current_pA);
  EXPECT_NE(differ.recording.sweeps[0].voltage_mV, differ.recording.sweeps[1].voltage_mV);
  EXPECT_NE(differ.spike_times_ms[0], differ.spike_times_ms[1]);
  EXPECT_EQ(differ.recording.sweeps[1].number, 2u);
  EXPECT_NE(training_recording(Model(eif), noise, rig).sweeps[0].current_pA,
            differ.recording.sweeps[0].current_pA);
}

// The membrane of a passive cell under intrinsic noise alone: OU current through an RC circuit has the
// variance sd^2 R^2 tau_n / (tau_n + tau) [Gardiner 2009, ch. 4].
TEST(Generator, GivesTheIntrinsicNoiseItsSdAndCorrelationTime) {
  RigOptions rig;
  rig.intrinsic_noise_pA = 50.0;
  rig.intrinsic_tau_ms = 5.0;
  const std::vector<double> silence(2000000, 0.0);
  const auto V = generate_sweep(Model(libfit::Passive{120.0, 8.0, -70.0}), silence, rig).voltage_mV;
  const double expected = 50.0 / 8.0 * std::sqrt(5.0 / 20.0);
  EXPECT_NEAR(sd(V), expected, 4.0 * expected * std::sqrt(20.0 / 200000.0));
}

TEST(Generator, IsAFunctionOfItsArguments) {
  RigOptions rig = short_rig();
  rig.intrinsic_noise_pA = 30.0;
  rig.voltage_noise_mV = 0.1;
  const auto once = training_recording(WangBuzsaki{}, noise, rig).sweeps[0];
  const auto again = training_recording(WangBuzsaki{}, noise, rig).sweeps[0];
  EXPECT_EQ(once.voltage_mV, again.voltage_mV);
  EXPECT_EQ(once.current_pA, again.current_pA);
  rig.seed = 2;
  EXPECT_NE(once.current_pA, training_recording(WangBuzsaki{}, noise, rig).sweeps[0].current_pA);
}

TEST(Generator, RefusesARigThatMakesNoSense) {
  const auto refused = [](auto change) {
    RigOptions rig;
    change(rig);
    EXPECT_THROW(rig.validate(), libfit::OptionError);
  };
  EXPECT_NO_THROW(RigOptions{}.validate());
  refused([](RigOptions& r) { r.dt_ms = 0.0; });
  refused([](RigOptions& r) { r.duration_ms = 0.0; });
  refused([](RigOptions& r) { r.electrode_MOhm = -1.0; });
  refused([](RigOptions& r) { r.electrode_tau_ms = -1.0; });
  refused([](RigOptions& r) { r.lag_samples = std::nan(""); });
  refused([](RigOptions& r) { r.monitor_noise_pA = -1.0; });
  refused([](RigOptions& r) { r.voltage_noise_mV = -1.0; });
  refused([](RigOptions& r) { r.intrinsic_noise_pA = -1.0; });
  refused([](RigOptions& r) { r.intrinsic_tau_ms = -1.0; });
}

}  // namespace
}  // namespace dyniv_data
