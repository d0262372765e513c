// NWB 2 files as many programs write them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/nwb_files.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::Contains;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
using written::Folder;
using written::NwbFile;
using written::NwbSeries;

NwbFile one_sweep(std::size_t size = 100) {
  NwbFile file;
  file.series = {written::response("resp_0", size), written::stimulus("stim_0", size)};
  return file;
}

class Nwb : public testing::Test {
 protected:
  SignalFile read(const NwbFile& file, const ReadOptions& options = {}) {
    written::nwb(path(), file);
    return open_signal_file(path(), options);
  }
  Recording record(const NwbFile& file, const ReadOptions& options = {}) {
    written::nwb(path(), file);
    return read_recording({path()}, options);
  }
  std::filesystem::path path() const { return folder_ / "cell"; }
  Folder folder_;
};

TEST_F(Nwb, IsRecognisedByItsContentAndReadInMillivoltsAndPicoamperes) {
  const SignalFile file = read(one_sweep());
  EXPECT_EQ(file.format, "NWB 2.6.0");
  EXPECT_DOUBLE_EQ(file.dt_ms, 0.1);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
  EXPECT_EQ(file.channels[1].role, ChannelRole::current);
  EXPECT_NEAR(file.channels[0].sweeps.at(0).at(7), written::voltage_trace(100)[7], 1e-9);
  EXPECT_NEAR(file.channels[1].sweeps.at(0).at(7), written::current_trace(100)[7], 1e-9);
}

TEST_F(Nwb, ValuesAreDataTimesConversionPlusOffsetAndTheGainIsNeverApplied) {
  NwbFile file = one_sweep(3);
  file.series[0].data = {-6500, -6400, -6200};
  file.series[0].int16 = true;
  file.series[0].conversion = 1e-5;
  file.series[0].offset = -0.002;
  file.series[0].numbers["gain"] = 10.0;
  file.series[1].numbers["gain"] = 400.0;
  const SignalFile read_back = read(file);
  EXPECT_THAT(read_back.channels[0].sweeps[0],
              ElementsAre(DoubleNear(-67.0, 1e-9), DoubleNear(-66.0, 1e-9), DoubleNear(-64.0, 1e-9)));
  EXPECT_NEAR(read_back.channels[1].sweeps[0][1], written::current_trace(3)[1], 1e-9);
}

TEST_F(Nwb, TakesOlderSpellingsOfUnitsFixedTextsAndArraysOfOneElement) {
  for (const auto& [volts, amperes] :
       {std::pair{"V", "A"}, {"volt", "Amps"}, {"Volts", "ampere"}, {"v", "a"}}) {
    NwbFile file = one_sweep();
    file.plain = true;
    file.series[0].unit = volts;
    file.series[1].unit = amperes;
    file.series[0].numbers["bridge_balance"] = 12e6;
    const SignalFile read_back = read(file);
    ASSERT_EQ(read_back.channels.size(), 2U) << volts;
    EXPECT_NEAR(read_back.channels[1].sweeps[0][7], written::current_trace(100)[7], 1e-9) << amperes;
    EXPECT_NEAR(read_back.channels[0].notes[0].bridge_balance_MOhm.value(), 12.0, 1e-9);
  }
}

TEST_F(Nwb, PairsBySweepNumberWhateverTheNames) {
  NwbFile file;
  for (const int sweep : {2, 0, 1}) {
    file.series.push_back(written::response("AD_" + std::to_string(9 - sweep), 50));
    file.series.back().sweep_number = sweep;
    file.series.back().data[0] = -0.001 * (60 + sweep);
    file.series.push_back(written::stimulus("DA_" + std::to_string(sweep), 50));
    file.series.back().sweep_number = sweep;
    file.series.back().data[0] = 1e-12 * (100 + sweep);
  }
  const SignalFile read_back = read(file);
  for (std::size_t s = 0; s < 3; ++s) {
    EXPECT_NEAR(read_back.channels[0].sweeps.at(s)[0], -60.0 - static_cast<double>(s), 1e-9);
    EXPECT_NEAR(read_back.channels[1].sweeps.at(s)[0], 100.0 + static_cast<double>(s), 1e-9);
  }
}

TEST_F(Nwb, TheSweepTableWinsOverSweepNumbersAndNames) {
  NwbFile file;
  for (const char* name : {"0", "1"}) {
    file.series.push_back(written::response(std::string("r") + name, 50));
    file.series.push_back(written::stimulus(std::string("s") + name, 50));
  }
  file.series[0].data[0] = -0.070;
  file.series[3].data[0] = 7e-12;
  written::nwb(path(), file);
  written::add_sweep_table(path(), {{0, {"/acquisition/r0", "/stimulus/presentation/s1"}},
                                    {1, {"/acquisition/r1", "/stimulus/presentation/s0"}}});
  const SignalFile read_back = open_signal_file(path());
  EXPECT_NEAR(read_back.channels[0].sweeps.at(0)[0], -70.0, 1e-9);
  EXPECT_NEAR(read_back.channels[1].sweeps.at(0)[0], 7.0, 1e-9);
}

TEST_F(Nwb, PairsByTheNumberInNamesInTheOrderOfNumbers) {
  NwbFile file;
  for (const int sweep : {10, 9}) {
    file.series.push_back(written::response("data_" + std::to_string(sweep) + "_AD0", 50));
    file.series.back().data[0] = -0.001 * (50 + sweep);
    file.series.push_back(written::stimulus("data_" + std::to_string(sweep) + "_DA1", 50));
  }
  const SignalFile read_back = read(file);
  EXPECT_NEAR(read_back.channels[0].sweeps.at(0)[0], -59.0, 1e-9);
  EXPECT_NEAR(read_back.channels[0].sweeps.at(1)[0], -60.0, 1e-9);
}

TEST_F(Nwb, ElectrodesAreChannelsOfTheirOwn) {
  NwbFile file;
  for (const char* electrode : {"e0", "e1"}) {
    file.series.push_back(written::response(std::string("r_") + electrode, 50));
    file.series.back().electrode = electrode;
    file.series.push_back(written::stimulus(std::string("s_") + electrode, 50));
    file.series.back().electrode = electrode;
  }
  const SignalFile read_back = read(file);
  ASSERT_EQ(read_back.channels.size(), 4U);
  EXPECT_EQ(read_back.channels[2].name, "e1 voltage");
  ReadOptions choice;
  choice.voltage_channel = "e1 voltage";
  choice.current_channel = "e1 current";
  EXPECT_EQ(record(file, choice).sweeps.size(), 1U);
  EXPECT_THAT([&] { record(file); }, ThrowsMessage<DataError>(HasSubstr("--voltage-channel")));
}

TEST_F(Nwb, VoltageClampAndZeroCurrentAreListedAndRefusedForFits) {
  NwbFile file;
  for (const char* type : {"VoltageClampSeries", "IZeroClampSeries"}) {
    file.series.push_back(written::response(type, 50));
    file.series.back().type = type;
  }
  const SignalFile read_back = read(file);
  EXPECT_THAT(read_back.channels, IsEmpty());
  EXPECT_THAT(read_back.left_out, Contains(HasSubstr("`VoltageClampSeries` (voltage clamp)")));
  EXPECT_THAT(read_back.left_out, Contains(HasSubstr("I = 0")));
  EXPECT_THAT([&] { record(file); }, ThrowsMessage<DataError>(HasSubstr("holds no current-clamp response")));
}

TEST_F(Nwb, AResponseWithoutAStimulusIsListed) {
  NwbFile file = one_sweep();
  file.series.push_back(written::response("lonely", 50));
  const SignalFile read_back = read(file);
  EXPECT_EQ(read_back.channels.at(0).sweeps.size(), 1U);
  EXPECT_THAT(read_back.left_out, Contains(HasSubstr("`lonely` (no stimulus belongs to it)")));
}

TEST_F(Nwb, RegularTimestampsAreAStepAndIrregularOnesAreRefusedOrResampled) {
  NwbFile file = one_sweep(200);
  for (NwbSeries& series : file.series) {
    for (int k = 0; k < 200; ++k) series.timestamps.push_back(5.0 + 2e-4 * k);
  }
  EXPECT_NEAR(read(file).dt_ms, 0.2, 1e-9);
  for (NwbSeries& series : file.series) {
    for (std::size_t k = 0; k < 200; ++k)
      series.data[k] = (series.unit == "volts" ? 1e-4 : 1e-12) * static_cast<double>(k);
    for (std::size_t k = 100; k < 200; ++k) series.timestamps[k] += 6e-4;
  }
  EXPECT_THAT([&] { read(file); }, ThrowsMessage<DataError>(HasSubstr("--resample")));
  ReadOptions options;
  options.resample = true;
  const SignalFile resampled = read(file, options);
  ASSERT_EQ(resampled.channels[0].sweeps[0].size(), 203U);
  EXPECT_NEAR(resampled.channels[0].sweeps[0][50], 5.0, 1e-6);
  EXPECT_NEAR(resampled.channels[0].sweeps[0][101], 9.95, 1e-6);  // half of the way over the gap
  EXPECT_NEAR(resampled.channels[0].sweeps[0][202], 19.9, 1e-6);
  for (NwbSeries& series : file.series) series.timestamps.back() += 1.0;
  EXPECT_THAT([&] { read(file, options); },
              ThrowsMessage<DataError>(HasSubstr("no gap to interpolate over")));
}

TEST_F(Nwb, PicksSweepsByTheNameOfTheirStimulus) {
  NwbFile file;
  for (const char* name : {"Noise 1", "Noise 2"}) {
    file.series.push_back(written::response(std::string("r") + name, 50));
    file.series.push_back(written::stimulus(std::string("s") + name, 50));
  }
  ReadOptions options;
  options.selection.stimulus = "noise 2";
  EXPECT_THAT([&] { read(file, options); },
              ThrowsMessage<OptionError>(HasSubstr("has no sweep of that stimulus; it has none")));
  file.series[1].stimulus_description = "Noise 1";
  file.series[3].stimulus_description = "Noise 2";
  const SignalFile picked = read(file, options);
  ASSERT_EQ(picked.channels.at(0).notes.size(), 1U);
  EXPECT_EQ(picked.channels[0].notes[0].name, "rNoise 2");
}

TEST_F(Nwb, ReadsOnlyTheSweepsAndTimesAskedFor) {
  NwbFile file;
  for (const int sweep : {0, 1, 2}) {
    file.series.push_back(written::response("r" + std::to_string(sweep), 100));
    file.series.push_back(written::stimulus("s" + std::to_string(sweep), 100));
  }
  ReadOptions part;
  part.selection.sweeps = "3,1";
  part.selection.from_ms = 2.0;
  part.selection.to_ms = 7.0;
  const Recording recording = record(file, part);
  ASSERT_EQ(recording.sweeps.size(), 2U);
  EXPECT_EQ(recording.sweeps[0].number, 3U);
  EXPECT_EQ(recording.sweeps[1].number, 1U);
  EXPECT_DOUBLE_EQ(recording.sweeps[0].start_ms, 2.0);
  ASSERT_EQ(recording.sweeps[0].size(), 50U);
  EXPECT_NEAR(recording.sweeps[0].voltage_mV[0], written::voltage_trace(100)[20], 1e-9);
  part.selection.sweeps = "4";
  EXPECT_THAT([&] { record(file, part); }, ThrowsMessage<OptionError>(HasSubstr("there is no sweep 4")));
  part.selection.sweeps = "";
  part.selection.from_ms = 20.0;
  part.selection.to_ms.reset();
  EXPECT_THAT([&] { record(file, part); }, ThrowsMessage<DataError>(HasSubstr("nothing of it lies between")));
  // A damaged sweep that is not asked for does not matter.
  written::nwb(path(), file);
  written::claim_samples(path(), "/acquisition/r1", 100);
  part = {};
  part.selection.sweeps = "1,3";
  EXPECT_EQ(read_recording({path()}, part).sweeps.size(), 2U);
  EXPECT_THROW(read_recording({path()}), InputError);
}

TEST_F(Nwb, SweepsOfDifferentRatesAreListedButMakeNoRecording) {
  NwbFile file = one_sweep();
  for (const bool response : {true, false}) {
    file.series.push_back(response ? written::response("r1", 100) : written::stimulus("s1", 100));
    file.series.back().rate_Hz = 50000.0;
  }
  EXPECT_DOUBLE_EQ(read(file).channels[0].notes.at(1).dt_ms, 0.02);
  EXPECT_THAT([&] { record(file); }, ThrowsMessage<DataError>(HasSubstr("one recording has one step")));
  ReadOptions second;
  second.selection.sweeps = "2";
  EXPECT_DOUBLE_EQ(record(file, second).sweeps.at(0).dt_ms, 0.02);
}

TEST_F(Nwb, SettingsOfTheAmplifierAreCarriedAlong) {
  NwbFile file = one_sweep();
  file.series[0].numbers = {
      {"bridge_balance", 15e6}, {"capacitance_compensation", 3e-12}, {"bias_current", 40e-12}};
  const Recording recording = record(file);
  EXPECT_NEAR(recording.sweeps[0].note.bridge_balance_MOhm.value(), 15.0, 1e-9);
  EXPECT_NEAR(recording.sweeps[0].note.capacitance_compensation_pF.value(), 3.0, 1e-9);
  EXPECT_THAT(recording.warnings,
              Contains(HasSubstr("a bias current of 40 pA is noted beside the stimulus")));
}

// Headers of neighbours share what was read of the file: each series must still have its own.
TEST_F(Nwb, EachOfManySeriesHasItsOwnLengthTextsAndSettings) {
  constexpr std::size_t kSweeps = 300;
  for (const bool checksums : {false, true}) {
    NwbFile file;
    file.checksums = checksums;
    for (std::size_t i = 0; i < kSweeps; ++i) {
      const std::string number = fmt::format("{:03}", i);
      file.series.push_back(written::response("resp_" + number, 10 + i % 7));
      file.series.back().numbers["bridge_balance"] = 1e6 * static_cast<double>(i);
      file.series.push_back(written::stimulus("stim_" + number, 10 + i % 7));
      file.series.back().stimulus_description = "Step " + number;
    }
    const SignalFile read_back = read(file);
    ASSERT_EQ(read_back.channels.at(0).notes.size(), kSweeps) << checksums;
    for (std::size_t i = 0; i < kSweeps; ++i) {
      const SweepNote& note = read_back.channels[0].notes[i];
      EXPECT_EQ(note.name, fmt::format("resp_{:03}", i));
      EXPECT_EQ(note.stimulus, fmt::format("Step {:03}", i));
      EXPECT_EQ(note.points, 10 + i % 7);
      EXPECT_DOUBLE_EQ(note.bridge_balance_MOhm.value(), static_cast<double>(i));
    }
  }
}

TEST_F(Nwb, ASeriesWithHundredsOfMembersIsReadLikeAnyOther) {
  NwbFile file = one_sweep();
  for (int i = 0; i < 200; ++i) file.series[0].numbers[fmt::format("laboratory_{}", i)] = i;
  file.series[0].numbers["bridge_balance"] = 7e6;
  for (const bool checksums : {false, true}) {
    file.checksums = checksums;
    const SignalFile read_back = read(file);
    ASSERT_EQ(read_back.channels.size(), 2U) << checksums;
    EXPECT_DOUBLE_EQ(read_back.channels[0].notes.at(0).bridge_balance_MOhm.value(), 7.0);
    EXPECT_NEAR(read_back.channels[0].sweeps.at(0).at(7), written::voltage_trace(100)[7], 1e-9);
  }
}

TEST_F(Nwb, ExternalLinksAreRefusedWithAClearWord) {
  written::nwb(path(), one_sweep());
  written::link_outside(path(), "/acquisition/resp_0");
  EXPECT_THAT([&] { read_recording({path()}); },
              ThrowsMessage<DataError>(HasSubstr("an external link into another file")));
}

TEST_F(Nwb, AClaimOfABillionSamplesIsRefusedNotAllocated) {
  for (const std::uint64_t count :
       {std::uint64_t{1000000000000}, std::uint64_t{1} << 60, std::uint64_t{100000}}) {
    written::nwb(path(), one_sweep());
    written::claim_samples(path(), "/acquisition/resp_0", count);
    EXPECT_THROW(read_recording({path()}), InputError) << count;
  }
}

TEST_F(Nwb, StatesWhatIsWrongWithAUnit) {
  NwbFile file = one_sweep();
  file.series[0].unit = "amperes";
  EXPECT_THAT([&] { record(file); }, ThrowsMessage<DataError>(HasSubstr("`amperes` is no unit of voltage")));
}

TEST_F(Nwb, OfOtherFormatsNoStimulusCanBePicked) {
  ReadOptions options;
  options.selection.stimulus = "Noise 1";
  const auto text = folder_.write("t.csv", "time_ms,I_pA,V_mV\n0,1,-65\n0.1,2,-64\n");
  EXPECT_THAT([&] { open_signal_file(text, options); },
              ThrowsMessage<OptionError>(HasSubstr("is no NWB file")));
}

}  // namespace
}  // namespace libfit
