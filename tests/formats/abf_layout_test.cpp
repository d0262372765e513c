// Headers of ABF files that contradict themselves: refused with both numbers, or read by a rule with a
// warning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
using written::AbfFile;
using written::Bytes;

// Three sweeps of 60 samples of two channels; sample k of sweep s is 100 s + k.
AbfFile three_sweeps() {
  AbfFile file;
  file.inputs = {{"I", "pA"}, {"V", "mV"}};
  file.inputs[1].physical = 1;
  file.episodes = 3;
  for (std::int16_t s = 0; s < 3; ++s) {
    for (std::int16_t k = 0; k < 60; ++k) {
      file.raw.push_back(static_cast<std::int16_t>(100 * s + k));
      file.raw.push_back(static_cast<std::int16_t>(-100 * s - k));
    }
  }
  file.synch_lengths = {120, 120, 120};
  return file;
}

// A file of either version, and where its header has the same things.
struct Version {
  Bytes bytes;
  std::size_t count_at;  // 32 bits: samples
  std::size_t data_at;   // 32 bits: block of the samples
  std::size_t format_at;
};

std::vector<Version> both(const AbfFile& file) {
  return {{written::abf1(file), 10, 40, 100}, {written::abf2(file), 236 + 8, 236, 30}};
}

template <typename Number>
void set(Bytes& bytes, std::size_t place, Number value) {
  Bytes raw;
  written::append(raw, value);
  std::copy(raw.begin(), raw.end(), bytes.begin() + static_cast<std::ptrdiff_t>(place));
}

std::int32_t number_at(const Bytes& bytes, std::size_t place) {
  std::int32_t value = 0;
  std::memcpy(&value, bytes.data() + place, sizeof(value));
  return value;
}

void expect_refused(const Bytes& bytes, const testing::Matcher<std::string>& words) {
  EXPECT_THAT([&] { parse_signal_file(bytes, "f"); }, ThrowsMessage<InputError>(words));
}

TEST(AbfLayout, AgreesWithItselfWithoutAWarning) {
  for (const Version& version : both(three_sweeps()))
    EXPECT_THAT(parse_signal_file(version.bytes, "f").warnings, IsEmpty());
}

TEST(AbfLayout, ACountAgainstTheTableOfSweepsIsRefusedWithBoth) {
  for (const std::int32_t count : {180, 240, 358}) {
    for (Version version : both(three_sweeps())) {
      set(version.bytes, version.count_at, count);
      expect_refused(version.bytes, AllOf(HasSubstr(std::to_string(count) + " samples"),
                                          HasSubstr("3 sweeps"), HasSubstr("360")));
    }
  }
}

TEST(AbfLayout, ASweepThatIsNoWholeNumberOfRowsIsRefused) {
  AbfFile file = three_sweeps();
  file.synch_lengths = {119, 121, 120};
  for (const Version& version : both(file))
    expect_refused(version.bytes, HasSubstr("119 samples for 2 channels"));
}

// Without a table the length of a sweep stands in the header: a count that is wrong loses sweeps, but never
// cuts them in another place.
TEST(AbfLayout, WithoutATableSweepsHaveTheLengthOfTheHeader) {
  AbfFile file = three_sweeps();
  file.synch_lengths.clear();
  file.samples_per_episode = 120;
  for (Version version : both(file)) {
    EXPECT_THAT(parse_signal_file(version.bytes, "f").warnings, IsEmpty());
    set(version.bytes, version.count_at, std::int32_t{300});
    const SignalFile read = parse_signal_file(version.bytes, "f");
    ASSERT_EQ(read.channels[0].sweeps.size(), 2U);
    ASSERT_EQ(read.channels[0].sweeps[1].size(), 60U);
    EXPECT_NEAR(read.channels[0].sweeps[1][0] / read.channels[0].sweeps[1][10], 100.0 / 110.0, 1e-6);
    EXPECT_THAT(read.warnings, Contains(HasSubstr("3 sweeps by the header but samples for 2")));
    EXPECT_THAT(read.warnings, Contains(HasSubstr("the last 60 samples")));
  }
}

TEST(AbfLayout, TheTableDecidesOnTheNumberOfSweepsAndSaysSo) {
  AbfFile file = three_sweeps();
  file.episodes = 2;
  for (const Version& version : both(file)) {
    const SignalFile read = parse_signal_file(version.bytes, "f");
    EXPECT_EQ(read.channels[0].sweeps.size(), 3U);
    EXPECT_THAT(read.warnings, Contains(HasSubstr("2 sweeps by the header but 3 by the table")));
  }
}

TEST(AbfLayout, SamplesOverOtherPartsOfTheFileAreRefused) {
  for (Version version : both(three_sweeps())) {
    Bytes moved = version.bytes;
    set(moved, version.data_at, std::int32_t{0});
    expect_refused(moved, HasSubstr("lie over the header"));
  }
  Version old = both(three_sweeps())[0];
  set(old.bytes, old.data_at, number_at(old.bytes, old.data_at) + 1);
  old.bytes.resize(old.bytes.size() + 512);  // more than enough samples behind the table
  expect_refused(old.bytes, HasSubstr("lie over the table of sweeps"));
  Version recent = both(three_sweeps())[1];
  set(recent.bytes, recent.data_at, number_at(recent.bytes, recent.data_at) - 1);
  expect_refused(recent.bytes, HasSubstr("lie over the table of sweeps"));
}

TEST(AbfLayout, SamplesABlockBeforeTheirPlaceAreWarnedOf) {
  Version version = both(three_sweeps())[0];
  set(version.bytes, version.data_at, number_at(version.bytes, version.data_at) - 1);
  EXPECT_THAT(parse_signal_file(version.bytes, "f").warnings, Contains(HasSubstr("belong to neither")));
}

TEST(AbfLayout, AFormatAgainstTheSizeOfTheSamplesIsRefused) {
  for (Version version : both(three_sweeps())) {
    set(version.bytes, version.format_at, std::int16_t{2});
    expect_refused(version.bytes, HasSubstr("format 2"));
  }
  Version recent = both(three_sweeps())[1];
  set(recent.bytes, recent.format_at, std::int16_t{1});
  expect_refused(recent.bytes, HasSubstr("2 bytes in the section table but of 4"));
}

// Sweeps of 6 ms, every 6 ms by the table.
TEST(AbfLayout, SweepsThatBeginBeforeTheOneBeforeHasEndedAreRefused) {
  AbfFile file = three_sweeps();
  file.synch_unit_us = 50.0F;
  file.synch_starts = {1000, 1120, 1240};
  for (const Version& version : both(file))
    EXPECT_THAT(parse_signal_file(version.bytes, "f").warnings, IsEmpty());
  AbfFile slow = file;
  slow.interval_us = 400.0F;
  AbfFile close = file;
  close.synch_starts = {1000, 1120, 1180};
  for (const AbfFile& wrong : {slow, close}) {
    for (const Version& version : both(wrong))
      expect_refused(version.bytes, AllOf(HasSubstr("lasts"), HasSubstr("begins")));
  }
  file.synch_starts = {-2147483600, 2147483000, -2147483600};  // the counter has run over
  for (const Version& version : both(file)) EXPECT_NO_THROW(parse_signal_file(version.bytes, "f"));
}

TEST(AbfLayout, GainsThatNoAmplifierHasAreRefusedAndATurnedSignalIsTold) {
  AbfFile file = three_sweeps();
  file.inputs[1].programmable_gain = -1.0F;
  for (const Version& version : both(file))
    expect_refused(version.bytes, HasSubstr("a programmable gain of -1"));
  file = three_sweeps();
  file.inputs[1].telegraph = true;
  file.inputs[1].telegraphed_gain = -5.0F;
  for (const Version& version : both(file))
    expect_refused(version.bytes, HasSubstr("a telegraphed gain of -5"));
  file = three_sweeps();
  file.inputs[1].instrument_scale = -0.5F;
  for (const Version& version : both(file)) {
    const SignalFile read = parse_signal_file(version.bytes, "f");
    EXPECT_THAT(read.warnings, Contains(AllOf(HasSubstr("`V`"), HasSubstr("turned round"))));
    EXPECT_NEAR(read.channels[1].sweeps[1][0], 100.0 * 10.0 / 32768.0 / 0.5, 1e-9);
  }
}

}  // namespace
}  // namespace libfit
