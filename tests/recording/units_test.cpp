#include "libfit/recording/units.hpp"

#include <gtest/gtest.h>

namespace libfit {
namespace {

void expect_unit(std::string_view text, ChannelRole role, double factor) {
  const auto unit = parse_electric_unit(text);
  ASSERT_TRUE(unit.has_value()) << text;
  EXPECT_EQ(unit->role, role) << text;
  EXPECT_NEAR(unit->to_internal, factor, 1e-12 * factor) << text;
}

TEST(Units, KnowVoltagesAndCurrentsWithPrefixesAndWords) {
  for (const auto& [text, factor] :
       {std::pair{"V", 1e3}, std::pair{"mV", 1.0}, std::pair{"mv", 1.0}, std::pair{"uV", 1e-3},
        std::pair{"kV", 1e6}, std::pair{" volts ", 1e3}, std::pair{"millivolt", 1.0},
        std::pair{"\xB5V", 1e-3}, std::pair{"\xC2\xB5V", 1e-3}, std::pair{"\xCE\xBCV", 1e-3},
        std::pair{"microvolts", 1e-3}})
    expect_unit(text, ChannelRole::voltage, factor);
  for (const auto& [text, factor] :
       {std::pair{"A", 1e12}, std::pair{"mA", 1e9}, std::pair{"uA", 1e6}, std::pair{"nA", 1e3},
        std::pair{"pA", 1.0}, std::pair{"pa", 1.0}, std::pair{"fA", 1e-3}, std::pair{"amperes", 1e12},
        std::pair{"picoamps", 1.0}, std::pair{"NanoAmpere", 1e3},
        std::pair{"\xC2\xB5"
                  "A",
                  1e6}})
    expect_unit(text, ChannelRole::current, factor);
}

TEST(Units, KnowNothingElse) {
  for (const char* text : {"", "Pa", "dB", "C", "mmHg", "a", "v", "V/s", "eV", "mVolt2", "s", "xA", "\xB5"})
    EXPECT_FALSE(parse_electric_unit(text).has_value()) << text;
}

TEST(Units, OfTimeAreCaseBlind) {
  EXPECT_EQ(parse_time_unit("s"), 1000.0);
  EXPECT_EQ(parse_time_unit("Sec"), 1000.0);
  EXPECT_EQ(parse_time_unit("MS"), 1.0);
  EXPECT_EQ(parse_time_unit("\xC2\xB5s"), 1e-3);
  EXPECT_FALSE(parse_time_unit("min").has_value());
  EXPECT_FALSE(parse_time_unit("").has_value());
}

TEST(Units, OfRateAreKnown) {
  EXPECT_EQ(parse_rate_unit("Hz"), 1.0);
  EXPECT_EQ(parse_rate_unit("kHz"), 1000.0);
  EXPECT_FALSE(parse_rate_unit("1/s").has_value());
}

TEST(Names, HintAtVoltageOrCurrentOnlyWhenClear) {
  for (const char* name : {"V", "V1", "Vm RIGHT", "Voltage 0", "membrane potential", "v_soma"})
    EXPECT_EQ(role_from_name(name), ChannelRole::voltage) << name;
  for (const char* name : {"I", "I2", "Im RIGHT", "current", "I_inj", "_I"})
    EXPECT_EQ(role_from_name(name), ChannelRole::current) << name;
  for (const char* name : {"", "IN 0", "AO #0", "10_Vm", "stim", "valve", "Tmp"})
    EXPECT_FALSE(role_from_name(name).has_value()) << name;
}

TEST(TidyStep, RoundsWhatStorageSpoiledAndNothingElse) {
  EXPECT_EQ(tidy_step(double{0.1F}), 0.1);
  EXPECT_EQ(tidy_step(0.05000000000003), 0.05);
  EXPECT_EQ(tidy_step(0.1), 0.1);
  EXPECT_EQ(tidy_step(0.123456789), 0.123456789);
}

TEST(ToUtf8, KeepsUtf8AndConvertsLatin1) {
  EXPECT_EQ(to_utf8("\xC2\xB5V"), "\xC2\xB5V");
  EXPECT_EQ(to_utf8("\xB5V"), "\xC2\xB5V");
  EXPECT_EQ(to_utf8("\xC0\x80"), "\xC3\x80\xC2\x80");  // an overlong zero is no UTF-8
}

}  // namespace
}  // namespace libfit
