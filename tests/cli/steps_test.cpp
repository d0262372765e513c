// `dyniv steps`: from a recording of steps to numbers, figures and a first model, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"
#include "tests/formats/recordings_folder.hpp"
#include "tests/formats/written_files.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Steps : public testing::Test {
 protected:
  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  // An AdEx cell under the steps of the protocol, with a little noise of its own.
  std::string recording() const {
    EXPECT_EQ(run_dyniv({"stimulus", "--protocol", "steps", "--out", in_folder("stimulus")}).exit_code, 0);
    const std::string file = in_folder("steps.txt");
    const auto result =
        run_dyniv({"simulate", "--model", "adex", in_folder("stimulus/steps.atf"), "--current",
                   "ou:sd_pA=1,tau_ms=1", "--voltage", file, "--spikes", in_folder("spikes.txt")});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return file;
  }
  ScratchFolder folder_;
};

// The textbook AdEx: 10 nS and 2 nS of adaptation give 83 MOhm in the steady state, a little more towards
// threshold. The analysis of its recording and of the model itself agree.
TEST_F(Steps, OfAModelAreWhatTheModelSays) {
  const auto result = run_dyniv({"steps", recording(), "--model", "adex", "--json", "-q", "--format", "svg",
                                 "--out", in_folder("out")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, content_of(in_folder("out/steps.json")));
  const json steps = json::parse(result.out);
  EXPECT_EQ(steps["schema"], "dyniv.steps");
  EXPECT_NEAR(steps["input_resistance_MOhm"]["value"], 83.8, 1.5);
  EXPECT_NEAR(steps["rest_mV"], -65.0, 0.1);
  EXPECT_GT(steps["sag"], 0.03);
  EXPECT_EQ(steps["steps"].size(), 17U);
  for (std::size_t i = 0; i < 17; ++i) {
    EXPECT_EQ(steps["steps"][i]["spikes"], steps["model"]["steps"][i]["spikes"]) << i;
    EXPECT_NEAR(steps["steps"][i]["steady_rate_Hz"], steps["model"]["steps"][i]["steady_rate_Hz"], 0.3) << i;
  }
  // It adapts.
  EXPECT_GT(steps["steps"][16]["first_rate_Hz"], 2.0 * steps["steps"][16]["steady_rate_Hz"].get<double>());
  for (const char* file :
       {"steps.csv", "models/lif.json", "figures/fi_curve.svg", "figures/step_responses.svg"})
    EXPECT_TRUE(std::filesystem::exists(in_folder("out/" + std::string(file)))) << file;
  // The first model is one that a stimulus can be scaled to.
  EXPECT_EQ(run_dyniv({"stimulus", "--protocol", "electrode", "--electrode-s", "1", "--model",
                       in_folder("out/models/lif.json"), "--target-sd-mV", "3", "--out", in_folder("next")})
                .exit_code,
            0);
}

// A voltage alone, of 64 ms, with a command of three steps; the epochs begin after a 64th of the sweep.
TEST_F(Steps, ThatAHeaderCommandsAreShownByInspectAndTakenFromTheSameTimes) {
  libfit::written::AbfFile file;
  file.inputs = {{"Vm", "mV"}};
  file.inputs[0].instrument_scale = 0.01F;
  file.command_units = {"pA"};
  file.episodes = 3;
  // The rustle of a converter: a voltage that does not change at all is no measurement.
  for (int k = 0; k < 3 * 640; ++k) file.raw.push_back(static_cast<std::int16_t>(-2000 + k * 7919 % 11));
  file.epochs = {{0.0F, 0.0F, 190}, {-40.0F, 20.0F, 200}, {0.0F, 0.0F, 200}};
  const libfit::written::Folder folder;
  const std::string path = folder.write("steps.abf", libfit::written::abf2(file)).string();
  const auto shown = run_dyniv({"inspect", path});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out,
              HasSubstr("commanded by the header: steps of -40 to 0 pA, 20 to 40 ms of each sweep; "
                        "`dyniv steps` takes them"));
  const json told = json::parse(run_dyniv({"inspect", "--json", path}).out)["files"][0]["commanded_steps"];
  EXPECT_EQ(told["amplitude_pA"], (std::vector<double>{-40.0, -20.0, 0.0}));
  const auto steps = run_dyniv({"steps", path, "--json", "--no-figures", "--out", in_folder("out")});
  ASSERT_EQ(steps.exit_code, 0) << steps.err;
  const json taken = json::parse(steps.out);
  EXPECT_EQ(taken["step_ms"], (std::vector<double>{told["begin_ms"], told["end_ms"]}));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(taken["steps"][i]["amplitude_pA"], told["amplitude_pA"][i], 1e-9);
  file.epochs[1].level_step = 0.0F;
  const std::string pulse = folder.write("pulse.abf", libfit::written::abf2(file)).string();
  EXPECT_TRUE(
      json::parse(run_dyniv({"inspect", "--json", pulse}).out)["files"][0]["commanded_steps"].is_null());
}

void expect_refused(int exit_code, const std::vector<std::string>& words, const std::string& says) {
  const auto result = run_dyniv(words);
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr(says));
}

TEST_F(Steps, AreRefusedWithWhatIsMissing) {
  const std::string out = in_folder("no");
  expect_refused(2, {"steps", "--out", out}, "no recording was named");
  expect_refused(2, {"steps", "a.abf", "--out", out, "--step-begin-ms", "5"}, "go together");
  const std::vector<std::string> times{"--step-begin-ms", "100", "--step-end-ms", "200"};
  for (const char* list : {"1:0:5", "1:2:4", "1:2", "0:1:99999", "5:1:1"}) {
    expect_refused(2,
                   {"steps", "a.abf", "--out", out, "--step-amplitudes", list, "--step-begin-ms", "100",
                    "--step-end-ms", "200"},
                   "is no FIRST:STEP:LAST");
  }
  expect_refused(2,
                 {"steps", "a.abf", "--out", out, "--step-amplitudes", "1,x", "--step-begin-ms", "1",
                  "--step-end-ms", "2"},
                 "is not a number");
  expect_refused(1, {"steps", demo_file("training.abf"), "--out", out}, "step");
  const std::string voltage = folder_.write("voltage.txt", "time_ms,V_mV\n0,-60\n0.1,-61\n0.2,-60\n");
  expect_refused(1, {"steps", voltage, "--out", out}, "holds the voltage but no recorded current");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Steps, OfRealFilesAreMeasuredOrRefused) {
  const auto recordings = recordings::folder();
  if (!recordings) GTEST_SKIP() << recordings::kAbsent;
  const std::string abf = (*recordings / "abf").string();
  const std::string out = in_folder("out");
  for (const char* clamped : {"/05210017_vc_abf1.abf", "/DM1_0000.abf"})
    expect_refused(1, {"steps", abf + clamped, "--out", out}, "is a voltage-clamp recording");
  // Neither file recorded its current; the headers tell what was commanded.
  for (const char* voltage_only : {"/17o05028_ic_steps.abf", "/2019_07_24_0055_fsi.abf"}) {
    const auto told =
        run_dyniv({"steps", abf + voltage_only, "--json", "--no-figures", "--out", out, "--force"});
    ASSERT_EQ(told.exit_code, 0) << told.err;
    EXPECT_THAT(told.err, HasSubstr("taken are the steps that the header commands"));
    EXPECT_GT(json::parse(told.out)["input_resistance_MOhm"]["value"].get<double>(), 20.0) << voltage_only;
  }
  const auto result = run_dyniv({"steps", abf + "/2019_07_24_0055_fsi.abf", "--step-amplitudes",
                                 "-100:25:300", "--step-begin-ms", "146.9", "--step-end-ms", "646.9",
                                 "--json", "-q", "--no-figures", "--out", out, "--force"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json steps = json::parse(result.out);
  EXPECT_EQ(steps["steps"].size(), 17U);
  EXPECT_EQ(steps["rheobase_pA"], 0.0);
}

// Beside a whole run: a passive membrane that never fires is not set beside them, all others are, step by
// step.
TEST_F(Steps, OfTheSameCellAreSetBesideTheModelsOfARun) {
  const auto result = run_dyniv(short_run(in_folder("run"), {"--steps", recording(), "-q"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("firing on 17 current steps"));
  const json summary = json::parse(content_of(in_folder("run/summary.json")));
  const json& steps = summary["steps"];
  ASSERT_EQ(steps["amplitude_pA"].size(), 17U);
  EXPECT_EQ(steps["cell"]["mean_rate_Hz"].size(), 17U);
  EXPECT_FALSE(steps["models"].contains("passive"));
  for (const char* model : {"lif", "qif", "eif"}) {
    EXPECT_EQ(steps["models"][model]["mean_rate_Hz"].size(), 17U) << model;
    EXPECT_GT(steps["models"][model]["rate_rmse_Hz"], 0.0) << model;
    EXPECT_EQ(summary["models"][model]["simulation"]["rates_Hz"].size(),
              summary["simulation"]["currents_pA"].size());
  }
  EXPECT_TRUE(summary.contains("best_simulable"));
  EXPECT_EQ(summary["inputs"]["steps"].size(), 1U);
  EXPECT_THAT(content_of(in_folder("run/tables/f_I.csv")), HasSubstr("eif"));
  EXPECT_TRUE(std::filesystem::exists(in_folder("run/tables/step_scores.csv")));
}

// Noise is no protocol of steps; that is said before the fits.
TEST_F(Steps, OfARunAreRefusedWhereTheyAreNone) {
  const auto result =
      run_dyniv(short_run(in_folder("run"), {"--steps", demo_file("test.abf"), "--steps-sweeps", "1", "-q"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("test.abf"));
  EXPECT_FALSE(std::filesystem::exists(in_folder("run")));
}

}  // namespace
}  // namespace dyniv_test
