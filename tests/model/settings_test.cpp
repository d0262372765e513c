#include <gtest/gtest.h>

#include "libfit/core/error.hpp"
#include "libfit/model/settings_internal.hpp"

namespace libfit {
namespace {

TEST(Settings, AreTakenByNameInAnyCase) {
  Settings settings(" tau_ms = 10 ,r_mohm=+2e2, V_mV=-80:-60");
  EXPECT_EQ(settings.take_number("TAU_MS"), 10.0);
  EXPECT_EQ(settings.take_number("R_MOhm"), 200.0);
  EXPECT_EQ(settings.take_number("g_nS"), std::nullopt);
  ASSERT_NE(settings.unused(), nullptr);
  EXPECT_EQ(settings.unused()->name, "V_mV");
  ASSERT_NE(settings.take("V_mV"), nullptr);
  EXPECT_EQ(settings.unused(), nullptr);
}

TEST(Settings, MayBeEmpty) { EXPECT_EQ(Settings("  ").unused(), nullptr); }

TEST(Settings, AreRefusedWithoutANameOrGivenTwice) {
  for (const char* bad : {"tau_ms", "=10", "tau_ms=10,", "tau_ms=10,TAU_ms=10"})
    EXPECT_THROW(Settings{bad}, OptionError) << bad;
}

TEST(Settings, AreNumbersToTheirLastCharacter) {
  EXPECT_EQ(setting_as_number("E_mV", "-52.5"), -52.5);
  for (const char* bad : {"", "+", "5mV", "nan", "inf", "1e999", "1 2"})
    EXPECT_THROW(setting_as_number("E_mV", bad), OptionError) << bad;
}

TEST(Settings, SplitAtSeparatorsWithoutBlanks) {
  EXPECT_EQ(split_settings("a : b:", ':'), (std::vector<std::string_view>{"a", "b", ""}));
}

}  // namespace
}  // namespace libfit
