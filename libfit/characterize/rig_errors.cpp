#include <cmath>
#include <functional>
#include <utility>

#include "libfit/characterize/rig_errors_internal.hpp"
#include "libfit/signal/alignment.hpp"

namespace libfit {
namespace {

// The first ten minutes of a recording, in whole blocks: enough to see what a small error does to the
// estimates, and an hour is not copied for it.
struct Beginning {
  Recording recording;
  std::vector<std::vector<double>> spikes_ms;
  std::vector<Block> blocks;
  std::vector<double> weights;  // of all blocks: 1 for those here
};

Beginning beginning_of(const Membrane& membrane, std::span<const Block> blocks) {
  constexpr double kLimit_ms = 600000.0;
  Beginning part;
  part.weights.assign(blocks.size(), 0.0);
  double total_ms = 0.0;
  for (std::size_t b = 0; b < blocks.size() && total_ms < kLimit_ms; ++b) {
    const Sweep& sweep = membrane.recording.sweeps[blocks[b].sweep];
    part.blocks.push_back(blocks[b]);
    part.weights[b] = 1.0;
    total_ms += static_cast<double>(blocks[b].end - blocks[b].begin) * sweep.dt_ms;
  }
  for (std::size_t s = 0; s <= part.blocks.back().sweep; ++s) {
    const Sweep& whole = membrane.recording.sweeps[s];
    const bool last = s == part.blocks.back().sweep;
    const auto size = static_cast<std::ptrdiff_t>(last ? part.blocks.back().end : whole.size());
    Sweep sweep;
    sweep.number = whole.number;
    sweep.dt_ms = whole.dt_ms;
    sweep.voltage_mV.assign(whole.voltage_mV.begin(), whole.voltage_mV.begin() + size);
    sweep.current_pA.assign(whole.current_pA.begin(), whole.current_pA.begin() + size);
    part.recording.sweeps.push_back(std::move(sweep));
    std::vector<double> spikes;
    for (const double spike_ms : membrane.spikes_ms[s])
      if (spike_ms < static_cast<double>(size - 1) * whole.dt_ms) spikes.push_back(spike_ms);
    part.spikes_ms.push_back(std::move(spikes));
  }
  return part;
}

// What a recording would be with one error of the rig's measurement one standard error higher: of the
// electrode's kernel, or of the lag of the current where that was measured. Blocks do not show these errors:
// all were compensated and aligned alike.
std::vector<std::function<Recording(Recording)>> rig_moves(const Membrane& membrane, unsigned threads) {
  std::vector<std::function<Recording(Recording)>> moves;
  if (membrane.compensation == Compensation::electrode_sweep ||
      membrane.compensation == Compensation::training) {
    for (const std::vector<double>& error : membrane.electrode->kernel_errors_GOhm_per_ms) {
      moves.emplace_back([&membrane, &error, threads](Recording recording) {
        ElectrodeKernel step;
        step.dt_ms = membrane.electrode->dt_ms;
        step.kernel_GOhm_per_ms = error;
        return compensate(std::move(recording), step, threads);
      });
    }
  } else if (membrane.lag) {
    moves.emplace_back([&membrane, threads](Recording recording) {
      return aligned(std::move(recording), membrane.lag->se_ms, threads);
    });
  }
  return moves;
}

}  // namespace

std::vector<CommonError> rig_errors(const Membrane& membrane, const CellFit& cell,
                                    std::span<const Block> blocks, const CellFitOptions& options) {
  std::vector<CommonError> errors;
  const auto moves = rig_moves(membrane, options.threads);
  if (moves.empty()) return errors;
  const Beginning part = beginning_of(membrane, blocks);
  DynamicIvOptions iv = options.iv;
  iv.exclude_after_spike_ms = cell.moments.exclusion_ms;  // it does not shrink once more
  iv.min_fraction_left = 0.0;
  CapacitanceOptions capacitance = options.capacitance;
  capacitance.threads = options.threads;
  if (dynamic_iv(cell.moments, cell.capacitance.result.value_pF, options.iv, part.weights).bins.empty())
    return errors;
  for (const auto& move : moves) {
    const Recording recording = move(part.recording);
    CommonError error;
    error.block_weights = part.weights;
    if (cell.capacitance.result.method == CapacitanceMethod::plateau) {
      const auto moments = capacitance_moments(recording, part.spikes_ms, part.blocks, capacitance);
      error.capacitance_move_pF = plateau_move_pF(cell.capacitance, moments, part.weights).value_or(0.0);
    }
    error.moments = gather_iv_moments(recording, part.spikes_ms, part.blocks, iv, options.threads);
    errors.push_back(std::move(error));
  }
  return errors;
}

void widen_by_rig_errors(Capacitance& capacitance, std::span<const CommonError> errors) {
  auto& interval = capacitance.ci95_pF;
  if (!interval) return;
  const double value = capacitance.value_pF;
  for (const CommonError& error : errors) {
    const double half = 1.96 * error.capacitance_move_pF;
    interval = Interval{value - std::hypot(value - interval->low, half),
                        value + std::hypot(interval->high - value, half)};
  }
}

}  // namespace libfit
