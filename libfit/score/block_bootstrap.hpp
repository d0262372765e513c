// Intervals of a score over time blocks and repetitions.
//
// Repetitions and blocks are crossed: every repetition sees every block of the stimulus, and pairs of
// repetitions enter the scores. Drawing both with replacement counts the noise that is private to one
// repetition in one block up to three times [Owen 2007, Ann Appl Stat 1:386], and copies of one repetition
// coincide with themselves. Instead, the draws weight the blocks, which carry the stimulus and all noise that
// ends within a block; the only thing that they miss is what sets a repetition apart in all blocks (drift,
// a bad sweep). That part comes from the score's derivatives psi_ib in the weight of repetition i in block b:
//   V_persistent = max(0, R/(R-1) B/(B-1) [sum_i (sum_b psi_ib)^2 - sum_ib psi_ib^2]),
// products of different blocks, to which private noise does not contribute: the repetition part of a two-way
// cluster variance [Cameron, Gelbach & Miller 2011, J Bus Econ Stat 29:238]. It is added to every draw as a
// normal number. Weights are those of the Bayesian bootstrap [Rubin 1981, Ann Stat 9:130], so that no draw
// lacks all spikes; percentiles are widened for the few blocks by the ratio of Student's to the normal
// quantile [Hesterberg 2015, Am Stat 69:371]. Assumes blocks long against the memory of the cell.
// docs/methods/scores.md gives the measured coverage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "libfit/core/statistics.hpp"

namespace libfit {

// Equal blocks of a duration.
struct TimeBlocks {
  std::size_t count = 1;
  double length_ms = 0.0;
  // Block of a time in [0, duration]; the end belongs to the last.
  std::size_t of(double time_ms) const;
};

// Blocks of about `block_ms`: shorter where that leaves fewer than ten, longer where it gives more than
// `most`
// (>= 10), which bounds the memory and the cost of a draw.
TimeBlocks divide_into_blocks(double duration_ms, double block_ms, std::size_t most = 1000);

// One row per repetition, one column per block.
struct RepetitionByBlock {
  std::size_t repetitions = 0;
  std::size_t blocks = 0;
  std::vector<double> values;  // row by row
  RepetitionByBlock(std::size_t repetition_count, std::size_t block_count)
      : repetitions(repetition_count), blocks(block_count), values(repetition_count * block_count, 0.0) {}
  double& at(std::size_t i, std::size_t b) { return values[i * blocks + b]; }
  double at(std::size_t i, std::size_t b) const { return values[i * blocks + b]; }
};

// V_persistent of a score from its derivatives (centred within each block here). 0 below two repetitions.
double persistent_variance(RepetitionByBlock derivatives);

struct BootstrapOptions {
  unsigned draws = 1000;   // 0: no interval, else >= 100; more: smoother ends of the interval
  std::uint64_t seed = 1;  // same seed, same interval, on any number of threads
  unsigned threads = 0;    // 0: all
};

// A score as the bootstrap draws it: what its interval is made of, and that of its difference to another
// score of the same data on the same draws, in which what the stimulus makes hard for both cancels.
struct ScoreDraws {
  double value = 0.0;
  std::size_t blocks = 0;
  std::vector<double> deviation;  // of each draw from the value; NaN: not defined. Empty below five blocks.
  std::vector<double> normal;     // of each draw, for the persistent part
  RepetitionByBlock derivatives;
};

// `statistic` as for block_interval().
ScoreDraws draw_score(double value, std::size_t blocks,
                      const std::function<double(std::span<const double>)>& statistic,
                      RepetitionByBlock derivatives, const BootstrapOptions& options);
// As block_interval().
std::optional<Interval> interval_of(const ScoreDraws& draws);
// first - second. Throws ContractError unless blocks, repetitions and draws are the same.
ScoreDraws difference(const ScoreDraws& first, const ScoreDraws& second);

// 95 % interval of the score `statistic` takes at weights 1, whose value is `value`. `statistic` gets one
// weight a block, with mean 1, must not depend on anything else, and may return NaN where it is not defined
// (the draw is left out). Absent when draws == 0, below five blocks or when more than half the draws are NaN.
std::optional<Interval> block_interval(double value, std::size_t blocks,
                                       const std::function<double(std::span<const double>)>& statistic,
                                       double persistent_variance, std::size_t repetitions,
                                       const BootstrapOptions& options);

}  // namespace libfit
