// Axon text and Igor text, as the programs of the rigs write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SignalFile parse(const std::string& text, const ReadOptions& options = {}) {
  return parse_signal_file(std::as_bytes(std::span(text.data(), text.size())), "file", options);
}

void expect_refused(const std::string& text, const std::string& sentence) {
  try {
    parse(text);
    ADD_FAILURE() << "accepted: " << text;
  } catch (const InputError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr(sentence)) << text;
  }
}

const std::string kAxonHead =
    "ATF\t1.0\r\n3\t5\r\n\"AcquisitionMode=Episodic Stimulation\"\r\n\"Comment=a, b\"\r\n"
    "\"Signals=\"\t\"IN 0\"\t\"IN 1\"\t\"IN 0\"\t\"IN 1\"\r\n";

const std::string kAxonTable =
    "\"Time (s)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (nA)\"\t\"Trace #2 (mV)\"\t\"Trace #2 (nA)\"\r\n"
    "0\t-60\t0.1\t-50\t0.2\r\n0.0001\t-61\t0\t-51\t0.3\r\n";

void expect_axon(const std::string& text) {
  const SignalFile file = parse(text);
  EXPECT_EQ(file.format, "ATF");
  EXPECT_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "IN 0");
  EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
  ASSERT_EQ(file.channels[0].sweeps.size(), 2U);
  EXPECT_THAT(file.channels[0].sweeps[1], ElementsAre(-50.0, -51.0));
  EXPECT_EQ(file.channels[1].name, "IN 1");
  EXPECT_EQ(file.channels[1].role, ChannelRole::current);
  EXPECT_THAT(file.channels[1].sweeps[1], ElementsAre(200.0, 300.0));
}

std::string swapped(std::string text, char from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, 1, to);
  return text;
}

TEST(AxonText, TracesAreSweepsOfTheSignalsThatTheHeaderNames) {
  expect_axon(kAxonHead + kAxonTable);
  expect_axon(kAxonHead + swapped(kAxonTable, '.', ","));
  expect_axon(swapped(kAxonHead + kAxonTable, '\n', ""));  // ends of lines are CR alone
  expect_axon("\xEF\xBB\xBF" + kAxonHead + kAxonTable);
}

TEST(AxonText, SweepsFollowTheNumbersOfTheTraces) {
  const SignalFile file = parse(
      "ATF 1.0\n0 5\n\"Time (s)\"\t\"Trace #2 (mV)\"\t\"Trace #10 (mV)\"\t\"Trace #10 (pA)\"\t\"Trace #2 "
      "(pA)\"\n"
      "0\t2\t10\t-10\t-2\n1e-4\t2\t10\t-10\t-2\n");
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(2, 2), ElementsAre(10, 10)));
  EXPECT_THAT(file.channels[1].sweeps, ElementsAre(ElementsAre(-2, -2), ElementsAre(-10, -10)));
}

// Two voltages, a current and a temperature in each of two sweeps, the second of which was cut short.
TEST(AxonText, FurtherSignalsDoNotTurnSweepsIntoChannels) {
  const std::string titles =
      "\"Time (s)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (pA)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (C)\"\t\"Trace #2 "
      "(mV)\"\t"
      "\"Trace #2 (pA)\"\t\"Trace #2 (mV)\"\t\"Trace #2 (C)\"\n";
  const std::string body =
      titles + "0\t1\t2\t3\t4\t5\t6\t7\t8\n1e-4\t1\t2\t3\t4\t5\t6\t7\t8\n2e-4\t1\t2\t3\t4\t\t\t\t\n";
  const SignalFile named = parse(
      "ATF\t1.0\n1\t9\n\"Signals=\"\t\"Vm\"\t\"Im\"\t\"V 2\"\t\"Temp\"\t\"Vm\"\t\"Im\"\t\"V 2\"\t\"Temp\"\n" +
      body);
  const SignalFile unnamed = parse("ATF\t1.0\n0\t9\n" + body);
  for (const SignalFile& file : {named, unnamed}) {
    ASSERT_EQ(file.channels.size(), 4U);
    for (std::size_t c = 0; c < 4; ++c) {
      const auto first = static_cast<double>(c + 1);
      EXPECT_THAT(file.channels[c].sweeps,
                  ElementsAre(ElementsAre(first, first, first), ElementsAre(first + 4, first + 4)));
    }
  }
  EXPECT_EQ(named.channels[2].name, "V 2");
  EXPECT_EQ(named.channels[3].name, "Temp");
  EXPECT_NE(unnamed.channels[0].name, unnamed.channels[2].name);
}

TEST(AxonText, OfOneSweepIsCalledByItsSignals) {
  const SignalFile file = parse(
      "ATF\t1.0\n1\t3\n\"Signals=\"\t\"IN 0\"\t\"IN 1\"\n\"Time (s)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (pA)\"\n"
      "0\t1\t2\n1e-4\t3\t4\n");
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "IN 0");
  EXPECT_EQ(file.channels[1].name, "IN 1");
}

TEST(AxonText, IsRefusedWithTheLineWhereItIsWrong) {
  expect_refused("ATF\t1.0\n1 x\n", "line 2");
  expect_refused("ATF\t1.0\n1\n", "line 2");
  expect_refused("ATF\t1.0", "line 2");
  expect_refused("ATF\t1.0\n99999999 2\n", "line 2");
  expect_refused("ATF\t1.0\n3 2\n\"Comment=\"\n", "cut");
  expect_refused(kAxonHead, "no line of numbers");
  expect_refused(kAxonHead + "\"Time (s)\"\t\"Trace #1 (mV)\"\r\n0\t1\r\n0.1\tx\r\n", "line 8, column 2");
}

TEST(IgorText, WavesWithTheirScalesBecomeChannels) {
  const SignalFile file = parse(
      "IGOR\rX // made by a test\rWAVES/D\tv, 'i inj'\rBEGIN\r\t-0.06\t1e-10\r\t-0.05\t+2e-10\rEND\r"
      "X SetScale/P x 0,5e-05,\"s\", v,'i inj'; SetScale y 0,0,\"V\", v; SetScale d 0,0,\"V\", v\r"
      "X SetScale d 0,0,\"A\", 'i inj'; Note v, \"a; SetScale d 0,0,\\\"pA\\\", v\"\r");
  EXPECT_EQ(file.format, "ITX");
  EXPECT_EQ(file.dt_ms, 0.05);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "v");
  EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
  EXPECT_THAT(file.channels[0].sweeps[0], ElementsAre(-60.0, -50.0));
  EXPECT_EQ(file.channels[1].name, "i inj");
  EXPECT_THAT(file.channels[1].sweeps[0], ElementsAre(100.0, 200.0));
}

// As Igor itself writes them: the unit of the data under y, lines that end in CR, blanks after SetScale.
TEST(IgorText, UnitsAreThoseOfTheDataHoweverTheyAreSet) {
  for (const std::string unit :
       {"SetScale y 0,0,\"mV\", Vm", "SetScale d 0,0,\"mV\", vm", "SetScale d, 0, 0, \"mV\", Vm",
        "SETSCALE/P y 0,1,\"mV\", Vm; SetScale d 0,0,\"\", Vm"}) {
    for (const std::string step : {"SetScale/P x 0,1e-4,\"s\", Vm", "SetScale /P x, 0, 0.0001, \"s\", Vm",
                                   "SetScale /I x 0,0.2,\"ms\", Vm", "SetScale x 0,3e-4,\"s\", VM"}) {
      const SignalFile file =
          parse("IGOR\r\rWAVES /D\tVm\r\rBEGIN\r\t-60\r\t-61\r\t-62\rEND\rX " + step + "; " + unit + "\r");
      EXPECT_EQ(file.dt_ms, 0.1) << step;
      ASSERT_EQ(file.channels.size(), 1U);
      EXPECT_EQ(file.channels[0].role, ChannelRole::voltage) << unit;
      EXPECT_THAT(file.channels[0].sweeps[0], ElementsAre(-60.0, -61.0, -62.0));
    }
  }
}

TEST(IgorText, TheSecondDimensionOfAMatrixIsNoUnit) {
  const SignalFile file = parse(
      "IGOR\nWAVES/D/N=(2,2) m\nBEGIN\n1 2\n3 4\nEND\n"
      "X SetScale/P x 0,1e-4,\"s\",m; SetScale/P y 0,1,\"V\",m; SetScale d 0,0,\"pA\",m\n");
  EXPECT_EQ(file.channels.at(0).role, ChannelRole::current);
  EXPECT_EQ(file.channels[0].file_unit, "pA");
}

TEST(IgorText, WavesArePairedByTheirNumbers) {
  std::string text = "IGOR\n";
  for (const std::string name : {"im_1", "im_2", "im_10", "vm_10", "vm_1", "vm_2"}) {
    text += "WAVES/D " + name + "\nBEGIN\n" + name.substr(3) + "\n0\nEND\nX SetScale/P x 0,1e-4,\"s\", " +
            name + "; SetScale y 0,0,\"" + (name[0] == 'v' ? "mV" : "pA") + "\", " + name + "\n";
  }
  const SignalFile file = parse(text);
  ASSERT_EQ(file.channels.size(), 2U);
  for (const Channel& channel : file.channels)
    EXPECT_THAT(channel.sweeps, ElementsAre(ElementsAre(1, 0), ElementsAre(2, 0), ElementsAre(10, 0)));
  for (std::size_t at = text.find("vm_2"); at != std::string::npos; at = text.find("vm_2"))
    text[at + 3] = '3';
  expect_refused(text, "vm [mV] has the numbers 1, 3, 10");
}

TEST(IgorText, ColumnsOfAMatrixAndNumberedWavesAreSweeps) {
  const SignalFile matrix = parse(
      "IGOR\nWAVES/S/N=(3,2) m\nBEGIN\n1 2\n3 4\n5 6\nEND\nX SetScale/I x 0,0.2,\"ms\",m\n"
      "X SetScale d 0,0,\"mV\",m\n");
  ASSERT_EQ(matrix.channels.size(), 1U);
  EXPECT_EQ(matrix.dt_ms, 0.1);
  ASSERT_EQ(matrix.channels[0].sweeps.size(), 2U);
  EXPECT_THAT(matrix.channels[0].sweeps[1], ElementsAre(2.0, 4.0, 6.0));
  const SignalFile waves = parse(
      "IGOR\nWAVES v1 v2\nBEGIN\n1 2\n3 4\nEND\nX SetScale x 0,0.2,\"ms\",v1,v2\nX SetScale d "
      "0,0,\"mV\",v1,v2\n"
      "WAVES v3\nBEGIN\n8\n9\nEND\nX SetScale/P x 0,0.1,\"ms\",v3\nX SetScale d 0,0,\"mV\",v3\n");
  ASSERT_EQ(waves.channels.size(), 1U);
  EXPECT_EQ(waves.dt_ms, 0.1);
  ASSERT_EQ(waves.channels[0].sweeps.size(), 3U);
  EXPECT_THAT(waves.channels[0].sweeps[2], ElementsAre(8.0, 9.0));
}

TEST(IgorText, TakesTheStepFromTheOptionWhereItTellsNone) {
  ReadOptions options;
  options.dt_ms = 0.2;
  EXPECT_EQ(parse("IGOR\nWAVES v\nBEGIN\n1\n2\nEND\n", options).dt_ms, 0.2);
  EXPECT_THROW(parse("IGOR\nWAVES v\nBEGIN\n1\n2\nEND\nX SetScale/P x 0,0.1,\"ms\",v\n", options),
               OptionError);
}

TEST(IgorText, IsRefusedWithTheLineWhereItIsWrong) {
  expect_refused("IGOR\n", "no waves");
  expect_refused("IGOR\nhello\n", "line 2");
  expect_refused("IGOR\nWAVES\n", "names no waves");
  expect_refused("IGOR\nWAVES v\n1\n", "BEGIN is missing");
  expect_refused("IGOR\nWAVES v\nBEGIN\n1\n", "cut");
  expect_refused("IGOR\nWAVES v\nBEGIN\nEND\n", "empty");
  expect_refused("IGOR\nWAVES v w\nBEGIN\n1 2\n3\nEND\n", "line 5: 1 numbers where there are 2");
  expect_refused("IGOR\nWAVES v\nBEGIN\n1\nx\nEND\n", "`x` is not a number");
  expect_refused("IGOR\nWAVES/T v\nBEGIN\n\"a\"\nEND\n", "text or complex");
  expect_refused("IGOR\nWAVES/C v\nBEGIN\n1 2\nEND\n", "text or complex");
  expect_refused("IGOR\nWAVES/N=(2,2,2) v\nBEGIN\n1 2\nEND\n", "three or more dimensions");
  expect_refused("IGOR\nWAVES v\nBEGIN\n1\n2\nEND\n", "pass it with --dt");
  expect_refused("IGOR\nWAVES v\nBEGIN\n1\n2\nEND\nX SetScale/P x 0,1/20000,\"s\",v\n", "line 7: `1/20000`");
  expect_refused(
      "IGOR\nWAVES v w\nBEGIN\n1 2\n3 4\nEND\nX SetScale/P x 0,1,\"s\",v\nX SetScale/P x 0,2,\"s\",w\n",
      "save them apart");
}

}  // namespace
}  // namespace libfit
