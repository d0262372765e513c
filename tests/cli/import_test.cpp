// `dyniv import`, and a run of what it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Import : public testing::Test {
 protected:
  std::string in_folder(const std::string& name) const { return folder_.path() / name; }
  std::vector<std::string> import_demo(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"import",
                                   "--electrode",
                                   demo_file("electrode.abf"),
                                   "--training",
                                   demo_file("training.abf"),
                                   "--test",
                                   demo_file("test.abf"),
                                   "--session-start",
                                   "2024-01-31T15:30:00+01:00",
                                   "--out",
                                   in_folder("cell.nwb")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  json summary(const std::vector<std::string>& words, const std::string& name) {
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    json parsed = json::parse(content_of(in_folder(name) + "/summary.json"));
    for (const char* provenance : {"inputs", "options"}) parsed.erase(provenance);
    return parsed;
  }
  ScratchFolder folder_;
};

TEST_F(Import, ARunOfTheFileGivesTheNumbersOfARunOfTheOriginals) {
  const auto result = run_dyniv(import_demo());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("test         6 sweeps, 60 s"));
  const json originals = summary(short_run(in_folder("a"), {"-q"}), "a");
  const json imported =
      summary({"run", in_folder("cell.nwb"), "--training-to", "20", "--test-sweeps", "1-3", "--bootstrap",
               "20", "--no-figures", "--no-timing", "--curve-models-only", "-q", "--out", in_folder("b")},
              "b");
  EXPECT_EQ(originals.dump(), imported.dump());
}

TEST_F(Import, TheSameBytesAgainAndNeverOverAnotherFile) {
  ASSERT_EQ(run_dyniv(import_demo({"--training-to", "5"})).exit_code, 0);
  const std::string bytes = content_of(in_folder("cell.nwb"));
  const auto refused = run_dyniv(import_demo({"--training-to", "5"}));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("exists already"));
  const auto again = run_dyniv(import_demo({"--training-to", "5", "--force", "--json", "-q"}));
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(json::parse(again.out)["schema"], "dyniv.import");
  EXPECT_EQ(json::parse(again.out)["parts"][2]["sweeps"], 6);
  EXPECT_TRUE(bytes == content_of(in_folder("cell.nwb")));
}

TEST_F(Import, InspectShowsRolesAndRepetitions) {
  ASSERT_EQ(run_dyniv(import_demo({"--training-to", "2", "--test-to", "2"})).exit_code, 0);
  const auto result = run_dyniv({"inspect", in_folder("cell.nwb")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("NWB 2.6.0, 10000 Hz"));
  EXPECT_THAT(
      result.out,
      HasSubstr("  4-8       test       test                        10000         2  repeats sweep 3"));
  const auto parsed = run_dyniv({"inspect", "--json", "--sweeps", "2", in_folder("cell.nwb")});
  const json channel = json::parse(parsed.out)["files"][0]["channels"][0];
  ASSERT_EQ(channel["notes"].size(), 1U);
  EXPECT_EQ(channel["notes"][0]["role"], "training");
  EXPECT_EQ(run_dyniv({"inspect", "--to", "1", demo_file("test.abf")}).exit_code, 2);
}

TEST_F(Import, AFileWithoutRolesAsksForTheSweeps) {
  ASSERT_EQ(run_dyniv({"import", demo_file("test.abf"), "-q", "--out", in_folder("cell.nwb")}).exit_code, 0);
  const auto refused = run_dyniv({"run", in_folder("cell.nwb"), "--out", in_folder("x")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--training-stimulus"));
  const auto picked =
      run_dyniv({"run", in_folder("cell.nwb"), "--training-sweeps", "1-3", "--test-sweeps", "4-6",
                 "--bootstrap", "0", "--no-figures", "--curve-models-only", "-q", "--out", in_folder("x")});
  EXPECT_EQ(picked.exit_code, 0) << picked.err;
}

TEST_F(Import, RefusesWhatIsNoMetadataAndNoRecording) {
  for (const auto& [option, value] : {std::pair{"--sex", "female"},
                                      {"--age", "old"},
                                      {"--session-start", "yesterday"},
                                      {"--session-start", "2024-02-30T15:30:00+01:00"}}) {
    const auto result = run_dyniv(import_demo({option, value}));
    EXPECT_EQ(result.exit_code, 2) << option;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(run_dyniv({"import", "--out", in_folder("x.nwb")}).exit_code, 2);
  EXPECT_EQ(run_dyniv({"run", in_folder("nowhere.nwb"), "--out", in_folder("x")}).exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(in_folder("x.nwb")));
}

TEST_F(Import, CompensatedVoltageStandsBesideTheRecordedOne) {
  const auto plain = run_dyniv(import_demo({"--training-to", "10", "--json", "-q"}));
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_EQ(json::parse(plain.out)["compensated_sweeps"], 0);
  const auto result =
      run_dyniv(import_demo({"--training-to", "10", "--compensate", "--force", "--json", "-q"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["compensated_sweeps"], 7);
  const auto shown = run_dyniv({"inspect", "--json", in_folder("cell.nwb")});
  EXPECT_EQ(json::parse(shown.out)["files"][0]["sweep_count"], 8);
}

}  // namespace
}  // namespace dyniv_test
