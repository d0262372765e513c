#include "libfit/recording/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Selection, OfSweepsIsAListOfNumbersAndRanges) {
  Selection selection;
  EXPECT_THAT(selection.indices(3), ElementsAre(0, 1, 2));
  selection.sweeps = "5,1-3";
  EXPECT_THAT(selection.indices(5), ElementsAre(4, 0, 1, 2));
  for (const char* bad : {"0", "6", "1-9", "3-1", "1,1", "1-3,2", "a", "1;2", "1,", "-1", "1--2", "1 2",
                          "99999999999999999999"}) {
    selection.sweeps = bad;
    EXPECT_THROW(selection.indices(5), OptionError) << bad;
  }
}

TEST(Selection, OfTimesKeepsTheSampleOfALimitDespiteRounding) {
  Selection selection;
  selection.from_ms = 0.3;  // a little less than 3 steps of 0.1 ms
  selection.to_ms = 0.7;
  const SampleWindow window = selection.window(10, 0.1, "sweep 1");
  EXPECT_EQ(window.first, 3U);
  EXPECT_EQ(window.last, 7U);
  selection.to_ms = 1e300;
  EXPECT_EQ(selection.window(10, 0.1, "sweep 1").last, 10U);
  selection.from_ms = 1.0;
  EXPECT_THAT(
      [&] { selection.window(10, 0.1, "sweep 1"); },
      ThrowsMessage<DataError>(AllOf(HasSubstr("sweep 1: lasts 0.001 s"), HasSubstr("--from 0.001 s"))));
}

TEST(Selection, RefusesTimesOutOfOrder) {
  for (const double from_ms : {-1.0, 5.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    Selection selection;
    selection.from_ms = from_ms;
    selection.to_ms = 5.0;
    EXPECT_THROW(selection.validate(), OptionError) << from_ms;
  }
}

}  // namespace
}  // namespace libfit
