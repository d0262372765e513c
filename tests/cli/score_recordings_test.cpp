// `dyniv score --test`: a model file against recordings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ScoreRecordings : public testing::Test {
 protected:
  void SetUp() override {
    const auto result = run_dyniv(short_run(folder_.path() / "run", {"-q"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    summary_ = json::parse(content_of(folder_.path() / "run/summary.json"));
  }
  json score(const std::string& model, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"score",
                                   "--model",
                                   folder_.path() / ("run/models/" + model + ".json"),
                                   "--test",
                                   demo_file("test.abf"),
                                   "--test-sweeps",
                                   "1-3",
                                   "--json",
                                   "-q"};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return json::parse(result.out);
  }
  ScratchFolder folder_;
  json summary_;
};

TEST_F(ScoreRecordings, GivesTheScoresOfTheRunThatFittedTheModel) {
  for (const char* model : {"eif", "qif", "tabulated"}) {
    const json scored = score(model, {"--electrode", demo_file("electrode.abf")});
    const json& expected = summary_["models"][model]["test"];
    EXPECT_EQ(scored["gamma"], expected["gamma"]) << model;
    EXPECT_EQ(scored["md_star"], expected["md_star"]) << model;
    EXPECT_EQ(scored["md_star_ci95"], expected["md_star_ci95"]) << model;
    EXPECT_EQ(scored["explained_variance"]["10"], expected["explained_variance_10ms"]) << model;
    EXPECT_EQ(scored["voltage"]["variance_explained"], expected["voltage_variance_explained"]) << model;
    EXPECT_EQ(scored["voltage"]["rmse_mV"], expected["voltage_rmse_mV"]) << model;
    EXPECT_EQ(scored["reliability"]["gamma"], summary_["reliability"]["gamma"]) << model;
    EXPECT_EQ(scored["data_spikes"], summary_["reliability"]["spikes"]) << model;
  }
}

TEST_F(ScoreRecordings, APassiveModelIsScoredOnItsVoltage) {
  const json scored = score("passive", {"--electrode", demo_file("electrode.abf")});
  EXPECT_EQ(scored["model_spikes"], json::parse("[0]"));
  // The level of the cell's spikes is chosen from the test sweeps here and from training there: the windows
  // left out around spikes may differ by a sample.
  EXPECT_NEAR(scored["voltage"]["variance_explained"].get<double>(),
              summary_["models"]["passive"]["test"]["voltage_variance_explained"].get<double>(), 0.005);
}

TEST_F(ScoreRecordings, NamesEveryInputWithItsChecksum) {
  const json scored = score("eif", {"--electrode", demo_file("electrode.abf"), "--draws", "0"});
  for (const char* role : {"test", "electrode"}) {
    ASSERT_EQ(scored["inputs"][role].size(), 1U) << role;
    EXPECT_EQ(scored["inputs"][role][0]["sha256"], summary_["inputs"][role][0]["sha256"]) << role;
  }
  EXPECT_EQ(scored["inputs"]["model"][0]["sha256"].get<std::string>().size(), 64U);
}

TEST_F(ScoreRecordings, WithoutCompensationTheElectrodeStaysInTheVoltage) {
  const json with = score("eif", {"--electrode", demo_file("electrode.abf"), "--draws", "0"});
  const json without = score("eif", {"--no-compensation", "--draws", "0"});
  EXPECT_GT(without["voltage"]["rmse_mV"].get<double>(), with["voltage"]["rmse_mV"].get<double>());
}

TEST_F(ScoreRecordings, PrintsATableForPeople) {
  const auto result = run_dyniv({"score", "--model", folder_.path() / "run/models/eif.json", "--test",
                                 demo_file("test.abf"), "--draws", "0", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("cell   6 repetitions"));
  EXPECT_THAT(result.out, HasSubstr("\nvoltage "));
}

TEST_F(ScoreRecordings, SaysWhyOneRepetitionHasNoCeiling) {
  const auto result =
      run_dyniv({"score", "--model", folder_.path() / "run/models/eif.json", "--test", demo_file("test.abf"),
                 "--test-sweeps", "1", "--electrode", demo_file("electrode.abf"), "--json", "-q"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json scored = json::parse(result.out);
  EXPECT_TRUE(scored["md_star"].is_null());
  EXPECT_THAT(scored["reasons"]["md_star"].get<std::string>(), HasSubstr("one repetition"));
}

}  // namespace
}  // namespace dyniv_test
