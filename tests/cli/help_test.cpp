// The help of every command, and that the manual pages under docs/commands tell the same options.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/cli/run_command.hpp"
#include "tests/cli/short_recordings.hpp"

namespace dyniv_test {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kCommands{"stimulus", "steps",   "inspect",  "import", "compensate", "iv",
                                         "fit",      "analyze", "simulate", "score",  "plot",       "run"};

std::string help_of(const std::string& command) {
  const auto result = run_dyniv({command, "--help"});
  EXPECT_EQ(result.exit_code, 0) << command;
  EXPECT_EQ(result.err, "") << command;
  return result.out;
}

std::string page_of(const std::string& command) {
  return content_of(std::string(std::getenv("DYNIV_SOURCE_DIR")) + "/docs/commands/" + command + ".md");
}

std::set<std::string> long_options(const std::string& text) {
  std::set<std::string> options;
  const std::regex option("--[a-z][A-Za-z0-9-]*");
  for (std::sregex_iterator i(text.begin(), text.end(), option), end; i != end; ++i) options.insert(i->str());
  return options;
}

// The lines that begin an option: "  -o, --out DIR   ...".
std::set<std::string> declared_options(const std::string& help) {
  std::set<std::string> options;
  std::istringstream lines(help);
  const std::regex option("^  (-., )?(--[A-Za-z0-9-]+).*");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, option)) options.insert(match[2]);
  }
  return options;
}

TEST(Help, OfEveryCommandTellsUsageGroupsUnitsDefaultsAndExitStatus) {
  for (const std::string& command : kCommands) {
    const std::string help = help_of(command);
    EXPECT_THAT(help, HasSubstr("Usage: dyniv " + command)) << command;
    EXPECT_THAT(help, HasSubstr("\nCommon:\n")) << command;
    EXPECT_THAT(help, HasSubstr("--threads N")) << command;
    EXPECT_THAT(help, HasSubstr("[1]")) << command << ": a default in brackets";
    EXPECT_THAT(help, testing::ContainsRegex(" (ms|mm)[ ;,[]")) << command << ": a unit";
    EXPECT_THAT(help, HasSubstr("Exit status: 0 done, 1 the data do not allow it, 2 wrong usage")) << command;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 100U) << command << ": " << line;
  }
}

TEST(Help, GroupsStandInTheOrderOfTheWork) {
  const std::string help = help_of("run");
  std::size_t last = 0;
  for (const char* group : {"Recordings ", "How to read the files", "For the files of one role only",
                            "Analysis", "Scores", "Output", "Common"}) {
    const std::size_t place = help.find(std::string("\n") + group);
    ASSERT_NE(place, std::string::npos) << group;
    EXPECT_GT(place, last) << group;
    last = place;
  }
}

TEST(Help, OverviewNamesEveryCommandOnStandardOutput) {
  const auto result = run_dyniv({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const std::string& command : kCommands)
    EXPECT_THAT(result.out, HasSubstr("\n  " + command)) << command;
  const auto bare = run_dyniv({});
  EXPECT_EQ(bare.exit_code, 2);
  EXPECT_EQ(bare.out, "");
  EXPECT_EQ(bare.err, result.out);
}

TEST(Help, EveryOptionIsOnItsManualPage) {
  for (const std::string& command : kCommands) {
    const std::set<std::string> told = long_options(page_of(command));
    const std::set<std::string> declared = declared_options(help_of(command));
    EXPECT_GE(declared.size(), 10U) << command;
    for (const std::string& option : declared)
      EXPECT_TRUE(told.contains(option)) << "docs/commands/" << command << ".md does not mention " << option;
  }
}

TEST(Help, NoManualPageTellsAnOptionThatIsNowhere) {
  std::set<std::string> everywhere;
  for (const std::string& command : kCommands) everywhere.merge(declared_options(help_of(command)));
  for (const std::string& command : kCommands) {
    for (const std::string& option : long_options(page_of(command)))
      EXPECT_TRUE(everywhere.contains(option)) << "docs/commands/" << command << ".md: " << option;
  }
}

// Keys of a result, without those that are names of options, files, stages and models.
void collect_keys(const nlohmann::json& value, std::set<std::string>& keys) {
  const std::set<std::string> free_names{"options", "inputs", "timing_s", "range_over_fit_limits"};
  if (value.is_array() && !value.empty()) collect_keys(value.front(), keys);
  if (!value.is_object()) return;
  for (const auto& [key, below] : value.items()) {
    keys.insert(key);
    if (!free_names.contains(key)) collect_keys(below, keys);
  }
}

TEST(Help, EveryKeyOfTheResultFilesIsOnTheirPage) {
  const std::string page =
      content_of(std::string(std::getenv("DYNIV_SOURCE_DIR")) + "/docs/formats/summary.md");
  const ScratchFolder folder;
  auto words = short_run(folder.path() / "out", {"-q"});
  std::erase(words, "--no-timing");
  ASSERT_EQ(run_dyniv(words).exit_code, 0);
  for (const char* file : {"summary.json", "iv.json", "electrode.json", "models/eif.json", "models/qif.json",
                           "models/lif.json", "models/tabulated.json"}) {
    std::set<std::string> keys;
    collect_keys(nlohmann::json::parse(content_of(folder.path() / "out" / file)), keys);
    EXPECT_GE(keys.size(), 10U) << file;
    for (std::string key : keys) {
      if (key.ends_with("_ci95") && key.size() > 5 && page.find(key) == std::string::npos)
        key.resize(key.size() - 5);
      const std::regex word("[`.]" + key + "[`.\\[]");
      EXPECT_TRUE(std::regex_search(page, word))
          << file << ": " << key << " is not in docs/formats/summary.md";
    }
  }
}

}  // namespace
}  // namespace dyniv_test
