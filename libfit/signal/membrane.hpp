// From a recording as the rig wrote it to the membrane: electrode taken out, current in step with the
// voltage, spikes found, quality judged. Everything later starts from here.
//
//     const Recording electrode = read_recording({"cell07_electrode.abf"});
//     const Membrane membrane = prepare_membrane(electrode, read_recording({"cell07_training.abf"}));
//     if (membrane.electrode) std::cout << membrane.electrode->resistance_MOhm << " MOhm were taken out\n";
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/alignment.hpp"
#include "libfit/signal/electrode.hpp"
#include "libfit/signal/quality.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct MembraneOptions {
  bool compensate = true;  // false: the voltage is the membrane's (bridge balanced)
  ElectrodeOptions electrode;
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

enum class Compensation {
  electrode_sweep,  // kernel from a sweep of its own
  training,         // kernel from the spike-free part of the training trace
  nothing_found,    // the training trace shows no electrode to take out
  not_asked
};
std::string_view compensation_name(Compensation compensation);

struct Membrane {
  Recording recording;  // voltage without electrode, current held from sample to sample
  Compensation compensation = Compensation::not_asked;
  std::optional<ElectrodeKernel> electrode;  // absent when not asked
  std::optional<Lag> lag;                    // of the recorded current, where it could be determined
  double applied_lag_ms = 0.0;               // the current was read this much later
  SpikeCriterion criterion;                  // chosen on this recording
  SpikeTrains spikes_ms;
  std::optional<SpikeShape> shape;
  Quality quality;
  std::vector<std::string> warnings;

  std::size_t spike_count() const;
};

// `training` becomes the membrane's recording: move it in where it is not needed any more, and no second
// copy is made. `electrode`: sweeps of weak noise through the same electrode, when there are any. Throws
// DataError as estimate_electrode() does.
Membrane prepare_membrane(const std::optional<Recording>& electrode, Recording training,
                          const MembraneOptions& options = {});

// Another recording of the same cell through the same electrode, treated as `like` was.
Recording membrane_of(const Recording& recording, const Membrane& like, unsigned threads = 0);

}  // namespace libfit
