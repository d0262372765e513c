// Repetitions of one frozen current, found by comparing the currents themselves: names of stimuli are often
// shared by currents that differ.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace libfit {

// For each current the index of the first one that it repeats (its own, if none). Two are the same when they
// are of one length and their difference, but for its mean, has at most 5 % of the first one's SD: the noise
// of a monitor has less, another seed has more than 100 %. Costs one pass for each pair compared.
std::vector<std::size_t> repeated_currents(std::span<const std::span<const double>> currents_pA);

}  // namespace libfit
