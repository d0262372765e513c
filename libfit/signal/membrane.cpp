#include "libfit/signal/membrane.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/signal/quiet_stretches.hpp"

namespace libfit {
namespace {

SpikeTrains spikes_of(const Recording& recording) {
  return detect_spikes(recording, choose_spike_criterion(recording));
}

// An electrode that the training trace does not show within its own error is not taken out: subtracting noise
// would only add some.
bool is_worth_removing(const ElectrodeKernel& kernel) {
  double error_MOhm = 1.0;
  if (kernel.resistance_ci95_MOhm) {
    error_MOhm = 0.5 * (kernel.resistance_ci95_MOhm->high - kernel.resistance_ci95_MOhm->low);
  }
  return kernel.resistance_below_1ms_MOhm > std::max(2.0, error_MOhm);
}

ElectrodeKernel electrode_of(const Recording& recording, const MembraneOptions& options) {
  ElectrodeOptions electrode = options.electrode;
  electrode.threads = options.threads;
  return estimate_electrode(recording, spikes_of(recording), electrode);
}

// In a training trace the response beyond a few milliseconds is bent by active currents and by leaving out
// what led to spikes: an exponential fitted there misses the membrane at short lags by several MOhm, and an
// electrode is seen where there is none. So the membrane is continued from the lags just behind the
// electrode, and only what stands out above it within 1 ms is electrode.
ElectrodeKernel electrode_from_training(const Recording& training, MembraneOptions options) {
  options.electrode.kernel_end_ms = std::min(options.electrode.kernel_end_ms, 1.0);
  options.electrode.tail_start_ms = std::min(options.electrode.tail_start_ms, 1.0);
  options.electrode.tail_end_ms = std::min(options.electrode.tail_end_ms, 5.0);
  return electrode_of(training, options);
}

std::optional<Lag> lag_of(const Recording& recording) {
  const auto quiet =
      quiet_stretches(recording, driven_stretches(recording), spikes_of(recording), {5.0, 50.0});
  return estimate_lag(recording, quiet.stretches);
}

// Without an electrode kernel the lag must be read off the trace; where that fails, current and voltage are
// taken to be sampled together, as on most rigs.
void align_uncompensated(Recording&& training, Membrane& membrane, unsigned threads) {
  const double dt_ms = training.sweeps.front().dt_ms;
  membrane.lag = lag_of(training);
  membrane.applied_lag_ms = membrane.lag ? membrane.lag->lag_ms : 0.5 * dt_ms;
  if (!membrane.lag) {
    membrane.warnings.push_back(
        "the lag between current and voltage could not be determined from this current; they are taken to be "
        "sampled together [lag.unknown]");
  } else if (std::abs(membrane.lag->lag_ms) > 2.0 * dt_ms) {
    membrane.warnings.push_back(
        fmt::format("the recorded current lags by {:.3f} ms, more than two samples: a late or filtered "
                    "monitor, or an electrode that is "
                    "still in the voltage; give an electrode sweep or leave out --no-compensation [lag.late]",
                    membrane.lag->lag_ms));
  }
  membrane.recording = aligned(std::move(training), membrane.applied_lag_ms, threads);
}

// A voltage from which the amplifier took the electrode already would lose it twice.
void warn_of_bridge(const Recording& training, Membrane& membrane) {
  for (const Sweep& sweep : training.sweeps) {
    if (sweep.note.bridge_balance_MOhm.value_or(0.0) == 0.0) continue;
    membrane.warnings.push_back(
        fmt::format("{}: sweep {}: a bridge balance of {:g} MOhm was taken out by the amplifier already, and "
                    "the electrode "
                    "is compensated once more; pass --no-compensation if the balance was right "
                    "[electrode.bridge]",
                    sweep.voltage_source.file, sweep.number, *sweep.note.bridge_balance_MOhm));
    return;
  }
}

}  // namespace

void MembraneOptions::validate() const { electrode.validate(); }

std::string_view compensation_name(Compensation compensation) {
  switch (compensation) {
    case Compensation::electrode_sweep:
      return "electrode sweep";
    case Compensation::training:
      return "training trace";
    case Compensation::nothing_found:
      return "none needed";
    case Compensation::not_asked:
      break;
  }
  return "not asked";
}

std::size_t Membrane::spike_count() const {
  std::size_t count = 0;
  for (const auto& train : spikes_ms) count += train.size();
  return count;
}

Membrane prepare_membrane(const std::optional<Recording>& electrode, Recording training,
                          const MembraneOptions& options) {
  options.validate();
  require(!training.sweeps.empty(), "prepare_membrane: the training recording has no sweep");
  Membrane membrane;
  membrane.warnings = training.warnings;
  if (options.compensate) {
    warn_of_bridge(training, membrane);
    membrane.electrode =
        electrode ? electrode_of(*electrode, options) : electrode_from_training(training, options);
    if (electrode) {
      membrane.compensation = Compensation::electrode_sweep;
      membrane.warnings.insert(membrane.warnings.end(), electrode->warnings.begin(),
                               electrode->warnings.end());
    } else if (is_worth_removing(*membrane.electrode)) {
      membrane.compensation = Compensation::training;
      membrane.warnings.push_back(
          "no electrode sweep: the electrode was estimated from the training trace, where active currents "
          "add to the error of "
          "R_e and make C a lower bound; record 10 s of weak noise before the experiment "
          "[electrode.no_sweep]");
    } else {
      membrane.compensation = Compensation::nothing_found;
    }
    membrane.warnings.insert(membrane.warnings.end(), membrane.electrode->warnings.begin(),
                             membrane.electrode->warnings.end());
  } else if (electrode) {
    membrane.warnings.push_back(
        "--no-compensation: the electrode recording was not used [electrode.not_used]");
  }
  if (membrane.compensation == Compensation::electrode_sweep ||
      membrane.compensation == Compensation::training) {
    membrane.applied_lag_ms = membrane.electrode->membrane_lag_ms;
    membrane.recording = aligned(compensate(std::move(training), *membrane.electrode, options.threads),
                                 membrane.applied_lag_ms, options.threads);
  } else {
    align_uncompensated(std::move(training), membrane, options.threads);
  }
  membrane.criterion = choose_spike_criterion(membrane.recording);
  FoundSpikes found = find_spikes(membrane.recording, membrane.criterion);
  membrane.spikes_ms = std::move(found.spikes_ms);
  membrane.warnings.insert(membrane.warnings.end(), found.warnings.begin(), found.warnings.end());
  membrane.shape = measure_spike_shape(membrane.recording, membrane.spikes_ms);
  membrane.quality = assess_quality(membrane.recording, membrane.spikes_ms);
  membrane.warnings.insert(membrane.warnings.end(), membrane.quality.warnings.begin(),
                           membrane.quality.warnings.end());
  return membrane;
}

Recording membrane_of(const Recording& recording, const Membrane& like, unsigned threads) {
  const bool compensated =
      like.compensation == Compensation::electrode_sweep || like.compensation == Compensation::training;
  return aligned(compensated ? compensate(recording, *like.electrode, threads) : recording,
                 like.applied_lag_ms, threads);
}

}  // namespace libfit
