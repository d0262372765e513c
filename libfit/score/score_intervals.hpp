// Bootstrap intervals of the two coincidence scores. Everything a draw needs is counted once per block, so
// that a draw is a weighted sum: O(pairs x blocks) for Gamma, O(blocks) for Md*.
#pragma once

#include <optional>

#include "libfit/score/block_bootstrap.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {

// Interval of mean_coincidence_factor, whose value must not be absent. A matched pair belongs to the block of
// its data spike. Gamma cannot exceed 1, and neither does its interval.
std::optional<Interval> gamma_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                       const TimeBlocks& blocks, const BootstrapOptions& options);

// Interval of md_star, whose value must not be absent. A pair of spikes belongs to the block of its data
// spike (within a set: of the spike of the earlier train in the list).
std::optional<Interval> md_star_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                         const TimeBlocks& blocks, const BootstrapOptions& options);

}  // namespace libfit
