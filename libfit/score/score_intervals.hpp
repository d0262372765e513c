// Bootstrap intervals of the two coincidence scores. Everything a draw needs is counted once per block, so
// that a draw is a weighted sum: O(pairs x blocks) for Gamma, O(blocks) for Md*.
#pragma once

#include <optional>
#include <string>

#include "libfit/core/spike_train.hpp"
#include "libfit/score/block_bootstrap.hpp"

namespace libfit {

// Blocks of about `block_ms`. A draw of Gamma costs pairs of trains x blocks: long sessions with many
// simulated trains get longer blocks instead.
TimeBlocks score_blocks(double duration_ms, double block_ms, std::size_t pairs);

// Why scores have no interval though their values are there; empty when they may have one.
std::string why_no_interval(double duration_ms, const TimeBlocks& blocks, double window_ms, unsigned draws);

// mean_coincidence_factor and md_star over blocks, for intervals of either and of differences between models
// (block_bootstrap.hpp). Their values must not be absent.
ScoreDraws draw_gamma(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                      const TimeBlocks& blocks, const BootstrapOptions& options);
ScoreDraws draw_md_star(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                        const TimeBlocks& blocks, const BootstrapOptions& options);

// Interval of mean_coincidence_factor, whose value must not be absent. A matched pair belongs to the block of
// its data spike. Gamma cannot exceed 1, and neither does its interval.
std::optional<Interval> gamma_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                       const TimeBlocks& blocks, const BootstrapOptions& options);

// Interval of md_star, whose value must not be absent. A pair of spikes belongs to the block of its data
// spike (within a set: of the spike of the earlier train in the list).
std::optional<Interval> md_star_interval(const SpikeTrains& data, const SpikeTrains& model, double window_ms,
                                         const TimeBlocks& blocks, const BootstrapOptions& options);

}  // namespace libfit
