// What an error of the electrode's kernel, or of the lag, does to capacitance and curve, where algebra gives
// it.
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/characterize/rig_errors_internal.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

constexpr double kDt_ms = 0.1;
constexpr double kShare = 0.02;
const synthetic::LinearMembrane kCell{50.0, 10.0, -65.0};  // tau 5 ms

// A membrane with an electrode taken out whose kernel has one error: kShare of the membrane's own response.
Membrane membrane_with_kernel_error() {
  Membrane membrane;
  auto current = synthetic::correlated_noise(40000, 80.0, 3.0, kDt_ms, 1);
  auto voltage = kCell.voltage_mV(current, kDt_ms);
  membrane.recording = synthetic::one_sweep(std::move(current), std::move(voltage), kDt_ms);
  membrane.spikes_ms = synthetic::no_spikes(membrane.recording);
  membrane.compensation = Compensation::electrode_sweep;
  membrane.electrode = ElectrodeKernel();
  membrane.electrode->dt_ms = kDt_ms;
  // V[k] answers to currents before it: lag 0 has none, the lag of j samples exp(-(j - 1) dt / tau) (1 -
  // keep) / g.
  const double keep = std::exp(-kCell.g_nS * kDt_ms / kCell.C_pF);
  std::vector<double> error{0.0};
  for (int j = 1; j < 600; ++j)
    error.push_back(kShare * (1.0 - keep) / kCell.g_nS * std::pow(keep, j - 1) / kDt_ms);
  membrane.electrode->kernel_errors_GOhm_per_ms = {error};
  return membrane;
}

struct Measured {
  CellFit cell;
  std::vector<Block> blocks;
  CellFitOptions options;
};

Measured measure(const Membrane& membrane, CapacitanceMethod method) {
  Measured result;
  result.options.capacitance.bootstrap_draws = 40;
  result.options.iv.min_blocks = 3;
  result.options.capacitance.min_blocks = 3;
  result.options.threads = 1;
  result.blocks = make_blocks(membrane.recording, 500.0);
  result.cell.capacitance = estimate_capacitance(membrane.recording, membrane.spikes_ms, result.blocks, {},
                                                 result.options.capacitance);
  result.cell.capacitance.result.method = method;
  result.cell.moments =
      gather_iv_moments(membrane.recording, membrane.spikes_ms, result.blocks, result.options.iv, 1);
  return result;
}

// With the error taken out the voltage swings by 1 - kShare of what it did, as that of a capacitance (and a
// leak) 1 / (1 - kShare) as large.
TEST(RigErrors, OfTheKernelMoveTheCapacitanceByWhatTheyTakeFromTheVoltage) {
  const Membrane membrane = membrane_with_kernel_error();
  const Measured measured = measure(membrane, CapacitanceMethod::plateau);
  const auto errors = rig_errors(membrane, measured.cell, measured.blocks, measured.options);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_NEAR(errors[0].capacitance_move_pF, kCell.C_pF * kShare / (1.0 - kShare), 0.1);
  EXPECT_EQ(errors[0].block_weights, std::vector<double>(measured.blocks.size(), 1.0));
  EXPECT_EQ(errors[0].moments.block_count, measured.blocks.size());
}

TEST(RigErrors, LeaveACapacitanceThatIsNotThePlateaus) {
  const Membrane membrane = membrane_with_kernel_error();
  const Measured measured = measure(membrane, CapacitanceMethod::kernel);
  const auto errors = rig_errors(membrane, measured.cell, measured.blocks, measured.options);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].capacitance_move_pF, 0.0);
}

// The kernel takes the lag up, so that a lag counts only where no kernel was taken out.
TEST(RigErrors, AreOfTheLagOnlyWithoutAnElectrodeAndOfNothingWithoutEither) {
  Membrane membrane = membrane_with_kernel_error();
  membrane.lag = Lag{0.05, 0.01, kDt_ms};
  const Measured measured = measure(membrane, CapacitanceMethod::plateau);
  membrane.electrode->kernel_errors_GOhm_per_ms.clear();
  EXPECT_TRUE(rig_errors(membrane, measured.cell, measured.blocks, measured.options).empty());
  membrane.compensation = Compensation::not_asked;
  EXPECT_EQ(rig_errors(membrane, measured.cell, measured.blocks, measured.options).size(), 1U);
  membrane.lag.reset();
  EXPECT_TRUE(rig_errors(membrane, measured.cell, measured.blocks, measured.options).empty());
}

// Half widths add as independent errors do: 3 and 4 make 5, and on the other side 6 and 4 the root of 52.
TEST(RigErrors, WidenTheIntervalOnEachSideByTheirRootSumOfSquares) {
  Capacitance capacitance;
  capacitance.value_pF = 100.0;
  capacitance.ci95_pF = Interval{97.0, 106.0};
  CommonError error;
  error.capacitance_move_pF = -4.0 / 1.96;
  widen_by_rig_errors(capacitance, std::vector<CommonError>{error, CommonError()});
  EXPECT_NEAR(capacitance.ci95_pF->low, 95.0, 1e-9);
  EXPECT_NEAR(capacitance.ci95_pF->high, 100.0 + std::sqrt(52.0), 1e-9);
  capacitance.ci95_pF.reset();
  widen_by_rig_errors(capacitance, std::vector<CommonError>{error});
  EXPECT_FALSE(capacitance.ci95_pF.has_value());
}

}  // namespace
}  // namespace libfit
