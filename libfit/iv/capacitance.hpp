// Membrane capacitance by four methods, with one chosen by a stated rule.
//   variance    the C that minimises Var[I/C - dV/dt] in the best-filled bin near rest [Badel et al. 2008a,
//   eq. 4];
//               closed form Var(I)/Cov(I, dV/dt)
//   regression  dV/dt on 1, V, I and differences of I over the whole subthreshold trace
//   impedance   Im(I/V)/(2 pi f) at high frequency
//   plateau     the regression within bins of voltage, pooled over the low voltages where C does not climb
// Why the first two can be off by a factor of two on real cells, and why the plateau is the default:
// docs/methods/capacitance.md. The rule: the plateau, when it spans three bins or more and lies within 10 %
// of the capacitance of the electrode sweep's response; else the latter, with a warning. Without an electrode
// sweep the plateau stands alone and is a lower bound in a cell that is not isopotential.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/iv/capacitance_moments.hpp"
#include "libfit/iv/impedance.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/electrode.hpp"

namespace libfit {

struct CapacitanceOptions {
  double window_ms = 0.5;                // > 0; of the weak form
  double bin_width_mV = 1.0;             // > 0; bins that are demeaned
  std::size_t bins_per_group = 3;        // >= 1; bins whose C is estimated together
  double exclude_before_spike_ms = 5.0;  // >= 0
  double exclude_after_spike_ms = 50.0;  // >= 0; spikes that cross the bins bias C upwards by a factor
  std::size_t min_blocks = 15;           // groups seen in fewer blocks are left out
  double plateau_tolerance = 0.05;       // > 0; a group this far above the mean below it ends the plateau
  double kernel_tolerance = 0.10;        // > 0; accepted relative difference to the electrode sweep's value
  std::size_t bootstrap_draws = 200;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

enum class CapacitanceMethod { plateau, kernel, regression, given };
std::string_view method_name(CapacitanceMethod method);

// C in one group of voltage bins.
struct CapacitanceAtVoltage {
  double V_mV = 0.0;
  double capacitance_pF = 0.0;
  double se_pF = 0.0;
  double residual_resistance_MOhm = 0.0;
  bool in_plateau = false;
};

struct Capacitance {
  double value_pF = 0.0;
  std::optional<Interval> ci95_pF;        // statistical: blocks of the recording
  std::optional<Interval> systematic_pF;  // spread of the two methods that should agree: plateau and kernel
  CapacitanceMethod method = CapacitanceMethod::plateau;
  std::string reason;  // why this one

  std::optional<Estimate> plateau_pF, kernel_pF, regression_pF, variance_pF, impedance_pF;
  std::vector<CapacitanceAtVoltage> against_voltage;
  double residual_resistance_MOhm = 0.0;                    // R of the pooled fit
  std::size_t plateau_first_bin = 0, plateau_last_bin = 0;  // of the moments, for bootstrap draws

  // Var[I/C - dV/dt] against C in the bin of the variance method, for the figure.
  double variance_bin_mV = 0.0;
  std::vector<double> curve_C_pF, curve_variance;
  std::vector<std::string> warnings;
};

// What a bootstrap of the whole analysis needs to repeat the chosen estimate.
struct CapacitanceAnalysis {
  Capacitance result;
  CapacitanceMoments moments;
};

// `kernel`: of the electrode sweep, when there is one. Throws DataError when no method gives a value.
CapacitanceAnalysis estimate_capacitance(const Recording& compensated, const SpikeTrains& spikes_ms,
                                         std::span<const Block> blocks,
                                         const std::optional<ElectrodeKernel>& kernel,
                                         const CapacitanceOptions& options = {});

// The moments that estimate_capacitance() gathers, for a recording that differs a little.
CapacitanceMoments capacitance_moments(const Recording& compensated, const SpikeTrains& spikes_ms,
                                       std::span<const Block> blocks, const CapacitanceOptions& options = {});

// How far the plateau's value moves when `moments` take the place of the analysis's own, of which each block
// counts by its weight (empty: all once).
std::optional<double> plateau_move_pF(const CapacitanceAnalysis& analysis, const CapacitanceMoments& moments,
                                      std::span<const double> weights = {});

// The plateau's value for one bootstrap draw.
std::optional<double> redraw_plateau_pF(const CapacitanceAnalysis& analysis, std::span<const double> weights);

}  // namespace libfit
