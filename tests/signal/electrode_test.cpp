// Electrodes built by hand: voltage = (electrode + exponential membrane) convolved with the current in a
// plain loop, so that kernel, resistance and capacitance are known to the last digit.
#include "libfit/signal/electrode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

// Impulse response at lags 0, dt ... end: electrode R/tau_e exp(-t/tau_e) up to 4 ms on a membrane
// exp(-t/tau)/C, of which lag 0 sees half.
struct Rig {
  double dt_ms = 0.2;
  double C_pF = 80.0, tau_ms = 6.0;
  double electrode_mean_MOhm = 40.0, electrode_tau_ms = 0.4;
  double electrode_end_ms = 4.0, response_end_ms = 60.0;

  double electrode(std::size_t lag) const {
    const double t = static_cast<double>(lag) * dt_ms;
    return t > electrode_end_ms
               ? 0.0
               : electrode_mean_MOhm / 1000.0 / electrode_tau_ms * std::exp(-t / electrode_tau_ms);
  }
  double membrane(std::size_t lag) const {
    return (lag == 0 ? 0.5 : 1.0) * std::exp(-static_cast<double>(lag) * dt_ms / tau_ms) / C_pF;
  }
  std::size_t taps() const { return static_cast<std::size_t>(std::lround(response_end_ms / dt_ms)) + 1; }
  double resistance_MOhm() const {
    double sum = 0.0;
    for (std::size_t lag = 0; lag < taps(); ++lag) sum += electrode(lag);
    return 1000.0 * sum * dt_ms;
  }
  std::vector<double> voltage_mV(const std::vector<double>& current_pA, bool with_electrode = true) const {
    std::vector<double> v(current_pA.size(), -65.0);
    for (std::size_t k = 0; k < v.size(); ++k)
      for (std::size_t lag = 0; lag < taps() && lag <= k; ++lag)
        v[k] += dt_ms * current_pA[k - lag] * (membrane(lag) + (with_electrode ? electrode(lag) : 0.0));
    return v;
  }
};

Recording record(const Rig& rig, std::size_t count, std::uint64_t seed) {
  const auto current = synthetic::white_noise(count, 100.0, seed);
  return synthetic::one_sweep(current, rig.voltage_mV(current), rig.dt_ms);
}

TEST(Electrode, IsRecoveredExactlyWithATapForEverySample) {
  const Rig rig;
  const Recording recording = record(rig, 12000, 1);
  ElectrodeOptions options;
  options.response_end_ms = rig.response_end_ms;
  options.fine_end_ms = rig.response_end_ms - 1e-6;
  options.tail_start_ms = 5.0;  // the electrode is over
  options.whitening_order = 0;
  options.bootstrap_draws = 0;
  const ElectrodeKernel kernel = estimate_electrode(recording, {{}}, options);
  // The tail is fitted with bin means of the exponential, which differ from its values by (dt/tau)^2/24.
  const double tolerance = 2e-4;
  EXPECT_NEAR(kernel.kernel_capacitance_pF / rig.C_pF, 1.0, tolerance);
  EXPECT_NEAR(kernel.membrane_tau_ms / rig.tau_ms, 1.0, tolerance);
  EXPECT_NEAR(kernel.resistance_MOhm / rig.resistance_MOhm(), 1.0, tolerance);
  ASSERT_GE(kernel.kernel_GOhm_per_ms.size(), 21u);
  for (std::size_t lag = 0; lag < kernel.kernel_GOhm_per_ms.size(); ++lag)
    EXPECT_NEAR(kernel.kernel_GOhm_per_ms[lag], rig.electrode(lag), tolerance / rig.C_pF) << "lag " << lag;
  double below_1ms = 0.0;
  for (std::size_t lag = 0; lag <= 5; ++lag) below_1ms += 1000.0 * rig.electrode(lag) * rig.dt_ms;
  EXPECT_NEAR(kernel.resistance_below_1ms_MOhm / below_1ms, 1.0, tolerance);
  EXPECT_TRUE(kernel.warnings.empty());
}

TEST(Electrode, WithDefaultsIsRecoveredWithinOnePercent) {
  Rig rig;
  rig.tau_ms = 15.0;
  rig.response_end_ms = 150.0;
  rig.electrode_tau_ms = 0.2;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const ElectrodeKernel kernel = estimate_electrode(record(rig, 50000, seed), {{}});
    EXPECT_NEAR(kernel.resistance_MOhm / rig.resistance_MOhm(), 1.0, 0.01) << "seed " << seed;
    EXPECT_NEAR(kernel.kernel_capacitance_pF / rig.C_pF, 1.0, 0.01) << "seed " << seed;
    ASSERT_TRUE(kernel.resistance_ci95_MOhm.has_value());
    EXPECT_LT(kernel.resistance_ci95_MOhm->low, kernel.resistance_MOhm);
    EXPECT_GT(kernel.resistance_ci95_MOhm->high, kernel.resistance_MOhm);
  }
}

// Slow membrane noise of 1 mV. Whitening must not move the answer, and must narrow it.
TEST(Electrode, WhiteningDoesNotBiasAndNarrows) {
  Rig rig;
  rig.response_end_ms = 40.0;
  ElectrodeOptions whitened, plain;
  whitened.response_end_ms = plain.response_end_ms = 40.0;
  whitened.bootstrap_draws = plain.bootstrap_draws = 0;
  plain.whitening_order = 0;
  const std::size_t draws = 10;
  std::vector<double> white_error, plain_error, capacitance;
  for (std::size_t i = 0; i < draws; ++i) {
    Recording recording = record(rig, 20000, 30 + i);
    synthetic::add(recording.sweeps[0].voltage_mV,
                   synthetic::correlated_noise(20000, 1.0, 20.0, rig.dt_ms, 60 + i));
    const ElectrodeKernel white = estimate_electrode(recording, {{}}, whitened);
    white_error.push_back(white.resistance_MOhm - rig.resistance_MOhm());
    capacitance.push_back(white.kernel_capacitance_pF);
    plain_error.push_back(estimate_electrode(recording, {{}}, plain).resistance_MOhm - rig.resistance_MOhm());
  }
  const double white_mean = *mean(white_error), white_sd = std::sqrt(*variance(white_error));
  EXPECT_LT(std::abs(white_mean),
            3.0 * white_sd / std::sqrt(static_cast<double>(draws)) + 0.002 * rig.resistance_MOhm());
  const double capacitance_se = std::sqrt(*variance(capacitance) / static_cast<double>(draws));
  EXPECT_NEAR(*mean(capacitance), rig.C_pF, 3.0 * capacitance_se + 0.02 * rig.C_pF);
  EXPECT_LT(capacitance_se, 0.05 * rig.C_pF);
  EXPECT_LT(white_sd, 0.7 * std::sqrt(*variance(plain_error)));
}

TEST(Electrode, DoesNotDependOnThreads) {
  const Recording recording = record(Rig{}, 20000, 5);
  ElectrodeOptions options;
  options.bootstrap_draws = 30;
  options.threads = 1;
  const ElectrodeKernel one = estimate_electrode(recording, {{}}, options);
  for (const unsigned threads : {2u, 3u}) {
    options.threads = threads;
    const ElectrodeKernel more = estimate_electrode(recording, {{}}, options);
    EXPECT_EQ(more.kernel_GOhm_per_ms, one.kernel_GOhm_per_ms);
    EXPECT_EQ(more.resistance_ci95_MOhm->low, one.resistance_ci95_MOhm->low);
    EXPECT_EQ(more.kernel_capacitance_ci95_pF->high, one.kernel_capacitance_ci95_pF->high);
  }
}

TEST(Electrode, IgnoresVoltageNearSpikes) {
  const Rig rig;
  const Recording clean = record(rig, 30000, 6);
  Recording fired = clean;
  SpikeTrain spikes;
  for (double time = 500.0; time < 5900.0; time += 400.0) {
    spikes.push_back(time);
    const auto at = static_cast<std::size_t>(time / rig.dt_ms);
    for (std::size_t k = at; k < at + 100; ++k)
      fired.sweeps[0].voltage_mV[k] += 80.0;  // within the 50 ms mask
  }
  ElectrodeOptions options;
  options.bootstrap_draws = 0;
  options.whitening_order = 0;
  options.response_end_ms = 60.0;
  const double truth = rig.resistance_MOhm();
  EXPECT_NEAR(estimate_electrode(fired, {spikes}, options).resistance_MOhm / truth, 1.0, 0.01);
  EXPECT_GT(std::abs(estimate_electrode(fired, {{}}, options).resistance_MOhm / truth - 1.0), 0.01);
}

TEST(Compensate, IsABruteForceConvolution) {
  const auto current = synthetic::white_noise(9001, 100.0, 7);  // longer than the chunks of the loop
  const auto voltage = synthetic::white_noise(9001, 5.0, 8);
  ElectrodeKernel kernel;
  kernel.dt_ms = 0.1;
  kernel.kernel_GOhm_per_ms = {0.3, 0.2, -0.05, 0.01, 0.002};
  const auto membrane = compensate(voltage, current, 0.1, kernel);
  for (std::size_t k = 0; k < voltage.size(); ++k) {
    double expected = voltage[k];
    for (std::size_t lag = 0; lag < 5; ++lag)
      expected -= 0.1 * kernel.kernel_GOhm_per_ms[lag] * (k >= lag ? current[k - lag] : current[0]);
    EXPECT_NEAR(membrane[k], expected, 1e-9) << k;
  }
}

TEST(Compensate, GivesTheMembraneBack) {
  const Rig rig;
  const Recording recording = record(rig, 12000, 9);
  ElectrodeKernel kernel;
  kernel.dt_ms = rig.dt_ms;
  for (std::size_t lag = 0; lag <= 20; ++lag) kernel.kernel_GOhm_per_ms.push_back(rig.electrode(lag));
  const auto truth = rig.voltage_mV(recording.sweeps[0].current_pA, false);
  for (const unsigned threads : {1u, 2u}) {
    const Recording membrane = compensate(recording, kernel, threads);
    for (std::size_t k = 20; k < truth.size(); ++k)
      ASSERT_NEAR(membrane.sweeps[0].voltage_mV[k], truth[k], 1e-9);
  }
}

TEST(Compensate, WithoutKernelLeavesTheVoltage) {
  const std::vector<double> voltage{-65.0, -64.0}, current{1.0, 2.0};
  EXPECT_EQ(compensate(voltage, current, 0.1, ElectrodeKernel{}), voltage);
}

TEST(Compensate, RefusesAnotherRateAndUnequalLengths) {
  ElectrodeKernel kernel;
  kernel.dt_ms = 0.1;
  kernel.kernel_GOhm_per_ms = {0.3};
  const std::vector<double> voltage{-65.0, -64.0}, current{1.0, 2.0};
  EXPECT_THROW(compensate(voltage, current, 0.05, kernel), DataError);
  EXPECT_THROW(compensate(voltage, std::vector<double>{1.0}, 0.1, kernel), ContractError);
}

TEST(Electrode, RefusesWhatCannotTellIt) {
  const std::vector<double> flat(20000, 50.0);
  const Recording still = synthetic::one_sweep(flat, std::vector<double>(20000, -60.0), 0.1);
  EXPECT_THROW(estimate_electrode(still, {{}}), DataError);                   // flat current
  EXPECT_THROW(estimate_electrode(record(Rig{}, 1200, 1), {{}}), DataError);  // too few samples
  Recording mixed = record(Rig{}, 20000, 1);
  mixed.sweeps.push_back(mixed.sweeps[0]);
  mixed.sweeps[1].dt_ms = 0.1;
  EXPECT_THROW(estimate_electrode(mixed, {{}, {}}), DataError);
  EXPECT_THROW(estimate_electrode(mixed, {{}}), ContractError);
  EXPECT_THROW(estimate_electrode(Recording{}, {}), ContractError);
}

TEST(ElectrodeOptions, RefuseEveryValueOutOfRange) {
  const auto refused = [](auto&& spoil) {
    ElectrodeOptions options;
    spoil(options);
    EXPECT_THROW(options.validate(), OptionError);
  };
  refused([](ElectrodeOptions& o) { o.response_end_ms = 1.0; });
  refused([](ElectrodeOptions& o) { o.fine_end_ms = 0.0; });
  refused([](ElectrodeOptions& o) { o.tail_start_ms = 150.0; });
  refused([](ElectrodeOptions& o) { o.kernel_end_ms = 151.0; });
  refused([](ElectrodeOptions& o) { o.whitening_order = 51; });
  refused([](ElectrodeOptions& o) { o.block_ms = 0.0; });
  refused([](ElectrodeOptions& o) { o.mask_before_ms = -1.0; });
  refused([](ElectrodeOptions& o) { o.mask_after_ms = std::nan(""); });
  EXPECT_NO_THROW(ElectrodeOptions{}.validate());
}

}  // namespace
}  // namespace libfit
