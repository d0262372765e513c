// Does what the tutorials say: runs their commands in a scratch folder and compares what they quote.
//
//     ```sh      commands; run in the order of the page, all in one folder that holds `data`; must exit with
//     0
//     ```text    directly after them: lines of their output, in order; lines may be left out
//     <!-- check: FILE POINTER = EXPRESSION +- TOLERANCE, shown as TEXT -->
//                a number of a JSON file against a closed form (as awk computes it); the page shows TEXT
//     <!-- figure: FILE -->   on the line after a picture: the commands made the PNG which it shows
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/project/shell.hpp"

namespace dyniv::project {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set; run the tests with ctest");
  return value;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Lines words_of(const std::string& line) {
  std::string spaced = line;
  for (char& c : spaced) {
    if (c == '[' || c == ']' || c == ',') c = ' ';
  }
  std::istringstream stream(spaced);
  Lines words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

struct Number {
  double value;
  double unit;  // of its last digit
};

std::optional<Number> number_of(const std::string& word) {
  static const std::regex plain(R"([+-]?\d+(?:\.(\d+))?)");
  std::smatch match;
  if (!std::regex_match(word, match, plain)) return std::nullopt;
  return Number{std::stod(word), std::pow(10.0, -static_cast<double>(match[1].length()))};
}

// Words are equal; numbers agree within one unit of the last digit quoted, or a fraction of their value.
bool same_words(const std::string& quoted_line, const std::string& output_line, double fraction) {
  const Lines expected = words_of(quoted_line);
  const Lines found = words_of(output_line);
  return std::equal(expected.begin(), expected.end(), found.begin(), found.end(),
                    [fraction](const std::string& a, const std::string& b) {
                      const auto quoted_number = number_of(a);
                      const auto printed = number_of(b);
                      if (!quoted_number || !printed) return a == b;
                      const double allowed =
                          std::max(quoted_number->unit, fraction * std::abs(printed->value));
                      return std::abs(quoted_number->value - printed->value) <= allowed * (1.0 + 1e-9);
                    });
}

struct Page {
  Lines lines;
  fs::path folder;   // where its commands run
  double tolerance;  // of numbers in output, as a fraction
  Lines complaints;
  std::string output;  // of the last commands
  std::string prose;   // without comments

  void complain(std::size_t line, const std::string& what) {
    complaints.push_back("line " + std::to_string(line + 1) + ": " + what);
  }
};

// The lines of the fenced block that begins at `line`, and the line of its end.
std::pair<Lines, std::size_t> fenced(const Page& page, std::size_t line) {
  std::size_t end = line + 1;
  while (end < page.lines.size() && page.lines[end] != "```") ++end;
  const auto at = [&](std::size_t k) { return page.lines.begin() + static_cast<std::ptrdiff_t>(k); };
  return {Lines(at(line + 1), at(std::min(end, page.lines.size()))), end};
}

void run_commands(Page& page, std::size_t line) {
  std::ofstream commands(page.folder / "commands.sh");
  commands << "set -euo pipefail\n";
  for (const std::string& command : fenced(page, line).first) commands << command << '\n';
  commands.close();
  const std::string tools = fs::path(environment("DYNIV_BINARY")).parent_path().string();
  const Outcome outcome = shell("cd " + quoted(page.folder.string()) + " && PATH=" + quoted(tools) +
                                ":\"$PATH\" bash commands.sh");
  page.output = outcome.output;
  if (outcome.status != 0) {
    page.complain(line, "exit status " + std::to_string(outcome.status) + "\n" + outcome.output);
  }
}

void compare_output(Page& page, std::size_t line) {
  const Lines output = lines_of(page.output);
  auto from = output.begin();
  for (const std::string& expected : fenced(page, line).first) {
    if (words_of(expected).empty() || expected == "...") continue;
    const auto found = std::find_if(from, output.end(), [&](const std::string& printed) {
      return same_words(expected, printed, page.tolerance);
    });
    if (found == output.end()) {
      page.complain(line, "not in the output: " + expected + "\n" + page.output);
      return;
    }
    from = found + 1;
  }
}

void compare_number(Page& page, std::size_t line, const std::smatch& check) {
  const std::string file = check[1];
  const std::string shown = check[5];
  std::ifstream stream(page.folder / file);
  const auto document = nlohmann::json::parse(stream, nullptr, false);
  const nlohmann::json::json_pointer place(check[2].str());
  if (document.is_discarded() || !document.contains(place) || !document.at(place).is_number()) {
    page.complain(line, "no number " + check[2].str() + " in " + file);
    return;
  }
  const double found = document.at(place).get<double>();
  const double expected =
      std::stod(shell("awk " + quoted("BEGIN { printf \"%.15g\", " + check[3].str() + " }")).output);
  const double tolerance = std::stod(check[4]);
  if (!(std::abs(found - expected) <= tolerance)) {
    page.complain(line, "expected " + std::to_string(expected) + ", found " + std::to_string(found));
  }
  const auto number = number_of(shown);
  if (!number || !(std::abs(number->value - expected) <= 0.501 * number->unit + tolerance)) {
    page.complain(line, "shown as " + shown + ", expected " + std::to_string(expected));
  }
  const std::regex alone("(^|[^0-9.])" + std::regex_replace(shown, std::regex(R"([.+])"), "\\$&") +
                         "([^0-9.]|\\.[^0-9]|\\.$|$)");
  if (!std::regex_search(page.prose, alone)) page.complain(line, "the page does not show " + shown);
}

// What is wrong with a page, each with its line; empty when everything is as it says.
Lines follow(const std::string& text, double tolerance = 0.01) {
  static const std::regex check(R"(^<!-- check: (\S+) (\S+) = (.+) \+- (\S+), shown as (\S+) -->$)");
  static const std::regex figure(R"(^<!-- figure: (\S+) -->$)");
  static const std::regex comment(R"(^<!-- .*)");
  const TemporaryFolder scratch;
  fs::create_directory_symlink(environment("DYNIV_DATA_DIR"), scratch.path() / "data");
  Page page{lines_of(text), scratch.path(), tolerance, {}, {}, {}};
  for (const std::string& line : page.lines) {
    if (!std::regex_match(line, comment)) page.prose += line + "\n";
  }
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const std::string& line = page.lines[i];
    std::smatch match;
    if (line == "```sh") {
      run_commands(page, i);
      i = fenced(page, i).second;
    } else if (line == "```text") {
      compare_output(page, i);
      i = fenced(page, i).second;
    } else if (std::regex_match(line, match, check)) {
      compare_number(page, i, match);
    } else if (line.starts_with("![") &&
               (i + 1 == page.lines.size() || !std::regex_match(page.lines[i + 1], match, figure) ||
                !fs::exists(page.folder / match[1].str()))) {
      page.complain(i, "no command made this figure");
    } else if (line.starts_with("<!-- check") || line.starts_with("```")) {
      page.complain(i, "neither commands nor output nor a check: " + line);
    }
  }
  return page.complaints;
}

std::string page_of_docs(const std::string& name) {
  std::ifstream stream(fs::path(environment("DYNIV_SOURCE_DIR")) / "docs" / name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(Tutorial, FromARecordingToASimulatedModelIsAsItSays) {
  const std::string page = page_of_docs("tutorial.md");
  EXPECT_THAT(page, HasSubstr("```sh"));
  EXPECT_THAT(follow(page), IsEmpty());
}

TEST(Tutorial, ForAClassIsAsItSays) {
  const std::string page = page_of_docs("tutorial-class.md");
  EXPECT_THAT(page, HasSubstr("<!-- check"));
  EXPECT_THAT(follow(page, 1e-5), IsEmpty());
}

TEST(TutorialCheck, FindsCommandsThatFailAndOutputThatDiffers) {
  EXPECT_THAT(follow("```sh\necho rate 10.0 Hz\n```\n```text\nrate 10.1 Hz\n```\n"), IsEmpty());
  EXPECT_THAT(follow("```sh\necho rate 10.0 Hz\n```\n```text\nrate 10.3 Hz\n```\n"),
              ElementsAre(HasSubstr("line 4: not in the output: rate 10.3 Hz")));
  EXPECT_THAT(follow("```sh\nfalse\n```\n"), ElementsAre(HasSubstr("line 1: exit status 1")));
  EXPECT_THAT(follow("```sh\nfalse | true\n```\n"), ElementsAre(HasSubstr("exit status 1")));
}

TEST(TutorialCheck, ComparesNumbersOfFilesWithClosedFormsAndWithThePage) {
  const std::string made = "```sh\necho '{\"a\": [2.0, 0.6931]}' > x.json\n```\n";
  const std::string shown = "The logarithm is 0.69.\n";
  EXPECT_THAT(follow(made + shown + "<!-- check: x.json /a/1 = log(2) +- 1e-4, shown as 0.69 -->\n"),
              IsEmpty());
  EXPECT_THAT(follow(made + shown + "<!-- check: x.json /a/1 = log(2) +- 1e-6, shown as 0.69 -->\n"),
              ElementsAre(HasSubstr("line 5: expected 0.693147, found 0.693100")));
  EXPECT_THAT(follow(made + shown + "<!-- check: x.json /a/1 = log(2) +- 1e-4, shown as 0.7 -->\n"),
              ElementsAre(HasSubstr("the page does not show 0.7")));
  EXPECT_THAT(follow(made + "It is 0.71.\n<!-- check: x.json /a/1 = log(2) +- 1e-4, shown as 0.71 -->\n"),
              ElementsAre(HasSubstr("shown as 0.71, expected 0.693147")));
  EXPECT_THAT(follow(made + shown + "<!-- check: x.json /b = log(2) +- 1e-4, shown as 0.69 -->\n"),
              ElementsAre(HasSubstr("no number /b in x.json")));
}

TEST(TutorialCheck, FindsFiguresThatNoCommandMade) {
  EXPECT_THAT(follow("```sh\ntouch a.png\n```\n![a](a.png)\n<!-- figure: a.png -->\n"), IsEmpty());
  EXPECT_THAT(follow("![a](a.png)\n<!-- figure: a.png -->\n"), ElementsAre(HasSubstr("no command made")));
  EXPECT_THAT(follow("![a](a.png)\n"), ElementsAre(HasSubstr("no command made")));
}

}  // namespace
}  // namespace dyniv::project
