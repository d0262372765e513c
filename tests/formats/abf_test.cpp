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
using written::AbfFile;
using written::AbfInput;
using written::Folder;

// Gain chain 10 V / 32768 / (0.01 V/mV * 10 * 1 * 5) and offset 2 - 0.5 on the second input.
AbfFile two_channels() {
  AbfFile file;
  AbfInput current{"Cur", "pA"};
  current.instrument_scale = 0.5F;
  current.physical = 5;
  AbfInput voltage{"Vm", "mV"};
  voltage.instrument_scale = 0.01F;
  voltage.signal_gain = 10.0F;
  voltage.telegraph = true;
  voltage.telegraphed_gain = 5.0F;
  voltage.instrument_offset = 2.0F;
  voltage.signal_offset = 0.5F;
  voltage.physical = 2;
  file.inputs = {current, voltage};
  file.raw = {0, 100, 1000, -200, -2000, 300, 3000, -32768};
  return file;
}

constexpr double kVolt = 10.0 / 32768.0;

void expect_two_channels(const SignalFile& file) {
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "Cur");
  EXPECT_EQ(file.channels[1].file_unit, "mV");
  EXPECT_EQ(file.channels[0].role, ChannelRole::current);
  EXPECT_EQ(file.channels[1].role, ChannelRole::voltage);
  EXPECT_DOUBLE_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels[0].sweeps.size(), 1U);
  const double current = kVolt / 0.5;
  const double voltage = kVolt / (0.01 * 10.0 * 5.0);
  EXPECT_THAT(
      file.channels[0].sweeps[0],
      ElementsAre(testing::DoubleNear(0.0, 1e-9), testing::DoubleNear(1000 * current, 1e-6),
                  testing::DoubleNear(-2000 * current, 1e-6), testing::DoubleNear(3000 * current, 1e-6)));
  EXPECT_NEAR(file.channels[1].sweeps[0][1], -200 * voltage + 1.5, 1e-5);
  EXPECT_NEAR(file.channels[1].sweeps[0][3], -32768 * voltage + 1.5, 1e-4);
}

TEST(Abf2, AppliesEveryGainAndOffset) {
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("a", written::abf2(two_channels())));
  EXPECT_EQ(file.format, "ABF2");
  expect_two_channels(file);
}

TEST(Abf1, AppliesEveryGainAndOffsetOfTheInputsThatWereSampled) {
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("a", written::abf1(two_channels())));
  EXPECT_EQ(file.format, "ABF1");
  expect_two_channels(file);
}

TEST(Abf1, IgnoresTelegraphsThatAShortHeaderCannotHold) {
  AbfFile written = two_channels();
  written.raw.assign(8192, std::int16_t{0x0101});  // would read as telegraph enabled
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("a", written::abf1(written, 4)));
  EXPECT_NEAR(file.channels[1].sweeps[0][0], 0x0101 * kVolt / (0.01 * 10.0) + 1.5, 1e-4);
}

TEST(Abf, TakesFloatsAsTheyAreAndConvertsUnits) {
  AbfFile written;
  written.inputs = {{"I", "nA"}, {"V", "V"}};
  written.inputs[1].physical = 1;
  written.values = {0.5F, -0.0625F, -1.5F, 0.03125F};
  const Folder folder;
  for (const auto& bytes : {written::abf2(written), written::abf1(written)}) {
    const SignalFile file = open_signal_file(folder.write("a", bytes));
    EXPECT_THAT(file.channels[0].sweeps[0], ElementsAre(500.0, -1500.0));
    EXPECT_THAT(file.channels[1].sweeps[0], ElementsAre(-62.5, 31.25));
  }
}

// pCLAMP begins the epochs after a 64th of the sweep.
TEST(Abf2, TellsTheStepsOfCurrentThatItsHeaderCommands) {
  const Folder folder;
  AbfFile file;
  file.inputs = {{"Vm", "mV"}};
  file.inputs[0].instrument_scale = 0.01F;
  file.command_units = {"nA"};
  file.episodes = 3;
  file.holding_level = -0.01F;
  file.raw.assign(3 * 640, 0);
  file.epochs = {{-0.01F, 0.0F, 90}, {-0.11F, 0.1F, 200}, {-0.01F, 0.0F, 100}};
  const auto steps_of = [&](const AbfFile& written) {
    return open_signal_file(folder.write("a", written::abf2(written))).commanded_steps;
  };
  const auto steps = steps_of(file);
  ASSERT_TRUE(steps);
  EXPECT_NEAR(steps->begin_ms, 10.0, 1e-9);
  EXPECT_NEAR(steps->end_ms, 30.0, 1e-9);
  EXPECT_THAT(steps->amplitude_pA,
              ElementsAre(testing::DoubleNear(-100.0, 1e-4), testing::DoubleNear(0.0, 1e-4),
                          testing::DoubleNear(100.0, 1e-4)));
  AbfFile other = file;
  other.epochs[1].kind = 2;  // a ramp
  EXPECT_FALSE(steps_of(other));
  other = file;
  other.epochs[2].level_step = 0.05F;  // a second step behind the first
  EXPECT_EQ(steps_of(other)->end_ms, steps->end_ms);
  other = file;
  other.command_units = {"mV"};
  EXPECT_FALSE(steps_of(other));
  other = file;
  other.epochs[1].level_step = 0.0F;  // one and the same in all sweeps: a test pulse
  EXPECT_FALSE(steps_of(other));
}

TEST(Abf, CutsEpisodesOfEqualLength) {
  AbfFile written = two_channels();
  written.episodes = 2;
  const Folder folder;
  for (const auto& bytes : {written::abf2(written), written::abf1(written)}) {
    const SignalFile file = open_signal_file(folder.write("a", bytes));
    ASSERT_EQ(file.channels[1].sweeps.size(), 2U);
    EXPECT_EQ(file.channels[1].sweeps[1].size(), 2U);
    EXPECT_NEAR(file.channels[0].sweeps[1][0], -2000 * kVolt / 0.5, 1e-6);
  }
}

TEST(Abf, TakesUnequalSweepsFromTheSynchArray) {
  AbfFile written = two_channels();
  written.mode = 1;
  written.episodes = 2;
  written.synch_lengths = {6, 2};
  const Folder folder;
  for (const auto& bytes : {written::abf2(written), written::abf1(written)}) {
    const SignalFile file = open_signal_file(folder.write("a", bytes));
    ASSERT_EQ(file.channels[0].sweeps.size(), 2U);
    EXPECT_EQ(file.channels[0].sweeps[0].size(), 3U);
    EXPECT_EQ(file.channels[0].sweeps[1].size(), 1U);
    EXPECT_THAT(file.warnings, testing::Contains(HasSubstr("unequal length")));
  }
}

TEST(Abf, RefusesUnequalSweepsWithoutATableThatFits) {
  AbfFile written = two_channels();
  written.mode = 1;
  written.synch_lengths = {6, 4};
  const Folder folder;
  EXPECT_THROW(open_signal_file(folder.write("a", written::abf2(written))), InputError);
  written.synch_lengths.clear();
  EXPECT_THROW(open_signal_file(folder.write("b", written::abf1(written))), InputError);
}

TEST(Abf, IsOneSweepWhenGapFree) {
  AbfFile written = two_channels();
  written.mode = 3;
  written.episodes = 0;
  const Folder folder;
  EXPECT_EQ(open_signal_file(folder.write("a", written::abf2(written))).channels[0].sweeps.size(), 1U);
}

TEST(Abf, RefusesAZeroGainWithTheChannel) {
  AbfFile written = two_channels();
  written.inputs[1].signal_gain = 0.0F;
  const Folder folder;
  const auto path = folder.write("a", written::abf2(written));
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("`Vm`")));
}

TEST(Abf, RefusesMoreSamplesThanTheFileHolds) {
  written::Bytes bytes = written::abf2(two_channels());
  bytes.resize(bytes.size() - 2);
  const Folder folder;
  const auto path = folder.write("a", bytes);
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("cut")));
}

TEST(Abf, TurnsLatin1NamesIntoUtf8) {
  AbfFile written = two_channels();
  written.inputs[1].unit = "\xB5V";
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("a", written::abf2(written)));
  EXPECT_EQ(file.channels[1].file_unit, "\xC2\xB5V");
  EXPECT_DOUBLE_EQ(file.channels[1].to_internal, 1e-3);
}

}  // namespace
}  // namespace libfit
