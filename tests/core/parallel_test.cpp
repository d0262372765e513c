#include "libfit/core/parallel.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace libfit {
namespace {

TEST(ParallelFor, VisitsEveryPieceOnceOnAnyThreadCount) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    std::vector<int> visits(1000, 0);
    parallel_for(visits.size(), threads, [&](std::size_t i) { ++visits[i]; });
    for (const int count : visits) EXPECT_EQ(count, 1);
  }
}

TEST(ParallelFor, RethrowsTheExceptionOfABody) {
  EXPECT_THROW(parallel_for(100, 3,
                            [](std::size_t i) {
                              if (i == 50) throw std::runtime_error("stop");
                            }),
               std::runtime_error);
}

TEST(ParallelFor, DoesNothingForNoPieces) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace libfit
