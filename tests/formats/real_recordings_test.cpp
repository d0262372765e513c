// The readers against recordings of many rigs and what another program reads from them. Skipped where the
// recordings are absent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"
#include "tests/formats/recordings_folder.hpp"

namespace libfit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RealRecordings : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = recordings::folder();
    if (!found) GTEST_SKIP() << recordings::kAbsent;
    folder_ = *found;
  }
  std::filesystem::path folder_;
};

std::string without_padding(const std::string& text) { return std::string(trimmed(text)); }

// `expected` is in the file's unit.
void expect_sweep(const std::vector<double>& samples, const nlohmann::json& expected, double factor,
                  double tolerance) {
  ASSERT_EQ(samples.size(), expected["points"].get<std::size_t>());
  const Spread spread = spread_of(samples);
  EXPECT_NEAR(samples.front(), expected["first"].get<double>() * factor, tolerance);
  EXPECT_NEAR(samples.back(), expected["last"].get<double>() * factor, tolerance);
  EXPECT_NEAR(spread.mean, expected["mean"].get<double>() * factor, tolerance);
  EXPECT_NEAR(spread.sd, expected["sd"].get<double>() * factor, tolerance);
}

// 1e-5 of the channel's range, or the rounding of the reference, which computes in float32.
double tolerance_of(const Channel& channel) {
  double low = INFINITY;
  double high = -INFINITY;
  for (const auto& sweep : channel.sweeps) {
    const auto [least, most] = std::minmax_element(sweep.begin(), sweep.end());
    low = std::min(low, *least);
    high = std::max(high, *most);
  }
  return std::max(1e-5 * (high - low), 1.2e-7 * std::max(std::abs(low), std::abs(high)));
}

TEST_F(RealRecordings, OfEveryAbfVersionAgreeWithTheReference) {
  std::ifstream stream(folder_ / "abf" / "expected.json");
  const auto expected = nlohmann::json::parse(stream);
  ASSERT_EQ(expected.size(), 22U);
  for (const auto& [name, wanted] : expected.items()) {
    SCOPED_TRACE(name);
    const SignalFile file = open_signal_file(folder_ / "abf" / name);
    EXPECT_EQ(file.format, wanted["version"].get<std::string>()[0] == '1' ? "ABF1" : "ABF2");
    // The reference cuts the rate to a whole number.
    EXPECT_NEAR(file.rate_Hz(), wanted["rate_Hz"].get<double>() + 0.5, 0.5);
    ASSERT_EQ(file.channels.size(), wanted["channels"].size());
    for (std::size_t c = 0; c < file.channels.size(); ++c) {
      const Channel& channel = file.channels[c];
      const auto& reference = wanted["channels"][c];
      EXPECT_EQ(channel.name, without_padding(reference["name"].get<std::string>()));
      EXPECT_EQ(channel.file_unit, without_padding(reference["units"].get<std::string>()));
      ASSERT_EQ(channel.sweeps.size(), wanted["sweep_count"].get<std::size_t>());
      const double tolerance = tolerance_of(channel);
      for (std::size_t s = 0; s < channel.sweeps.size(); ++s)
        expect_sweep(channel.sweeps[s], reference["sweeps"][s], channel.to_internal, tolerance);
    }
  }
}

TEST_F(RealRecordings, InAxonTextHaveTheSweepsOfTheirSignals) {
  const std::filesystem::path folder = folder_ / "formats";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << recordings::kAbsent;
  std::ifstream stream(folder / "expected.json");
  const auto expected = nlohmann::json::parse(stream)["axon/18702001-step.atf"];
  const SignalFile file = open_signal_file(folder / "axon" / "18702001-step.atf");
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "IN 0");
  EXPECT_EQ(file.channels[1].name, "IN 1");
  EXPECT_EQ(file.dt_ms, 0.05);
  for (std::size_t c = 0; c < 2; ++c) {
    const Channel& channel = file.channels[c];
    ASSERT_EQ(channel.sweeps.size(), 3U);
    for (std::size_t s = 0; s < 3; ++s)
      expect_sweep(channel.sweeps[s], expected["columns"][2 * s + c], channel.to_internal,
                   tolerance_of(channel));
  }
}

TEST_F(RealRecordings, WithSwappedNamesAreReadByTheirUnits) {
  const Recording recording = read_recording({folder_ / "drn/DRN157_5HT/DRN157_5ht_test.abf"});
  ASSERT_EQ(recording.sweeps.size(), 10U);
  EXPECT_EQ(recording.sweeps[3].size(), 100000U);
  EXPECT_EQ(recording.sweeps[3].voltage_source.channel, "Im RIGHT");
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("named like a current but carries mV")));
  // The same frozen current in every sweep: they agree but for the noise of the monitor.
  const auto& first = recording.sweeps[0].current_pA;
  const auto& other = recording.sweeps[9].current_pA;
  double difference = 0.0;
  for (std::size_t k = 0; k < first.size(); ++k) difference += (first[k] - other[k]) * (first[k] - other[k]);
  EXPECT_LT(std::sqrt(difference / static_cast<double>(first.size())), 2.0);
  EXPECT_GT(spread_of(first).sd, 50.0);
}

TEST_F(RealRecordings, FromIgorArePairedWaveByWave) {
  std::vector<std::filesystem::path> paths;
  for (const char* channel : {"ch2", "ch3"}) {
    for (int number = 1009; number <= 1017; ++number)
      paths.push_back(folder_ / "igor" /
                      ("Cell3_Ger1Test_" + std::string(channel) + "_" + std::to_string(number) + ".ibw"));
  }
  const Recording recording = read_recording(paths);
  ASSERT_EQ(recording.sweeps.size(), 9U);
  for (const Sweep& sweep : recording.sweeps) {
    EXPECT_EQ(sweep.size(), 200000U);
    EXPECT_DOUBLE_EQ(sweep.dt_ms, 0.1);
    EXPECT_NEAR(spread_of(sweep.voltage_mV).mean, -42.0, 5.0);
    EXPECT_NEAR(spread_of(sweep.current_pA).mean, 152.0, 10.0);
  }
}

TEST_F(RealRecordings, InTextWithoutAHeaderAreRefusedAndReadWithOptions) {
  const auto path = folder_ / "qsnmc2007/05-0.voltage";
  EXPECT_THAT([&] { open_signal_file(path); },
              ThrowsMessage<InputError>(testing::AllOf(HasSubstr("--columns"), HasSubstr("--dt"))));
  ReadOptions options;
  options.columns = "skip,current_pA,voltage_mV";
  EXPECT_THAT([&] { open_signal_file(path, options); }, ThrowsMessage<InputError>(HasSubstr("--dt")));
  options.dt_ms = 1.0;
  const Recording recording = read_recording({path}, options);
  EXPECT_EQ(recording.sweeps.at(0).size(), 34000U);
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("below 5 kHz")));
}

TEST_F(RealRecordings, OfVoltageClampAreRefused) {
  for (const char* name : {"multichannelAbf1WithTags.abf"}) {
    const auto path = folder_ / "abf" / name;
    EXPECT_THAT([&] { read_recording({path}); }, ThrowsMessage<DataError>(HasSubstr("voltage-clamp")))
        << name;
  }
}

nlohmann::json expected_of_format(const std::filesystem::path& folder, const std::string& name) {
  std::ifstream stream(folder / "formats" / "expected.json");
  return nlohmann::json::parse(stream).at(name);
}

TEST_F(RealRecordings, AnIgorWaveOfVersion2IsReadWithTheStepThatItLacks) {
  const std::string name = "igor/B95_Ch0_IDRest_107.ibw";
  if (!std::filesystem::exists(folder_ / "formats" / name)) GTEST_SKIP() << name << " is not there";
  ReadOptions options;
  options.dt_ms = 0.25;
  const SignalFile file = open_signal_file(folder_ / "formats" / name, options);
  ASSERT_EQ(file.channels.size(), 1U);
  EXPECT_EQ(file.channels[0].file_unit, "pA");
  expect_sweep(file.channels[0].sweeps.at(0), expected_of_format(folder_, name), 1.0, 1e-4);
}

TEST_F(RealRecordings, OfCurrentClampUnderAnOutputInVoltsAreRead) {
  const std::string name = "axon/PYR5_rebound.abf";
  if (!std::filesystem::exists(folder_ / "formats" / name)) GTEST_SKIP() << name << " is not there";
  const Recording recording = read_recording({folder_ / "formats" / name});
  ASSERT_EQ(recording.sweeps.size(), 10U);
  EXPECT_THAT(recording.warnings, Contains(HasSubstr("read as current clamp")));
  std::size_t compared = 0;
  for (const auto& wanted : expected_of_format(folder_, name)) {
    if (wanted["channel"] != "Vm") continue;
    expect_sweep(recording.sweeps.at(wanted["sweep"].get<std::size_t>() - 1).voltage_mV, wanted, 1.0, 1e-3);
    ++compared;
  }
  EXPECT_EQ(compared, 10U);
}

TEST_F(RealRecordings, OfOtherProgramsAreRefusedByName) {
  if (!std::filesystem::exists(folder_ / "formats")) GTEST_SKIP() << "the folder formats is not there";
  for (const auto& [name, program] : {std::pair{"heka/1.dat", "HEKA"},
                                      {"winwcp/wcp-file.wcp", "WinWCP"},
                                      {"axograph/AxoGraph_X_File.axgx", "AxoGraph"},
                                      {"axograph/episodic.axgd", "AxoGraph"},
                                      {"spike2/File_spike2_1.smr", "Spike2"},
                                      {"spike2/BURST.SMR", "Spike2"},
                                      {"igor/B95_Ch0_IDRest_107.pxp", "Igor packed experiment"},
                                      {"matlab/seventh_set__DRN539_5HT__DRN539_5ht_aec.mat", "MATLAB"}}) {
    const auto path = folder_ / "formats" / name;
    EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr(program))) << name;
  }
}

}  // namespace
}  // namespace libfit
