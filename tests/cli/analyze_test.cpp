// `dyniv analyze`: the contract of its JSON, models by hand and from files, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json analyzed(std::vector<std::string> words) {
  words.insert(words.begin(), "analyze");
  words.insert(words.end(), {"--json", "-q"});
  const auto result = run_dyniv(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return result.exit_code == 0 ? json::parse(result.out) : json();
}

TEST(Analyze, TellsAnEifByHandAsItsFormulasDo) {
  const json eif = analyzed({"--model", "eif", "--set", "tau_ms=15,R_MOhm=100,V_T_mV=-50,Delta_T_mV=1.5",
                             "--currents", "0:10:400"});
  EXPECT_EQ(eif["schema"], "dyniv.analyze");
  EXPECT_EQ(eif["model"], "eif");
  ASSERT_EQ(eif["resting_mV"].size(), 1U);
  EXPECT_NEAR(eif["resting_mV"][0].get<double>(), -65.0, 1e-3);
  EXPECT_NEAR(eif["rheobase_pA"].get<double>(), 135.0, 1e-9);
  EXPECT_NEAR(eif["slow_threshold_mV"].get<double>(), -50.0, 1e-9);
  EXPECT_GT(eif["pulse_threshold_mV"].get<double>(), -48.0);
  EXPECT_NEAR(eif["input_resistance_MOhm"].get<double>(), 100.0, 0.01);
  EXPECT_EQ(eif["onset"]["type"], "I");
  ASSERT_EQ(eif["fi_curve"]["current_pA"].size(), 41U);
  ASSERT_EQ(eif["fi_curve"]["rate_Hz"].size(), 41U);
  EXPECT_EQ(eif["fi_curve"]["current_pA"][40], 400.0);
  EXPECT_EQ(eif["fi_curve"]["rate_Hz"][13], 0.0);
  EXPECT_GT(eif["fi_curve"]["rate_Hz"][14], 0.0);
  EXPECT_TRUE(eif["fi_curve"]["latency_ms"][0].is_null());
  EXPECT_EQ(eif["draws"], 0);
}

TEST(Analyze, TellsTheFiCurveOfTheLifAsTheLogarithmDoes) {
  const json lif = analyzed({"lif", "--currents=200:100:400"});
  for (std::size_t i = 0; i < 3; ++i) {
    const double V_end = -65.0 + 20.0 + 10.0 * static_cast<double>(i);
    const double expected = 1000.0 / (3.0 + 15.0 * std::log((V_end + 60.0) / (V_end + 50.0)));
    EXPECT_NEAR(lif["fi_curve"]["rate_Hz"][i].get<double>(), expected, 1e-9 * expected);
  }
}

TEST(Analyze, TakesSeveralModelsFilesAndFolders) {
  const ScratchFolder folder;
  const std::string text =
      R"({"schema": "dyniv.model", "version": 1, "model": "lif", "parameters": {"C_pF": 200, "g_nS": 10,
          "E_mV": -70, "V_th_mV": -50, "V_reset_mV": -60, "t_ref_ms": 2}})";
  std::filesystem::create_directories(folder.path() / "models");
  const std::string file = folder.write("models/lif.json", text);
  EXPECT_NEAR(analyzed({file})["rheobase_pA"].get<double>(), 200.0, 1e-9);
  EXPECT_NEAR(analyzed({folder.path().string()})["rheobase_pA"].get<double>(), 200.0, 1e-9);
  const json both = analyzed({file, "passive"});
  ASSERT_EQ(both["models"].size(), 2U);
  EXPECT_EQ(both["models"][1]["model"], "passive");
  EXPECT_TRUE(both["models"][1]["rheobase_pA"].is_null());
}

TEST(Analyze, SimulatesAModelThatAdapts) {
  const json adex = analyzed({"adex", "--set", "a_nS=0", "--currents", "300:1:300", "--step", "1000"});
  EXPECT_EQ(adex["fi_curve"]["method"], "simulated");
  EXPECT_GT(adex["fi_curve"]["onset_Hz"][0].get<double>(), adex["fi_curve"]["rate_Hz"][0].get<double>());
}

TEST(Analyze, ExplainsTheTwoThresholdsToPeople) {
  const auto result = run_dyniv({"analyze", "eif"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("threshold for short pulses"));
  EXPECT_THAT(result.out, HasSubstr("135.0 pA"));
  EXPECT_THAT(result.out, HasSubstr("- a short pulse has to bring V to -46.21 mV"));
  EXPECT_THAT(result.out, HasSubstr("latency (ms)"));
}

TEST(Analyze, WritesItsNumbersAndFiguresIntoAFolder) {
  const ScratchFolder folder;
  const std::string out = folder.path() / "out";
  const auto result = run_dyniv({"analyze", "lif", "--out", out, "--format", "svg", "--json", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(content_of(out + "/analysis.json"), result.out);
  const auto files = all_files(out);
  for (const char* name : {"lif_phase_line", "lif_trajectories", "fi_curves"})
    EXPECT_TRUE(files.contains(std::string("figures/") + name + ".csv")) << name;
  EXPECT_FALSE(files.contains("figures/phase_lines.csv"));  // one model alone
  EXPECT_EQ(run_dyniv({"analyze", "lif", "--out", out}).exit_code, 2);
  const auto again = run_dyniv({"analyze", "lif", "--out", out, "--force", "--no-figures"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_FALSE(all_files(out).contains("figures/fi_curves.csv"));
}

TEST(Analyze, HoldsTheModelAtACurrent) {
  EXPECT_NEAR(analyzed({"lif", "--holding", "100"})["resting_mV"][0].get<double>(), -55.0, 1e-9);
  EXPECT_NEAR(analyzed({"lif", "--holding=-100"})["resting_mV"][0].get<double>(), -75.0, 1e-9);
}

TEST(Analyze, RefusesBadParametersAndCurrentsWithASentence) {
  const auto refused = [](std::vector<std::string> words, const std::string& sentence) {
    words.insert(words.begin(), "analyze");
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 2) << sentence;
    EXPECT_EQ(result.out, "") << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
  };
  refused({}, "no model was named");
  refused({"lif", "--set", "tau_ms=0"}, "tau_ms = 0: must be > 0");
  refused({"lif", "--set", "tau_ms=-3"}, "tau_ms = -3: must be > 0");
  refused({"lif", "--set", "V_reset_mV=-40"}, "V_reset_mV = -40: must be below V_th_mV");
  refused({"qif", "--set", "V_c_mV=-70"}, "V_c_mV = -70: must be at or above V_rest_mV");
  refused({"eif", "--set", "t_ref_ms=0,V_reset_mV=-40"}, "t_ref_ms = 0: must be > 0");
  for (const char* bad : {"0", "0:10", "0:0:10", "0:-1:10", "10:1:0", "0:1:1e9", "a:b:c", "0:1:10:3"})
    refused({"lif", "--currents", bad}, std::string("--currents"));
}

TEST(Analyze, RefusesAFolderWithoutModels) {
  const ScratchFolder folder;
  const auto result = run_dyniv({"analyze", folder.path().string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("holds no models"));
}

}  // namespace
}  // namespace dyniv_test
