// What import writes comes back to the last bit, and is valid NWB.
#include "libfit/formats/nwb/nwb_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/recordings_folder.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Folder;

constexpr std::size_t kSamples = 700;

// Gains that no power of two helps, and an offset.
Recording abf_recording(const Folder& folder, bool float32) {
  written::AbfFile file;
  file.inputs = {{"Im", "nA"}, {"Vm", "mV"}};
  file.inputs[0].instrument_scale = 0.0171F;
  file.inputs[1].instrument_scale = 0.0313F;
  file.inputs[1].instrument_offset = -3.7F;
  file.interval_us = 33.3F;
  file.episodes = 2;
  const auto voltage = written::voltage_trace(2 * kSamples);
  const auto current = written::current_trace(2 * kSamples);
  for (std::size_t k = 0; k < 2 * kSamples; ++k) {
    const double both[] = {300.0 * current[k], 300.0 * voltage[k]};
    for (const double value : both) {
      if (float32) file.values.push_back(static_cast<float>(value / 300.0));
      if (!float32) file.raw.push_back(static_cast<std::int16_t>(value));
    }
  }
  return read_recording({folder.write(float32 ? "f.abf" : "i.abf", written::abf2(file))});
}

NwbCell cell_of(const Recording& recording, const std::string& role = "training") {
  NwbCell cell;
  cell.about.identifier = "test";
  cell.parts.push_back({role, recording});
  return cell;
}

Recording back(const Folder& folder, const NwbCell& cell, const std::string& role = "") {
  const auto path = folder.write("back.nwb", nwb_file(cell));
  ReadOptions options;
  options.selection.role = role;
  return read_recording({path}, options);
}

void expect_same(const Recording& recording, const Recording& other) {
  ASSERT_EQ(recording.sweeps.size(), other.sweeps.size());
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    EXPECT_EQ(recording.sweeps[s].dt_ms, other.sweeps[s].dt_ms);
    EXPECT_TRUE(recording.sweeps[s].voltage_mV == other.sweeps[s].voltage_mV) << s;
    EXPECT_TRUE(recording.sweeps[s].current_pA == other.sweeps[s].current_pA) << s;
  }
}

TEST(NwbWriter, IntegersAndFloatsOfAbfComeBackToTheLastBitAndAsTheyWereStored) {
  const Folder folder;
  for (const bool float32 : {false, true}) {
    const Recording recording = abf_recording(folder, float32);
    const Recording other = back(folder, cell_of(recording));
    expect_same(recording, other);
    EXPECT_EQ(other.sweeps[0].voltage_source.stored.type, float32 ? SampleType::float32 : SampleType::int16);
    EXPECT_EQ(other.sweeps[0].current_source.stored.scale, recording.sweeps[0].current_source.stored.scale);
    // Once more, from NWB to NWB.
    expect_same(recording, back(folder, cell_of(other)));
  }
}

TEST(NwbWriter, TextAndChangedSamplesComeBackToTheLastBit) {
  const Folder folder;
  std::string text = "time_ms,I_pA,V_mV\n";
  const auto voltage = written::voltage_trace(kSamples);
  const auto current = written::current_trace(kSamples);
  for (std::size_t k = 0; k < kSamples; ++k)
    text += std::to_string(0.05 * static_cast<double>(k)) + "," + std::to_string(current[k]) + "," +
            std::to_string(voltage[k]) + "\n";
  const Recording recording = read_recording({folder.write("t.csv", text)});
  expect_same(recording, back(folder, cell_of(recording)));
  Recording shifted = abf_recording(folder, false);
  for (double& value : shifted.sweeps[0].voltage_mV) value += 0.1;
  expect_same(shifted, back(folder, cell_of(shifted)));
}

TEST(NwbWriter, RolesAndSettingsAreKept) {
  const Folder folder;
  NwbCell cell = cell_of(abf_recording(folder, false), "electrode");
  Recording test = abf_recording(folder, true);
  test.sweeps[0].note.stimulus = "Noise 2";
  test.sweeps[0].note.bridge_balance_MOhm = 12.0;
  cell.parts.push_back({"test", test});
  expect_same(test, back(folder, cell, "test"));
  EXPECT_EQ(back(folder, cell, "electrode").sweeps.size(), 2U);
  EXPECT_EQ(back(folder, cell).sweeps.size(), 4U);
  EXPECT_THAT([&] { back(folder, cell, "training"); },
              ThrowsMessage<DataError>(HasSubstr("`electrode`, `test`")));
  EXPECT_THAT(recording_roles(folder / "back.nwb"), ElementsAre("electrode", "test"));
  const Recording read = back(folder, cell, "test");
  EXPECT_EQ(read.sweeps[0].note.stimulus, "Noise 2");
  EXPECT_NEAR(read.sweeps[0].note.bridge_balance_MOhm.value(), 12.0, 1e-9);
  EXPECT_FALSE(read.sweeps[1].note.bridge_balance_MOhm);
}

TEST(NwbWriter, TheSameCellGivesTheSameBytesAndAnotherIdentifierOthers) {
  const Folder folder;
  NwbCell cell = cell_of(abf_recording(folder, false));
  const std::string bytes = nwb_file(cell);
  EXPECT_EQ(bytes, nwb_file(cell));
  cell.about.identifier = "another";
  EXPECT_NE(bytes, nwb_file(cell));
}

TEST(NwbWriter, RefusesMetadataThatNwbDoesNotTake) {
  const auto refused = [](auto change, const std::string& part) {
    NwbMetadata about;
    about.identifier = "x";
    EXPECT_NO_THROW(about.validate());
    change(about);
    EXPECT_THAT([&] { about.validate(); }, ThrowsMessage<OptionError>(HasSubstr(part)));
  };
  refused([](NwbMetadata& about) { about.identifier = ""; }, "identifier");
  refused([](NwbMetadata& about) { about.session_start = "2024-01-31 15:30"; }, "session-start");
  refused([](NwbMetadata& about) { about.session_start = "2024-01-31T15:30:00"; }, "zone");
  refused([](NwbMetadata& about) { about.subject.sex = "female"; }, "sex");
  refused([](NwbMetadata& about) { about.subject.age = "30 days"; }, "age");
  NwbMetadata zulu;
  zulu.identifier = "x";
  zulu.session_start = "2024-01-31T15:30:00.25Z";
  EXPECT_NO_THROW(zulu.validate());
}

TEST(NwbWriter, RefusesDaysHoursAndZonesThatDoNotExist) {
  NwbMetadata about;
  about.identifier = "x";
  const auto valid = [&](const std::string& time) {
    about.session_start = time;
    try {
      about.validate();
    } catch (const OptionError&) {
      return false;
    }
    return true;
  };
  for (const char* time : {"2024-02-29T23:59:59+14:00", "2000-02-29T00:00:00-09:30", "1970-01-01T00:00:00Z"})
    EXPECT_TRUE(valid(time)) << time;
  for (const char* time :
       {"2024-13-01T12:00:00Z", "2024-00-01T12:00:00Z", "2024-04-31T12:00:00Z", "2024-01-00T12:00:00Z",
        "2023-02-29T12:00:00Z", "1900-02-29T12:00:00Z", "0000-01-01T12:00:00Z", "2024-01-31T24:00:00Z",
        "2024-01-31T12:60:00Z", "2024-01-31T12:00:60Z", "2024-01-31T12:00:00+15:00",
        "2024-01-31T12:00:00+01:60", "2024-01-31T12:00:00.Z", "2024-01-31T12:00:00.5"})
    EXPECT_FALSE(valid(time)) << time;
}

// The official schema, as the reference implementation wrote it, checks the file; skipped where the
// validator, Python or its packages are absent.
TEST(NwbWriter, FilesAreValidBySchema) {
  const auto recordings = recordings::folder();
  if (!recordings) GTEST_SKIP() << recordings::kAbsent;
  const auto validator = *recordings / "nwb" / "validate_nwb.py";
  if (!std::filesystem::exists(validator)) GTEST_SKIP() << "validate_nwb.py is not there";
  if (std::system("/usr/bin/python3 -c 'import h5py, hdmf' 2>/dev/null") != 0)
    GTEST_SKIP() << "python3-hdmf and python3-h5py are not installed (apt install python3-hdmf python3-h5py)";
  const Folder folder;
  NwbCell cell = cell_of(abf_recording(folder, false));
  cell.parts.push_back({"", abf_recording(folder, true)});
  cell.parts[1].recording.sweeps[0].note.bridge_balance_MOhm = 10.0;
  cell.about.subject = {"m1", "Mus musculus", "F", "P30D", "a mouse"};
  cell.about.experimenter = "Somebody";
  cell.about.electrode_location = "layer 5";
  cell.compensation = "by a test";
  cell.compensated.push_back({0, 1, cell.parts[0].recording.sweeps[1].voltage_mV});
  const auto path = folder.write("valid.nwb", nwb_file(cell));
  const std::string command = "/usr/bin/python3 '" + validator.string() + "' '" + path.string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace libfit
