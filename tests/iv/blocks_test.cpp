// Blocks of time and their weights in a bootstrap draw.
#include "libfit/iv/blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "libfit/core/error.hpp"
#include "tests/signal/synthetic_cells.hpp"

namespace libfit {
namespace {

Recording silent(const std::vector<std::size_t>& sizes) {
  Recording recording;
  for (const std::size_t size : sizes) {
    recording.sweeps.push_back(
        synthetic::one_sweep(std::vector<double>(size, 0.0), std::vector<double>(size, -65.0), 0.1)
            .sweeps[0]);
  }
  return recording;
}

TEST(Blocks, CoverEverySampleOnceInPiecesOfEqualLength) {
  const std::vector<std::size_t> sizes{100000, 12345, 777, 1};
  const Recording recording = silent(sizes);
  std::vector<std::size_t> next(sizes.size(), 0), shortest(sizes.size(), 1u << 30), longest(sizes.size(), 0);
  for (const Block& block : make_blocks(recording, 1000.0)) {
    EXPECT_EQ(block.begin, next.at(block.sweep));
    EXPECT_LT(block.begin, block.end);
    next[block.sweep] = block.end;
    shortest[block.sweep] = std::min(shortest[block.sweep], block.end - block.begin);
    longest[block.sweep] = std::max(longest[block.sweep], block.end - block.begin);
  }
  EXPECT_EQ(next, sizes);
  for (std::size_t s = 0; s < sizes.size(); ++s) EXPECT_LE(longest[s] - shortest[s], 1u);
  EXPECT_EQ(longest[0], 10000u);  // a second at 10 kHz
}

TEST(Blocks, GrowWhereThereWouldBeTooMany) {
  const auto blocks = make_blocks(silent({1000000}), 100.0, 50);
  EXPECT_EQ(blocks.size(), 50u);
  EXPECT_THROW(make_blocks(silent({100}), 0.0), ContractError);
}

TEST(BlockWeights, CountDrawsWithReplacement) {
  const std::size_t count = 60;
  std::vector<double> sum(count, 0.0);
  double squares = 0.0;
  const int draws = 4000;
  for (int draw = 0; draw < draws; ++draw) {
    const auto weights = draw_block_weights(count, 7, static_cast<std::uint64_t>(draw));
    EXPECT_EQ(std::accumulate(weights.begin(), weights.end(), 0.0), static_cast<double>(count));
    for (std::size_t b = 0; b < count; ++b) {
      sum[b] += weights[b] / draws;
      squares += weights[b] * weights[b] / (draws * static_cast<double>(count));
    }
  }
  // Binomial(count, 1/count): mean 1, second moment 2 - 1/count.
  for (const double mean_weight : sum) EXPECT_NEAR(mean_weight, 1.0, 5.0 / std::sqrt(draws));
  EXPECT_NEAR(squares, 2.0 - 1.0 / static_cast<double>(count), 0.02);
}

TEST(BlockWeights, ArePureFunctionsOfSeedAndDraw) {
  EXPECT_EQ(draw_block_weights(100, 3, 5), draw_block_weights(100, 3, 5));
  EXPECT_NE(draw_block_weights(100, 3, 5), draw_block_weights(100, 3, 6));
  EXPECT_NE(draw_block_weights(100, 3, 5), draw_block_weights(100, 4, 5));
}

}  // namespace
}  // namespace libfit
