// Md*, the similarity of two sets of spike trains that is unbiased in the number of repetitions of either set
// [Naud, Gerhard, Mensi & Gerstner 2011, Neural Comput 23:3016, eq. 3.6 and 3.10]:
//   Md* = 2 <nu_D, nu_M> / (C*_DD + C*_MM),   C*_XX = 2 / (N (N-1)) sum_{i<j} <S_i, S_j>,
// with the Kistler kernel: <S_i, S_j> counts every pair of spikes with |t - t'| <= Delta, both ends closed,
// in continuous time. A set's own norm leaves out the pairs of a train with itself, which measure noise. A
// model of one train is taken as deterministic: C*_MM = ||S_M||^2, which counts the train's own pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "libfit/core/spike_train.hpp"
#include "libfit/score/score_value.hpp"

namespace libfit {

// Calls visit(i, n) for every spike i of `first_ms` with the number n of spikes of `second_ms` within the
// window. O(N): both ends of the window only move forward.
template <typename Visit>
void for_each_neighbour_count(std::span<const double> first_ms, std::span<const double> second_ms,
                              double window_ms, Visit&& visit) {
  std::size_t begin = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < first_ms.size(); ++i) {
    while (begin < second_ms.size() && first_ms[i] - second_ms[begin] > window_ms) ++begin;
    while (end < second_ms.size() && second_ms[end] - first_ms[i] <= window_ms) ++end;
    visit(i, end - begin);
  }
}

// <S_i, S_j> with the Kistler kernel. Symmetric; <S, S> is at least the number of spikes.
std::uint64_t kistler_product(std::span<const double> first_ms, std::span<const double> second_ms,
                              double window_ms);

// Mean of <S_i, S_j> over the pairs of distinct trains: C*_XX. Absent below two trains.
std::optional<double> unbiased_norm(const SpikeTrains& trains, double window_ms);

// Md*. Absent, with the reason, with one data train (its noise cannot be separated from its signal) or when
// no spike has a partner in either set. It can exceed 1 by chance: it is unbiased, not bounded.
ScoreValue md_star(const SpikeTrains& data, const SpikeTrains& model, double window_ms);

// R = C*_XX / mean ||S_i||^2, 1 for repetitions that agree spike by spike. Absent, with the reason, below two
// repetitions or without spikes.
ScoreValue reliability_md(const SpikeTrains& data, double window_ms);

}  // namespace libfit
