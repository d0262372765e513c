// Axon text and Igor text, as the programs of the rigs write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "libfit/core/error.hpp"
#include "libfit/recording/open.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SignalFile parse(const std::string& text, const OpenOptions& options = {}) {
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

TEST(AxonText, NumberedTracesAreSweepsOfOneChannel) {
  const SignalFile file = parse(kAxonHead +
                                "\"Time (s)\"\t\"Trace #1 (mV)\"\t\"Trace #1 (nA)\"\t\"Trace #2 (mV)\"\t"
                                "\"Trace #2 (nA)\"\r\n0\t-60\t0.1\t-50\t0.2\r\n0.0001\t-61\t0\t-51\t0.3\r\n");
  EXPECT_EQ(file.format, "ATF");
  EXPECT_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
  ASSERT_EQ(file.channels[0].sweeps.size(), 2U);
  EXPECT_THAT(file.channels[0].sweeps[1], ElementsAre(-50.0, -51.0));
  EXPECT_EQ(file.channels[1].role, ChannelRole::current);
  EXPECT_THAT(file.channels[1].sweeps[1], ElementsAre(200.0, 300.0));
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
  OpenOptions options;
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
  expect_refused(
      "IGOR\nWAVES v w\nBEGIN\n1 2\n3 4\nEND\nX SetScale/P x 0,1,\"s\",v\nX SetScale/P x 0,2,\"s\",w\n",
      "save them apart");
}

}  // namespace
}  // namespace libfit
