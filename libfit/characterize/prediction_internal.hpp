// Two decisions behind the scores: which test sweeps are repetitions, and which spikes of a model are
// predictions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libfit/recording/recording.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {

// The sweeps of `test` (one at least) whose current correlates with that of the first whole one by more than
// 0.95; only currents are looked at. Sweeps that were cut short or carry another current are left out, each
// kind with a sentence in `warnings`. Throws DataError where a whole sweep differs from the first in length
// or sampling interval.
Recording repetitions_of_first(const Recording& test, std::vector<std::string>& warnings);

// `of_folds`: what the model of each fold, which was fitted without that fold's blocks, answers to one sweep
// (alike in number of trains). Of each fold only the spikes in its own blocks are kept and joined, so that no
// spike is predicted by a model that has seen the cell's. Blocks of `block_ms` (> 0) belong to the folds in
// turn; the sweep begins `before_ms` into the recording.
SpikeTrains held_out(std::span<const SpikeTrains> of_folds, double before_ms, double block_ms);

}  // namespace libfit
