#include "libfit/core/parallel.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
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

// In a child of its own, without threads to be had: the limit holds for a user, and never for the
// administrator.
int visits_without_threads() {
  if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 2;
  const rlimit none{1, 1};
  if (::setrlimit(RLIMIT_NPROC, &none) != 0) return 2;
  std::atomic<int> visits{0};
  parallel_for(100, 4, [&](std::size_t) { ++visits; });
  return visits == 100 ? 0 : 1;
}

TEST(ParallelFor, GoesOnWithTheThreadsThatThereAre) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(visits_without_threads());
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "the number of processes cannot be limited here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ParallelFor, DoesNothingForNoPieces) {
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace libfit
