// Blocks of time, the unit of resampling. Samples of a membrane are correlated over tens to hundreds of
// milliseconds, so standard errors that take them for independent are two to seven times too small; blocks of
// about a second are independent enough. All estimators of this room gather their moments block by block: a
// bootstrap draw is then a weighted sum of moments and never touches the samples again [Kunsch 1989, Ann Stat
// 17:1217].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libfit/recording/recording.hpp"

namespace libfit {

struct Block {
  std::size_t sweep = 0;
  std::size_t begin = 0;  // samples [begin, end)
  std::size_t end = 0;
};

// Cuts every sweep into blocks of `block_ms`, longer where that would give more than `limit` blocks in all.
// Blocks of one sweep are of equal length to within a sample.
std::vector<Block> make_blocks(const Recording& recording, double block_ms, std::size_t limit = 400);

// How often each block counts in bootstrap draw `draw`: `count` blocks drawn with replacement.
std::vector<double> draw_block_weights(std::size_t count, std::uint64_t seed, std::uint64_t draw);

}  // namespace libfit
