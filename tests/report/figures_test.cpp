#include "libfit/report/figures.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/draw/gnuplot_run.hpp"
#include "tests/draw/synthetic_figures.hpp"

namespace {

TEST(Figures, AModelHasOneColourWhateverStandsBesideIt) {
  const auto all = libfit::model_colours({"LIF", "EIF", "QIF", "AdEx", "history GIF"});
  const auto few = libfit::model_colours({"AdEx", "EIF"});
  EXPECT_EQ(all[1], few[1]);
  EXPECT_EQ(all[3], few[0]);
  EXPECT_EQ(std::set<unsigned>(all.begin(), all.end()).size(), all.size());
}

// DYNIV_FIGURES names a folder to keep the drawings in and look at them.
TEST(Figures, AreDrawnWithoutComplaint) {
  if (!libfit::find_program("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  const char* keep = std::getenv("DYNIV_FIGURES");
  const std::filesystem::path folder = keep != nullptr
                                           ? std::filesystem::path(keep)
                                           : std::filesystem::path(testing::TempDir()) / "dyniv_figures";
  libfit::FigureOptions options;
  options.overwrite = libfit::Overwrite::allow;
  using libfit::FigureFormat;
  options.formats = {FigureFormat::pdf, FigureFormat::svg, FigureFormat::png, FigureFormat::cairolatex};
  for (const libfit::Figure& figure : synthetic::all_figures()) {
    const libfit::FigureFiles files = libfit::write_figure(folder, figure, options);
    for (const std::string& warning : files.warnings) ADD_FAILURE() << warning;
    EXPECT_EQ(files.drawings.size(), 5U) << figure.name;
  }
  if (keep == nullptr) std::filesystem::remove_all(folder);
}

}  // namespace
