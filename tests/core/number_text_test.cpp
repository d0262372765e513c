#include "libfit/core/number_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr NumberStyle kComma{',', '.'};
constexpr NumberStyle kGroups{'.', ','};

TEST(ParseNumber, TakesEveryWayToWriteOne) {
  for (const char* text :
       {"-1234.5", "\"-1234.5\"", " -1234.5 ", "-1.2345e3", "-1.2345E+003", "-1.2345D+03", "-12345d-1",
        "\xE2\x88\x92"
        "1234.5",
        "\xE2\x80\x93"
        "1234.5",
        "-1'234.5",
        "-1\xC2\xA0"
        "234.5",
        "-1\xE2\x80\xAF"
        "234.5",
        "-1\xA0"
        "234.5",
        "-123450e\xE2\x88\x92"
        "2",
        "-123450e-2"}) {
    EXPECT_EQ(parse_number(text), -1234.5) << text;
  }
  EXPECT_EQ(parse_number("+.5"), 0.5);
  EXPECT_EQ(parse_number("5."), 5.0);
  EXPECT_EQ(parse_number("1,234,567.25", kGroups), 1234567.25);
  EXPECT_EQ(parse_number("1,234", kGroups), 1234.0);
  EXPECT_EQ(parse_number("-0,25", kComma), -0.25);
  EXPECT_EQ(parse_number("1.234,5", kComma), 1234.5);
  EXPECT_EQ(parse_number("1 234 567,5", kComma), 1234567.5);
  EXPECT_EQ(parse_number("1.234", kComma), 1234.0);
  EXPECT_EQ(parse_number("2,5D-3", kComma), 0.0025);
  EXPECT_EQ(parse_number("17", kComma), 17.0);
}

TEST(ParseNumber, RoundsAsTheLanguageDoes) {
  EXPECT_EQ(parse_number("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_number("1e-999"), 0.0);
  EXPECT_TRUE(std::isnan(parse_number("NaN").value_or(0.0)));
  EXPECT_TRUE(std::isnan(parse_number("nan", kComma).value_or(0.0)));
  EXPECT_EQ(parse_number("0,1", kComma), 0.1);  // the double nearest to it
}

TEST(ParseNumber, RefusesWhatIsNone) {
  for (const char* text : {"", "\"\"", "-", "x", "1x", "1,5", "1 5", "1.2.3", "1e", "--1", "1-2", "12'34",
                           "1'2345", "0'123", "'123", "1'", "1d", "1:2"})
    EXPECT_FALSE(parse_number(text)) << text;
  for (const char* text :
       {"1,2,3", "12.34,5", "1.23", "1.2345", "0.123", "1234.567", "1,5.2", "5 8", "0 250"})
    EXPECT_FALSE(parse_number(text, kComma)) << text;
  for (const char* text : {"1,5", "1,2345", "0,123", "1234,567", "1,23.5", ",123"})
    EXPECT_FALSE(parse_number(text, kGroups)) << text;
}

TEST(ParseClock, IsTheDoubleNearestToTheSeconds) {
  EXPECT_EQ(parse_clock("00:00:00.0001"), 0.0001);
  EXPECT_EQ(parse_clock("0:01:00,0001"), 60.0001);
  EXPECT_EQ(parse_clock("\"10:02:03\""), 36123.0);
  EXPECT_EQ(parse_clock("2:03.5"), 123.5);
  for (const char* text :
       {"", "12", "1.5", "0:60:00", "0:00:60", "1:2:3:4", "0:0:", ":1", "0:-1", "0:1x", "0:1.x"})
    EXPECT_FALSE(parse_clock(text)) << text;
}

NumberStyle style_of(std::initializer_list<const char*> fields) {
  DecimalMarks marks;
  std::size_t line = 1;
  for (const char* field : fields) marks.add(field, ++line, 3);
  return marks.style("t.csv");
}

TEST(DecimalMarks, DecideByWhatLeavesNoDoubt) {
  for (const auto& fields : {std::initializer_list<const char*>{"0,5", "250,000"},
                             {"250,000", "-70,0000"},
                             {"1.234,5"},
                             {"1.234.567", "2,5"},
                             {"1.234.567"},
                             {"0,123"},
                             {"1234,567"},
                             {"0:00:01,5"}})
    EXPECT_EQ(style_of(fields).decimal, ',');
  for (const auto& fields : {std::initializer_list<const char*>{},
                             {"1", "nan"},
                             {"250.000"},
                             {"1,234", "0.5"},
                             {"1,234.5"},
                             {"1,234,567"}})
    EXPECT_EQ(style_of(fields).decimal, '.');
}

TEST(DecimalMarks, RefuseADoubtWithItsPlace) {
  EXPECT_THAT(
      [] {
        style_of({"1", "250,000"});
      },
      ThrowsMessage<InputError>(AllOf(HasSubstr("t.csv: line 3, column 3: `250,000`"), HasSubstr("point"))));
  EXPECT_THAT(
      [] {
        style_of({"1.5", "2,5"});
      },
      ThrowsMessage<InputError>(AllOf(HasSubstr("line 3, column 3: `2,5`"), HasSubstr("`1.5` in line 2"))));
  EXPECT_THROW(style_of({"1,234", "1.234"}), InputError);
}

}  // namespace
}  // namespace libfit
