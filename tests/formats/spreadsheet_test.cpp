// Tables as spreadsheets and laboratory programs save them: every way to write the same numbers gives the
// same recording, and what may be read in two ways is refused with its place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <span>
#include <string>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

SignalFile sheet(const std::string& text, const ReadOptions& options = {}) {
  return parse_signal_file(std::as_bytes(std::span(text.data(), text.size())), "t.csv", options);
}

void expect_sheet_refused(const std::string& text, const std::string& part, const std::string& other = "") {
  EXPECT_THAT([&] { sheet(text); }, ThrowsMessage<InputError>(AllOf(HasSubstr(part), HasSubstr(other))))
      << text;
}

constexpr int kRows = 60;
// Thousandths, so that every number is written exactly with three decimals.
int current_of(int row) { return 1000000 + 123456 * (row % 17) - 987 * row; }
int voltage_of(int row) { return -70000 + 457 * (row % 29); }
std::string thousandths(int value) {
  return fmt::format("{}{}.{:03}", value < 0 ? "-" : "", std::abs(value) / 1000, std::abs(value) % 1000);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Rows of time (0.1 ms apart), current and voltage; `write` makes a field of a number with a decimal point.
std::string rows(const std::string& delimiter,
                 const std::function<std::string(const std::string&)>& write = {}) {
  std::string text;
  for (int row = 0; row < kRows; ++row) {
    std::string line;
    for (const std::string& number :
         {thousandths(100 * row), thousandths(current_of(row)), thousandths(voltage_of(row))})
      line += (line.empty() ? "" : delimiter) + (write ? write(number) : number);
    text += line + "\n";
  }
  return text;
}

const std::string kHead = "time_ms,I_pA,V_mV\n";
std::string with_comma(const std::string& number) { return replaced(number, ".", ","); }

void expect_the_sheet(const std::string& text, std::size_t channels = 2) {
  SCOPED_TRACE(text.substr(0, 120));
  const SignalFile file = sheet(text);
  EXPECT_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels.size(), channels);
  EXPECT_EQ(file.channels[0].role, ChannelRole::current);
  EXPECT_EQ(file.channels[1].role, ChannelRole::voltage);
  ASSERT_EQ(file.channels[0].sweeps.at(0).size(), std::size_t{kRows});
  ASSERT_EQ(file.channels[1].sweeps.at(0).size(), std::size_t{kRows});
  for (int row = 0; row < kRows; ++row) {
    EXPECT_DOUBLE_EQ(file.channels[0].sweeps[0][static_cast<std::size_t>(row)], 0.001 * current_of(row));
    EXPECT_DOUBLE_EQ(file.channels[1].sweeps[0][static_cast<std::size_t>(row)], 0.001 * voltage_of(row));
  }
}

TEST(Spreadsheet, DecimalCommasAreReadWhereAnotherDelimiterPartsTheColumns) {
  for (const std::string mark : {";", "\t", " ", " ; "})
    expect_the_sheet(replaced(kHead, ",", mark) + rows(mark, with_comma));
  expect_the_sheet(kHead + rows(",", [](const auto& n) { return "\"" + with_comma(n) + "\""; }));
}

// A field of odd blanks in front of a unit in brackets is no name that the unit could belong to.
TEST(Spreadsheet, AUnitMayStandWithoutAName) {
  const std::string body = "\n0 5\n1 6\n2 7\n";
  for (const std::string head : {"\v (pA)\v V", "\v (pA) V"}) {
    SCOPED_TRACE(head);
    expect_sheet_refused("# kept with care\n" + head + body, "the time step is not in the file");
  }
}

TEST(Spreadsheet, QuotesExponentsAndSignsOfOtherProgramsAreNumbers) {
  expect_the_sheet(kHead + rows(","));
  expect_the_sheet("\"time_ms\",\"I_pA\",\"V_mV\"\n" +
                   rows(",", [](const auto& n) { return "\"" + n + "\""; }));
  expect_the_sheet(kHead + rows(",", [](const auto& n) { return n + "D+00"; }));
  expect_the_sheet(kHead + rows(",", [](const auto& n) { return replaced(n, "-", "\xE2\x88\x92"); }));
}

TEST(Spreadsheet, ThousandsAreGroupedWhereTheOtherNumbersTell) {
  const auto grouped = [](std::string number, char mark) {
    const std::size_t point = number.find('.');
    if (point > 3 && number[0] != '-') number.insert(point - 3, 1, mark);
    return number;
  };
  expect_the_sheet(kHead + rows(",", [&](const auto& n) { return "\"" + grouped(n, ',') + "\""; }));
  expect_the_sheet(replaced(kHead, ",", "\t") + rows("\t", [&](const auto& n) { return grouped(n, ','); }));
  expect_the_sheet(replaced(kHead, ",", ";") +
                   rows(";", [&](const auto& n) { return replaced(with_comma(grouped(n, '_')), "_", "."); }));
  expect_the_sheet(replaced(kHead, ",", ";") + rows(";", [&](const auto& n) { return grouped(n, '\''); }));
}

TEST(Spreadsheet, EveryEncodingAndLineEndIsTheSame) {
  const std::string text = kHead + rows(",");
  expect_the_sheet("\xEF\xBB\xBF" + text);
  expect_the_sheet(replaced(text, "\n", "\r\n"));
  expect_the_sheet(replaced(text, "\n", "\r"));
  std::string utf16 = "\xFF\xFE";
  for (const char letter : text) utf16 += {letter, '\0'};
  expect_the_sheet(utf16);
}

TEST(Spreadsheet, NamesAndUnitsAreFoundAboveTheNumbers) {
  const std::string body = rows(",");
  expect_the_sheet("Time,Current,Voltage\nms,pA,mV\n" + body);
  expect_the_sheet("Time,Current,Voltage\n(ms),[pA],(mV)\n" + body);
  expect_the_sheet("ms,pA,mV\n" + body);
  expect_the_sheet("Recording of 2024-01-05 12:00\nRate: 10 kHz\n" + kHead + body);
  expect_the_sheet("Recording,,\nRate,10000,\n20000\n" + kHead + body);
  expect_the_sheet("Zeit [ms],Strom [pA],Spannung [mV]\n" + body);
  expect_the_sheet("t in ms;I in pA;V in mV\n" + replaced(body, ",", ";"));
  expect_the_sheet("ms,I_pA,V_mV\n" + body);
  expect_the_sheet("t,I_pA,V_mV\nms,,\n" + body);
  expect_the_sheet("Time (ms)  I (pA)  V (mV)\n" + replaced(body, ",", "  "));
  expect_the_sheet(
      "Time\tCurrent\tVoltage\tBath\nms\tpA\tmV\t\xC2\xB0"
      "C\n" +
          replaced(replaced(body, ",", "\t"), "\n", "\t1\n"),
      3);
  expect_the_sheet("sep=,\n" + kHead + "# cell 7\n" + body);
  expect_the_sheet("\"t (ms)\",\"I, injected (pA)\",V_mV\n" + replaced(body, "\n", ",,\n"));
  expect_sheet_refused("Recorded today\n" + body, "line 1: the header does not name the 3 columns",
                       "--columns");
}

TEST(Spreadsheet, AColumnThatCountsTheRowsNeedsNoName) {
  std::string counted;
  std::string quoted;
  int row = 0;
  const std::string body = rows(",");
  for (std::size_t at = 0; at < body.size(); at = body.find('\n', at) + 1, ++row) {
    const std::string line = body.substr(at, body.find('\n', at) + 1 - at);
    counted += fmt::format("{},{}", row, line);
    quoted += fmt::format("\"{}\" {}", row + 1, replaced(line, ",", " "));
  }
  for (const std::string name : {"", "index", "Unnamed: 0", "sample"})
    expect_the_sheet(name + "," + kHead + counted);
  expect_the_sheet("\"time_ms\" \"I_pA\" \"V_mV\"\n" + quoted);
  expect_sheet_refused("time_ms,I_pA,V_mV\n0,5,1,2\n0.1,5,3,4\n", "does not name the 4 columns");
}

TEST(Spreadsheet, ADoubtIsRefusedWithLineColumnAndRemedy) {
  expect_sheet_refused("time_ms;V_mV\n0;250,000\n1;251,000\n", "line 2, column 2: `250,000`",
                       "decimal point");
  expect_sheet_refused("time_ms;V_mV\n0;2.5\n1;2,5\n", "line 3, column 2: `2,5`", "`2.5` in line 2");
  expect_sheet_refused("time_ms,V_mV\n0,0,25\n0,1,25\n", "does not name the 3 columns");
  expect_sheet_refused("time_ms;I_pA;V_mV\n0;1;2\n1;;3\n2;4;5\n", "line 3, column 2: is empty", "line 4");
  expect_sheet_refused("time_ms;I_pA;V_mV\n0;1;2\n1;;3\n2;;5\n", "line 3, column 2: is empty");
  expect_sheet_refused("time_ms;I_pA;V_mV\n0;1;2\n1;2;3 mV\n", "line 3, column 3: `3 mV` is not a number");
  expect_sheet_refused("time,I_pA,V_mV\n2024-01-05 0:00:01,1,2\n2024-01-05 0:00:02,1,2\n",
                       "line 2, column 1: `2024-01-05 0:00:01` is not a number");
  expect_sheet_refused("time_ms,I_pA,V_mV\n0,0,250,000,-70,0000\n", "header does not name", "semicolons");
  expect_sheet_refused("time_ms;I_pA;V_mV\n0;1;2\n;2;3\n", "line 3, column 1: is empty");
}

TEST(Spreadsheet, SweepsMayEndEarlyTogether) {
  const SignalFile file =
      sheet("time_ms,I1_pA,V1_mV,I2_pA,V2_mV\n0,1,2,3,4\n0.1,5,6,7,8\n0.2,9,10,,\n0.3,11,12\n");
  EXPECT_THAT(file.channels.at(0).sweeps, ElementsAre(ElementsAre(1, 5, 9, 11), ElementsAre(3, 7)));
  EXPECT_THAT(file.channels.at(1).sweeps, ElementsAre(ElementsAre(2, 6, 10, 12), ElementsAre(4, 8)));
  expect_sheet_refused("time_ms,I1_pA,V1_mV,I2_pA,V2_mV\n0,1,2,3,4\n0.1,5,6,7,\n",
                       "line 3, column 5: is empty");
}

// `count` times of a rate in Hz from `first_s` on, each written by `write`, which takes seconds.
std::string times(const std::string& name, int count, double rate_Hz, double first_s,
                  const std::function<std::string(double)>& write) {
  std::string text = name + ",V_mV\n";
  for (int k = 0; k < count; ++k) text += fmt::format("{},{}\n", write(first_s + k / rate_Hz), k % 7 - 70);
  return text;
}

TEST(SpreadsheetTimes, RoundedToTheirPrintedDigitsAreRegular) {
  const auto g6 = [](double s) { return fmt::format("{:g}", s); };
  const auto g5 = [](double s) { return fmt::format("{:.5g}", s); };
  const auto four = [](double s) { return fmt::format("{:.4f}", s); };
  const auto cut = [](double s) { return fmt::format("{:.4f}", std::floor(s * 1e4) / 1e4); };
  EXPECT_EQ(sheet(times("time_s", 5000, 10000, 100.0, g6)).dt_ms, 0.1);
  EXPECT_EQ(sheet(times("time_s", 5000, 10000, 9.9, g5)).dt_ms, 0.1);
  EXPECT_EQ(sheet(times("time_s", 5000, 20000, 0.0, four)).dt_ms, 0.05);
  EXPECT_EQ(sheet(times("time_s", 5000, 20000, 0.0, cut)).dt_ms, 0.05);
  EXPECT_EQ(sheet(times("time_s", 40, 20000, 0.0, four)).dt_ms, 0.05);
  EXPECT_DOUBLE_EQ(sheet(times("time_s", 5000, 30000, 0.0, four)).rate_Hz(), 30000.0);
  EXPECT_DOUBLE_EQ(sheet(times("time_s", 9000, 44100, 0.0, g6)).rate_Hz(), 44100.0);
}

TEST(SpreadsheetTimes, OfOddRatesTellTheRate) {
  const auto ms4 = [](double s) { return fmt::format("{:.4f}", 1000.0 * s); };
  const auto ms3 = [](double s) { return fmt::format("{:.3f}", 1000.0 * s); };
  EXPECT_DOUBLE_EQ(sheet(times("time_ms", 5000, 30303, 0.0, ms4)).rate_Hz(), 30303.0);
  EXPECT_DOUBLE_EQ(sheet(times("time_ms", 4000, 1e6 / 33.3, 0.0, ms3)).dt_ms, 0.0333);
  // Nothing rounder within the digits: the mean of the column.
  EXPECT_NEAR(sheet(times("time_ms", 5000, 24414.0625, 0.0, ms4)).rate_Hz(), 24414.0625, 0.01);
}

TEST(SpreadsheetTimes, WithALostSampleOrAPauseAreRefused) {
  for (const int digits : {1, 2, 3}) {
    std::string text = "time_ms,V_mV\n";
    for (int k = 0; k < 3000; ++k)
      text += fmt::format("{:.{}f},{}\n", 0.1 * (k < 1700 ? k : k + 1), digits, k % 7);
    expect_sheet_refused(text, "not uniform", "row 1701");
  }
  const auto jumping = [](double s) { return fmt::format("{:.4f}", s < 0.1 ? s : s + 0.02); };
  expect_sheet_refused(times("time_s", 5000, 20000, 0.0, jumping), "not uniform");
}

TEST(SpreadsheetTimes, OfTheClockAreSeconds) {
  const auto clock = [](double s) {
    const int whole = static_cast<int>(std::floor(s + 1e-9));
    return fmt::format("{:02}:{:02}:{:07.4f}", whole / 3600, whole / 60 % 60, s - 60 * (whole / 60));
  };
  EXPECT_EQ(sheet(times("time", 3000, 10000, 3599.9, clock)).dt_ms, 0.1);
  EXPECT_EQ(sheet(times("time (h:m:s)", 3000, 20000, 0.0, clock)).dt_ms, 0.05);
  expect_sheet_refused("time,V_mV\n0:00:00.1,1\n0.2,2\n", "line 3");
  expect_sheet_refused("time_ms,V_mV\n0,0:00:00.1\n", "line 2, column 2");
}

TEST(SpreadsheetTimes, OfEverySweepMustAgree) {
  const SignalFile file = sheet("time_1_ms,V_1_mV,time_2_ms,V_2_mV\n0,1,5,3\n0.1,2,5.1,4\n");
  EXPECT_EQ(file.dt_ms, 0.1);
  EXPECT_THAT(file.channels.at(0).sweeps, ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4)));
  expect_sheet_refused("t1 (ms),V1_mV,t2 (ms),V2_mV\n0,1,0,3\n0.1,2,0.2,4\n",
                       "column 3 has a step of 0.2 ms");
}

TEST(SweepNumbers, PairAndOrderTheColumns) {
  for (const auto& names :
       {"I1_pA,I2_pA,I10_pA,V1_mV,V10_mV,V2_mV", "I_01 (pA),I_02 (pA),I_10 (pA),V_1 (mV),V_10 (mV),V_2 (mV)",
        "Sweep 1 I0 [pA],Sweep 2 I0 [pA],Sweep 10 I0 [pA],Sweep 1 V1 [mV],Sweep 10 V1 [mV],Sweep 2 V1 "
        "[mV]"}) {
    const SignalFile file =
        sheet(fmt::format("time_ms,{}\n0,1,2,10,-1,-10,-2\n0.1,1,2,10,-1,-10,-2\n", names));
    ASSERT_EQ(file.channels.size(), 2U) << names;
    for (const auto& [channel, sign] : {std::pair{0U, 1.0}, std::pair{1U, -1.0}}) {
      EXPECT_THAT(file.channels[channel].sweep_numbers, ElementsAre(1U, 2U, 10U));
      EXPECT_THAT(file.channels[channel].sweeps,
                  ElementsAre(ElementsAre(sign, sign), ElementsAre(2 * sign, 2 * sign),
                              ElementsAre(10 * sign, 10 * sign)));
    }
  }
}

TEST(SweepNumbers, OfAThirdSignalChangeNothing) {
  const SignalFile file = sheet(
      "time_ms,V2_mV,I2_pA,T2_C,V1_mV,I1_pA,T1_C,W1_mV,W2_mV\n0,2,4,6,1,3,5,7,8\n0.1,2,4,6,1,3,5,7,8\n");
  ASSERT_EQ(file.channels.size(), 4U);
  EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(1, 1), ElementsAre(2, 2)));
  EXPECT_EQ(file.channels[2].name, "T_C");
  EXPECT_THAT(file.channels[2].sweeps, ElementsAre(ElementsAre(5, 5), ElementsAre(6, 6)));
  EXPECT_THAT(file.channels[3].sweeps, ElementsAre(ElementsAre(7, 7), ElementsAre(8, 8)));
}

TEST(SweepNumbers, ThatDifferAreAnError) {
  expect_sheet_refused("time_ms,I1_pA,I2_pA,V1_mV,V3_mV\n0,1,2,3,4\n0.1,1,2,3,4\n",
                       "I [pA] has the numbers 1, 2", "V [mV] has the numbers 1, 3");
}

}  // namespace
}  // namespace libfit
