#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"

namespace dyniv_test {
namespace {

using testing::HasSubstr;

class ScoreCommand : public testing::Test {
 protected:
  CommandResult score(const std::string& data, const std::string& model, std::vector<std::string> more = {}) {
    std::vector<std::string> words{
        "score",      "--data", folder_.write("data.txt", data), "--model", folder_.write("model.txt", model),
        "--duration", "1000"};
    words.insert(words.end(), more.begin(), more.end());
    return run_dyniv(words);
  }
  ScratchFolder folder_;
};

// By hand, window 4 ms: each data train matches two of the model's three spikes, nu = 3/1000 per ms, chance
// 2 * 0.003 * 4 = 0.024. Repetition 1 has 4 spikes: (2 - 0.096) / 3.5 / 0.976; repetition 2 has 3:
// (2 - 0.072) / 3 / 0.976. Between the repetitions two spikes coincide: with 3 spikes a second in the second
// place (2 - 0.024 * 4) / 3.5 / 0.976, with 4 (2 - 0.032 * 3) / 3.5 / 0.968.
// Md*: <nu_D, nu_M> = 2, C_DD = 2, C_MM = 3: 4 / 5. R = 2 / 3.5.
TEST_F(ScoreCommand, ScoresASmallExampleAsByHand) {
  const auto result =
      score("# a comment\n100 200 300, 400\n102 202\t500\n", "101 203 800\n", {"--json", "--window", "4"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "dyniv: warning: the data hold 7 spikes: every score is uncertain beyond its interval\n");
  const auto found = nlohmann::json::parse(result.out);
  EXPECT_EQ(found["schema"], "dyniv.score");
  EXPECT_EQ(found["version"], 1);
  const double first = (2 - 0.096) / 3.5 / 0.976;
  const double second = (2 - 0.072) / 3.0 / 0.976;
  EXPECT_NEAR(found["gamma"].get<double>(), 0.5 * (first + second), 1e-12);
  const double intrinsic = 0.5 * (first + (2 - 0.096) / 3.5 / 0.968);
  EXPECT_NEAR(found["reliability"]["gamma"].get<double>(), intrinsic, 1e-12);
  EXPECT_NEAR(found["gamma_A"].get<double>(), 0.5 * (first + second) / intrinsic, 1e-12);
  EXPECT_NEAR(found["md_star"].get<double>(), 0.8, 1e-12);
  EXPECT_NEAR(found["reliability"]["md"].get<double>(), 2.0 / 3.5, 1e-12);
  EXPECT_EQ(found["data_spikes"], nlohmann::json::parse("[4, 3]"));
  EXPECT_EQ(found["model_spikes"], nlohmann::json::parse("[3]"));
  EXPECT_EQ(found["gamma_ci95"].size(), 2U);
  EXPECT_EQ(found["inputs"]["data"][0]["sha256"].get<std::string>().size(), 64U);
  for (const char* sigma : {"4", "10", "100"}) EXPECT_TRUE(found["explained_variance"][sigma].is_number());
}

std::string regular_train(double first_ms) {
  std::string text;
  for (int k = 0; k < 20; ++k) text += std::to_string(first_ms + 47.0 * k) + " ";
  return text + "\n";
}

TEST_F(ScoreCommand, GivesFullMarksToIdenticalTrainsAndKeepsStandardErrorSilent) {
  const std::string train = regular_train(20.0);
  const auto result = score(train + train + train, train, {"--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  const auto found = nlohmann::json::parse(result.out);
  EXPECT_NEAR(found["gamma"].get<double>(), 1.0, 1e-12);
  EXPECT_NEAR(found["md_star"].get<double>(), 1.0, 1e-12);
  EXPECT_NEAR(found["explained_variance"]["10"].get<double>(), 1.0, 1e-12);
}

TEST_F(ScoreCommand, PrintsATableForPeople) {
  const std::string train = regular_train(20.0);
  const auto result = score(train + train, train);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("Gamma                          1.000  1.000 to 1.000      1.000\n"));
  EXPECT_THAT(result.out, HasSubstr("Md*"));
}

TEST_F(ScoreCommand, GivesTheSameBytesOnAnyNumberOfThreads) {
  const std::string data = regular_train(20.0) + regular_train(21.5) + regular_train(17.0);
  const auto one = score(data, regular_train(22.0), {"--json", "--threads", "1"});
  const auto three = score(data, regular_train(22.0), {"--json", "--threads", "3"});
  EXPECT_EQ(one.out, three.out);
}

TEST_F(ScoreCommand, SaysWhyAScoreIsAbsent) {
  const auto result = score(regular_train(20.0), regular_train(20.0), {"--json", "--quiet"});
  EXPECT_EQ(result.exit_code, 0);
  const auto found = nlohmann::json::parse(result.out);
  EXPECT_TRUE(found["md_star"].is_null());
  EXPECT_TRUE(found["reliability"]["gamma"].is_null());
  EXPECT_THAT(found["reasons"]["md_star"].get<std::string>(), HasSubstr("one repetition"));
}

TEST_F(ScoreCommand, RefusesAWindowThatTheRateDoesNotAllow) {
  const auto result = score(regular_train(20.0), regular_train(20.0), {"--window", "30"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("2 nu Delta = 1.2"));
  EXPECT_THAT(result.err, HasSubstr("below 25 ms"));
}

TEST_F(ScoreCommand, NamesTheLineOfABadTime) {
  const auto result = score("10 20\n10 x20\n", "10\n");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("data.txt: line 2: `x20` is not a number"));
  EXPECT_THAT(score("10\n", "\n10 1001\n").err, HasSubstr("model.txt: line 2: spike time 1001 ms is beyond"));
}

TEST_F(ScoreCommand, ExplainsWrongUsageWithExitCodeTwo) {
  EXPECT_EQ(run_dyniv({"score"}).exit_code, 2);
  EXPECT_THAT(run_dyniv({"score"}).err, HasSubstr("--data is missing"));
  EXPECT_EQ(score("1\n", "1\n", {"--window", "-1"}).exit_code, 2);
  EXPECT_EQ(score("1\n", "1\n", {"--sigmas", "4,ten"}).exit_code, 2);
  EXPECT_EQ(score("1\n", "1\n", {"--draws", "7"}).exit_code, 2);
  EXPECT_EQ(score("1\n", "1\n", {"--no-such-option"}).exit_code, 2);
}

TEST_F(ScoreCommand, PrintsItsHelp) {
  const auto result = run_dyniv({"score", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("dyniv score --model FILE --data FILE --duration MS"));
}

TEST_F(ScoreCommand, FailsWithASentenceWhenAFileIsMissing) {
  const auto result = run_dyniv({"score", "--data", "absent", "--model", "absent", "--duration", "10"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("absent: cannot be opened"));
}

}  // namespace
}  // namespace dyniv_test
