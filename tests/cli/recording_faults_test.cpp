// What people's recordings hold besides a membrane: padding, lost inputs, stimulus artefacts; and what is
// easily taken for that: a sweep of 0 pA, doublets.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;

class RecordingFaults : public testing::Test {
 protected:
  json inspected(const std::string& file) const {
    const auto result = run_dyniv({"inspect", "--json", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out)["files"][0];
  }
  // All spikes of the only voltage of a file.
  static std::size_t spikes_in(const json& file) {
    std::size_t count = 0;
    for (const auto& channel : file["channels"]) {
      if (channel["role"] != "voltage") continue;
      for (const auto& sweep : channel["sweeps"]) count += sweep["spikes"].get<std::size_t>();
    }
    return count;
  }
  ScratchFolder folder_;
};

TEST_F(RecordingFaults, DoubletsAreTwoSpikesAndArtefactsAreNone) {
  Trace trace = passive_trace(2.0, 1);
  for (int i = 0; i < 10; ++i) {
    add_spike(trace, 100.0 + 180.0 * i);
    add_spike(trace, 102.0 + 180.0 * i);
    const auto at = static_cast<std::size_t>((50.0 + 180.0 * i) / trace.dt_ms);
    trace.voltage_mV[at] += 70.0;
    trace.voltage_mV[at + 1] -= 70.0;
  }
  const json file = inspected(folder_.write("spikes.csv", as_text(trace)));
  EXPECT_EQ(spikes_in(file), 20U);
  EXPECT_THAT(file["warnings"].dump(), HasSubstr("10 peaks are no spikes"));
}

// C is that of the part which was recorded, and the place is named.
TEST_F(RecordingFaults, PaddingIsLeftOutOfTheCapacitance) {
  const Trace whole = passive_trace(20.0, 3);
  const std::size_t aborted = whole.voltage_mV.size() * 3 / 4;
  for (const double value : {0.0, whole.voltage_mV[aborted - 1], 250.0}) {
    Trace padded = whole;
    std::fill(padded.voltage_mV.begin() + static_cast<long>(aborted), padded.voltage_mV.end(), value);
    const std::string out = folder_.path() / "out";
    const auto result = run_dyniv({"iv", folder_.write("padded.csv", as_text(padded)), "--no-compensation",
                                   "--no-figures", "--bootstrap", "20", "--force", "--out", out});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, ContainsRegex("the voltage is constant in sweep 1 from 1[45][.0-9]* to 20"))
        << value;
    EXPECT_NEAR(json::parse(content_of(out + "/iv.json"))["capacitance_pF"]["value"], 200.0, 3.0) << value;
  }
}

// 100 MOhm and 20 ms under steps of -50, 0 and 50 pA, as columns of one table; `dead_from_ms`: from there on
// the last sweep is zeros.
std::string step_table(double dead_from_ms) {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise(0.0, 0.05);
  std::string text = "time_ms,I0_pA,V0_mV,I1_pA,V1_mV,I2_pA,V2_mV,I3_pA,V3_mV\n";
  const std::vector<double> amplitudes{-50.0, 0.0, 50.0, 75.0};
  std::vector<double> v(4, -70.0);
  for (std::size_t k = 0; k < 4000; ++k) {
    const double t = 0.2 * static_cast<double>(k);
    text += fmt::format("{:.4f}", t);
    for (std::size_t s = 0; s < 4; ++s) {
      const double current = t >= 200.0 && t < 600.0 ? amplitudes[s] : 0.0;
      const bool dead = s == 3 && t >= dead_from_ms;
      text += fmt::format(",{:.1f},{:.5f}", current, dead ? 0.0 : v[s] + noise(random));
      v[s] += 0.2 * (-(v[s] + 70.0) + 0.1 * current) / 20.0;
    }
    text += "\n";
  }
  return text;
}

TEST_F(RecordingFaults, ASweepOfNoCurrentIsAStepAndAnAbortedOneIsLeftOut) {
  for (const double dead_from_ms : {1000.0, 350.0}) {
    const std::string out = folder_.path() / "out";
    const auto result = run_dyniv({"steps", folder_.write("steps.csv", step_table(dead_from_ms)),
                                   "--no-figures", "--force", "--out", out});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json steps = json::parse(content_of(out + "/steps.json"));
    EXPECT_EQ(steps["steps"].size(), dead_from_ms > 600.0 ? 4U : 3U);
    EXPECT_NEAR(steps["input_resistance_MOhm"]["value"], 100.0, 2.0);
    if (dead_from_ms < 600.0) {
      EXPECT_THAT(result.err, HasSubstr("constant in sweep 4 from 0.35"));
    }
  }
}

}  // namespace
}  // namespace dyniv_test
