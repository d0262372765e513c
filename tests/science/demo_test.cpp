// The shipped demonstration: its files are what the program writes, and what data/README.md says.
#include "data/demo.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "data/abf2_writer.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"

namespace dyniv_data {
namespace {

template <class Number>
Number number_at(const std::string& bytes, std::size_t at) {
  Number value{};
  if (at + sizeof value > bytes.size()) throw std::out_of_range("file too short");
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The entry of the section table at byte 76 + 16 place: block, bytes an item, items.
struct Section {
  std::uint32_t block, item_bytes;
  std::int64_t items;
};

Section section_at(const std::string& bytes, std::size_t place) {
  const std::size_t at = 76 + 16 * place;
  return {number_at<std::uint32_t>(bytes, at), number_at<std::uint32_t>(bytes, at + 4),
          number_at<std::int64_t>(bytes, at + 8)};
}

std::string shipped(const std::string& name) {
  const char* folder = std::getenv("DYNIV_DATA_DIR");
  const auto bytes = libfit::read_file(std::string(folder ? folder : "data") + "/demo/" + name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string samples(const std::string& bytes) {
  const Section data = section_at(bytes, 10);
  EXPECT_EQ(data.item_bytes, 2u);
  return bytes.substr(data.block * 512, static_cast<std::size_t>(data.items) * 2);
}

TEST(Abf2Writer, PlacesSectionsScalesAndSamplesWhereTheFormatWantsThem) {
  libfit::Sweep sweep;
  sweep.dt_ms = 0.05;
  sweep.voltage_mV = {-70.0, -69.5, 30.0};
  sweep.current_pA = {0.0, 100.0, -250.0};
  const std::vector<libfit::Sweep> sweeps = {sweep, sweep};
  const std::string bytes = abf2_bytes(sweeps, {"Vm", "mV", 200.0}, {"Im", "pA", 2000.0});
  EXPECT_EQ(bytes.substr(0, 4), "ABF2");
  EXPECT_EQ(number_at<std::uint8_t>(bytes, 7), 2);
  EXPECT_EQ(number_at<std::uint32_t>(bytes, 12), 2u);
  EXPECT_EQ(bytes.size() % 512, 0u);
  const std::size_t protocol = section_at(bytes, 0).block * 512;
  EXPECT_FLOAT_EQ(number_at<float>(bytes, protocol + 2), 50.0F);
  EXPECT_EQ(number_at<std::int32_t>(bytes, protocol + 22), 6);
  const Section adc = section_at(bytes, 1);
  EXPECT_EQ(adc.items, 2);
  const Section synch = section_at(bytes, 15);
  EXPECT_EQ(synch.items, 2);
  EXPECT_EQ(number_at<std::int32_t>(bytes, synch.block * 512 + 8), 6);
  EXPECT_EQ(number_at<std::int32_t>(bytes, synch.block * 512 + 12), 6);
  const Section strings = section_at(bytes, 9);
  EXPECT_EQ(bytes.substr(strings.block * 512, 4), "SSCH");
  EXPECT_EQ(bytes.substr(strings.block * 512 + 44, strings.item_bytes - 44),
            std::string("dyniv_generate\0Vm\0mV\0Im\0pA\0", 27));
  const std::string counts = samples(bytes);
  ASSERT_EQ(counts.size(), 2u * 2u * 3u * 2u);
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t channel = i % 2, k = (i / 2) % 3;
    const std::size_t entry = adc.block * 512 + 128 * channel;
    const double range = number_at<float>(bytes, protocol + 110);
    const double scale = range / number_at<std::int32_t>(bytes, protocol + 118) /
                         (number_at<float>(bytes, entry + 40) * number_at<float>(bytes, entry + 28) *
                          number_at<float>(bytes, entry + 48));
    const double value = scale * number_at<std::int16_t>(counts, 2 * i);
    EXPECT_NEAR(value, channel == 0 ? sweep.voltage_mV[k] : sweep.current_pA[k], 0.51 * scale);
  }
}

TEST(Abf2Writer, RefusesWhatTheConverterCannotHold) {
  libfit::Sweep sweep;
  sweep.dt_ms = 0.1;
  sweep.voltage_mV = {-70.0, 250.0};
  sweep.current_pA = {0.0, 0.0};
  const std::vector<libfit::Sweep> loud = {sweep};
  EXPECT_THROW(abf2_bytes(loud, {"Vm", "mV", 200.0}, {"Im", "pA", 2000.0}), libfit::DataError);
  const std::vector<libfit::Sweep> none;
  EXPECT_THROW(abf2_bytes(none, {"Vm", "mV", 200.0}, {"Im", "pA", 2000.0}), libfit::ContractError);
}

// The beginnings of all three files, generated again, are the shipped ones sample by sample.
TEST(Demo, IsWhatTheProgramWrites) {
  DemoOptions brief;
  brief.electrode_ms = 500.0;
  brief.training_ms = 1500.0;
  brief.test_ms = 10000.0;
  brief.repetitions = 1;
  for (const DemoFile& file : make_demo(brief)) {
    if (file.name == "truth.json") continue;
    const std::string now = samples(file.content), then = samples(shipped(file.name));
    ASSERT_LE(now.size(), then.size()) << file.name;
    EXPECT_TRUE(now == then.substr(0, now.size())) << file.name << " differs; run dyniv_generate data/demo";
  }
}

TEST(Demo, IsTheSameBytesEveryTime) {
  DemoOptions brief;
  brief.electrode_ms = brief.training_ms = brief.test_ms = 300.0;
  brief.repetitions = 2;
  const auto once = make_demo(brief), again = make_demo(brief);
  ASSERT_EQ(once.size(), 4u);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].content, again[i].content) << once[i].name;
  brief.seed = 21;
  EXPECT_NE(make_demo(brief)[1].content, once[1].content);
}

TEST(Demo, StaysSmall) {
  std::size_t total = 0;
  for (const char* name : {"electrode.abf", "training.abf", "test.abf", "truth.json"})
    total += shipped(name).size();
  EXPECT_LT(total, 6u << 20);
}

}  // namespace
}  // namespace dyniv_data
