// NWB 1 as the Allen Cell Types database has it, built by the test from the documented layout: the experiment
// without its test pulse, both variants of the conversion, and the guard against values that no cell has.
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
using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Folder;
using written::NwbFile;
using written::NwbSeries;

constexpr std::size_t kPoints = 200;

struct Variant {
  std::vector<std::string> generated_by;
  bool converted =
      false;  // data are in mV and pA and `conversion` leads to SI; else SI and a wrong conversion
};

void add_sweep(NwbFile& file, int number, const std::string& stimulus_name, bool converted) {
  const std::string name = "Sweep_" + std::to_string(number);
  NwbSeries response = written::response(name, kPoints);
  NwbSeries stimulus = written::stimulus(name, kPoints);
  response.group = "/acquisition/timeseries";
  response.unit = "Volts";
  stimulus.unit = "Amps";
  response.conversion = 1e-3;
  stimulus.conversion = 1e-12;
  if (converted) {
    for (double& value : response.data) value *= 1e3;
    for (double& value : stimulus.data) value *= 1e12;
  }
  response.rate_Hz = stimulus.rate_Hz = 200000.0;
  response.numbers = {{"bridge_balance", 14e6}};
  stimulus.texts = {{"aibs_stimulus_name", stimulus_name}};
  stimulus.numbers = {{"aibs_stimulus_amplitude_pa", 110.0}};
  const int points = kPoints;
  file.epochs.push_back(
      {name, 0, points, "/acquisition/timeseries/" + name, "/stimulus/presentation/" + name});
  file.series.push_back(response);
  file.series.push_back(stimulus);
}

void add_experiment(NwbFile& file, int number, int first, int count) {
  const std::string name = "Sweep_" + std::to_string(number);
  file.epochs.push_back({"Experiment_" + std::to_string(number), first, count,
                         "/acquisition/timeseries/" + name, "/stimulus/presentation/" + name});
}

NwbFile allen_file(const Variant& variant) {
  NwbFile file;
  file.version = "NWB-1.0.5";
  file.generated_by = variant.generated_by;
  add_sweep(file, 5, "Long Square", variant.converted);
  add_sweep(file, 12, "Noise 1", variant.converted);
  add_sweep(file, 7, "Noise 2", variant.converted);
  add_experiment(file, 12, 40, 120);
  return file;
}

class Nwb1 : public testing::Test {
 protected:
  std::filesystem::path write(const NwbFile& file) {
    written::nwb(folder_ / "cell", file);
    return folder_ / "cell";
  }
  Folder folder_;
};

TEST_F(Nwb1, ConversionIsAppliedFromPipelineVersion1Point1OnAndNotBefore) {
  for (const Variant& variant :
       {Variant{{"name", "pipeline", "version", "1.1.0"}, true}, Variant{{"version", "2.0"}, true},
        Variant{{"version", "1.0.3"}, false}, Variant{{"version", "0.9"}, false}, Variant{}}) {
    const SignalFile file = open_signal_file(write(allen_file(variant)));
    EXPECT_EQ(file.format, "NWB 1.0.5");
    ASSERT_EQ(file.channels.size(), 2U);
    ASSERT_EQ(file.channels[0].sweeps.size(), 3U);
    EXPECT_NEAR(file.channels[0].sweeps[0][7], written::voltage_trace(kPoints)[7], 1e-9);
    EXPECT_NEAR(file.channels[1].sweeps[0][7], written::current_trace(kPoints)[7], 1e-9);
    EXPECT_NEAR(file.dt_ms, 0.005, 1e-12);
  }
}

TEST_F(Nwb1, TheExperimentIsReadWithoutItsTestPulseAndOtherSweepsWhole) {
  const SignalFile file = open_signal_file(write(allen_file({})));
  ASSERT_EQ(file.channels[0].notes.size(), 3U);
  EXPECT_EQ(file.channels[0].notes[0].name, "Sweep_5");  // in the order of their numbers
  EXPECT_EQ(file.channels[0].notes[1].name, "Sweep_7");
  EXPECT_EQ(file.channels[0].notes[2].name, "Sweep_12");
  EXPECT_EQ(file.channels[0].sweeps[0].size(), kPoints);
  ASSERT_EQ(file.channels[0].sweeps[2].size(), 120U);
  EXPECT_NEAR(file.channels[0].sweeps[2][0], written::voltage_trace(kPoints)[40], 1e-9);
  EXPECT_NEAR(file.channels[1].sweeps[2][119], written::current_trace(kPoints)[159], 1e-9);
}

TEST_F(Nwb1, TellsStimulusNameAmplitudeAndBridgeAndPicksByName) {
  const auto path = write(allen_file({}));
  ReadOptions options;
  options.selection.stimulus = "Noise 1";
  const Recording recording = read_recording({path}, options);
  ASSERT_EQ(recording.sweeps.size(), 1U);
  EXPECT_EQ(recording.sweeps[0].note.name, "Sweep_12");
  EXPECT_EQ(recording.sweeps[0].note.stimulus, "Noise 1");
  EXPECT_NEAR(recording.sweeps[0].note.stimulus_amplitude_pA.value(), 110.0, 1e-9);
  EXPECT_NEAR(recording.sweeps[0].note.bridge_balance_MOhm.value(), 14.0, 1e-9);
  options.selection.stimulus = "Noise 3";
  EXPECT_THAT([&] { read_recording({path}, options); },
              ThrowsMessage<OptionError>(HasSubstr("it has `Long Square`, `Noise 2`, `Noise 1`")));
}

TEST_F(Nwb1, ValuesThatNoCellHasAreRefusedUntilTheUnitIsStated) {
  // Numbers in mV in a file whose version says that they are volts: -65000 mV.
  const auto path = write(allen_file({{"version", "1.0"}, true}));
  EXPECT_THAT([&] { read_recording({path}); }, ThrowsMessage<DataError>(testing::AllOf(
                                                   HasSubstr("not applied"), HasSubstr("--voltage-unit"))));
  ReadOptions options;
  options.voltage_unit = "mV";
  options.current_unit = "pA";
  const Recording stated = read_recording({path}, options);
  EXPECT_NEAR(stated.sweeps[0].voltage_mV[7], written::voltage_trace(kPoints)[7], 1e-9);
  EXPECT_NEAR(stated.sweeps[0].current_pA[7], written::current_trace(kPoints)[7], 1e-6);
  // Numbers in volts in a file whose version has them converted once more.
  EXPECT_THAT(
      [&] {
        read_recording({write(allen_file({{"version", "1.1"}, false}))});
      },
      ThrowsMessage<DataError>(HasSubstr("which no cell does")));
}

TEST_F(Nwb1, AStimulusInVoltsIsVoltageClamp) {
  NwbFile file = allen_file({});
  for (NwbSeries& series : file.series) {
    if (series.name != "Sweep_7") continue;
    series.unit = series.unit == "Volts" ? "Amps" : "Volts";
  }
  const SignalFile read = open_signal_file(write(file));
  EXPECT_EQ(read.channels.at(0).sweeps.size(), 2U);
  EXPECT_THAT(read.left_out, Contains("`Sweep_7` (voltage clamp)"));
}

TEST_F(Nwb1, AnEpochPastTheEndIsDamage) {
  NwbFile file = allen_file({});
  add_experiment(file, 5, 150, 100);
  EXPECT_THAT([&] { open_signal_file(write(file)); },
              ThrowsMessage<Error>(HasSubstr("ends at sample 250 of 200")));
}

TEST_F(Nwb1, WithoutEpochsIsReadByThePlainRuleOfTheFormat) {
  NwbFile file = allen_file({{}, true});
  file.epochs.clear();
  const SignalFile read = open_signal_file(write(file));
  ASSERT_EQ(read.channels.at(0).sweeps.size(), 3U);
  EXPECT_NEAR(read.channels[0].sweeps[0][7], written::voltage_trace(kPoints)[7], 1e-9);
}

}  // namespace
}  // namespace libfit
