// `dyniv plot` as a person runs it: exit code, standard output, standard error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "libfit/draw/figure.hpp"
#include "libfit/draw/gnuplot_run.hpp"
#include "tests/draw/temporary_folder.hpp"

namespace {

using report_test::content;
using report_test::TemporaryFolder;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string output;
  std::string errors;
};

class Plot : public testing::Test {
 protected:
  void SetUp() override {
    const char* binary = std::getenv("DYNIV_BINARY");
    if (binary == nullptr || !fs::exists(binary)) GTEST_SKIP() << "the command dyniv is not built";
    binary_ = binary;
    results_ = folder_.path() / "results";
    libfit::Figure figure;
    figure.name = std::string("one");
    figure.panels.resize(1);
    figure.panels[0].series.resize(1);
    figure.panels[0].series[0].x = figure.panels[0].series[0].y = {1.0, 2.0, 3.0};
    libfit::FigureOptions options;
    options.formats = {};
    libfit::write_figure(results_ / "figures", figure, options);
  }

  Outcome run(const std::string& words) const {
    const fs::path out = folder_.path() / "out";
    const fs::path err = folder_.path() / "err";
    std::string line;
    for (const std::string& word : {quoted(binary_), std::string("plot"), words, std::string(">"),
                                    quoted(out.string()), std::string("2>"), quoted(err.string())}) {
      line.append(word).append(1, ' ');
    }
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
  }

  static std::string quoted(const std::string& word) { return std::string("'").append(word).append("'"); }

  std::string results() const { return quoted(results_.string()); }

  TemporaryFolder folder_;
  fs::path results_;
  std::string binary_;
};

TEST_F(Plot, DrawsTheFormatsAskedAndNamesThem) {
  if (!libfit::find_program("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  const Outcome outcome = run(results() + " --format svg,png");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.errors, "");
  EXPECT_EQ(outcome.output,
            (results_ / "figures/one.svg").string() + "\n" + (results_ / "figures/one.png").string() + "\n");
  EXPECT_TRUE(fs::exists(results_ / "figures/one.png"));
}

TEST_F(Plot, PrintsJsonForMachines) {
  if (!libfit::find_program("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  const Outcome outcome = run(results() + " --format tikz --json");
  const auto json = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(json.at("schema"), "dyniv.plot");
  EXPECT_EQ(json.at("drawings").size(), 1U);
}

TEST_F(Plot, OverwritesOnlyWithForce) {
  if (!libfit::find_program("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  std::ofstream(results_ / "figures/one.svg") << "mine";
  const Outcome refused = run(results() + " --format pdf,svg");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("--force"));
  EXPECT_FALSE(fs::exists(results_ / "figures/one.pdf"));
  EXPECT_EQ(content(results_ / "figures/one.svg"), "mine");
  EXPECT_EQ(run(results() + " --format pdf,svg --force").status, 0);
  EXPECT_NE(content(results_ / "figures/one.svg"), "mine");
}

TEST_F(Plot, SaysWhichScriptFailedAndDrawsTheOthers) {
  if (!libfit::find_program("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  std::ofstream(results_ / "figures/broken.gp") << "plot 'nothing.csv'\n";
  std::ofstream(results_ / "figures/odd name.gp") << "plot 1\n";
  const Outcome outcome = run(results() + " --format svg");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("broken"));
  EXPECT_THAT(outcome.errors, HasSubstr("odd name.gp"));
  EXPECT_TRUE(fs::exists(results_ / "figures/one.svg"));
}

TEST_F(Plot, RefusesWrongUsage) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run(results() + " " + results()).status, 2);
  EXPECT_EQ(run(results() + " --format gif").status, 2);
  EXPECT_EQ(run(results() + " --format svg,").status, 2);
  EXPECT_EQ(run(results() + " --width-mm 20").status, 2);
  EXPECT_EQ(run(results() + " --timeout-s 0").status, 2);
  EXPECT_EQ(run("--help").status, 0);
}

TEST_F(Plot, AFolderWithoutFiguresDoesNotAllowIt) {
  fs::create_directory(folder_.path() / "empty");
  EXPECT_EQ(run(quoted((folder_.path() / "empty").string())).status, 1);
  EXPECT_EQ(run(quoted((folder_.path() / "absent").string())).status, 1);
}

}  // namespace
