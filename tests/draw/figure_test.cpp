#include "libfit/draw/figure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>

#include "libfit/core/error.hpp"
#include "libfit/draw/gnuplot_run.hpp"
#include "tests/draw/temporary_folder.hpp"

namespace {

using namespace libfit;
using report_test::content;
using report_test::file_count;
using report_test::TemporaryFolder;
using testing::HasSubstr;
namespace fs = std::filesystem;

Series line(const std::string& label, std::vector<double> x, std::vector<double> y) {
  Series series;
  series.label = label;
  series.x = std::move(x);
  series.y = std::move(y);
  return series;
}

Figure small_figure(const std::string& label = std::string("recorded")) {
  Figure figure;
  figure.name = std::string("small");
  Panel panel;
  panel.x.label = std::string("time");
  panel.x.unit = std::string("s");
  panel.y.label = std::string("membrane potential");
  panel.y.unit = std::string("mV");
  panel.series.push_back(line(label, {0.0, 1.0, 2.0}, {-70.0, -65.5, -68.25}));
  figure.panels.push_back(panel);
  return figure;
}

// The label in every place that takes a text.
Figure hostile_figure(const std::string& label) {
  Figure figure = small_figure(label);
  figure.title = label;
  Panel& panel = figure.panels.front();
  panel.title = panel.x.label = panel.x.unit = panel.y.label = panel.y.unit = label;
  panel.x.categories = {label, label, label};
  figure.panels.push_back(panel);
  figure.panels.back().y.categories = {label, label};
  return figure;
}

FigureOptions every_format() {
  FigureOptions options;
  options.formats = {FigureFormat::pdf, FigureFormat::svg, FigureFormat::png, FigureFormat::cairolatex,
                     FigureFormat::tikz};
  return options;
}

bool has_gnuplot() { return find_program("gnuplot").has_value(); }

// A program that stands in for gnuplot.
fs::path program(const TemporaryFolder& folder, const std::string& body) {
  const fs::path path = folder.path() / "stand_in";
  std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST(FigureData, HasAColumnWithUnitForEachArray) {
  TemporaryFolder folder;
  Figure figure = small_figure();
  Series band;
  band.kind = SeriesKind::band;
  band.label = std::string("SD");
  band.x = {0.0, 2.0};
  band.low = {-71.0, -70.0};
  band.high = {-69.0, -66.0};
  figure.panels.front().series.push_back(line("model", {0.0, 1.0, 2.0}, {1.0, std::nan(""), 3.0}));
  figure.panels.front().series.push_back(band);
  FigureOptions options;
  options.formats = {};
  options.gnuplot = "no-such-program";
  EXPECT_EQ(content(write_figure(folder.path(), figure, options).data),
            "p1 time (s),p1 recorded: membrane potential (mV),p1 model: membrane potential (mV),p1 time (s),"
            "p1 SD: membrane potential (mV) low,p1 SD: membrane potential (mV) high\n"
            "0,-70,1,0,-71,-69\n"
            "1,-65.5,NaN,2,-70,-66\n"
            "2,-68.25,3,,,\n");
}

TEST(FigureData, IsReducedForALongTraceAndKeepsItsSpike) {
  TemporaryFolder folder;
  Figure figure = small_figure();
  Series& series = figure.panels.front().series.front();
  series.x.clear();
  series.y.clear();
  for (int i = 0; i < 200000; ++i) {
    series.x.push_back(i * 1e-4);
    series.y.push_back(i == 77777 ? 31.25 : -60.0 - i % 3);
  }
  FigureOptions options;
  options.formats = {};
  const std::string csv = content(write_figure(folder.path(), figure, options).data);
  EXPECT_THAT(csv, HasSubstr("7.7777,31.25\n"));
  EXPECT_LT(std::ranges::count(csv, '\n'), 4500);
}

TEST(FigureSecurity, ALabelIsNeverRun) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  const std::string evidence = (folder.path() / "evidence").string();
  const std::string run = "system(\"touch " + evidence + "\")";
  const std::vector<std::string> labels = {
      "\"; system \"touch " + evidence + "\" #",
      "'; system 'touch " + evidence + "' #",
      "'.system('touch " + evidence + "').'",
      "`touch " + evidence + "`",
      "\\`touch " + evidence + "\\`",
      "\"`touch " + evidence + "`\"",
      "$(touch " + evidence + ")",
      "@format @name " + run,
      "\\' ; " + run + " ; \\",
      "''; " + run + " #",
      "a\n" + run + "\n!touch " + evidence + "\n",
      "a\r" + run,
      "x' \\\n; " + run,
      "%s%n%d%% 50 % {x}_y^z {/=99 big} \\n \\101 \\U+221E",
      "| touch " + evidence,
      "<touch " + evidence,
      "]]><script>alert(1)</script>&lt;",
      "\\write18{touch " + evidence + "} \\input{x} }{ $",
      "膜電位 Δ µ 😀 \xff\xfe\x80",
      std::string("nul\0byte", 8),
      "\\",
      "'",
      "''",
      "'@name'`touch " + evidence + "`'\"`touch " + evidence + "`\"",
      "\"'`touch " + evidence + "`'\"",
      "#",
      "=1+1",
      "",
      " ",
      std::string(5000, 'W'),
  };
  FigureOptions options;
  options.formats = {FigureFormat::pdf, FigureFormat::svg, FigureFormat::tikz};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const FigureFiles files =
        write_figure(folder.path() / std::to_string(i), hostile_figure(labels[i]), options);
    EXPECT_THAT(files.warnings, testing::IsEmpty()) << labels[i];
    EXPECT_EQ(files.drawings.size(), 3U) << labels[i];
    EXPECT_FALSE(fs::exists(evidence)) << labels[i];
    const std::string svg = content(folder.path() / std::to_string(i) / "small.svg");
    EXPECT_EQ(svg.find("<script>"), std::string::npos);
    const std::string tex = content(folder.path() / std::to_string(i) / "small_tikz.tex");
    EXPECT_EQ(tex.find("\\write18"), std::string::npos);
    EXPECT_EQ(tex.find("\\input{x}"), std::string::npos);
  }
}

// gnuplot replaces @name by the value of a string variable before it reads a line.
TEST(FigureSecurity, ALabelThatNamesAnotherAsAMacroDoesNotRunIt) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  const std::string evidence = (folder.path() / "evidence").string();
  const std::string touch = "system(\"touch " + evidence + "\")";
  for (const std::string& first : {"'; " + touch + " #", "'." + touch + ".'", touch, "\"; " + touch + " #"}) {
    for (const char* second :
         {"it's @text_1", "'@text_1", "''@text_1", "\"'@text_1", "'\"'@text_1", "@text_1"}) {
      Figure figure = small_figure();
      figure.title = first;
      for (const char* label : {second, "''@text_1'", "\\'@text_1"}) {
        figure.panels.front().series.push_back(line(label, {0.0, 1.0}, {-70.0, -60.0}));
      }
      FigureOptions options;
      options.formats = {FigureFormat::svg};
      options.overwrite = Overwrite::allow;
      EXPECT_THAT(write_figure(folder.path(), figure, options).warnings, testing::IsEmpty())
          << first << second;
      EXPECT_FALSE(fs::exists(evidence)) << first << second;
      EXPECT_THAT(content(folder.path() / "small.svg"), HasSubstr("@text_1")) << first << second;
    }
  }
}

TEST(FigureSecurity, ALabelIsShownAsItIs) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  Figure figure = small_figure("a_1 `b` it's @x \\n 5%");
  FigureOptions options;
  options.formats = {FigureFormat::svg};
  write_figure(folder.path(), figure, options);
  EXPECT_THAT(content(folder.path() / "small.svg"), HasSubstr(">a_1 `b` it's @x \\n 5%</text>"));
}

TEST(FigureSecurity, ANameIsAFileNameAndNothingElse) {
  TemporaryFolder folder;
  const std::vector<std::string> names{"",
                                       "../x",
                                       "a/b",
                                       "a b",
                                       "x'",
                                       "`id`",
                                       "-x",
                                       "_x",
                                       ".hidden",
                                       "a.b",
                                       "Δ",
                                       "x\n",
                                       std::string(101, 'a')};
  for (const std::string& name : names) {
    Figure figure = small_figure();
    figure.name = name;
    EXPECT_THROW(write_figure(folder.path(), figure), ContractError) << name;
  }
  EXPECT_EQ(file_count(folder.path()), 0U);
}

TEST(FigureBytes, AreTheSameForTheSameData) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder first;
  TemporaryFolder second;
  ::setenv("TZ", "Pacific/Kiritimati", 1);  // 14 hours ahead
  const FigureFiles files = write_figure(first.path(), small_figure(), every_format());
  ::unsetenv("TZ");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // dates in files have a second's resolution
  write_figure(second.path(), small_figure(), every_format());
  ASSERT_EQ(files.drawings.size(), 6U);
  for (const fs::path& drawing : files.drawings) {
    EXPECT_EQ(content(drawing), content(second.path() / drawing.filename())) << drawing.filename();
    EXPECT_FALSE(content(drawing).empty());
  }
}

TEST(FigureScript, DrawsByHandInItsFolder) {
  const auto gnuplot = find_program("gnuplot");
  if (!gnuplot) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {};
  write_figure(folder.path(), small_figure(), options);
  EXPECT_EQ(run_program(*gnuplot, {"small.gp"}, folder.path(), 60.0).end, GnuplotRun::End::done);
  EXPECT_EQ(content(folder.path() / "small.pdf").substr(0, 5), "%PDF-");
}

TEST(FigureScript, DrawsPanelsWithoutData) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Figure figure = small_figure();
  figure.panels.emplace_back();
  figure.panels.push_back(figure.panels.front());
  figure.panels.back().series = {line("", {}, {}), line("gone", {1.0, 2.0}, {nan, nan})};
  figure.panels.push_back(figure.panels.front());
  figure.panels.back().series = {line("one", {5.0}, {5.0})};
  figure.panels.back().x.logarithmic = figure.panels.back().y.logarithmic = true;
  EXPECT_THAT(write_figure(folder.path(), figure).warnings, testing::IsEmpty());
}

TEST(FigureLatex, IncludesTheDrawingBesideItByItsFinalName) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {FigureFormat::cairolatex};
  write_figure(folder.path(), small_figure("50 % of a_1"), options);
  const std::string tex = content(folder.path() / "small_cairolatex.tex");
  EXPECT_THAT(tex, HasSubstr("{small_cairolatex}"));
  EXPECT_THAT(tex, HasSubstr("50 \\% of a\\_1"));
  EXPECT_EQ(tex.find("part-"), std::string::npos);
  EXPECT_TRUE(fs::exists(folder.path() / "small_cairolatex.pdf"));
}

TEST(FigureFailure, WithoutGnuplotDataAndScriptStayAndAWarningTellsTheRemedy) {
  TemporaryFolder folder;
  const char* before = std::getenv("PATH");
  const std::string path = before != nullptr ? before : "";
  ::setenv("PATH", "", 1);
  const FigureFiles files = write_figure(folder.path(), small_figure());
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(fs::exists(files.data));
  EXPECT_TRUE(fs::exists(files.script));
  EXPECT_TRUE(files.drawings.empty());
  ASSERT_EQ(files.warnings.size(), 1U);
  EXPECT_THAT(files.warnings.front(), HasSubstr("install"));
}

TEST(FigureFailure, AProgramInTheCurrentFolderIsNotGnuplot) {
  TemporaryFolder folder;
  fs::rename(program(folder, "exit 0"), folder.path() / "gnuplot");
  const fs::path here = fs::current_path();
  const std::string path = std::getenv("PATH");
  fs::current_path(folder.path());
  ::setenv("PATH", ":.", 1);
  const auto found = find_program("gnuplot");
  ::setenv("PATH", path.c_str(), 1);
  fs::current_path(here);
  EXPECT_FALSE(found.has_value());
}

TEST(FigureFailure, ADrawingThatTakesTooLongIsEnded) {
  TemporaryFolder tools;
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {FigureFormat::svg};
  options.gnuplot = program(tools, "sleep 60 & sleep 60");
  options.timeout_s = 0.3;
  const auto begin = std::chrono::steady_clock::now();
  const FigureFiles files = write_figure(folder.path(), small_figure(), options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  ASSERT_EQ(files.warnings.size(), 1U);
  EXPECT_THAT(files.warnings.front(), HasSubstr("longer than 0.3 s"));
  EXPECT_EQ(file_count(folder.path()), 2U);  // data and script, nothing half drawn
}

TEST(FigureFailure, AGnuplotThatHangsIsWaitedForOnce) {
  TemporaryFolder tools;
  TemporaryFolder folder;
  std::atomic<bool> hung{false};
  FigureOptions options;
  options.gnuplot = program(tools, "sleep 60");
  options.timeout_s = 0.3;
  options.hung = &hung;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<FigureFiles> drawn;
  for (const char* name : {"one", "two", "three", "four", "five", "six"}) {
    Figure figure = small_figure();
    figure.name = name;
    drawn.push_back(write_figure(folder.path(), figure, options));
  }
  // Twelve drawings would take 3.6 s.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(3000));
  EXPECT_EQ(drawn.front().warnings.size(), 1U);
  for (const FigureFiles& files : drawn) EXPECT_TRUE(files.given_up);
  EXPECT_TRUE(drawn.back().warnings.empty());
  EXPECT_TRUE(fs::exists(drawn.back().script));
}

TEST(FigureFailure, WhatGnuplotSaysIsTheWarning) {
  TemporaryFolder tools;
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {FigureFormat::svg};
  options.gnuplot = program(tools, "echo half > part.svg; echo 'unknown terminal' >&2; exit 1");
  const FigureFiles files = write_figure(folder.path(), small_figure(), options);
  ASSERT_EQ(files.warnings.size(), 1U);
  EXPECT_THAT(files.warnings.front(), HasSubstr("gnuplot says: unknown terminal"));
}

TEST(FigureFailure, AProgramThatDrawsNothingIsAWarning) {
  TemporaryFolder tools;
  TemporaryFolder folder;
  FigureOptions options;
  options.gnuplot = program(tools, "exit 0");
  EXPECT_EQ(write_figure(folder.path(), small_figure(), options).warnings.size(), 2U);
  EXPECT_EQ(file_count(folder.path()), 2U);
}

TEST(FigureFailure, AnOlderDrawingOfOtherDataDoesNotStay) {
  TemporaryFolder tools;
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {FigureFormat::svg};
  options.overwrite = Overwrite::allow;
  options.gnuplot = program(tools, "exit 1");
  std::ofstream(folder.path() / "small.svg") << "old";
  EXPECT_EQ(write_figure(folder.path(), small_figure(), options).warnings.size(), 2U);
  EXPECT_FALSE(fs::exists(folder.path() / "small.svg"));
}

TEST(FigureFiles, AreNotOverwrittenUnlessAllowed) {
  for (const char* existing : {"small.csv", "small.gp", "small.svg"}) {
    TemporaryFolder folder;
    std::ofstream(folder.path() / existing) << "mine";
    EXPECT_THROW(write_figure(folder.path(), small_figure()), OptionError) << existing;
    EXPECT_EQ(file_count(folder.path()), 1U);
    EXPECT_EQ(content(folder.path() / existing), "mine");
  }
}

TEST(FigureFiles, AFolderThatCannotBeMadeIsAnInputError) {
  TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(write_figure(folder.path() / "file" / "figures", small_figure()), InputError);
}

TEST(FigureContract, RefusesSeriesThatDoNotFitTheirKind) {
  TemporaryFolder folder;
  const auto refuses = [&](void (*spoil)(Figure&)) {
    Figure figure = small_figure();
    spoil(figure);
    EXPECT_THROW(write_figure(folder.path(), figure), ContractError);
  };
  refuses([](Figure& f) { f.panels.clear(); });
  refuses([](Figure& f) { f.panels[0].series[0].y.pop_back(); });
  refuses([](Figure& f) { f.panels[0].series[0].kind = SeriesKind::band; });
  refuses([](Figure& f) { f.panels[0].series[0].kind = SeriesKind::error_points; });
  refuses([](Figure& f) { f.panels[0].series[0].kind = SeriesKind::horizontal_mark; });
  refuses([](Figure& f) { f.panels[0].series[0].low = {1.0, 2.0, 3.0}; });
  refuses([](Figure& f) { f.panels[0].series[0].line_width_pt = 0.0; });
  refuses([](Figure& f) { f.panels[0].x.range = Interval{1.0, 1.0}; });
  refuses([](Figure& f) { f.panels[0].height = 0.0; });
  refuses([](Figure& f) { f.width_mm = 39.0; });
  refuses([](Figure& f) { f.height_mm = 401.0; });
  EXPECT_EQ(file_count(folder.path()), 0U);
}

TEST(FigureOptions, AreChecked) {
  FigureOptions options;
  options.timeout_s = 0.0;
  EXPECT_THROW(options.validate(), OptionError);
  options = {};
  options.gnuplot.clear();
  EXPECT_THROW(options.validate(), OptionError);
  EXPECT_THROW(figure_format("gif"), OptionError);
  EXPECT_THROW(figure_format(""), OptionError);
  EXPECT_EQ(figure_format("tikz"), FigureFormat::tikz);
  EXPECT_THROW(check_figure_width(39.9), OptionError);
  EXPECT_THROW(check_figure_width(std::nan("")), OptionError);
}

TEST(Redraw, MakesAnotherFormatAtAnotherWidth) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  TemporaryFolder folder;
  FigureOptions options;
  options.formats = {};
  write_figure(folder.path(), small_figure(), options);
  options.formats = {FigureFormat::svg};
  const FigureFiles files = redraw_figure(folder.path() / "small.gp", options, 127.0);
  ASSERT_THAT(files.warnings, testing::IsEmpty());
  EXPECT_THAT(content(folder.path() / "small.svg"), HasSubstr("width=\"480\""));  // 127 mm at 96 dpi
  EXPECT_THROW(redraw_figure(folder.path() / "small.gp", options), OptionError);
  EXPECT_THROW(redraw_figure(folder.path() / "absent.gp", options), InputError);
}

}  // namespace
