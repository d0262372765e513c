#include "libfit/report/warnings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace {

using namespace libfit;
using testing::ElementsAre;

using Sentences = std::vector<std::string>;

std::vector<std::string> headlines(const Sentences& warnings) {
  std::vector<std::string> lines;
  for (const WarningGroup& group : group_warnings(warnings)) lines.push_back(group.headline);
  return lines;
}

TEST(Warnings, OfOneKindAreOneLineThatNamesEachModelOnce) {
  const auto groups = group_warnings(Sentences{"eif, adex: not identified: too gentle [model.not_identified]",
                                               "igif2: not identified: still rising [model.not_identified]",
                                               "adex: not identified: again [model.not_identified]"});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].kind, "model.not_identified");
  EXPECT_EQ(groups[0].touches, Consequence::model);
  EXPECT_THAT(groups[0].headline, testing::EndsWith(": eif, adex, igif2"));
  EXPECT_THAT(groups[0].members, ElementsAre(0, 1, 2));
}

TEST(Warnings, StandInTheOrderOfTheirConsequence) {
  std::vector<Consequence> order;
  for (const WarningGroup& group :
       group_warnings(Sentences{"a.abf: channel 1 is named [channel.name]", "qif: on its bound [fit.bound]",
                                "something nobody has classified", "eif: failed: why [model.failed]",
                                "the cell drifts [test.drift]"}))
    order.push_back(group.touches);
  EXPECT_THAT(order, ElementsAre(Consequence::prediction, Consequence::model, Consequence::unknown,
                                 Consequence::parameter, Consequence::bookkeeping));
}

TEST(Warnings, WithoutAKindAreShownAsTheyAre) {
  EXPECT_THAT(headlines({"the bath is 12 % too warm", "the pipette leaks"}),
              ElementsAre("the bath is 12 % too warm", "the pipette leaks"));
  EXPECT_THAT(headlines({"a kind that no table knows [made.up]"}), ElementsAre("a kind that no table knows"));
  EXPECT_THAT(headlines({"an interval of [0.5]"}), ElementsAre("an interval of [0.5]"));
  EXPECT_THAT(headlines({}), testing::IsEmpty());
}

TEST(Warnings, WithoutAKindThatDifferInNumbersAndFileOnlyAreOneLine) {
  EXPECT_THAT(headlines({"a.abf: sweep 1: its last 20 ms are left out", "another matter",
                         "b c.abf: sweep 12: its last 7.5 ms are left out",
                         "../d.abf: sweep 3: its last 4 ms are left out"}),
              testing::Contains("another matter"));
  const auto groups = group_warnings(Sentences{"a.abf: sweep 1: its last 20 ms are left out",
                                               "b.abf: sweep 12: its last 7 ms are left out"});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].headline, "a.abf: sweep 1: its last 20 ms are left out (and 1 more like it)");
}

TEST(Warnings, KindsAreListedTheGravestFirstAndOnce) {
  std::set<std::string> seen;
  Consequence last = Consequence::prediction;
  for (const WarningKind& kind : warning_kinds()) {
    EXPECT_TRUE(seen.insert(kind.kind).second) << kind.kind;
    EXPECT_LE(last, kind.touches) << kind.kind;
    EXPECT_LE(std::string("dyniv: warning: ").size() + std::string(kind.headline).size(), 120U) << kind.kind;
    last = kind.touches;
  }
}

// A kind that is written at the end of a sentence somewhere, and one in the table, are the same kinds:
// neither is left over when a sentence goes.
TEST(Warnings, KindsOfTheTableAreThoseOfTheSources) {
  const char* sources = std::getenv("DYNIV_SOURCE_DIR");
  ASSERT_NE(sources, nullptr);
  std::set<std::string> written{"model.failed", "model.not_identified",
                                "model.not_simulable"};  // "[model.{}]", by status
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(sources) + "/libfit")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    const std::regex kind("\\[([a-z]+\\.[A-Za-z_]+)\\]\"");
    for (std::sregex_iterator i(all.begin(), all.end(), kind), end; i != end; ++i) written.insert((*i)[1]);
  }
  std::set<std::string> known;
  for (const WarningKind& kind : warning_kinds()) known.insert(kind.kind);
  EXPECT_EQ(written, known);
  std::ifstream page(std::string(sources) + "/docs/warnings.md");
  std::stringstream text;
  text << page.rdbuf();
  for (const std::string& kind : known)
    EXPECT_THAT(text.str(), testing::HasSubstr("\n| `" + kind + "` | ")) << "docs/warnings.md";
}

}  // namespace
