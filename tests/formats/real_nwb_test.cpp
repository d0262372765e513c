// NWB 2 files of the reference implementation and what it reads from them. Skipped where the files are
// absent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "libfit/formats/open.hpp"
#include "libfit/recording/traps.hpp"
#include "tests/formats/recordings_folder.hpp"

namespace libfit {
namespace {

void expect_sweep(const std::vector<double>& samples, const nlohmann::json& wanted, const char* key,
                  std::size_t points) {
  ASSERT_EQ(samples.size(), points);
  const Spread spread = spread_of(samples);
  EXPECT_NEAR(samples.front(), wanted[key]["first"].get<double>(), 1e-9);
  EXPECT_NEAR(samples.back(), wanted[key]["last"].get<double>(), 1e-9);
  EXPECT_NEAR(spread.mean, wanted[key]["mean"].get<double>(), 1e-9);
  EXPECT_NEAR(spread.sd, wanted[key]["sd"].get<double>(), 1e-9);
}

TEST(RealNwb, AgreesWithTheReferenceImplementation) {
  const auto recordings = recordings::folder();
  if (!recordings) GTEST_SKIP() << recordings::kAbsent;
  std::ifstream stream(*recordings / "nwb" / "expected.json");
  const auto expected = nlohmann::json::parse(stream);
  ASSERT_EQ(expected.size(), 4U);
  for (const auto& [name, wanted] : expected.items()) {
    SCOPED_TRACE(name);
    const SignalFile file = open_signal_file(*recordings / "nwb" / name);
    ASSERT_EQ(file.channels.size(), 2U);
    const auto& sweeps = wanted["current_clamp_sweeps"];
    ASSERT_EQ(file.channels[0].sweeps.size(), sweeps.size());
    for (std::size_t s = 0; s < sweeps.size(); ++s) {
      const auto points = sweeps[s]["points"].get<std::size_t>();
      EXPECT_NEAR(1000.0 / file.channels[0].notes[s].dt_ms, sweeps[s]["rate_Hz"].get<double>(), 1e-6);
      expect_sweep(file.channels[0].sweeps[s], sweeps[s], "voltage_mV", points);
      expect_sweep(file.channels[1].sweeps[s], sweeps[s], "current_pA", points);
    }
    const std::size_t refused = wanted.contains("refused") ? wanted["refused"].size() : 0;
    EXPECT_GE(file.left_out.size(), refused);
  }
}

}  // namespace
}  // namespace libfit
