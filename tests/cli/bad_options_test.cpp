// Wrong usage: exit status 2, one sentence that names the option, the value and what is allowed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using testing::HasSubstr;

void expect_wrong_usage(const std::vector<std::string>& words, const std::string& says) {
  const auto result = run_dyniv(words);
  const std::string line = testing::PrintToString(words);
  EXPECT_EQ(result.exit_code, 2) << line << result.err;
  EXPECT_EQ(result.out, "") << line;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << line << result.err;
  EXPECT_THAT(result.err, HasSubstr(says)) << line;
}

TEST(BadOptions, EveryNumberOfEveryCommandRefusesWhatIsNoNumberOrOutOfRange) {
  struct Case {
    std::vector<std::string> command;
    std::vector<std::string> options;
  };
  const std::vector<std::string> reading{"dt", "voltage-offset", "current-offset", "from", "to"};
  const std::vector<Case> cases{
      {{"run", "--training", "absent"},
       {"dt",
        "voltage-offset",
        "current-offset",
        "from",
        "to",
        "electrode-from",
        "electrode-to",
        "electrode-current-offset",
        "training-from",
        "training-to",
        "training-current-offset",
        "test-from",
        "test-to",
        "test-current-offset",
        "kernel-end-ms",
        "capacitance-pF",
        "bin-width-mV",
        "exclude-after-spike-ms",
        "block-ms",
        "bootstrap",
        "upper-limit-mV-per-ms",
        "window",
        "threads",
        "seed"}},
      {{"score", "--model", "absent", "--data", "absent", "--duration", "1000"},
       {"window", "draws", "block"}},
      {{"score", "--model", "absent", "--data", "absent"}, {"duration"}},
      {{"simulate", "--model", "absent", "absent"}, reading},
      {{"simulate", "--model", "lif", "constant:amplitude_pA=1"}, {"duration", "repeat"}},
      {{"steps", "absent"}, {"step-begin-ms", "step-end-ms", "max-deflection-mV", "skip-ms"}},
      {{"stimulus"},
       {"duration", "dt", "lead-ms", "electrode-s", "training-s", "test-s", "repetitions", "step-first-pA",
        "step-last-pA", "step-count", "step-ms", "step-pause-ms", "mean-pA", "sd-pA", "electrode-sd-pA",
        "target-sd-mV", "target-rate-Hz", "precision"}},
      {{"plot", "absent"}, {"width-mm", "timeout-s"}},
      {{"inspect", "absent"}, {"dt"}}};
  for (const auto& [command, options] : cases) {
    for (const std::string& option : options) {
      for (const char* value : {"nan", "inf", "1e300", "1e999", "3ms", ""}) {
        auto words = command;
        words.insert(words.end(), {"--" + option, value});
        expect_wrong_usage(words, "--" + option);
      }
    }
  }
}

TEST(BadOptions, CountsAndLengthsAreNotNegative) {
  for (const char* option : {"dt", "from", "to", "test-from", "kernel-end-ms", "capacitance-pF",
                             "bin-width-mV", "exclude-after-spike-ms", "block-ms", "bootstrap",
                             "upper-limit-mV-per-ms", "window", "threads", "seed"}) {
    expect_wrong_usage({"run", "--training", "absent", std::string("--") + option, "-1"},
                       std::string("--") + option + " -1: must be ");
  }
  expect_wrong_usage({"run", "--training", "absent", "--threads", "1.5"},
                     "--threads 1.5: must be a whole number");
  expect_wrong_usage({"run", "--training", "absent", "--bootstrap", "7"}, "--bootstrap 7: too few");
}

TEST(BadOptions, NegativeOffsetsAreTakenWithAndWithoutTheEqualSign) {
  const ScratchFolder folder;
  for (const std::vector<std::string>& offset :
       {std::vector<std::string>{"--voltage-offset", "-14.5"}, {"--voltage-offset=-14.5"}}) {
    std::vector<std::string> words{"iv",
                                   demo_file("electrode.abf"),
                                   "--no-figures",
                                   "--bootstrap",
                                   "0",
                                   "--to",
                                   "5",
                                   "--json",
                                   "-q",
                                   "--out",
                                   folder.path() / offset.front()};
    words.insert(words.end(), offset.begin(), offset.end());
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("\"voltage-offset\": -14.5"));
  }
}

TEST(BadOptions, AnUnknownOptionIsNamedWithTheNearestOne) {
  expect_wrong_usage({"run", "--trainig", "a.abf"}, "there is no option --trainig; is --training meant?");
  expect_wrong_usage({"run", "--no-such-thing"},
                     "there is no option --no-such-thing; `dyniv run --help` lists them");
  expect_wrong_usage({"nonsense"}, "there is no command `nonsense`");
}

TEST(BadOptions, SaysWhatIsMissingOrTwice) {
  expect_wrong_usage({"run"}, "--training is missing");
  expect_wrong_usage({"run", "--training"}, "--training: its value is missing");
  expect_wrong_usage({"run", "--training", "a", "--dt", "1", "--dt", "2"}, "--dt is given twice");
  expect_wrong_usage({"run", "--training", "a", "--force=3"}, "--force: takes no value");
  expect_wrong_usage({"iv"}, "no recording was named");
  expect_wrong_usage({"simulate", "a.abf"}, "--model is missing");
  expect_wrong_usage({"simulate", "--model", "m.json"}, "no recording was named");
  expect_wrong_usage({"plot"}, "name one folder");
  expect_wrong_usage({"inspect"}, "no file is named");
}

TEST(BadOptions, ExplainsThatAnOptionTakesAllTheFilesAfterIt) {
  expect_wrong_usage({"iv", "--electrode", "e.abf", "t.abf"},
                     "every word after --electrode is an electrode file");
  expect_wrong_usage({"run", demo_file("training.abf")}, "or give the recordings with --training");
}

TEST(BadOptions, RefusesSelectionsThatAreNone) {
  for (const char* sweeps : {"0", "2-", "x", "3-1", "1,1", "99", "1-99999999999999999999"}) {
    const ScratchFolder folder;
    expect_wrong_usage({"iv", demo_file("electrode.abf"), "--sweeps", sweeps, "--out", folder.path() / "x"},
                       "sweep");
  }
  const ScratchFolder folder;
  expect_wrong_usage(
      {"iv", demo_file("electrode.abf"), "--from", "5", "--to", "3", "--out", folder.path() / "x"},
      "--from and --to");
  expect_wrong_usage(
      {"iv", demo_file("electrode.abf"), "--voltage-channel", "9", "--out", folder.path() / "x"}, "9");
  expect_wrong_usage({"run", "--training", "a", "--format", "pdf,doc"}, "`doc` is no format");
}

TEST(BadOptions, ScoreTakesRecordingsOrTextNeverBoth) {
  const ScratchFolder folder;
  const std::string trains = folder.write("trains.txt", "10 20\n");
  const std::string model = folder.write("model.json", "{}");
  expect_wrong_usage({"score", "--model", model}, "--data is missing, or --test");
  expect_wrong_usage({"score", "--model", model, "--test", "a", "--data", trains}, "give one or the other");
  expect_wrong_usage({"score", "--model", trains, "--data", trains, "--duration", "100", "--no-compensation"},
                     "are for recordings");
  expect_wrong_usage({"score", "--model", model, "--data", trains, "--duration", "100"},
                     "model.json: is JSON");
}

TEST(BadOptions, AConfigFileIsHeldToTheSameRulesAndNamed) {
  const ScratchFolder folder;
  const auto config = [&](const std::string& text, const std::string& says) {
    expect_wrong_usage({"run", "--config", folder.write("cell.ini", text)}, "cell.ini: " + says);
  };
  // Editors that mark their encoding, write UTF-16 or end lines with CR are understood.
  config("\xEF\xBB\xBFtrainin = a.abf\n", "there is no option trainin; is --training meant?");
  config(std::string("\xFF\xFEw\0i\0d\0t\0\n\0", 12), "`widt` is no line of the form `name = value`");
  config("bin-width-mV = 1\rwide = 2\r", "there is no option wide");
  config("trainin = a.abf\n", "there is no option trainin; is --training meant?");
  config("training a.abf\n", "`training a.abf` is no line of the form `name = value`");
  config("training = a.abf\nbin-width-mV = wide\n", "--bin-width-mV wide: is not a number");
  config("training = a.abf\nbin-width-mV = -1\n", "--bin-width-mV -1: must be above 0");
  config("config = other.ini\n", "there is no option config");
  EXPECT_EQ(run_dyniv({"run", "--config", folder.path()}).exit_code, 1);
  EXPECT_EQ(run_dyniv({"run", "--config", folder.path() / "absent.ini"}).exit_code, 1);
}

}  // namespace
}  // namespace dyniv_test
