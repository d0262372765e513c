// HDF5 whose samples are integers: counts of a converter, which are never taken for millivolts. WaveSurfer
// tells how they become volts; other layouts are asked for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/recordings_folder.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using written::Folder;

// Everything is closed at once when the file is.
class Counts {
 public:
  explicit Counts(const std::filesystem::path& path) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    links_ = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links_, 1);
  }
  Counts(const Counts&) = delete;
  Counts& operator=(const Counts&) = delete;
  ~Counts() { H5Fclose(file_); }

  void add(const std::string& path, hid_t type, const std::vector<double>& values,
           std::vector<hsize_t> shape) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t made = H5Dcreate2(file_, path.c_str(), type, space, links_, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << path;
  }
  // One number, as MATLAB writes it.
  void number(const std::string& path, double value) { add(path, H5T_IEEE_F64LE, {value}, {1, 1}); }
  void column(const std::string& path, const std::vector<double>& values) {
    add(path, H5T_IEEE_F64LE, values, {values.size(), 1});
  }
  void texts(const std::string& path, const std::vector<std::string>& values) {
    std::string raw;
    for (std::string value : values) {
      value.resize(8);
      raw += value;
    }
    const hsize_t count = values.size();
    const hid_t type = text_type();
    const hid_t made = H5Dcreate2(file_, path.c_str(), type, H5Screate_simple(1, &count, nullptr), links_,
                                  H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()), 0) << path;
  }
  void attribute(const std::string& path, const std::string& name, double value) {
    const hid_t object = H5Oopen(file_, path.c_str(), H5P_DEFAULT);
    const hid_t made =
        H5Acreate2(object, name.c_str(), H5T_IEEE_F64LE, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(made, H5T_NATIVE_DOUBLE, &value), 0);
  }
  void attribute(const std::string& path, const std::string& name, std::string value) {
    value.resize(8);
    const hid_t object = H5Oopen(file_, path.c_str(), H5P_DEFAULT);
    const hid_t type = text_type();
    const hid_t made =
        H5Acreate2(object, name.c_str(), type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(made, type, value.data()), 0);
  }

 private:
  static hid_t text_type() {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 8);
    return type;
  }
  hid_t file_;
  hid_t links_;
};

std::vector<double> counts_of(std::size_t size, double phase) {
  std::vector<double> counts;
  for (std::size_t k = 0; k < size; ++k)
    counts.push_back(std::round(3000.0 * std::sin(0.05 * static_cast<double>(k) + phase)));
  return counts;
}

// Three channels of which the second is off, so that the sweeps have two.
struct WaveSurferFile {
  std::vector<double> coefficients = {0.01, 3e-4, -1e-11, 1e-16, 9, 9, 9, 9, -0.02, 2e-4, 0.0, 5e-16};
  hsize_t rows = 3;
  bool scales = true;
};

void write_wavesurfer(const std::filesystem::path& path, const WaveSurferFile& kind) {
  Counts file(path);
  file.texts("/header/VersionString", {"0.97"});
  file.texts("/header/AIChannelNames", {"Vm", "unused", "Im"});
  file.texts("/header/AIChannelUnits", {"mV", "V", "pA"});
  file.column("/header/IsAIChannelActive", {1, 0, 1});
  if (kind.scales) file.column("/header/AIChannelScales", {0.01, 1.0, 0.005});
  file.add("/header/AIScalingCoefficients", H5T_IEEE_F64LE, kind.coefficients, {kind.rows, 4});
  file.number("/header/AcquisitionSampleRate", 20000.0);
  for (const std::size_t sweep : {1U, 2U}) {
    auto scans = counts_of(500, static_cast<double>(sweep));
    const auto current = counts_of(500, 10.0 + static_cast<double>(sweep));
    scans.insert(scans.end(), current.begin(), current.end());
    file.add("/sweep_000" + std::to_string(sweep) + "/analogScans", H5T_STD_I16LE, scans, {2, 500});
  }
}

void expect_scaled(const SignalFile& file) {
  EXPECT_EQ(file.format, "WaveSurfer 0.97");
  EXPECT_DOUBLE_EQ(file.dt_ms, 0.05);
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].name, "Vm");
  EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
  EXPECT_EQ(file.channels[1].role, ChannelRole::current);
  ASSERT_EQ(file.channels[0].sweeps.size(), 2U);
  for (std::size_t sweep = 0; sweep < 2; ++sweep) {
    const auto phase = static_cast<double>(sweep) + 1.0;
    const auto v = counts_of(500, phase);
    const auto i = counts_of(500, 10.0 + phase);
    for (std::size_t k = 0; k < 500; k += 7) {
      const double volts = 0.01 + 3e-4 * v[k] - 1e-11 * v[k] * v[k] + 1e-16 * std::pow(v[k], 3);
      EXPECT_NEAR(file.channels[0].sweeps[sweep].at(k), volts / 0.01, 1e-9);
      EXPECT_NEAR(file.channels[1].sweeps[sweep].at(k),
                  (-0.02 + 2e-4 * i[k] + 5e-16 * std::pow(i[k], 3)) / 0.005, 1e-9);
    }
  }
}

TEST(WaveSurfer, SamplesAreThePolynomialOfCountsDividedByTheScale) {
  const Folder folder;
  WaveSurferFile kind;
  write_wavesurfer(folder / "w.h5", kind);
  expect_scaled(open_signal_file(folder / "w.h5"));
  EXPECT_EQ(read_recording({folder / "w.h5"}).sweeps.size(), 2U);
  // Coefficients of the channels of the sweeps alone.
  kind.coefficients.erase(kind.coefficients.begin() + 4, kind.coefficients.begin() + 8);
  kind.rows = 2;
  write_wavesurfer(folder / "w.h5", kind);
  expect_scaled(open_signal_file(folder / "w.h5"));
}

TEST(WaveSurfer, WithoutScalesIsRefusedByName) {
  const Folder folder;
  WaveSurferFile kind;
  kind.scales = false;
  write_wavesurfer(folder / "w.h5", kind);
  EXPECT_THAT(
      [&] { open_signal_file(folder / "w.h5"); },
      ThrowsMessage<DataError>(testing::AllOf(HasSubstr("WaveSurfer"), HasSubstr("AIChannelScales"))));
}

TEST(WaveSurfer, ItsCountsCannotBeNamedAsMillivolts) {
  const Folder folder;
  write_wavesurfer(folder / "w.h5", {});
  ReadOptions options;
  options.voltage_dataset = "/sweep_0001/analogScans";
  options.voltage_unit = "mV";
  options.dt_ms = 0.05;
  EXPECT_THAT([&] { open_signal_file(folder / "w.h5", options); },
              ThrowsMessage<DataError>(HasSubstr("holds integers")));
}

TEST(WaveSurfer, TheSampleOfItsAuthorsIsReadAsOthersReadIt) {
  const auto recordings = recordings::folder();
  const auto path = recordings
                        ? *recordings / "formats/wavesurfer/multiple_sweeps_multiple_channels_0001-0009.h5"
                        : std::filesystem::path();
  if (!recordings || !std::filesystem::exists(path)) GTEST_SKIP() << recordings::kAbsent;
  const SignalFile file = open_signal_file(path);
  ASSERT_EQ(file.channels.size(), 2U);
  ASSERT_EQ(file.channels[0].sweeps.size(), 9U);
  EXPECT_DOUBLE_EQ(file.dt_ms, 1.0);
  EXPECT_NEAR(file.channels[0].sweeps[0].at(0), 2.0503024096789533, 1e-9);
  EXPECT_NEAR(file.channels[0].sweeps[0].back(), 2.3727011553399904, 1e-9);
  EXPECT_NEAR(file.channels[1].sweeps[0].at(0), 3.017498646605985, 1e-9);
}

ReadOptions v_and_i() {
  ReadOptions options;
  options.voltage_dataset = "/v";
  options.current_dataset = "/i";
  options.dt_ms = 0.1;
  return options;
}

TEST(Hdf5Counts, IntegersNeedAConversionWhichIsApplied) {
  const Folder folder;
  {
    Counts file(folder / "h.h5");
    for (const char* path : {"/v", "/i"}) file.add(path, H5T_STD_I16LE, counts_of(100, 1.0), {100});
    file.attribute("/v", "unit", "mV");
    file.attribute("/i", "unit", "nA");
    file.attribute("/v", "conversion", 0.02);
    file.attribute("/v", "offset", -65.0);
    file.attribute("/i", "conversion", 1e-4);
  }
  const SignalFile file = open_signal_file(folder / "h.h5", v_and_i());
  const auto counts = counts_of(100, 1.0);
  for (std::size_t k = 0; k < 100; ++k) {
    EXPECT_NEAR(file.channels.at(0).sweeps.at(0).at(k), 0.02 * counts[k] - 65.0, 1e-9);
    EXPECT_NEAR(file.channels.at(1).sweeps.at(0).at(k), 0.1 * counts[k], 1e-9);
  }
}

TEST(Hdf5Counts, IntegersWithoutAConversionAreRefusedWhateverTheirUnit) {
  const Folder folder;
  for (const hid_t type : {H5T_STD_I16LE, H5T_STD_U8LE, H5T_STD_I32BE}) {
    {
      Counts file(folder / "h.h5");
      for (const char* path : {"/v", "/i"}) file.add(path, type, counts_of(100, 1.0), {100});
      file.attribute("/v", "unit", "mV");
    }
    ReadOptions options = v_and_i();
    EXPECT_THAT([&] { open_signal_file(folder / "h.h5", options); },
                ThrowsMessage<DataError>(testing::AllOf(HasSubstr("dataset /v"), HasSubstr("`conversion`"))));
    options.voltage_dataset.clear();
    options.current_unit = "pA";
    EXPECT_THAT([&] { open_signal_file(folder / "h.h5", options); },
                ThrowsMessage<DataError>(HasSubstr("dataset /i")));
  }
}

}  // namespace
}  // namespace libfit
