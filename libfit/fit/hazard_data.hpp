// A recording in the bins that the GIF family lives in: mean current, voltage at the end of each bin, and the
// bins in which spikes begin. Also which bins enter a likelihood: folds of cross-validation are interleaved
// blocks of time, so that each sees all of the recording's slow drift.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct BinnedSweep {
  std::vector<double> current_pA;   // mean over the bin
  std::vector<double> voltage_mV;   // at the end of the bin
  std::vector<std::uint8_t> spike;  // 1 where a spike begins in the bin
};

struct BinnedRecording {
  double bin_ms = 1.0;
  std::vector<BinnedSweep> sweeps;
  std::size_t spikes = 0;
  std::size_t bins = 0;
};

// `onsets_ms`: one train per sweep. The bin is the whole number of samples that comes closest to bin_ms; a
// second spike in one bin is dropped. Throws ContractError where trains and sweeps differ in number.
BinnedRecording bin_recording(const Recording& recording, const SpikeTrains& onsets_ms, double bin_ms);

// Spike onsets: from each crossing back while the voltage rises by more than 10 mV/ms, at most 3 ms.
SpikeTrains spike_onsets(const Recording& recording, const SpikeTrains& crossings_ms);

// Bins of a likelihood. Without folds: all.
struct BinSelection {
  int folds = 0;             // 0: all bins
  int fold = 0;              // which one
  bool inside = false;       // true: the bins of that fold, false: all others
  double block_ms = 5000.0;  // > 0; length of the blocks that folds take in turn
  bool contains(double time_ms) const {
    if (folds == 0) return true;
    const auto block = static_cast<long long>(time_ms / block_ms);
    return (block % folds == fold) == inside;
  }
};

}  // namespace libfit
