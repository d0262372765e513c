// Capacitance of membranes whose capacitance is known: linear ones, where every method must agree, and one
// with a slow outward current, where regression must fail and the plateau must not.
#include "libfit/iv/capacitance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kDt_ms = 0.1;
using synthetic::LinearMembrane;

std::vector<double> badel_noise(std::size_t count, double sd, std::uint64_t seed) {
  auto current = synthetic::correlated_noise(count, sd, 3.0, kDt_ms, seed);
  synthetic::add(current, synthetic::correlated_noise(count, sd, 10.0, kDt_ms, seed + 1000));
  return current;
}

Recording linear_cell(const LinearMembrane& cell, std::size_t count, std::uint64_t seed) {
  auto current = badel_noise(count, 40.0, seed);
  auto voltage = cell.voltage_mV(current, kDt_ms);
  return synthetic::one_sweep(std::move(current), std::move(voltage), kDt_ms);
}

CapacitanceMoments moments_of(const Recording& recording, unsigned threads = 0) {
  return gather_capacitance_moments(recording, synthetic::everything(recording),
                                    make_blocks(recording, 1000.0), 0.5, 1.0, threads);
}

CapacitanceAnalysis analyse(const Recording& recording, const CapacitanceOptions& options = {},
                            const std::optional<ElectrodeKernel>& kernel = {}) {
  return estimate_capacitance(recording, synthetic::no_spikes(recording), make_blocks(recording, 1000.0),
                              kernel, options);
}

TEST(WeakForm, RecoversALinearMembrane) {
  for (const LinearMembrane& cell : {LinearMembrane{100.0, 5.0, -65.0}, LinearMembrane{30.0, 6.0, -75.0},
                                     LinearMembrane{280.0, 15.0, -60.0}}) {
    const CapacitanceMoments moments = moments_of(linear_cell(cell, 300000, 1));
    for (const bool demean : {true, false}) {
      const auto fit = fit_weak_form(moments, 0, moments.bin_count, demean);
      ASSERT_TRUE(fit.has_value());
      // What is left is the trapezoid rule, dt^2 / (12 tau^2) and less.
      EXPECT_NEAR(fit->capacitance_pF / cell.C_pF, 1.0, 0.005);
      EXPECT_NEAR(-fit->slope_on_voltage_per_ms * cell.C_pF / cell.g_nS, 1.0, 0.005);
      EXPECT_NEAR(fit->residual_resistance_MOhm, 0.0, 0.1);
      if (!demean) {
        EXPECT_NEAR(fit->leak_reversal_mV, cell.E_mV, 0.05);
      }
    }
  }
}

// An instantaneous resistance left in the voltage, up to a badly balanced bridge.
TEST(WeakForm, TakesUpAResidualSeriesResistance) {
  const LinearMembrane cell;
  for (const double residual_MOhm : {-5.0, 3.0, 10.0}) {
    Recording recording = linear_cell(cell, 300000, 2);
    for (std::size_t k = 1; k < recording.sweeps[0].size(); ++k) {
      recording.sweeps[0].voltage_mV[k] += residual_MOhm / 1000.0 * recording.sweeps[0].current_pA[k];
    }
    const CapacitanceMoments moments = moments_of(recording);
    const auto fit = fit_weak_form(moments, 0, moments.bin_count, true);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->capacitance_pF / cell.C_pF, 1.0, 0.01) << residual_MOhm;
    EXPECT_NEAR(fit->residual_resistance_MOhm, residual_MOhm, 0.3);
    const auto warnings = analyse(recording).result.warnings;
    EXPECT_EQ(
        std::any_of(warnings.begin(), warnings.end(),
                    [](const auto& w) { return w.find("instantaneous resistance") != std::string::npos; }),
        std::abs(residual_MOhm) > 2.0);
  }
}

TEST(WeakForm, WithWeightsOfOneIsTheFitWithoutWeights) {
  const CapacitanceMoments moments = moments_of(linear_cell({}, 100000, 3));
  const auto plain = fit_weak_form(moments, 0, moments.bin_count, true);
  const auto ones =
      fit_weak_form(moments, 0, moments.bin_count, true, std::vector<double>(moments.block_count, 1.0));
  const auto twos =
      fit_weak_form(moments, 0, moments.bin_count, true, std::vector<double>(moments.block_count, 2.0));
  ASSERT_TRUE(plain && ones && twos);
  EXPECT_EQ(ones->capacitance_pF, plain->capacitance_pF);
  EXPECT_NEAR(twos->capacitance_pF / plain->capacitance_pF, 1.0, 1e-10);
  EXPECT_NEAR(twos->count, 2.0 * plain->count, 1e-6);
}

// Weight 0 for a block is the recording without it.
TEST(WeakForm, WithWeightZeroForgetsTheBlock) {
  Recording recording = linear_cell({100.0, 5.0, -65.0}, 100000, 4);
  const CapacitanceMoments clean = moments_of(recording);
  for (std::size_t k = 30000; k < 40000; ++k) recording.sweeps[0].voltage_mV[k] = -65.0;  // block 3 is spoilt
  const CapacitanceMoments spoilt = moments_of(recording);
  std::vector<double> weights(spoilt.block_count, 1.0);
  for (std::size_t b : {2u, 3u}) weights[b] = 0.0;  // windows that begin in block 2 reach into block 3
  const auto a = fit_weak_form(spoilt, 0, spoilt.bin_count, false, weights);
  const auto b = fit_weak_form(clean, 0, clean.bin_count, false, weights);
  ASSERT_TRUE(a && b);
  EXPECT_NEAR(a->capacitance_pF / b->capacitance_pF, 1.0, 1e-9);
  EXPECT_GT(std::abs(fit_weak_form(spoilt, 0, spoilt.bin_count, false)->capacitance_pF / 100.0 - 1.0), 0.02);
}

TEST(WeakForm, IsAbsentWhereTheCurrentDoesNotVary) {
  const std::vector<double> flat(50000, 30.0);
  const Recording still = synthetic::one_sweep(flat, LinearMembrane{}.voltage_mV(flat, kDt_ms), kDt_ms);
  const CapacitanceMoments moments = moments_of(still);
  EXPECT_FALSE(fit_weak_form(moments, 0, moments.bin_count, false).has_value());
  EXPECT_FALSE(fit_weak_form(moments, 0, 0, true).has_value());
  EXPECT_THROW(fit_weak_form(moments, 0, moments.bin_count + 1, true), ContractError);
}

// A cell that rests just below the edge of a bin: the mean of a window may round to above it.
TEST(CapacitanceMoments, HoldEveryWindowOfAConstantVoltage) {
  for (const double below : {0.0, 1e-14, 1e-13, 1e-12}) {
    const std::vector<double> current(50000, 0.0), voltage(50000, -59.0 * (1.0 + below));
    const CapacitanceMoments moments = moments_of(synthetic::one_sweep(current, voltage, kDt_ms));
    double count = 0.0;
    for (const auto& cell : moments.cells) count += cell[0];
    EXPECT_EQ(count, 50000.0 - 5.0 - 2.0);  // windows of 5 samples, two lags before the first
  }
}

TEST(CapacitanceMoments, AreTheSameOnAnyNumberOfThreads) {
  const Recording recording = linear_cell({}, 100000, 5);
  const CapacitanceMoments one = moments_of(recording, 1);
  for (const unsigned threads : {2u, 3u}) EXPECT_EQ(moments_of(recording, threads).cells, one.cells);
}

TEST(Capacitance, OfALinearCellIsTheSameByAllMethods) {
  const LinearMembrane cell{150.0, 10.0, -68.0};
  const Recording recording = linear_cell(cell, 400000, 6);
  const Capacitance result = analyse(recording).result;
  EXPECT_EQ(result.method, CapacitanceMethod::plateau);
  EXPECT_NEAR(result.value_pF / cell.C_pF, 1.0, 0.005);
  ASSERT_TRUE(result.plateau_pF && result.regression_pF && result.variance_pF && result.impedance_pF);
  EXPECT_FALSE(result.kernel_pF.has_value());
  EXPECT_NEAR(result.regression_pF->value / cell.C_pF, 1.0, 0.005);
  // The variance ignores what V does within its bin, the impedance half a sample of phase.
  EXPECT_NEAR(result.variance_pF->value / cell.C_pF, 1.0, 0.02);
  EXPECT_NEAR(result.impedance_pF->value / cell.C_pF, 1.0, 0.02);
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_GT(result.against_voltage.size(), 3u);
  for (const CapacitanceAtVoltage& group : result.against_voltage)
    EXPECT_NEAR(group.capacitance_pF, cell.C_pF, std::max(0.01 * cell.C_pF, 4.0 * group.se_pF)) << group.V_mV;
}

TEST(Capacitance, DoesNotDependOnThreads) {
  const Recording recording = linear_cell({}, 200000, 7);
  CapacitanceOptions options;
  options.bootstrap_draws = 50;
  options.threads = 1;
  const Capacitance one = analyse(recording, options).result;
  for (const unsigned threads : {2u, 3u}) {
    options.threads = threads;
    const Capacitance more = analyse(recording, options).result;
    EXPECT_EQ(more.value_pF, one.value_pF);
    EXPECT_EQ(more.ci95_pF->low, one.ci95_pF->low);
    EXPECT_EQ(more.ci95_pF->high, one.ci95_pF->high);
    EXPECT_EQ(more.impedance_pF->ci95->low, one.impedance_pF->ci95->low);
  }
}

TEST(Capacitance, ScalesWithTheCurrentAndForgetsAnOffsetOfTheVoltage) {
  const Recording recording = linear_cell({}, 200000, 8);
  Recording scaled = recording;
  for (double& i : scaled.sweeps[0].current_pA) i *= 3.0;
  for (double& v : scaled.sweeps[0].voltage_mV) v += 20.0;
  const Capacitance a = analyse(recording).result, b = analyse(scaled).result;
  EXPECT_NEAR(b.value_pF / a.value_pF, 3.0, 1e-6);
  EXPECT_NEAR(b.regression_pF->value / a.regression_pF->value, 3.0, 1e-6);
  EXPECT_NEAR(b.variance_pF->value / a.variance_pF->value, 3.0, 1e-6);
  EXPECT_NEAR(b.impedance_pF->value / a.impedance_pF->value, 3.0, 1e-6);
}

// C dV/dt = -g (V - E) - g_M w (V - E_K) + I, tau_w dw/dt = w_inf(V) - w: an M current that opens above
// -55 mV, under noise as slow as itself.
Recording m_current_cell(double C_pF, std::size_t count, std::uint64_t seed) {
  const double g = 3.0, E = -70.0, g_M = 12.0, E_K = -90.0, tau_w = 40.0;
  auto current = synthetic::correlated_noise(count, 60.0, 75.0, kDt_ms, seed);
  synthetic::add(current, synthetic::correlated_noise(count, 25.0, 3.0, kDt_ms, seed + 1));
  std::vector<double> voltage(count);
  double v = E, w = 0.0;
  const int steps = 4;
  const double h = kDt_ms / steps;
  for (std::size_t k = 0; k < count; ++k) {
    voltage[k] = v;
    for (int j = 0; j < steps; ++j) {
      const auto slope = [&](double at) {
        return (-g * (at - E) - g_M * w * (at - E_K) + current[k]) / C_pF;
      };
      v += h * slope(v + 0.5 * h * slope(v));
      w += h * (1.0 / (1.0 + std::exp(-(v + 50.0) / 3.0)) - w) / tau_w;
    }
  }
  return synthetic::one_sweep(std::move(current), std::move(voltage), kDt_ms);
}

TEST(Capacitance, OfACellWithASlowOutwardCurrentClimbsWithVoltageAndThePlateauIsRight) {
  const double C_pF = 60.0;
  const Capacitance result = analyse(m_current_cell(C_pF, 600000, 9)).result;
  ASSERT_TRUE(result.plateau_pF && result.regression_pF);
  EXPECT_NEAR(result.plateau_pF->value / C_pF, 1.0, 0.05);
  EXPECT_GT(result.regression_pF->value / C_pF, 1.0 + 3.0 * std::abs(result.plateau_pF->value / C_pF - 1.0));
  ASSERT_GE(result.against_voltage.size(), 6u);
  const auto top = std::max_element(result.against_voltage.begin(), result.against_voltage.end(),
                                    [](const auto& a, const auto& b) { return a.V_mV < b.V_mV; });
  EXPECT_GT(top->capacitance_pF, 1.1 * C_pF);
  EXPECT_FALSE(top->in_plateau);
  EXPECT_TRUE(result.against_voltage.front().in_plateau);
}

TEST(Capacitance, PrefersTheElectrodeSweepWhereThePlateauContradictsIt) {
  const Recording recording = linear_cell({100.0, 5.0, -65.0}, 200000, 10);
  ElectrodeKernel kernel;
  kernel.kernel_capacitance_pF = 103.0;
  kernel.kernel_capacitance_ci95_pF = Interval{101.0, 105.0};
  EXPECT_EQ(analyse(recording, {}, kernel).result.method, CapacitanceMethod::plateau);
  kernel.kernel_capacitance_pF = 140.0;
  kernel.kernel_capacitance_ci95_pF = Interval{138.0, 142.0};
  const Capacitance other = analyse(recording, {}, kernel).result;
  EXPECT_EQ(other.method, CapacitanceMethod::kernel);
  EXPECT_EQ(other.value_pF, 140.0);
  ASSERT_TRUE(other.systematic_pF.has_value());
  EXPECT_NEAR(other.systematic_pF->low, 100.0, 1.0);
  EXPECT_EQ(other.systematic_pF->high, 140.0);
  EXPECT_FALSE(other.warnings.empty());
}

TEST(Capacitance, RefusesAFlatCurrentAndOptionsOutOfRange) {
  const std::vector<double> flat(50000, 30.0);
  const Recording still = synthetic::one_sweep(flat, std::vector<double>(50000, -65.0), kDt_ms);
  EXPECT_THROW(analyse(still), DataError);
  EXPECT_THROW(estimate_capacitance(still, {}, make_blocks(still, 1000.0), {}), ContractError);
  const auto refused = [](auto&& spoil) {
    CapacitanceOptions options;
    spoil(options);
    EXPECT_THROW(options.validate(), OptionError);
  };
  refused([](CapacitanceOptions& o) { o.window_ms = 0.0; });
  refused([](CapacitanceOptions& o) { o.bin_width_mV = -1.0; });
  refused([](CapacitanceOptions& o) { o.bins_per_group = 0; });
  refused([](CapacitanceOptions& o) { o.exclude_before_spike_ms = -1.0; });
  refused([](CapacitanceOptions& o) { o.exclude_after_spike_ms = std::nan(""); });
  refused([](CapacitanceOptions& o) { o.plateau_tolerance = 0.0; });
  refused([](CapacitanceOptions& o) { o.kernel_tolerance = 0.0; });
}

TEST(CapacitanceRedraw, WithWeightsOfOneIsThePlateau) {
  const CapacitanceAnalysis analysis = analyse(linear_cell({}, 200000, 11));
  const std::vector<double> ones(analysis.moments.block_count, 1.0);
  const auto again = redraw_plateau_pF(analysis, ones);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, analysis.result.plateau_pF->value);
}

// An EIF that fires faster than the window around a spike is long: 100 pF, tau 15 ms, Delta_T 1.5 mV, reset
// to -60 mV, held for 2 ms. Euler steps of a fifth of a sample.
struct FastCell {
  Recording recording;
  SpikeTrains spikes_ms;
  double rate_Hz() const {
    return 1000.0 * static_cast<double>(spikes_ms[0].size()) / recording.sweeps[0].duration_ms();
  }
};

FastCell fast_cell(double mean_pA, std::uint64_t seed) {
  constexpr double kC_pF = 100.0, kG_nS = 100.0 / 15.0, kE_mV = -65.0, kV_T_mV = -50.0, kDelta_mV = 1.5;
  constexpr int kSteps = 5;
  auto current = badel_noise(400000, 60.0, seed);
  for (double& i : current) i += mean_pA;
  FastCell cell;
  std::vector<double> voltage;
  SpikeTrain spikes;
  double v = kE_mV;
  double held_ms = 0.0;
  for (std::size_t k = 0; k < current.size(); ++k) {
    voltage.push_back(v);
    for (int step = 0; step < kSteps; ++step) {
      held_ms -= kDt_ms / kSteps;
      if (held_ms > 0.0) continue;
      if (v > 0.0) {
        spikes.push_back((static_cast<double>(k) + static_cast<double>(step) / kSteps) * kDt_ms);
        voltage.back() = 20.0;
        v = -60.0;
        held_ms = 2.0;
        continue;
      }
      const double upstroke = kG_nS * kDelta_mV * std::exp(std::min((v - kV_T_mV) / kDelta_mV, 10.0));
      v += kDt_ms / kSteps * (-kG_nS * (v - kE_mV) + upstroke + current[k]) / kC_pF;
    }
  }
  cell.recording = synthetic::one_sweep(std::move(current), std::move(voltage), kDt_ms);
  cell.spikes_ms = {std::move(spikes)};
  return cell;
}

TEST(Capacitance, OfACellThatFiresFasterThanTheWindowIsLong) {
  for (const double mean_pA : {190.0, 240.0, 300.0}) {
    const FastCell cell = fast_cell(mean_pA, 5);
    ASSERT_GT(cell.rate_Hz(), 55.0);
    CapacitanceOptions options;
    options.bootstrap_draws = 40;
    const auto result =
        estimate_capacitance(cell.recording, cell.spikes_ms, make_blocks(cell.recording, 1000.0), {}, options)
            .result;
    EXPECT_NEAR(result.value_pF, 100.0, 3.0) << cell.rate_Hz() << " Hz";
    EXPECT_TRUE(std::ranges::any_of(result.warnings, [](const std::string& w) {
      return w.find("fires so often") != std::string::npos;
    })) << cell.rate_Hz();
  }
}

// Spikes every 3 ms leave nothing, whatever the current.
TEST(Capacitance, BlamesTheSpikesAndNotTheCurrentWhereTheyLeaveNothing) {
  const Recording recording = linear_cell(LinearMembrane(), 20000, 3);
  SpikeTrain spikes;
  for (double t = 1.0; t < 2000.0; t += 3.0) spikes.push_back(t);
  try {
    estimate_capacitance(recording, {spikes}, make_blocks(recording, 1000.0), {});
    FAIL() << "no sample is left";
  } catch (const DataError& problem) {
    const std::string words = problem.what();
    EXPECT_NE(words.find("the spikes leave 0 s"), std::string::npos) << words;
    EXPECT_EQ(words.find("does not fluctuate"), std::string::npos) << words;
  }
}

}  // namespace
}  // namespace libfit
