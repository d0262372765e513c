#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Folder;
using written::Hdf5File;

ReadOptions both() {
  ReadOptions options;
  options.voltage_dataset = "/cell/voltage";
  options.current_dataset = "cell/current";
  return options;
}

Hdf5File small() {
  Hdf5File file;
  file.voltage = {-65, -64, -63, -62, -61, -60};
  file.current = {1, 2, 3, 4, 5, 6};
  return file;
}

template <typename Problem>
void expect_refused(const Hdf5File& file, const ReadOptions& options, const std::string& part) {
  const Folder folder;
  written::hdf5(folder / "h", file);
  EXPECT_THAT([&] { open_signal_file(folder / "h", options); }, ThrowsMessage<Problem>(HasSubstr(part)));
}

TEST(Hdf5, ReadsDatasetsByPathContiguousOrCompressed) {
  const Folder folder;
  for (const unsigned gzip : {0U, 4U}) {
    Hdf5File written = small();
    written.gzip = gzip;
    written::hdf5(folder / "h", written);
    const SignalFile file = open_signal_file(folder / "h", both());
    EXPECT_EQ(file.format, "HDF5");
    EXPECT_DOUBLE_EQ(file.dt_ms, 0.1);
    ASSERT_EQ(file.channels.size(), 2U);
    EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(-65, -64, -63, -62, -61, -60)));
    EXPECT_EQ(file.channels[1].role, ChannelRole::current);
  }
}

TEST(Hdf5, TakesRowsAsSweepsAndConvertsUnits) {
  const Folder folder;
  Hdf5File written = small();
  written.sweeps = 2;
  written.current_unit = "nA";
  written.voltage_unit = "volts";
  written::hdf5(folder / "h", written);
  const SignalFile file = open_signal_file(folder / "h", both());
  EXPECT_THAT(file.channels[1].sweeps,
              ElementsAre(ElementsAre(1000, 2000, 3000), ElementsAre(4000, 5000, 6000)));
  EXPECT_EQ(file.channels[0].sweeps[1][2], -60000.0);
}

TEST(Hdf5, TakesTheStepFromAttributesThatNameTheirUnit) {
  const Folder folder;
  for (const auto& [name, value, dt_ms] :
       {std::tuple{"dt_s", 5e-5, 0.05}, std::tuple{"dt_us", 20.0, 0.02}, std::tuple{"rate_Hz", 20000.0, 0.05},
        std::tuple{"sampling_rate_kHz", 10.0, 0.1}}) {
    Hdf5File written = small();
    written.step_attribute = name;
    written.step = value;
    written::hdf5(folder / "h", written);
    EXPECT_DOUBLE_EQ(open_signal_file(folder / "h", both()).dt_ms, dt_ms) << name;
  }
}

TEST(Hdf5, NeverGuessesTheStep) {
  Hdf5File written = small();
  written.step_attribute = "dt";
  expect_refused<InputError>(written, both(), "does not say its unit");
  written.step_attribute = "";
  expect_refused<InputError>(written, both(), "--dt");
  ReadOptions options = both();
  options.dt_ms = 0.25;
  const Folder folder;
  written::hdf5(folder / "h", written);
  EXPECT_DOUBLE_EQ(open_signal_file(folder / "h", options).dt_ms, 0.25);
  expect_refused<OptionError>(small(), options, "contradicts");
}

TEST(Hdf5, ListsItsDatasetsWhenNoneIsNamed) {
  Hdf5File written = small();
  written.voltage.assign(32, -65.0F);
  expect_refused<OptionError>(written, {}, "/cell/voltage");
  expect_refused<OptionError>(written, {}, "--voltage-dataset");
  ReadOptions options = both();
  options.voltage_dataset = "/cell/volts";
  expect_refused<OptionError>(written, options, "/cell/volts: is not there");
}

TEST(Hdf5, RefusesDatasetsWithoutAFittingUnitUnlessItIsStated) {
  Hdf5File written = small();
  written.voltage_unit = "";
  expect_refused<DataError>(written, both(), "--voltage-unit");
  written.voltage_unit = "pA";
  expect_refused<DataError>(written, both(), "no unit of voltage");
  ReadOptions options = both();
  options.voltage_unit = "mV";
  const Folder folder;
  written::hdf5(folder / "h", written);
  EXPECT_EQ(open_signal_file(folder / "h", options).channels[0].sweeps[0][0], -65.0);
}

TEST(Hdf5, RefusesSamplesInColumns) {
  Hdf5File written = small();
  written.sweeps = 3;
  expect_refused<DataError>(written, both(), "more sweeps than samples");
}

TEST(Hdf5, RefusesDatasetsOfWhichNothingWasWritten) {
  const Folder folder;
  ReadOptions options;
  options.voltage_dataset = "/cell/voltage";
  options.dt_ms = 0.1;
  for (const std::size_t samples : {std::size_t{100000}, std::size_t{1} << 36, std::size_t{1} << 60}) {
    written::hdf5_unwritten(folder / "h", samples, true);
    EXPECT_THROW(open_signal_file(folder / "h", options), InputError) << samples;
  }
}

TEST(Hdf5, RefusesATruncatedFile) {
  const Folder folder;
  written::hdf5(folder / "h", small());
  std::filesystem::resize_file(folder / "h", std::filesystem::file_size(folder / "h") - 100);
  EXPECT_THROW(open_signal_file(folder / "h", both()), InputError);
}

TEST(Hdf5, PrintsNothingOnStandardError) {
  const Folder folder;
  ReadOptions options = both();
  options.voltage_dataset = "/nowhere/at/all";
  written::hdf5(folder / "h", small());
  testing::internal::CaptureStderr();
  EXPECT_THROW(open_signal_file(folder / "h", options), OptionError);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace libfit
