#include "libfit/recording/clamp_mode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using written::AbfFile;
using written::Folder;

TEST(ClampMode, FollowsFromTheUnitOfTheCommand) {
  const Folder folder;
  AbfFile written = written::abf_recording(500);
  written.command_units = {"mV"};
  for (const auto& bytes : {written::abf2(written), written::abf1(written)}) {
    const auto path = folder.write("a", bytes);
    EXPECT_THAT([&] { read_recording({path}); }, ThrowsMessage<DataError>(HasSubstr("voltage-clamp")));
  }
  written.command_units = {"pA"};
  EXPECT_EQ(read_recording({folder.write("b", written::abf2(written))}).sweeps.size(), 1U);
}

TEST(ClampMode, SaysNothingWhenOutputsDisagreeOrWhenNoWaveformIsPlayed) {
  const Folder folder;
  AbfFile written = written::abf_recording(500);
  written.command_units = {"mV", "pA"};
  EXPECT_EQ(read_recording({folder.write("a", written::abf2(written))}).sweeps.size(), 1U);
  written.command_units = {"mV"};
  written.mode = 3;
  EXPECT_EQ(read_recording({folder.write("b", written::abf2(written))}).sweeps.size(), 1U);
}

TEST(ClampMode, TelegraphedBeatsTheCommand) {
  const Folder folder;
  AbfFile written = written::abf_recording(500);
  written.command_units = {"mV"};
  written.inputs[1].telegraph = true;
  written.inputs[1].telegraph_instrument = 24;
  written.inputs[1].telegraph_mode = 1;
  EXPECT_EQ(read_recording({folder.write("a", written::abf2(written))}).sweeps.size(), 1U);
  written.command_units = {"pA"};
  written.inputs[1].telegraph_mode = 0;
  const auto path = folder.write("b", written::abf2(written));
  EXPECT_THAT([&] { read_recording({path}); }, ThrowsMessage<DataError>(HasSubstr("telegraphed")));
  written.inputs[1].telegraph_instrument = 15;  // an amplifier that does not telegraph its mode
  EXPECT_EQ(read_recording({folder.write("c", written::abf2(written))}).sweeps.size(), 1U);
}

// A voltage at -65 mV with two triangular spikes of 90 mV, 1 ms wide at half their height.
std::vector<double> spiking(std::size_t size) {
  std::vector<double> voltage(size, -65.0);
  for (std::size_t k = 0; k < size; ++k) {
    voltage[k] += 0.1 * static_cast<double>(k % 7);
    for (const double peak : {100.0, 300.0})
      voltage[k] += std::max(0.0, 90.0 * (1.0 - std::abs(static_cast<double>(k) - peak) / 10.0));
  }
  return voltage;
}

AbfFile spiking_file() {
  AbfFile file = written::abf_recording(500);
  const auto voltage = spiking(500);
  for (std::size_t k = 0; k < voltage.size(); ++k) file.values[2 * k + 1] = static_cast<float>(voltage[k]);
  file.command_units = {"mV"};
  return file;
}

TEST(ClampMode, SpikesSpeakForCurrentClampAgainstAnOutputInVolts) {
  const Folder folder;
  for (const auto& bytes : {written::abf2(spiking_file()), written::abf1(spiking_file())}) {
    const Recording recording = read_recording({folder.write("a", bytes)});
    EXPECT_EQ(recording.sweeps.size(), 1U);
    EXPECT_THAT(recording.warnings,
                testing::Contains(AllOf(HasSubstr("read as current clamp"), HasSubstr("2 spikes"),
                                        HasSubstr("the command output is in mV"))));
  }
}

TEST(ClampMode, SpikesDoNotSpeakAgainstTheTelegraph) {
  AbfFile file = spiking_file();
  file.inputs[1].telegraph = true;
  file.inputs[1].telegraph_instrument = 24;
  const Folder folder;
  const auto path = folder.write("a", written::abf2(file));
  EXPECT_THAT([&] { read_recording({path}); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("telegraphed"), HasSubstr("--clamp current"))));
}

TEST(ClampMode, TheTypeOfTheExperimentSpeaksForCurrentClamp) {
  const Folder folder;
  AbfFile file = written::abf_recording(500);
  file.command_units = {"mV"};
  for (const std::int16_t type : {std::int16_t{0}, std::int16_t{2}}) {
    file.experiment = type;
    const auto path = folder.write("a", written::abf2(file));
    EXPECT_THAT([&] { read_recording({path}); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("in mV and the voltage has no spikes"))));
  }
  file.experiment = 1;
  for (const auto& bytes : {written::abf2(file), written::abf1(file)})
    EXPECT_THAT(read_recording({folder.write("a", bytes)}).warnings,
                testing::Contains(HasSubstr("calls the experiment current clamp")));
}

TEST(ClampMode, WhatIsStatedBeatsHeaderAndVoltage) {
  const Folder folder;
  AbfFile file = written::abf_recording(500);
  file.command_units = {"mV"};
  file.inputs[1].telegraph = true;
  file.inputs[1].telegraph_instrument = 24;
  for (std::size_t k = 0; k < 500; ++k) file.values[2 * k + 1] = k < 250 ? -70.0F : -60.0F;  // two levels
  const auto path = folder.write("a", written::abf2(file));
  ReadOptions options;
  EXPECT_THROW(read_recording({path}, options), DataError);
  options.current_clamp = true;
  EXPECT_EQ(read_recording({path}, options).sweeps.size(), 1U);
  EXPECT_THAT(open_signal_file(path, options).warnings, testing::Not(testing::Contains(HasSubstr("clamp"))));
}

// Pulses of a command, also rounded ones, and artefacts of one sample are no spikes.
TEST(PointedPeaks, AreSpikesAndNotPulses) {
  EXPECT_EQ(count_pointed_peaks(spiking(500), 0.1), 2U);
  EXPECT_EQ(count_pointed_peaks(std::vector<double>(20, -65.0), 0.1), 0U);
  std::vector<double> pulses(1000, -70.0);
  std::vector<double> rounded(1000, -70.0);
  for (std::size_t k = 1; k < pulses.size(); ++k) {
    const bool on = k % 200 >= 100 && k % 200 < 120;  // 2 ms to 0 mV
    if (on) pulses[k] = 0.0;
    rounded[k] = rounded[k - 1] + 0.3 * (pulses[k] - rounded[k - 1]);  // a lag of 0.3 ms
  }
  EXPECT_EQ(count_pointed_peaks(pulses, 0.1), 0U);
  EXPECT_EQ(count_pointed_peaks(rounded, 0.1), 0U);
  std::vector<double> artefact(1000, -70.0);
  artefact[500] = 100.0;
  EXPECT_EQ(count_pointed_peaks(artefact, 0.1), 0U);
}

}  // namespace
}  // namespace libfit
