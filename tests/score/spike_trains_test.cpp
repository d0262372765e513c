#include "libfit/score/spike_trains.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename Refusal>
std::string refusal_of(const std::string& text) {
  try {
    parse_spike_trains(text, "t.txt", 100.0);
  } catch (const Refusal& problem) {
    return problem.what();
  }
  return "";
}

TEST(SpikeTrainText, TakesBlanksTabsAndCommasAndEveryLineEnding) {
  const auto text = parse_spike_trains("1 2.5,3\t4e1\r\n\n+7 , 8", "t.txt", 100.0);
  ASSERT_EQ(text.trains.size(), 3U);
  EXPECT_THAT(text.trains[0], ElementsAre(1.0, 2.5, 3.0, 40.0));
  EXPECT_THAT(text.trains[1], IsEmpty());
  EXPECT_THAT(text.trains[2], ElementsAre(7.0, 8.0));
  EXPECT_THAT(text.warnings, IsEmpty());
}

SpikeTrains trains_of(const std::string& text) { return parse_spike_trains(text, "t.txt", 10000.0).trains; }

TEST(SpikeTrainText, TakesDecimalCommasWhereBlanksPartTheTimes) {
  const SpikeTrains wanted{{1.5, 8.9}, {}, {1267.9, 1539.0, 1540.25}};
  EXPECT_EQ(trains_of("1,5 8,9\n\n1267,9 1539 1540,25\n"), wanted);
  EXPECT_EQ(trains_of("1,5;8,9\n\n1267,9;1539;1540,25\n"), wanted);
  EXPECT_EQ(trains_of("1,5\t\"8,9\"\n\n1267,9\t1539\t1540,25\n"), wanted);
  EXPECT_EQ(trains_of("0,5\n1,5 8,9\n"), (SpikeTrains{{0.5}, {1.5, 8.9}}));
}

TEST(SpikeTrainText, TakesListsWithCommas) {
  const SpikeTrains wanted{{1.5, 8.0, 9.0}, {100.0, 200.0}};
  EXPECT_EQ(trains_of("1.5,8,9\n100,200\n"), wanted);
  EXPECT_EQ(trains_of("1.5, 8, 9\n100, 200\n"), wanted);
  EXPECT_EQ(trains_of("1.5;8;9\n100;200\n"), wanted);
  EXPECT_EQ(trains_of("8,9,10\n100,200\n"), (SpikeTrains{{8.0, 9.0, 10.0}, {100.0, 200.0}}));
}

TEST(SpikeTrainText, RefusesACommaThatMayMeanEither) {
  for (const std::string doubt : {"1,5 8,9,10", "1,5, 8,9", "1 2\n1.5 3\n1,5 8,9", "100,200",
                                  "100,200 300,400", "1,234.5", "1,234.5 2,345.5", "1,5 1.539"}) {
    const auto lines = std::ranges::count(doubt, '\n') + 1;
    EXPECT_THAT(refusal_of<InputError>(doubt + "\n"), HasSubstr("t.txt: line " + std::to_string(lines)))
        << doubt;
  }
}

TEST(SpikeTrainText, IsTheSameInEveryEncodingAndWithEveryLineEnd) {
  const SpikeTrains wanted{{100.0, 200.0}, {}, {5.0}};
  EXPECT_EQ(trains_of("100 200\r\r5\r"), wanted);
  EXPECT_EQ(trains_of("100 200\r\n\r\n5\r\n"), wanted);
  std::string utf16 = "\xFF\xFE";
  for (const char letter : std::string("100 200\n\n5\n")) utf16 += {letter, '\0'};
  EXPECT_EQ(trains_of(utf16), wanted);
}

TEST(SpikeTrainText, SkipsCommentsButNotEmptyTrains) {
  const auto text = parse_spike_trains("\xEF\xBB\xBF# head\n\n  # indented\n5 # tail\n", "t.txt", 100.0);
  ASSERT_EQ(text.trains.size(), 2U);
  EXPECT_THAT(text.trains[0], IsEmpty());
  EXPECT_THAT(text.trains[1], ElementsAre(5.0));
}

TEST(SpikeTrainText, SortsAndWarnsWithTheLine) {
  const auto text = parse_spike_trains("1\n3 2 2\n", "t.txt", 100.0);
  EXPECT_THAT(text.trains[1], ElementsAre(2.0, 2.0, 3.0));
  EXPECT_THAT(text.warnings, ElementsAre(HasSubstr("t.txt: line 2: the spike times were not ascending"),
                                         HasSubstr("t.txt: line 2: a spike time is given twice")));
}

TEST(SpikeTrainText, WarnsOfEmptyLinesAtTheEnd) {
  EXPECT_THAT(parse_spike_trains("1\n\n\n", "t.txt", 100.0).warnings, ElementsAre(HasSubstr("2 empty line")));
  EXPECT_THAT(parse_spike_trains("\n", "t.txt", 100.0).warnings, IsEmpty());
}

TEST(SpikeTrainText, RefusesWhatIsNoSpikeTimeAndNamesTheLine) {
  EXPECT_THAT(refusal_of<InputError>("1\n2 3x\n"), HasSubstr("t.txt: line 2: `3x` is not a number"));
  EXPECT_THAT(refusal_of<InputError>("+\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal_of<DataError>("1e999\n"), HasSubstr("line 1: spike time `1e999` is not finite"));
  EXPECT_THAT(refusal_of<DataError>("1\nnan\n"), HasSubstr("line 2: spike time `nan` is not finite"));
  EXPECT_THAT(refusal_of<DataError>("inf\n"), HasSubstr("is not finite"));
  EXPECT_THAT(refusal_of<DataError>("-0.5\n"), HasSubstr("line 1: spike time -0.5 ms is negative"));
  EXPECT_THAT(refusal_of<DataError>("100.5\n"), HasSubstr("beyond the duration of 100 ms"));
  EXPECT_THAT(refusal_of<DataError>("# nothing\n"), HasSubstr("holds no spike train"));
  EXPECT_THAT(refusal_of<DataError>(""), HasSubstr("holds no spike train"));
}

TEST(SpikeTrainText, TakesTheEndOfTheRecordItself) {
  EXPECT_THAT(parse_spike_trains("0 100\n", "t.txt", 100.0).trains[0], ElementsAre(0.0, 100.0));
}

TEST(SpikeTrainText, RefusesADurationThatIsNone) {
  for (const double duration : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(parse_spike_trains("1\n", "t.txt", duration), OptionError);
  }
}

TEST(SpikeTrainText, IsWrittenAsItIsRead) {
  const SpikeTrains trains{{1.0, 2.25, 99.9999}, {}, {50.12346}};
  EXPECT_EQ(spike_trains_text(trains), "1.0000 2.2500 99.9999\n\n50.1235\n");
  const SpikeTrains back = parse_spike_trains(spike_trains_text(trains), "t.txt", 100.0).trains;
  EXPECT_THAT(back, ElementsAre(trains[0], trains[1], SpikeTrain{50.1235}));
  EXPECT_EQ(spike_trains_text({}), "");
}

TEST(SpikeTrains, OutOfOrderOrRangeAreACallersBug) {
  EXPECT_NO_THROW(require_spike_trains({{0.0, 1.0, 1.0, 5.0}, {}}, 5.0));
  EXPECT_THROW(require_spike_trains({{2.0, 1.0}}, 5.0), ContractError);
  EXPECT_THROW(require_spike_trains({{6.0}}, 5.0), ContractError);
  EXPECT_THROW(require_spike_trains({{-1.0}}, 5.0), ContractError);
  EXPECT_THROW(require_spike_trains({{std::nan("")}}, 5.0), ContractError);
}

}  // namespace
}  // namespace libfit
