// Long traces for print. A line of many more samples than the paper has pixels looks the same when each pixel
// column keeps its first, least, greatest and last sample, in their order of time; no spike is lost, and a
// file of megabytes becomes one of kilobytes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace libfit {

struct ReducedTrace {
  std::vector<double> x;
  std::vector<double> y;
};

// Samples with x in [from, to] (plus one neighbour either side, so that the line reaches the frame), at most
// four for each of `pixels` columns of equal width; the values are samples of the trace, never averages.
// x must not decrease. A stretch of NaN stays as one NaN, which interrupts the line. Throws ContractError for
// unequal lengths or pixels = 0. Cost: one pass.
ReducedTrace reduce_to_pixels(std::span<const double> x, std::span<const double> y, double from, double to,
                              std::size_t pixels);

}  // namespace libfit
