// What must not matter: how a held current is cut into samples, when it begins, where zero mV lies, and the
// size of the cell.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {
namespace {

std::vector<Model> firing_models(double V_shift = 0.0, double size = 1.0) {
  const double C = 150.0 * size, g = 10.0 * size, a = 0.5 * size, v = V_shift;
  const Reset reset{-58.0 + v, 3.13};
  Tabulated table{C, {-70.0 + v, -55.0 + v, -49.0 + v}, {0.4, -0.6, 3.0}, 10.0 + v, reset};
  return {Model(Lif{C, g, -65.0 + v, -50.0 + v, reset}),
          Model(Qif{C, a, -65.0 + v, -50.0 + v, 10.0 + v, reset}),
          Model(Eif{C, g, -65.0 + v, -50.0 + v, 1.3, 10.0 + v, reset}), Model(table)};
}

const std::vector<double>& shared_noise() {
  static const std::vector<double> current =
      noise_current(badel_2008_noise(80.0, 160.0, 140.0), 3000.0, 0.1, 3);
  return current;
}

void expect_same(const std::vector<double>& a, const std::vector<double>& b, double tolerance_ms,
                 const Model& model) {
  ASSERT_EQ(a.size(), b.size()) << model_name(model);
  ASSERT_GT(a.size(), 10u) << model_name(model);
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(a[i], b[i], tolerance_ms) << model_name(model) << " " << i;
}

TEST(SpikeTimes, DoNotDependOnHowAHeldCurrentIsCutIntoSamples) {
  std::vector<double> doubled;
  for (const double I : shared_noise()) doubled.insert(doubled.end(), 2, I);
  for (const Model& model : firing_models()) {
    const double tolerance = model_name(model) == "eif" ? 1e-5 : 1e-8;
    expect_same(simulate(model, shared_noise(), 0.1).spike_times_ms,
                simulate(model, doubled, 0.05).spike_times_ms, tolerance, model);
  }
}

TEST(SpikeTimes, ShiftWithTheCurrent) {
  for (const Model& model : firing_models()) {
    std::vector<double> late(1000, shared_noise()[0]);
    late.insert(late.end(), shared_noise().begin(), shared_noise().end());
    SimulateOptions options;
    options.V_initial_mV = *rest_mV(model, shared_noise()[0]);
    std::vector<double> times = simulate(model, late, 0.1, options).spike_times_ms;
    for (double& t : times) t -= 100.0;
    expect_same(simulate(model, shared_noise(), 0.1, options).spike_times_ms, times, 1e-7, model);
  }
}

TEST(SpikeTimes, DoNotDependOnWhereZeroVoltsLie) {
  const auto here = firing_models(), there = firing_models(70.0);
  for (std::size_t i = 0; i < here.size(); ++i) {
    expect_same(simulate(here[i], shared_noise(), 0.1).spike_times_ms,
                simulate(there[i], shared_noise(), 0.1).spike_times_ms, 1e-8, here[i]);
  }
}

TEST(SpikeTimes, DoNotDependOnTheSizeOfTheCell) {
  std::vector<double> larger = shared_noise();
  for (double& I : larger) I *= 8.0;
  const auto small = firing_models(), large = firing_models(0.0, 8.0);
  for (std::size_t i = 0; i < small.size(); ++i) {
    expect_same(simulate(small[i], shared_noise(), 0.1).spike_times_ms,
                simulate(large[i], larger, 0.1).spike_times_ms, 1e-9, small[i]);
  }
}

TEST(SpikeTimes, AreCausal) {
  for (const Model& model : firing_models()) {
    std::vector<double> other = shared_noise();
    for (std::size_t k = 20000; k < other.size(); ++k) other[k] += 300.0;
    SimulateOptions settled;
    settled.settled_pA = 80.0;  // else at the mean of the whole
    const auto a = simulate(model, shared_noise(), 0.1, settled).spike_times_ms;
    const auto b = simulate(model, other, 0.1, settled).spike_times_ms;
    EXPECT_NE(a, b);
    for (std::size_t i = 0; i < a.size() && a[i] < 2000.0; ++i) EXPECT_EQ(a[i], b.at(i));
  }
}

TEST(Voltage, IsDrawnAtTheSpikeVoltageOnceASpikeAndStaysBelowElse) {
  for (const Model& model : firing_models()) {
    const Prediction p = simulate(model, shared_noise(), 0.1);
    const double V_spike = *spike_voltage_mV(model);
    std::size_t drawn = 0;
    for (std::size_t k = 0; k < p.voltage_mV.size(); ++k) {
      EXPECT_LE(p.voltage_mV[k], V_spike);
      if (p.voltage_mV[k] < V_spike) continue;
      const double late = 0.1 * static_cast<double>(k) - p.spike_times_ms.at(drawn++);
      EXPECT_GE(late, -1e-9);
      EXPECT_LT(late, 0.1 + 1e-9);
    }
    EXPECT_EQ(drawn, p.spike_times_ms.size());
  }
}

TEST(Voltage, OfATableThatFollowsAnEifIsTheEifs) {
  const Eif curve{150.0, 10.0, -65.0, -50.0, 1.3, -30.0, {-58.0, 3.13}};
  Tabulated table{150.0, {}, {}, -30.0, curve.reset};
  for (int i = 0; i <= 8000; ++i) {
    table.V_mV.push_back(-100.0 + 0.01 * i);
    table.F_mV_per_ms.push_back(drift_mV_per_ms(Model(curve), table.V_mV.back()));
  }
  expect_same(simulate(Model(curve), shared_noise(), 0.1).spike_times_ms,
              simulate(Model(table), shared_noise(), 0.1).spike_times_ms, 5e-3, Model(table));
}

}  // namespace
}  // namespace libfit
