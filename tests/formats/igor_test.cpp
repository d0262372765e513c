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
using written::IgorWave;

constexpr std::array kOrders{std::endian::little, std::endian::big};

template <typename Number>
IgorWave wave_of(std::uint16_t type, const std::vector<Number>& values, std::endian order) {
  IgorWave wave;
  wave.type = type;
  wave.rows = static_cast<std::int32_t>(values.size());
  wave.data = written::packed(values, order);
  return wave;
}

template <typename Number>
void expect_type(std::uint16_t type) {
  const Folder folder;
  for (const std::endian order : kOrders) {
    const IgorWave wave = wave_of<Number>(type, {Number{1}, Number{2}, static_cast<Number>(100)}, order);
    for (const auto& bytes : {written::igor5(wave, order), written::igor2(wave, order, 1),
                              written::igor2(wave, order, 2), written::igor2(wave, order, 3)}) {
      const SignalFile file = open_signal_file(folder.write("w", bytes));
      EXPECT_EQ(file.format, "IBW");
      EXPECT_DOUBLE_EQ(file.dt_ms, 0.1);
      ASSERT_EQ(file.channels.size(), 1U);
      EXPECT_EQ(file.channels[0].name, "wave0");
      EXPECT_EQ(file.channels[0].role, ChannelRole::voltage);
      ASSERT_EQ(file.channels[0].sweeps.size(), 1U);
      EXPECT_THAT(file.channels[0].sweeps[0], ElementsAre(1000.0, 2000.0, 100000.0));  // V to mV
    }
  }
}

TEST(Igor, ReadsEveryRealTypeOfEitherByteOrder) {
  expect_type<float>(0x02);
  expect_type<double>(0x04);
  expect_type<std::int8_t>(0x08);
  expect_type<std::int16_t>(0x10);
  expect_type<std::int32_t>(0x20);
  expect_type<std::uint8_t>(0x48);
  expect_type<std::uint16_t>(0x50);
  expect_type<std::uint32_t>(0x60);
}

TEST(Igor, TakesAColumnAsASweep) {
  IgorWave wave = wave_of<float>(2, {1, 2, 3, 4, 5, 6}, std::endian::little);
  wave.rows = 3;
  wave.columns = 2;
  wave.unit = "mV";
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("w", written::igor5(wave, std::endian::little)));
  EXPECT_THAT(file.channels[0].sweeps, ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 5, 6)));
}

TEST(Igor, TakesTheStepInItsUnit) {
  IgorWave wave = wave_of<float>(2, {1, 2}, std::endian::little);
  wave.dimension_unit = "ms";
  wave.step = 0.05;
  const Folder folder;
  EXPECT_DOUBLE_EQ(open_signal_file(folder.write("w", written::igor5(wave, std::endian::little))).dt_ms,
                   0.05);
}

TEST(Igor, ReadsUnitsThatStandBehindTheData) {
  IgorWave wave = wave_of<float>(2, {1, 2}, std::endian::big);
  wave.unit = "Ampere";
  const Folder folder;
  const SignalFile file = open_signal_file(folder.write("w", written::igor5(wave, std::endian::big)));
  EXPECT_EQ(file.channels[0].file_unit, "Ampere");
  EXPECT_THAT(file.channels[0].sweeps[0], ElementsAre(1e12, 2e12));
}

TEST(Igor, RefusesAStepWithoutAUnitOfTimeUnlessItIsStated) {
  IgorWave wave = wave_of<float>(2, {1, 2}, std::endian::little);
  wave.dimension_unit = "";
  const Folder folder;
  const auto path = folder.write("w", written::igor5(wave, std::endian::little));
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("--dt")));
  ReadOptions options;
  options.dt_ms = 0.2;
  EXPECT_DOUBLE_EQ(open_signal_file(path, options).dt_ms, 0.2);
  wave.dimension_unit = "s";  // the wave says 0.1 ms
  const auto other = folder.write("v", written::igor5(wave, std::endian::little));
  EXPECT_THAT([&] { open_signal_file(other, options); },
              ThrowsMessage<OptionError>(HasSubstr("contradicts")));
}

TEST(Igor, RefusesTextComplexEmptyAndCutWaves) {
  const Folder folder;
  IgorWave wave = wave_of<float>(2, {1, 2, 3, 4}, std::endian::little);
  for (const int type : {0, 3, 5, 0x80}) {
    wave.type = static_cast<std::uint16_t>(type);
    const auto path = folder.write("w", written::igor5(wave, std::endian::little));
    EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("wave type")));
  }
  wave.type = 4;  // needs twice the bytes
  EXPECT_THROW(open_signal_file(folder.write("w", written::igor5(wave, std::endian::little))), InputError);
  wave.rows = 0;
  EXPECT_THROW(open_signal_file(folder.write("w", written::igor5(wave, std::endian::little))), InputError);
}

TEST(Igor, RefusesAHeaderWhoseChecksumIsWrong) {
  auto bytes = written::igor5(wave_of<float>(2, {1, 2}, std::endian::little), std::endian::little);
  bytes[100] ^= std::byte{1};
  const Folder folder;
  const auto path = folder.write("w", bytes);
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("checksum")));
}

// The first 16 bytes of the samples count: a change there is seen, one behind them is not. A long wave, so
// that the two are samples.
TEST(Igor, ChecksumOfVersionsUpToThreeReachesIntoTheSamples) {
  const Folder folder;
  const std::vector<std::pair<int, std::size_t>> headers{{1, 8 + 110}, {2, 16 + 110}, {3, 20 + 110}};
  for (const std::endian order : kOrders) {
    for (const auto& [version, samples] : headers) {
      const IgorWave wave = wave_of<std::int16_t>(0x10, {7, 6, 5, 4, 3, 2, 1, 0, -1, -2}, order);
      auto bytes = written::igor2(wave, order, version);
      EXPECT_THAT(open_signal_file(folder.write("w", bytes)).channels[0].sweeps[0],
                  ElementsAre(7e3, 6e3, 5e3, 4e3, 3e3, 2e3, 1e3, 0, -1e3, -2e3));
      bytes[samples + 16] ^= std::byte{1};
      EXPECT_NO_THROW(open_signal_file(folder.write("w", bytes)));
      bytes[samples + 15] ^= std::byte{1};
      const auto path = folder.write("w", bytes);
      EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("checksum")));
    }
  }
}

TEST(Igor, AStepWithoutAUnitIsAskedForWithWhatItWouldBeInSeconds) {
  IgorWave wave = wave_of<float>(2, {1, 2}, std::endian::big);
  wave.step = 0.00025;
  wave.dimension_unit = "";
  const Folder folder;
  const auto path = folder.write("w", written::igor2(wave, std::endian::big));
  EXPECT_THAT([&] { open_signal_file(path); }, ThrowsMessage<InputError>(HasSubstr("(--dt 0.25 if")));
}

}  // namespace
}  // namespace libfit
