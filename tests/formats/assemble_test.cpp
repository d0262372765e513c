#include "libfit/formats/assemble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

Channel channel_of(ChannelRole role, std::vector<std::vector<double>> sweeps) {
  Channel channel;
  channel.name = role == ChannelRole::voltage ? "Vm" : "Im";
  channel.file_unit = role == ChannelRole::voltage ? "mV" : "pA";
  channel.role = role;
  channel.sweeps = std::move(sweeps);
  return channel;
}

SignalFile file_of(std::vector<Channel> channels) {
  SignalFile file;
  file.path = "cell.abf";
  file.format = "ABF2";
  file.dt_ms = 0.1;
  file.channels = std::move(channels);
  return file;
}

constexpr std::size_t kSize = 400;

SignalFile good(std::size_t sweeps = 1) {
  std::vector<std::vector<double>> voltage;
  std::vector<std::vector<double>> current;
  for (std::size_t s = 0; s < sweeps; ++s) {
    voltage.push_back(written::voltage_trace(kSize + s));
    current.push_back(written::current_trace(kSize + s));
  }
  return file_of({channel_of(ChannelRole::current, current), channel_of(ChannelRole::voltage, voltage)});
}

Recording assemble(const SignalFile& file, const ReadOptions& options = {}) {
  return assemble_recording(std::span(&file, 1), options);
}

template <typename Problem>
void expect_refused(const std::vector<SignalFile>& files, const std::string& part,
                    const ReadOptions& options = {}) {
  EXPECT_THAT([&] { assemble_recording(files, options); }, ThrowsMessage<Problem>(HasSubstr(part)));
}

// As the readers of text give them: sweeps that columns of two files number.
TEST(Assemble, FilesWhoseSweepsCarryOtherNumbersAreNoPair) {
  SignalFile voltage = file_of({good(2).channels[1]});
  SignalFile current = file_of({good(2).channels[0]});
  voltage.channels[0].sweep_numbers = {1, 2};
  current.channels[0].sweep_numbers = {1, 2};
  EXPECT_EQ(assemble_recording(std::vector{voltage, current}).sweeps.size(), 2U);
  current.channels[0].sweep_numbers = {2, 3};
  expect_refused<DataError>({voltage, current},
                            "numbers 1, 2 but cell.abf sweeps of current with the numbers 2, 3");
}

TEST(Assemble, TakesTheChannelsByTheirUnits) {
  const SignalFile file = good(2);
  const Recording recording = assemble(file);
  ASSERT_EQ(recording.sweeps.size(), 2U);
  EXPECT_EQ(recording.sweeps[1].voltage_mV, file.channels[1].sweeps[1]);
  EXPECT_EQ(recording.sweeps[1].current_pA, file.channels[0].sweeps[1]);
  EXPECT_EQ(recording.sweeps[1].number, 2U);
  EXPECT_EQ(recording.sweeps[1].dt_ms, 0.1);
  EXPECT_EQ(recording.sweeps[0].voltage_source.channel, "Vm");
  EXPECT_EQ(recording.sweeps[0].current_source.file_unit, "pA");
  EXPECT_THAT(recording.warnings, IsEmpty());
}

TEST(Assemble, AddsOffsetsAfterConversion) {
  ReadOptions options;
  options.current_offset_pA = -5.0;
  options.voltage_offset_mV = -14.0;
  const SignalFile file = good();
  const Recording recording = assemble(file, options);
  EXPECT_DOUBLE_EQ(recording.sweeps[0].current_pA[7], file.channels[0].sweeps[0][7] - 5.0);
  EXPECT_DOUBLE_EQ(recording.sweeps[0].voltage_mV[7], file.channels[1].sweeps[0][7] - 14.0);
  EXPECT_EQ(recording.sweeps[0].voltage_source.offset, -14.0);
}

TEST(Assemble, CutsTimesToTheSample) {
  ReadOptions options;
  options.selection.from_ms = 10.3;
  options.selection.to_ms = 20.0;
  const SignalFile file = good();
  const Sweep sweep = assemble(file, options).sweeps[0];
  EXPECT_EQ(sweep.size(), 97U);  // samples 103 to 199
  EXPECT_EQ(sweep.voltage_mV.front(), file.channels[1].sweeps[0][103]);
  EXPECT_EQ(sweep.voltage_mV.back(), file.channels[1].sweeps[0][199]);
  EXPECT_DOUBLE_EQ(sweep.start_ms, 10.3);
  options.selection.to_ms = 1e9;
  EXPECT_EQ(assemble(file, options).sweeps[0].size(), kSize - 103);
  options.selection.from_ms = 1e6;
  expect_refused<DataError>({file}, "lasts", options);
}

TEST(Assemble, SelectsSweepsThroughAllFiles) {
  ReadOptions options;
  options.selection.sweeps = "5,1-2";
  const Recording recording = assemble_recording(std::vector{good(3), good(3)}, options);
  ASSERT_EQ(recording.sweeps.size(), 3U);
  EXPECT_EQ(recording.sweeps[0].number, 2U);  // of the second file
  EXPECT_EQ(recording.sweeps[2].number, 2U);
}

// A reader that reads only what is selected leaves the beginning of a sweep out.
TEST(Assemble, CutsWhatTheReaderHasCutAlreadyAtTheSameSamples) {
  ReadOptions options;
  options.selection.from_ms = 10.3;
  options.selection.to_ms = 20.0;
  const SignalFile whole = good();
  SignalFile part = whole;
  for (Channel& channel : part.channels) {
    std::vector<double>& samples = channel.sweeps[0];
    samples = {samples.begin() + 103, samples.begin() + 200};
    channel.notes.resize(1);
    channel.notes[0].dt_ms = part.dt_ms;
    channel.notes[0].start_ms = 10.3;
  }
  const Recording recording = assemble_recording(std::vector{whole, part}, options);
  ASSERT_EQ(recording.sweeps.size(), 2U);
  EXPECT_EQ(recording.sweeps[1].voltage_mV, recording.sweeps[0].voltage_mV);
  EXPECT_EQ(recording.sweeps[1].current_pA, recording.sweeps[0].current_pA);
  EXPECT_EQ(recording.sweeps[1].start_ms, recording.sweeps[0].start_ms);
  options.selection.from_ms = 0.0;  // not read
  EXPECT_DOUBLE_EQ(assemble_recording({&part, 1}, options).sweeps[0].start_ms, 10.3);
}

TEST(Assemble, PairsFilesOfOneChannelInTheirOrder) {
  const SignalFile both = good();
  std::vector<SignalFile> files;
  for (const double level : {1.0, 2.0}) {
    SignalFile voltage = file_of({both.channels[1]});
    voltage.channels[0].sweeps[0][0] = level;
    files.push_back(voltage);
  }
  for (const double level : {10.0, 20.0}) {
    SignalFile current = file_of({both.channels[0]});
    current.channels[0].sweeps[0][0] = level;
    files.push_back(current);
  }
  const Recording recording = assemble_recording(files);
  ASSERT_EQ(recording.sweeps.size(), 2U);
  EXPECT_EQ(recording.sweeps[1].voltage_mV[0], 2.0);
  EXPECT_EQ(recording.sweeps[1].current_pA[0], 20.0);

  files.pop_back();
  expect_refused<DataError>(files, "cannot be paired");
}

TEST(Assemble, RefusesPairsThatDoNotFit) {
  const SignalFile both = good();
  const SignalFile voltage = file_of({both.channels[1]});
  SignalFile current = file_of({both.channels[0]});
  current.dt_ms = 0.05;
  expect_refused<DataError>({voltage, current}, "every 0.05 ms");
  current.dt_ms = 0.1;
  current.channels[0].sweeps[0].pop_back();
  expect_refused<DataError>({voltage, current}, "399");
  current.channels[0].sweeps.push_back(both.channels[0].sweeps[0]);
  expect_refused<DataError>({voltage, current}, "2 sweeps");
}

TEST(Assemble, RefusesAMissingChannel) {
  const SignalFile both = good();
  expect_refused<DataError>({file_of({both.channels[1]})}, "no channel is a current");
  expect_refused<DataError>({file_of({both.channels[0]})}, "no channel is a voltage");
  Channel other = both.channels[0];
  other.role = ChannelRole::other;
  other.file_unit = "dB";
  expect_refused<DataError>({file_of({other})}, "[dB]");
}

TEST(Assemble, RefusesToChooseAmongSeveralAndTakesTheUsersChoice) {
  SignalFile file = good();
  file.channels.push_back(file.channels[1]);
  file.channels[2].name = "V2";
  file.channels[2].sweeps[0][0] = -99.0;
  expect_refused<DataError>({file}, "--voltage-channel");
  ReadOptions options;
  for (const char* choice : {"V2", "v2", "3"}) {
    options.voltage_channel = choice;
    EXPECT_EQ(assemble(file, options).sweeps[0].voltage_mV[0], -99.0) << choice;
  }
  options.voltage_channel = "V9";
  expect_refused<OptionError>({file}, "no such channel", options);
  options.voltage_channel = "Im";
  expect_refused<DataError>({file}, "carries pA", options);
  file.channels[2].name = "Vm";
  options.voltage_channel = "Vm";
  expect_refused<DataError>({file}, "2 channels are named", options);
}

TEST(Assemble, TakesAStatedUnitAndTellsWhenItContradictsTheFile) {
  SignalFile file = good();
  file.channels[0].file_unit = "";
  file.channels[0].role = ChannelRole::other;
  expect_refused<DataError>({file}, "no channel is a current");
  ReadOptions options;
  options.current_channel = "Im";
  expect_refused<DataError>({file}, "--current-unit", options);
  options.current_unit = "nA";
  const Recording stated = assemble(file, options);
  EXPECT_DOUBLE_EQ(stated.sweeps[0].current_pA[3], 1000.0 * file.channels[0].sweeps[0][3]);

  SignalFile wrong = good();
  options = {};
  options.voltage_unit = "V";  // the file says mV
  const Recording recording = assemble(wrong, options);
  EXPECT_DOUBLE_EQ(recording.sweeps[0].voltage_mV[0], 1000.0 * wrong.channels[1].sweeps[0][0]);
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("by --voltage-unit")));
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("implausible")));
}

TEST(Assemble, RefusesOneChannelForBoth) {
  ReadOptions options;
  options.voltage_channel = options.current_channel = "1";
  options.voltage_unit = "mV";
  expect_refused<OptionError>({good()}, "both", options);
}

TEST(Assemble, RefusesChannelsThatAreFlatInEverySweep) {
  SignalFile file = good(2);
  for (auto& sweep : file.channels[0].sweeps) std::ranges::fill(sweep, 7.0);
  expect_refused<DataError>({file}, "sweep 1, channel 1 `Im`: is flat");
  file = good(2);
  for (auto& sweep : file.channels[1].sweeps) std::ranges::fill(sweep, -70.0);
  expect_refused<DataError>({file}, "sweep 1, channel 2 `Vm`: is flat");
}

// A 0 pA sweep is part of nearly every protocol of steps; a sweep without voltage among good ones is not.
TEST(Assemble, KeepsASweepOfNoCurrentAndLeavesOutOneWithoutVoltage) {
  SignalFile file = good(3);
  std::ranges::fill(file.channels[0].sweeps[1], 0.0);
  EXPECT_EQ(assemble(file).sweeps.size(), 3U);
  EXPECT_THAT(assemble(file).warnings, IsEmpty());
  std::ranges::fill(file.channels[1].sweeps[0], 0.0);
  const Recording recording = assemble(file);
  ASSERT_EQ(recording.sweeps.size(), 2U);
  EXPECT_EQ(recording.sweeps[0].number, 2U);
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("the voltage is constant in sweep 1 from 0 to 0.04 s")));
  ReadOptions options;
  options.keep_dead_stretches = true;
  EXPECT_EQ(assemble(file, options).sweeps.size(), 3U);
}

TEST(Assemble, RefusesSamplesThatAreNotFiniteWithThePlace) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    SignalFile file = good();
    file.channels[0].sweeps[0][250] = bad;
    expect_refused<DataError>({file}, "the first at 0.025 s");
    ReadOptions options;
    options.selection.to_ms = 25.0;
    EXPECT_EQ(assemble(file, options).sweeps[0].size(), 250U);
  }
}

TEST(Assemble, RefusesACommandedVoltage) {
  SignalFile file = good();
  for (std::size_t k = 0; k < kSize; ++k) file.channels[1].sweeps[0][k] = k < kSize / 2 ? -70.0 : -10.0;
  expect_refused<DataError>({file}, "constant levels");
  for (std::size_t k = 0; k < kSize; ++k)
    file.channels[1].sweeps[0][k] = -70.0 + 0.01 * std::sin(static_cast<double>(k));
  expect_refused<DataError>({file}, "is held");
}

TEST(Assemble, RefusesFilesOfDifferentSteps) {
  SignalFile other = good();
  other.dt_ms = 0.2;
  expect_refused<DataError>({good(), other}, "one recording has one step");
}

TEST(Assemble, WarnsOfSaturation) {
  SignalFile file = good();
  for (double& sample : file.channels[1].sweeps[0]) sample = std::min(sample, -63.0);
  EXPECT_THAT(assemble(file).warnings, Contains(HasSubstr("saturated")));
}

// 0 pA before, between and after stimuli whose current is always positive.
TEST(Assemble, DoesNotTakeASilentLeadForSaturation) {
  std::vector<double> current, voltage;
  for (std::size_t k = 0; k < 40000; ++k) {
    const bool silent = k % 20000 < 6000;
    current.push_back(silent ? 0.0 : 50.0 + 20.0 * std::sin(0.01 * static_cast<double>(k * k % 7919)));
    voltage.push_back(-70.0 + std::sin(0.001 * static_cast<double>(k)));
  }
  SignalFile file =
      file_of({channel_of(ChannelRole::current, {current}), channel_of(ChannelRole::voltage, {voltage})});
  EXPECT_THAT(assemble(file).warnings, IsEmpty());
  // One that is clipped again and again is.
  for (double& sample : file.channels[0].sweeps[0]) sample = std::min(sample, 60.0);
  EXPECT_THAT(assemble(file).warnings, Contains(HasSubstr("saturated")));
}

TEST(Assemble, WarnsOfValuesThatNoMembraneHas) {
  for (const double factor : {1000.0, 0.001}) {
    SignalFile file = good();
    for (double& sample : file.channels[1].sweeps[0]) sample *= factor;
    for (double& sample : file.channels[0].sweeps[0]) sample *= 0.1;  // below the limit of a held voltage
    EXPECT_THAT(assemble(file).warnings, Contains(HasSubstr("implausible for a membrane voltage")));
  }
}

TEST(ReadOptions, RefuseWhatIsOutOfRange) {
  const auto refused = [](auto change) {
    ReadOptions options;
    change(options);
    EXPECT_THROW(options.validate(), OptionError);
  };
  for (const double step : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")})
    refused([&](auto& o) { o.dt_ms = step; });
  refused([](auto& o) { o.current_unit = "mV"; });
  refused([](auto& o) { o.voltage_unit = "furlong"; });
  refused([](auto& o) { o.current_offset_pA = std::nan(""); });
  refused([](auto& o) { o.voltage_offset_mV = std::numeric_limits<double>::infinity(); });
  refused([](auto& o) { o.selection.from_ms = -1.0; });
}

TEST(Assemble, NeedsAFile) { EXPECT_THROW(assemble_recording({}), ContractError); }

}  // namespace
}  // namespace libfit
