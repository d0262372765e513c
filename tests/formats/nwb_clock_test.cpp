// Clocks and lengths of response and stimulus that differ: what both have is used, and said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/nwb_files.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;
using written::Folder;
using written::NwbFile;
using written::NwbSeries;

// The k-th millivolt and picoampere tells when it was taken: k steps of 0.1 ms after 0 s.
NwbSeries clocked(NwbSeries series, double start_s, std::size_t size, bool timestamps) {
  const double unit = series.unit == "volts" ? 1e-3 : 1e-12;
  series.start_s = start_s;
  series.data.clear();
  for (std::size_t k = 0; k < size; ++k) {
    const double time_s = start_s + 1e-4 * static_cast<double>(k);
    series.data.push_back(unit * time_s * 1e4);
    if (timestamps) series.timestamps.push_back(time_s);
  }
  return series;
}

NwbFile pair_of(double response_s, std::size_t response_size, double stimulus_s, std::size_t stimulus_size,
                bool timestamps = false) {
  NwbFile file;
  file.series = {clocked(written::response("V0", 1), response_s, response_size, timestamps),
                 clocked(written::stimulus("I0", 1), stimulus_s, stimulus_size, timestamps)};
  return file;
}

SignalFile read_nwb_file(const NwbFile& file, const ReadOptions& options = {}) {
  const Folder folder;
  written::nwb(folder / "n", file);
  return open_signal_file(folder / "n", options);
}

TEST(NwbClock, StimulusAndResponseThatBeginAtOtherTimesAreAligned) {
  struct Case {
    double response_s, stimulus_s;
    std::size_t response_size, stimulus_size;
    double first_ms;     // of the common time
    std::size_t common;  // samples
    std::string words;
  };
  for (const bool timestamps : {false, true}) {
    for (const Case& one : {Case{0.0, 0.05, 1000, 1000, 50.0, 500, "begins 0.05 s after it"},
                            Case{7.03, 7.0, 1000, 1000, 7030.0, 700, "begins 0.03 s before it"},
                            Case{0.0, 0.02, 1000, 300, 20.0, 300, "begins 0.02 s after it"}}) {
      const SignalFile file = read_nwb_file(
          pair_of(one.response_s, one.response_size, one.stimulus_s, one.stimulus_size, timestamps));
      const auto& voltage = file.channels.at(0).sweeps.at(0);
      const auto& current = file.channels.at(1).sweeps.at(0);
      ASSERT_EQ(voltage.size(), one.common) << one.words;
      ASSERT_EQ(current.size(), one.common);
      EXPECT_NEAR(voltage[0], 10.0 * one.first_ms, 1e-6) << one.words;
      for (std::size_t k = 0; k < one.common; k += 99) EXPECT_NEAR(voltage[k], current[k], 1e-6);
      EXPECT_THAT(file.warnings, Contains(AllOf(HasSubstr("sweep 1 (`V0`)"), HasSubstr(one.words),
                                                HasSubstr(std::to_string(one.common) + " samples"))));
    }
  }
}

TEST(NwbClock, ADifferenceOfLessThanHalfASampleIsNone) {
  const SignalFile file = read_nwb_file(pair_of(3.0, 500, 3.00004, 500));
  EXPECT_EQ(file.channels.at(0).sweeps.at(0).size(), 500U);
  EXPECT_THAT(file.warnings, Each(Not(HasSubstr("common time"))));
}

TEST(NwbClock, HalvesWithoutACommonTimeAreLeftOutAndNamed) {
  for (const double apart_s : {100.0, -100.0, 0.1}) {
    NwbFile file = pair_of(200.0, 1000, 200.0 + apart_s, 1000);
    for (NwbSeries& series : file.series) series.sweep_number = 0;
    const SignalFile alone = read_nwb_file(file);
    EXPECT_THAT(alone.channels, IsEmpty()) << apart_s;
    EXPECT_THAT(alone.left_out, Contains(HasSubstr("no time in common")));
    EXPECT_THAT(alone.warnings,
                Contains(AllOf(HasSubstr("1 of 1 sweeps left out"), HasSubstr("starting_time"))));
    for (const bool response : {true, false}) {
      file.series.push_back(response ? written::response("V1", 300) : written::stimulus("I1", 300));
      file.series.back().sweep_number = 1;
    }
    EXPECT_EQ(read_nwb_file(file).channels.at(0).sweeps.size(), 1U);
  }
}

TEST(NwbClock, SamplesThatOnlyOneHasAreLeftOutWithTheirNumber) {
  const SignalFile file = read_nwb_file(pair_of(0.0, 1000, 0.0, 900));
  EXPECT_EQ(file.channels.at(0).sweeps.at(0).size(), 900U);
  EXPECT_EQ(file.channels.at(0).notes.at(0).points, 900U);
  EXPECT_THAT(file.warnings, Contains(AllOf(HasSubstr("response has 1000 samples, its stimulus 900"),
                                            HasSubstr("used are the 900 samples"))));
}

TEST(NwbClock, ManySweepsThatAreCutAreOneWarning) {
  NwbFile file;
  for (const std::string number : {"0", "1", "2"}) {
    file.series.push_back(written::response("V" + number, 500));
    file.series.push_back(written::stimulus("I" + number, 400));
  }
  const SignalFile read_back = read_nwb_file(file);
  std::vector<std::string> cuts;
  for (const std::string& warning : read_back.warnings) {
    if (warning.find("common time") != std::string::npos) cuts.push_back(warning);
  }
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_THAT(cuts[0], HasSubstr("(2 more sweeps likewise)"));
}

// Epochs of NWB 1 pair sample with sample, whatever the clocks say: which is said.
TEST(NwbClock, EpochsPairBySamples) {
  NwbFile file = pair_of(0.0, 300, 0.01, 300);
  file.version = "NWB-1.0.5";
  file.generated_by = {"version", "1.1"};
  file.series[0].group = "/acquisition/timeseries";
  file.epochs = {{"Sweep_0", 0, 300, "/acquisition/timeseries/V0", "/stimulus/presentation/I0"}};
  ReadOptions options;
  options.voltage_unit = "mV";
  options.current_unit = "pA";
  const SignalFile read_back = read_nwb_file(file, options);
  EXPECT_EQ(read_back.channels.at(0).sweeps.at(0).size(), 300U);
  EXPECT_NEAR(read_back.channels[1].sweeps.at(0).at(0), 100.0, 1e-6);
  EXPECT_THAT(read_back.warnings, Contains(AllOf(HasSubstr("begins 0.01 s after it"), HasSubstr("epochs"))));
}

TEST(NwbClock, IntegersWithoutAConversionAreNoVolts) {
  const Folder folder;
  NwbFile file = pair_of(0.0, 300, 0.0, 300);
  file.series[0].data.assign(300, -65.0);
  file.series[0].int16 = true;
  file.series[0].conversion.reset();
  written::nwb(folder / "n", file);
  EXPECT_THAT([&] { read_recording({folder / "n"}); },
              ThrowsMessage<DataError>(HasSubstr("integers without a `conversion`")));
}

}  // namespace
}  // namespace libfit
