// Stimuli from the command to the rig and back: files, targets, and the recordings that are recognised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Stimulus : public testing::Test {
 protected:
  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  // Short blocks, so that a test is quick.
  CommandResult stimulus(const std::string& out, const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "stimulus", "--electrode-s", "3", "--training-s", "20",          "--test-s",
        "3",        "--repetitions", "2", "-o",           in_folder(out)};
    words.insert(words.end(), more.begin(), more.end());
    return run_dyniv(words);
  }
  ScratchFolder folder_;
};

TEST_F(Stimulus, OneSeedIsTheSameBytesInEveryFormatAndAnotherIsNot) {
  const auto files = [&](const std::string& out, const std::string& seed) {
    const auto result = stimulus(out, {"--format", "atf,itx,hdf5,text", "--seed", seed});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return all_files(in_folder(out));
  };
  const auto one = files("one", "1");
  for (const char* name : {"stimulus.json", "training.atf", "training.itx", "test.h5", "electrode.txt"})
    EXPECT_THAT(one, testing::Contains(testing::Key(name)));
  EXPECT_TRUE(one == files("two", "1"));
  EXPECT_NE(one.at("test.itx"), files("other", "2").at("test.itx"));
}

TEST_F(Stimulus, IsScaledToTheModelWhichThenFiresAsAsked) {
  const auto result =
      stimulus("x", {"--model", "lif", "--target-rate-Hz", "12", "--target-sd-mV", "4", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json told = json::parse(result.out);
  EXPECT_EQ(told["schema"], "dyniv.stimulus");
  EXPECT_EQ(result.out, content_of(in_folder("x/stimulus.json")));
  EXPECT_NEAR(told["noise"]["voltage_sd_mV"], 4.0, 0.01);
  EXPECT_NEAR(told["noise"]["model_rate_Hz"], 12.0, 0.3);
  EXPECT_NEAR(told["noise"]["electrode_voltage_sd_mV"], 0.5, 0.001);
  const auto simulated = run_dyniv({"simulate", "--model", "lif", in_folder("x/training.atf"), "--json"});
  EXPECT_EQ(simulated.exit_code, 0) << simulated.err;
  // 240 spikes in 20 s, less regular than a clock.
  EXPECT_NEAR(json::parse(simulated.out)["sweeps"][0]["rate_Hz"], 12.0, 3.0);
}

TEST_F(Stimulus, IsRecognisedByRunInTheRecordingsThatComeBack) {
  ASSERT_EQ(stimulus("x", {"--model", "eif", "--target-rate-Hz", "10"}).exit_code, 0);
  std::vector<std::string> run{
      "run",         "--protocol", in_folder("x/stimulus.json"), "--no-figures", "--bootstrap",
      "0",           "-q",         "--curve-models-only",        "--out",        in_folder("results"),
      "--recordings"};
  for (const std::string block : {"test", "electrode", "training"}) {
    const std::string recording = in_folder("rec_" + block + ".txt");
    const auto simulated = run_dyniv({"simulate", "--model", "eif", in_folder("x/" + block + ".atf"),
                                      "--current", "ou:mean_pA=3,sd_pA=10,tau_ms=2", "--voltage", recording,
                                      "--spikes", recording + ".spikes"});
    ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
    run.push_back(recording);
  }
  const auto result = run_dyniv(run);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("rec_test.txt: test (correlation "));
  const json summary = json::parse(content_of(in_folder("results/summary.json")));
  EXPECT_EQ(summary["inputs"]["training"][0]["path"], in_folder("rec_training.txt"));
  EXPECT_EQ(summary["inputs"]["electrode"][0]["path"], in_folder("rec_electrode.txt"));
  EXPECT_NEAR(summary["capacitance_pF"]["value"], 150.0, 3.0);

  const auto foreign = run_dyniv({"run", "--protocol", in_folder("x/stimulus.json"), "--recordings",
                                  in_folder("rec_test.txt"), "--from", "1", "--out", in_folder("none")});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("none of --recordings is the training block"));
}

TEST_F(Stimulus, IsRefusedWithTheOptionThatMakesNoSense) {
  const auto refused = [&](const std::vector<std::string>& more, int exit_code, const std::string& says) {
    const auto result = stimulus("no", more);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_FALSE(std::filesystem::exists(in_folder("no")));
  };
  refused({"--protocol", "stairs"}, 2, "--protocol stairs");
  refused({"--format", "wav"}, 2, "`wav`");
  refused({"--target-rate-Hz", "10"}, 2, "--model lif");
  refused({"--model", "lif", "--target-sd-mV", "3", "--sd-pA", "50"}, 2, "give one of them");
  refused({"--model", "lif", "--target-rate-Hz", "3", "--sd-pA", "50", "--mean-pA", "1"}, 2, "leave one out");
  refused({"--model", "passive", "--target-rate-Hz", "3"}, 1, "never fires");
  refused({"--model", "lif", "--set", "t_ref_ms=10", "--target-rate-Hz", "200"}, 1, "does not reach 200 Hz");
  refused({"--protocol", "badel", "--current", "constant:amplitude_pA=1"}, 2, "in place of --protocol");
  refused({"--current", "constant:amplitude=1"}, 2, "amplitude_pA is missing");
}

}  // namespace
}  // namespace dyniv_test
