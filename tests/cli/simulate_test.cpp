// Models and currents by hand: `dyniv simulate` without any recording.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json simulated(std::vector<std::string> words) {
  words.insert(words.begin(), "simulate");
  words.insert(words.end(), {"--json", "-q"});
  const auto result = run_dyniv(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return result.exit_code == 0 ? json::parse(result.out) : json();
}

const std::vector<std::string> kLif{"--model", "lif", "--set",
                                    "tau_ms=10,R_MOhm=100,E_mV=-65,V_th_mV=-50,V_reset_mV=-65,t_ref_ms=2"};

std::vector<std::string> lif(const std::vector<std::string>& more) {
  std::vector<std::string> words = kLif;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// R I = 20 mV, threshold 15 mV above rest: tau ln 4 to the first spike, t_ref more between the others.
TEST(SimulateByHand, AStepFiresTheLifWhenTheClosedFormSays) {
  const auto spikes = simulated(lif(
      {"--current", "step:begin_ms=100,end_ms=600,amplitude_pA=200"}))["sweeps"][0]["spike_times_ms"]
                          .get<std::vector<double>>();
  const double rise = 10.0 * std::log(4.0);
  ASSERT_EQ(spikes.size(), 31U);
  for (std::size_t i = 0; i < spikes.size(); ++i)
    EXPECT_NEAR(spikes[i], 100.0 + rise + static_cast<double>(i) * (rise + 2.0), 1e-9);
}

TEST(SimulateByHand, TheSumOfCurrentsIsWhatIsInjected) {
  const ScratchFolder folder;
  const std::string trace = folder.path() / "trace.txt";
  const auto result =
      run_dyniv({"simulate", "--model", "passive", "--dt", "0.5", "--duration", "2",
                 "constant:amplitude_pA=5", "pulse:at_ms=1,charge_fC=10", "--voltage", trace});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::istringstream lines(content_of(trace));
  std::vector<std::string> currents;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(',');
    currents.push_back(line.substr(first + 1, line.find(',', first + 1) - first - 1));
  }
  EXPECT_THAT(currents, testing::ElementsAre("I0_pA", "5", "5", "25", "5"));
}

TEST(SimulateByHand, SweepsDifferInTheirNoiseUnlessItIsFrozen) {
  const auto trains = [](const std::string& current, const std::string& seed) {
    const json result = simulated(
        {"--model", "eif", "--current", current, "--duration", "2000", "--repeat", "2", "--seed", seed});
    EXPECT_EQ(result["sweeps"].size(), 2U);
    return result["sweeps"];
  };
  const std::string noise = "ou:mean_pA=100,sd_pA=200,tau_ms=3";
  const json one = trains(noise, "1");
  EXPECT_NE(one[0], one[1]);
  EXPECT_EQ(one, trains(noise, "1"));
  EXPECT_NE(one, trains(noise, "2"));
  const json frozen = trains(noise + ",seed=7", "1");
  EXPECT_EQ(frozen[0], frozen[1]);
  EXPECT_EQ(frozen, trains(noise + ",seed=7", "2"));
}

TEST(SimulateByHand, ACurrentOfAFileNeedsNoVoltageAndWordsAreAddedToIt) {
  const ScratchFolder folder;
  std::string text = "time_ms,I_pA\n";
  for (int k = 0; k < 4000; ++k) text += std::to_string(0.25 * k) + "," + (k % 2 == 0 ? "90" : "110") + "\n";
  const std::string file = folder.write("current.txt", text);
  const json without = simulated(lif({file}));
  EXPECT_EQ(without["sweeps"][0]["spike_times_ms"].size(), 0U);
  EXPECT_EQ(without["sweeps"][0]["duration_ms"], 1000.0);
  EXPECT_EQ(without["inputs"]["current"][0]["path"], file);
  const json with = simulated(lif({file, "--current", "step:begin_ms=500,amplitude_pA=100"}));
  EXPECT_NEAR(with["sweeps"][0]["spike_times_ms"][0], 500.0 + 10.0 * std::log(2.0),
              1.5);  // 10 of 15 mV at rest
  EXPECT_EQ(with["inputs"]["current"][1]["words"], "step:begin_ms=500,amplitude_pA=100");
}

void expect_simulate_refused(int exit_code, std::vector<std::string> words, const std::string& sentence) {
  words.insert(words.begin(), "simulate");
  const auto result = run_dyniv(words);
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr(sentence));
}

TEST(SimulateByHand, RefusesParametersAndCurrentsThatMakeNoSense) {
  const std::string step = "step:amplitude_pA=200";
  for (const auto& [model, set, sentence] :
       {std::tuple{"lif", "tau_ms=0", "tau_ms"}, std::tuple{"lif", "V_reset_mV=-40", "V_reset_mV"},
        std::tuple{"qif", "V_c_mV=-80", "V_c_mV"}, std::tuple{"lif", "t_ref_ms=-1", "t_ref_ms"},
        std::tuple{"eif", "V_th_mV=-40", "V_th_mV"}, std::tuple{"lif", "tau_ms=ten", "tau_ms"}})
    expect_simulate_refused(2, {"--model", model, "--set", set, step}, sentence);
  expect_simulate_refused(2, {"--model", "elif", step}, "elif");
  expect_simulate_refused(1, {"--model", "lif", "--set", "t_ref_ms=0", "constant:amplitude_pA=1e9"},
                          "without end");
  expect_simulate_refused(2, lif({"step:amplitude_pA=200,end=5"}), "there is no end in it");
  expect_simulate_refused(2, lif({"step:begin_ms=5000,amplitude_pA=200"}),
                          "before the end of the current at 1000 ms");
  expect_simulate_refused(2, lif({"ou:sd_pA=5,tau_ms=-1"}), "tau_ms");
  expect_simulate_refused(2, lif({}), "a current in words");
  expect_simulate_refused(2, lif({demo_file("test.abf"), "--duration", "5"}), "--duration");
  expect_simulate_refused(2, {"--model", demo_file("test.abf"), "--set", "C_pF=5", step}, "--set");
}

// A model file of the GIF family that fires at 20 Hz or so under 60 pA.
std::string gif_file(const ScratchFolder& folder) {
  return folder.write("gif.json", R"({"schema": "dyniv.model", "version": 1, "model": "gif", "parameters": {
    "C_pF": 100, "g_nS": 5, "E_mV": -65, "V_spike_mV": 0, "V_reset_mV": -58, "t_ref_ms": 4, "bin_ms": 1,
    "reference_mV": -55, "log_rate_per_ms": -5, "spike_lead_ms": 0, "currents": [{"b_pA": 30, "tau_ms": 20}],
    "drive": {"tau_ms": 20, "resistance_GOhm": 0.2, "E_mV": -65, "V_reset_mV": -58, "currents": []},
    "filters": [{"tau_ms": 0, "weight_per_mV": 0.5}], "thresholds": [], "history": []}})");
}

TEST(SimulateAGif, DrawsOtherSpikesForEverySeedAndSweep) {
  const ScratchFolder folder;
  const std::string model = gif_file(folder);
  const auto trains = [&](const std::string& seed, const std::vector<std::string>& current) {
    std::vector<std::string> words{"--model", model, "--seed", seed};
    words.insert(words.end(), current.begin(), current.end());
    std::vector<std::vector<double>> found;
    const json result = simulated(words);
    for (const json& sweep : result["sweeps"])
      found.push_back(sweep["spike_times_ms"].get<std::vector<double>>());
    return found;
  };
  const std::vector<std::string> held{"constant:amplitude_pA=60", "--duration", "1000", "--repeat", "3"};
  const auto one = trains("1", held), two = trains("2", held);
  ASSERT_EQ(one.size(), 3U);
  EXPECT_EQ(one, trains("1", held));
  for (const auto& train : one) EXPECT_GT(train.size(), 5U);
  EXPECT_NE(one[0], one[1]);
  EXPECT_NE(one[1], one[2]);
  for (const auto& train : two) EXPECT_THAT(one, testing::Not(testing::Contains(train)));
  // Sweeps of a recording, each with the same current, likewise.
  std::string text = "I1_pA,I2_pA\n";
  for (int k = 0; k < 5000; ++k) text += "60,60\n";
  const auto sweeps = trains("1", {folder.write("current.csv", text), "--dt", "0.1"});
  ASSERT_EQ(sweeps.size(), 2U);
  EXPECT_NE(sweeps[0], sweeps[1]);
}

// 40 steps of the same current: independent draws have other counts.
TEST(SimulateAGif, StepsBesideItDifferToo) {
  const ScratchFolder folder;
  const std::string model = gif_file(folder), file = folder.path() / "steps.txt";
  ASSERT_EQ(
      run_dyniv({"simulate", "--model", "adex", "--current", "step:begin_ms=100,end_ms=400,amplitude_pA=60",
                 "--duration", "500", "--repeat", "8", "--voltage", file})
          .exit_code,
      0);
  const auto counts = [&](const std::string& seed) {
    const auto result = run_dyniv({"steps", file, "--model", model, "--seed", seed, "--json", "-q",
                                   "--no-figures", "--force", "--out", folder.path() / "out"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<double> latencies;
    const json document = json::parse(result.out);
    for (const json& step : document["model"]["steps"])
      latencies.push_back(step["latency_ms"].is_null() ? -1.0 : step["latency_ms"].get<double>());
    return latencies;
  };
  const auto one = counts("1");
  ASSERT_EQ(one.size(), 8U);
  EXPECT_NE(one[0], one[1]);
  EXPECT_NE(one, counts("2"));
  EXPECT_EQ(one, counts("1"));
}

}  // namespace
}  // namespace dyniv_test
