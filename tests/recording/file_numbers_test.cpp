#include "libfit/recording/file_numbers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

TEST(FileNumbers, AreWhereTheNamesOfASeriesDiffer) {
  EXPECT_THAT(series_numbers({"V_1.ibw", "V_2.ibw", "V_10.ibw"}), ElementsAre("1", "2", "10"));
  EXPECT_THAT(series_numbers({"a007_ch2.ibw", "a008_ch2.ibw"}), ElementsAre("7", "8"));
  EXPECT_THAT(series_numbers({"cell1_v000.txt", "cell1_v001.txt"}), ElementsAre("0", "1"));
}

TEST(FileNumbers, AreNoneWhereTheNamesAreNoSeries) {
  EXPECT_THAT(series_numbers({"V_1.ibw"}), IsEmpty());
  EXPECT_THAT(series_numbers({"V_1.ibw", "V_1.ibw"}), IsEmpty());
  EXPECT_THAT(series_numbers({"V_1.ibw", "V_01.ibw"}), IsEmpty());
  EXPECT_THAT(series_numbers({"Elec_1.ibw", "Test_2.ibw"}), IsEmpty());
  EXPECT_THAT(series_numbers({"a1_2.ibw", "a2_3.ibw"}), IsEmpty());
  EXPECT_THAT(series_numbers({"a.ibw", "a1.ibw"}), IsEmpty());
}

TEST(FileNumbers, PairFilesAsTheirNumbersSayAndElseAsGiven) {
  EXPECT_THAT(
      pair_by_number({"x/V_1.ibw", "x/V_2.ibw", "x/V_10.ibw"}, {"y/I_10.ibw", "y/I_1.ibw", "y/I_2.ibw"}),
      ElementsAre(1, 2, 0));
  EXPECT_THAT(pair_by_number({"early.ibw", "late.ibw"}, {"I_2.ibw", "I_1.ibw"}), ElementsAre(0, 1));
  EXPECT_THAT(
      [] {
        pair_by_number({"V_1.ibw", "V_2.ibw"}, {"I_1.ibw", "I_3.ibw"});
      },
      ThrowsMessage<DataError>(HasSubstr("V_2.ibw has the number 2")));
}

}  // namespace
}  // namespace libfit
