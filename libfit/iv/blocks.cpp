#include "libfit/iv/blocks.hpp"

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {

std::vector<Block> make_blocks(const Recording& recording, double block_ms, std::size_t limit) {
  require(block_ms > 0.0 && limit > 0, "make_blocks: block_ms and limit must be > 0");
  double total_ms = 0.0;
  for (const Sweep& sweep : recording.sweeps) total_ms += sweep.duration_ms();
  const double length_ms = std::max(block_ms, total_ms / static_cast<double>(limit));
  std::vector<Block> blocks;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    const auto count =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(sweep.duration_ms() / length_ms)));
    for (std::size_t b = 0; b < count; ++b) {
      blocks.push_back({s, b * sweep.size() / count, (b + 1) * sweep.size() / count});
    }
  }
  return blocks;
}

std::vector<double> draw_block_weights(std::size_t count, std::uint64_t seed, std::uint64_t draw) {
  RandomStream random(seed, draw);
  std::vector<double> weights(count, 0.0);
  for (std::size_t i = 0; i < count; ++i) weights[random.index(count)] += 1.0;
  return weights;
}

}  // namespace libfit
