#include "libfit/recording/sweep_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;

TEST(SweepSelection, CountsFromOneAndKeepsTheOrderWritten) {
  EXPECT_THAT(parse_selection("2", 5), ElementsAre(1));
  EXPECT_THAT(parse_selection("1-3,5", 5), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(parse_selection("5,1-2", 5), ElementsAre(4, 0, 1));
  EXPECT_THAT(parse_selection("3-3", 5), ElementsAre(2));
}

TEST(SweepSelection, RefusesWhatIsNotThereOrNamedTwiceOrNoSelection) {
  for (const char* selection : {"0", "6", "4-6", "1,1", "1-3,2", "3-1", "", ",", "1,", "1-", "-2", "1;2", "a",
                                "1 2", "99999999999999999999"}) {
    EXPECT_THROW(parse_selection(selection, 5), OptionError) << selection;
  }
}

}  // namespace
}  // namespace libfit
