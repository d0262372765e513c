// `dyniv compare` on folders that `dyniv run` wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_dyniv(short_run(folder_.path() / "first", {"-q"})).exit_code, 0);
    ASSERT_EQ(run_dyniv(short_run(folder_.path() / "second", {"-q", "--training-from", "2"})).exit_code, 0);
  }
  std::string in(const std::string& name) const { return folder_.path() / name; }
  ScratchFolder folder_;
};

TEST_F(Compare, PutsModelsAndCellsSideBySide) {
  const auto result =
      run_dyniv({"compare", in("first"), in("second"), "--out", in("both"), "--format", "svg", "-q"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Md*"));
  EXPECT_THAT(result.out, HasSubstr("best on training:"));
  EXPECT_THAT(result.out, HasSubstr("on average over 2 cells"));
  const json comparison = json::parse(content_of(folder_.path() / "both/comparison.json"));
  ASSERT_EQ(comparison["cells"].size(), 2U);
  const json summary = json::parse(content_of(folder_.path() / "first/summary.json"));
  // Times in spikes/ have four decimals, so a pair of spikes just at the window's edge may count or not.
  EXPECT_NEAR(comparison["cells"][0]["models"]["eif"]["md_star"], summary["models"]["eif"]["test"]["md_star"],
              0.01);
  EXPECT_EQ(comparison["cells"][0]["models"]["eif"]["parameters"], summary["models"]["eif"]["parameters"]);
  const auto files = all_files(folder_.path() / "both");
  for (const char* name : {"tables/md_star.csv", "tables/differences.tex", "tables/parameters.md",
                           "figures/md_star.svg", "figures/gamma.svg", "figures/differences.svg"})
    EXPECT_TRUE(files.contains(name)) << name;
}

TEST_F(Compare, PairedDifferencesAreInTheJson) {
  const auto result = run_dyniv({"compare", in("first"), "--models", "eif,qif,lif", "--json", "-q"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json comparison = json::parse(result.out);
  EXPECT_EQ(comparison["schema"], "dyniv.compare");
  EXPECT_EQ(comparison["cells"][0]["differences"].size(), 3U);
  for (const json& d : comparison["cells"][0]["differences"]) {
    const json& models = comparison["cells"][0]["models"];
    const double first = models[d["first"].get<std::string>()]["md_star"];
    const double second = models[d["second"].get<std::string>()]["md_star"];
    EXPECT_NEAR(d["md_star"].get<double>(), first - second, 1e-12);
    EXPECT_LE(d["md_star_ci95"][0].get<double>(), d["md_star"].get<double>());
  }
}

TEST_F(Compare, TakesAFolderWhoseNameIsNoUtf8) {
  const std::filesystem::path odd = folder_.path() / "cell\xe9";
  std::filesystem::rename(in("second"), odd);
  const auto result =
      run_dyniv({"compare", in("first"), odd, "--models", "eif,qif", "--draws", "0", "--json", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(json::parse(result.out, nullptr, false).is_discarded());
}

TEST_F(Compare, RefusesWhatItCannotCompare) {
  const auto refused = [](const std::vector<std::string>& words, int code, const char* says) {
    const auto result = run_dyniv(words);
    EXPECT_EQ(result.exit_code, code) << says;
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(result.out, "");
  };
  refused({"compare"}, 2, "name the folders");
  refused({"compare", in("nowhere")}, 1, "name folders that `dyniv run` wrote");
  refused({"compare", in("first"), "--models", "eif,nothing"}, 2, "nothing");
  refused({"compare", in("first"), "--against", "nothing"}, 2, "nothing");
  refused({"compare", in("first"), "--out", in("second")}, 2, "exists already");
  for (const char* name : {"broken", "other", "backwards"})
    std::filesystem::create_directories(folder_.path() / name);
  folder_.write("broken/summary.json", "{\"schema\": \"dyniv.summary\", \"models\": 3}");
  refused({"compare", in("broken")}, 1, "is damaged");
  folder_.write("other/summary.json", "[1, 2]");
  refused({"compare", in("other")}, 1, "is no summary");
  folder_.write(
      "backwards/summary.json",
      R"({"schema": "dyniv.summary", "reliability": {"duration_ms": -5, "window_ms": 4}, "models": {}})");
  refused({"compare", in("backwards")}, 1, "is damaged");
  std::filesystem::remove(folder_.path() / "second/spikes/test_eif.txt");
  refused({"compare", in("second")}, 1, "test_eif.txt");
}

}  // namespace
}  // namespace dyniv_test
