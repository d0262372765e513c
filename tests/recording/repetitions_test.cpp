#include "libfit/recording/repetitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;

TEST(Repetitions, AreFoundThroughMonitorNoiseAndAnotherHoldingCurrent) {
  const std::vector<double> first = written::current_trace(500);
  const std::vector<double> other = written::voltage_trace(500);
  std::vector<double> noisy = first;
  for (std::size_t k = 0; k < noisy.size(); ++k) noisy[k] += (k % 2 == 0 ? 0.02 : -0.02) + 15.0;
  const std::vector<std::span<const double>> currents{first, other, noisy, other};
  EXPECT_THAT(repeated_currents(currents), ElementsAre(0, 1, 0, 1));
}

TEST(Repetitions, AreNotStepsOfAnotherHeightNorOtherLengthsNorNothing) {
  std::vector<double> step(300, 0.0);
  std::fill(step.begin() + 100, step.begin() + 200, 100.0);
  std::vector<double> higher = step;
  for (double& value : higher) value *= 1.1;
  const std::vector<double> shorter(step.begin(), step.end() - 1);
  const std::vector<double> nothing(300, 0.0);
  const std::vector<std::span<const double>> currents{step, higher, shorter, nothing, nothing};
  EXPECT_THAT(repeated_currents(currents), ElementsAre(0, 1, 2, 3, 4));
}

}  // namespace
}  // namespace libfit
