#include "libfit/recording/channel_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using testing::HasSubstr;

Channel channel(const std::string& name, const std::string& unit, ChannelRole role,
                double to_internal = 1.0) {
  Channel made;
  made.name = name;
  made.file_unit = unit;
  made.role = role;
  made.to_internal = to_internal;
  return made;
}

// Two currents, of which one is named 1 like the number of the voltage; a channel without a unit.
SignalFile rig_file() {
  SignalFile file;
  file.path = "cell.abf";
  file.channels = {channel("Vm", "mV", ChannelRole::voltage), channel("1", "pA", ChannelRole::current),
                   channel("Im", "nA", ChannelRole::current, 1000.0), channel("aux", "", ChannelRole::other)};
  return file;
}

TEST(ChannelChoice, IsTheOnlyChannelOfTheRoleOrTheUsersAmongSeveral) {
  const SignalFile file = rig_file();
  EXPECT_EQ(choose_channel(file, ChannelRole::voltage, "", "")->index, 0U);
  EXPECT_THROW(choose_channel(file, ChannelRole::current, "", ""), DataError);
  EXPECT_EQ(choose_channel(file, ChannelRole::current, "im", "")->index, 2U);  // in any case
  EXPECT_EQ(choose_channel(file, ChannelRole::current, "3", "")->index, 2U);
  EXPECT_EQ(choose_channel(file, ChannelRole::current, "1", "")->index, 1U);  // a name goes before a number
  EXPECT_THROW(choose_channel(file, ChannelRole::current, "5", ""), OptionError);
}

TEST(ChannelChoice, PrefersTheNameInItsOwnCaseAndRefusesOneThatTwoBear) {
  SignalFile file = rig_file();
  file.channels.push_back(channel("IM", "pA", ChannelRole::current));
  EXPECT_EQ(choose_channel(file, ChannelRole::current, "IM", "")->index, 4U);
  EXPECT_THROW(choose_channel(file, ChannelRole::current, "im", ""), DataError);
}

TEST(ChannelChoice, IsAbsentWhereTheFileHasNoSuchChannel) {
  SignalFile file = rig_file();
  file.channels.resize(1);
  EXPECT_FALSE(choose_channel(file, ChannelRole::current, "", "").has_value());
  EXPECT_FALSE(choose_channel(file, ChannelRole::current, "Im", "").has_value());
}

// Samples of the channel in nA are in pA already; read as pA by the user they are a thousandth of that.
TEST(ChannelChoice, TakesTheStatedUnitAndSaysWhatItContradicts) {
  const SignalFile file = rig_file();
  const auto as_stored = choose_channel(file, ChannelRole::current, "Im", "nA");
  EXPECT_EQ(as_stored->factor, 1.0);
  EXPECT_EQ(as_stored->contradiction, "");
  const auto restated = choose_channel(file, ChannelRole::current, "Im", "pA");
  EXPECT_DOUBLE_EQ(restated->factor, 0.001);
  EXPECT_THAT(restated->contradiction, HasSubstr("is in nA by the file but read as pA"));
  EXPECT_THROW(choose_channel(file, ChannelRole::current, "Im", "mV"), OptionError);
}

TEST(ChannelChoice, NeedsAUnitFromTheFileOrTheUser) {
  const SignalFile file = rig_file();
  EXPECT_THROW(choose_channel(file, ChannelRole::current, "aux", ""), DataError);
  const auto stated = choose_channel(file, ChannelRole::current, "aux", "nA");
  EXPECT_DOUBLE_EQ(stated->factor, 1000.0);
  EXPECT_EQ(stated->contradiction, "");  // the file told none
}

}  // namespace
}  // namespace libfit
