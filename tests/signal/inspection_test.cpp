#include "libfit/signal/inspection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace libfit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Channel channel_of(ChannelRole role, std::vector<std::vector<double>> sweeps) {
  Channel channel;
  channel.name = "ch";
  channel.role = role;
  channel.sweeps = std::move(sweeps);
  return channel;
}

SignalFile file_of(std::vector<Channel> channels) {
  SignalFile file;
  file.path = "cell.txt";
  file.format = "text";
  file.dt_ms = 0.5;
  file.channels = std::move(channels);
  return file;
}

TEST(Inspection, TellsEachSweepAndPoolsThem) {
  const Inspection result =
      inspect_file(file_of({channel_of(ChannelRole::other, {{1.0, 3.0}, {5.0, 5.0, 5.0, 9.0}, {}})}));
  const auto& sweeps = result.channels.at(0).sweeps;
  ASSERT_EQ(sweeps.size(), 3U);
  EXPECT_EQ(sweeps[1].points, 4U);
  EXPECT_EQ(sweeps[1].first, 5.0);
  EXPECT_EQ(sweeps[1].last, 9.0);
  EXPECT_DOUBLE_EQ(sweeps[1].spread->mean, 6.0);
  EXPECT_DOUBLE_EQ(sweeps[1].spread->sd, std::sqrt(3.0));
  EXPECT_FALSE(sweeps[2].first || sweeps[2].last || sweeps[2].spread);
  // 1, 3, 5, 5, 5, 9: mean 28/6, mean square 166/6.
  const PooledSweeps pooled = pool(result.channels[0]);
  EXPECT_DOUBLE_EQ(pooled.mean, 28.0 / 6.0);
  EXPECT_DOUBLE_EQ(pooled.sd, std::sqrt(166.0 / 6.0 - 28.0 / 6.0 * 28.0 / 6.0));
  EXPECT_FALSE(pooled.spikes);
  EXPECT_EQ(sweep_count(result.file), 3U);
  EXPECT_EQ(sweep_lengths(result).shortest_ms, 0.0);
  EXPECT_EQ(sweep_lengths(result).longest_ms, 2.0);
  EXPECT_THAT(result.file.channels[0].sweeps[1], IsEmpty()) << "samples are given back";
}

TEST(Inspection, CountsSpikesOfVoltagesOnly) {
  std::vector<double> voltage(4000, -70.0);
  for (const std::size_t at : {1000U, 2000U, 3000U}) {
    for (std::size_t k = 0; k < 4; ++k) voltage[at + k] = 30.0 - 25.0 * static_cast<double>(k);
  }
  const Inspection result = inspect_file(
      file_of({channel_of(ChannelRole::voltage, {voltage}), channel_of(ChannelRole::other, {voltage})}));
  EXPECT_EQ(result.channels[0].sweeps[0].spikes, 3U);
  EXPECT_EQ(pool(result.channels[0]).spikes, 3U);
  EXPECT_FALSE(result.channels[1].sweeps[0].spikes);
}

TEST(Inspection, ASampleThatIsNotFiniteIsNamedAndNothingIsCounted) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Inspection result = inspect_file(file_of({channel_of(ChannelRole::voltage, {{-70.0, nan, -70.0}})}));
  EXPECT_FALSE(result.channels[0].sweeps[0].spikes);
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("`ch`: holds samples that are not finite")));
}

TEST(Inspection, OfFilesThatDescribeTheirSweepsTellsWhichRepeatACurrent) {
  std::vector<double> noise(2000), other(2000);
  for (std::size_t k = 0; k < noise.size(); ++k) {
    noise[k] = 100.0 * std::sin(0.37 * static_cast<double>(k * k % 977));
    other[k] = 100.0 * std::cos(0.21 * static_cast<double>(k * k % 811));
  }
  Channel voltage = channel_of(ChannelRole::voltage, {noise, noise, noise});
  for (auto& sweep : voltage.sweeps) sweep.assign(2000, -70.0);
  Channel current = channel_of(ChannelRole::current, {noise, other, noise});
  for (const std::size_t number : {4U, 5U, 7U}) {
    SweepNote note;
    note.number = number;
    note.dt_ms = 0.5;
    note.points = 2000;
    voltage.notes.push_back(note);
    current.notes.push_back(note);
  }
  const Inspection result = inspect_file(file_of({voltage, current}));
  EXPECT_THAT(result.channels[0].repeats, ElementsAre(4U, 5U, 4U));
  EXPECT_THAT(result.channels[1].repeats, ElementsAre(4U, 5U, 4U));
}

}  // namespace
}  // namespace libfit
