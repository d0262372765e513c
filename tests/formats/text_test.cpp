#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Folder;

SignalFile open_text(std::string_view text, const ReadOptions& options = {}) {
  const Folder folder;
  return open_signal_file(folder.write("t.dat", text), options);
}

void expect_text_refused(std::string_view text, const std::string& part, const ReadOptions& options = {}) {
  const Folder folder;
  const auto path = folder.write("t.dat", text);
  EXPECT_THAT([&] { open_signal_file(path, options); }, ThrowsMessage<InputError>(HasSubstr(part)))
      << "text: " << text;
}

void expect_bad_option(std::string_view text, const std::string& part, const ReadOptions& options) {
  const Folder folder;
  const auto path = folder.write("t.dat", text);
  EXPECT_THAT([&] { open_signal_file(path, options); }, ThrowsMessage<OptionError>(HasSubstr(part)));
}

void expect_simple(const SignalFile& file) {
  EXPECT_EQ(file.format, "text");
  EXPECT_DOUBLE_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].role, ChannelRole::current);
  EXPECT_EQ(file.channels[1].role, ChannelRole::voltage);
  EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(1.5, -2.0, 300.0)));
  EXPECT_THAT(file.channels[1].sweeps, ElementsAre(ElementsAre(-65.0, -64.5, -6.0)));
}

TEST(Text, ReadsEveryDelimiterAndLineEnd) {
  for (const std::string mark : {",", "\t", ";", " ", ", ", "  ", " ;\t"}) {
    for (const std::string end : {"\n", "\r\n"}) {
      std::string text;
      for (const auto& row : {std::array{"time_ms", "I_pA", "V_mV"}, std::array{"0.0", "1.5", "-65"},
                              std::array{"0.1", "-2e+000", "-64.5"}, std::array{"2.0e-001", "+3E2", "-6."}})
        text += fmt::format("{}{}{}{}{}{}", row[0], mark, row[1], mark, row[2], end);
      SCOPED_TRACE(text);
      expect_simple(open_text(text));
      text.resize(text.size() - end.size());  // no end of the last line
      expect_simple(open_text(text));
    }
  }
}

TEST(Text, SkipsCommentsBlankLinesAndAByteOrderMark) {
  expect_simple(open_text(
      "\xEF\xBB\xBF# made by hand\n% another\n\ntime_ms,I_pA,V_mV\n0,1.5,-65\n\n# note\n0.1,-2,-64.5\n"
      "0.2,300,-6\n   \n"));
}

TEST(Text, TakesTheLastCommentAsHeaderWhenThereIsNone) {
  expect_simple(open_text("# cell 7\n# time_ms I_pA V_mV\n0 1.5 -65\n0.1 -2 -64.5\n0.2 300 -6\n"));
}

TEST(Text, UnderstandsUnitsInBracketsAndQuotes) {
  expect_simple(
      open_text("\"Time (s)\"\t\"I inj [nA]\"\t\"Vm (V)\"\n0\t0.0015\t-0.065\n0.0001\t-0.002\t-0.0645\n"
                "0.0002\t0.3\t-0.006\n"));
}

TEST(Text, AllowsADelimiterAtTheEndOfEveryLine) {
  expect_simple(open_text("time_ms,I_pA,V_mV,\n0,1.5,-65,\n0.1,-2,-64.5,\n0.2,300,-6,\n"));
}

TEST(Text, TakesNumberedPairsAsSweeps) {
  const SignalFile file = open_text("time_ms,I0_pA,V0_mV,I1_pA,V1_mV\n0,1,2,3,4\n0.1,5,6,7,8\n");
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "I");
  EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(1, 5), ElementsAre(3, 7)));
  EXPECT_THAT(file.channels[1].sweeps, ElementsAre(ElementsAre(2, 6), ElementsAre(4, 8)));
}

TEST(Text, KeepsColumnsApartWhenTheirNumbersDoNotPair) {
  const SignalFile file = open_text("time_ms,I_pA,V1_mV,V2_mV\n0,1,2,3\n0.1,5,6,7\n");
  ASSERT_EQ(file.channels.size(), 3U);
  EXPECT_EQ(file.channels[2].name, "V2");
}

TEST(Text, TakesColumnsFromTheOptionByOrderOrNumber) {
  const std::string text = "0 1.5 -65\n1 -2 -64.5\n2 300 -6\n";
  ReadOptions options;
  options.dt_ms = 0.1;
  options.columns = "skip,current_pA,voltage_mV";
  expect_simple(open_text(text, options));
  options.columns = "3=voltage_mV, 2=current_pA";
  expect_simple(open_text(text, options));
  options.columns = "-,current,voltage";
  options.current_unit = "pA";
  options.voltage_unit = "mV";
  expect_simple(open_text(text, options));
}

TEST(Text, NeverGuessesTheStep) {
  expect_text_refused("I_pA,V_mV\n1,2\n3,4\n", "--dt");
  expect_text_refused("time,I_pA,V_mV\n0,1,2\n1,3,4\n", "no known unit");
  ReadOptions options;
  options.dt_ms = 0.1;
  EXPECT_DOUBLE_EQ(open_text("time,I_pA,V_mV\n0,1,2\n1,3,4\n", options).dt_ms, 0.1);
}

TEST(Text, RefusesNumbersWithoutMeaningAndSaysHow) {
  expect_text_refused("0 1.5 -65\n1 -2 -64.5\n", "--columns skip,current_pA,voltage_mV");
  expect_text_refused("a,b\n1,2\n", "--columns");
}

TEST(Text, RefusesATimeColumnThatIsNotUniformWithThePlace) {
  std::string text = "time_ms,V_mV\n";
  for (int k = 0; k < 100; ++k) text += fmt::format("{:.1f},{}\n", 0.1 * (k < 60 ? k : k + 1), k);
  expect_text_refused(text, "row 61");
  expect_text_refused("time_ms,V_mV\n0,1\n0,2\n0,3\n", "does not increase");
  expect_text_refused("time_ms,V_mV\n0,1\n", "--dt");
}

TEST(Text, AcceptsATimeColumnRoundedToFewDigits) {
  std::string text = "time_ms,V_mV\n";
  for (int k = 0; k < 4000; ++k) text += fmt::format("{:.3f},{}\n", 0.0333 * k, k);
  EXPECT_NEAR(open_text(text).dt_ms, 0.0333, 1e-6);
}

TEST(Text, RefusesAStatedStepThatContradictsTheTimeColumn) {
  ReadOptions options;
  options.dt_ms = 0.2;
  expect_bad_option("time_ms,V_mV\n0,1\n0.1,2\n0.2,3\n", "contradicts", options);
}

TEST(Text, RefusesIrregularTablesWithThePlace) {
  const std::string head = "time_ms,I_pA,V_mV\n0,1,2\n";
  expect_text_refused(head + "0.1,3\n", "line 3, column 3");
  expect_text_refused(head + "0.1,,3\n", "line 3, column 2");
  expect_text_refused(head + "0.1,3,4,5\n", "line 3");
  expect_text_refused(head + "0.1,x,4\n", "`x` is not a number");
  expect_text_refused(head + "0.1,3x,4\n", "line 3, column 2");
  expect_text_refused(head + "0.1 3,4\n", "line 3");
  expect_text_refused("one\ntwo\n1 2\n", "line 2: the header does not name");
  expect_text_refused("time_ms,V_mV\n", "no line of numbers");
  expect_text_refused("time_ms,V_mV\n1,2,3\n", "header does not name");
}

TEST(Text, RefusesWhatIsNoTable) {
  expect_text_refused("", "empty");
  expect_text_refused(std::string_view("\xFF\xFEt\0\0\0", 6), "UTF-16");
  expect_text_refused(std::string_view("\x01\x02\x03\0\0\0", 6), "of no format");
  expect_text_refused("PK\x03\x04", "zip");
}

TEST(Text, RefusesColumnsThatDoNotFit) {
  ReadOptions options;
  options.dt_ms = 0.1;
  for (const auto& [columns, part] :
       {std::pair{"skip,current_pA,voltage_mV,skip", "4 columns"}, std::pair{"9=voltage_mV", "`9`"},
        std::pair{"0=voltage_mV", "`0`"}, std::pair{"x=voltage_mV", "`x`"},
        std::pair{"skip,current,voltage_mV", "no unit"}, std::pair{"skip,wobble,voltage_mV", "wobble"},
        std::pair{"skip,,voltage_mV", "no name"}, std::pair{"1=skip,2", "no name"}}) {
    options.columns = columns;
    expect_bad_option("0 1 2\n1 3 4\n", part, options);
  }
}

TEST(Text, LeavesNanForTheAssemblyToRefuse) {
  const Folder folder;
  const auto path = folder.write("t", "time_ms,I_pA,V_mV\n0,1,2\n0.1,nan,3\n0.2,5,7\n");
  EXPECT_THAT([&] { read_recording({path}); },
              ThrowsMessage<DataError>(testing::AllOf(HasSubstr("not finite"), HasSubstr("sweep 1"))));
}

TEST(Open, RefusesFoldersAndMissingFiles) {
  const Folder folder;
  EXPECT_THROW(open_signal_file(folder / ""), InputError);
  EXPECT_THROW(open_signal_file(folder / "absent"), InputError);
}

TEST(Open, RefusesAStepNoRecordingHas) {
  ReadOptions options;
  options.dt_ms = 1e9;
  expect_text_refused("I_pA,V_mV\n1,2\n3,4\n", "not to be believed", options);
}

}  // namespace
}  // namespace libfit
