// What the figures of a cell show is what its analysis found.
#include "libfit/report/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "libfit/draw/figure_pieces.hpp"
#include "libfit/draw/gnuplot_run.hpp"
#include "libfit/model/catalogue.hpp"
#include "tests/report/synthetic_results.hpp"

namespace {

using libfit::Figure;
using libfit::Panel;
using libfit::Series;
using testing::ElementsAre;

const std::vector<Figure>& figures() {
  static const std::vector<Figure> shared = [] {
    const auto [recordings, result] = synthetic::characterization();
    return libfit::result_figures(recordings, result);
  }();
  return shared;
}

const Figure& figure_named(const std::string& name) {
  const auto found = std::ranges::find(figures(), name, &Figure::name);
  EXPECT_NE(found, figures().end()) << name;
  return *found;
}

std::vector<std::string> legend(const Panel& panel) {
  std::vector<std::string> labels;
  for (const Series& series : panel.series)
    if (series.in_legend && !series.label.empty()) labels.push_back(series.label);
  return labels;
}

const Series& series_named(const Panel& panel, const std::string& label) {
  const auto found = std::ranges::find(panel.series, label, &Series::label);
  EXPECT_NE(found, panel.series.end()) << label;
  return *found;
}

TEST(Figures, AModelHasOneColourWhateverStandsBesideIt) {
  const auto all = libfit::model_colours({"LIF", "EIF", "QIF", "AdEx", "history GIF"});
  const auto few = libfit::model_colours({"AdEx", "EIF"});
  EXPECT_EQ(all[1], few[1]);
  EXPECT_EQ(all[3], few[0]);
  EXPECT_EQ(std::set<unsigned>(all.begin(), all.end()).size(), all.size());
}

TEST(Figures, AreThoseOfTheStagesThatWereRun) {
  auto [recordings, result] = synthetic::characterization();
  std::vector<std::string> names;
  for (const Figure& figure : libfit::result_figures(recordings, result)) names.push_back(figure.name);
  EXPECT_THAT(names, ElementsAre("compensation", "electrode_kernel", "capacitance", "dynamic_iv",
                                 "post_spike_curves", "post_spike_parameters", "threshold", "fi_curve",
                                 "drift", "prediction", "raster", "scores"));
  result.membrane.electrode.reset();
  result.cell.capacitance.result.method = libfit::CapacitanceMethod::given;
  result.cell.post_spike.reset();
  result.cell.thresholds.reset();
  result.steps.reset();
  result.test.reset();
  const auto least = libfit::result_figures(recordings, result);
  ASSERT_EQ(least.size(), 1U);
  EXPECT_EQ(least.front().name, "dynamic_iv");
}

TEST(Figures, OfTheCurveHoldSupportedBinsModelsAndResiduals) {
  const libfit::CellFit cell = synthetic::cell_fit();
  const Figure& figure = figure_named("dynamic_iv");
  const Series& bins = series_named(figure.panels[0], "measured, ± SE");
  ASSERT_FALSE(bins.x.empty());
  EXPECT_EQ(bins.x.front(), -78.0);  // the first that is supported
  EXPECT_EQ(bins.x.back(), -44.0);   // 2 mV above the fit limit
  EXPECT_THAT(legend(figure.panels[0]), ElementsAre("measured, ± SE", "EIF", "QIF", "fit limit"));
  EXPECT_EQ(series_named(figure.panels[0], "fit limit").x.front(), -46.0);
  const Series& residuals = series_named(figure.panels[1], "QIF");
  ASSERT_EQ(residuals.y.size(), bins.y.size());
  const double error = 0.5 * (bins.high[20] - bins.low[20]);
  const double F = libfit::drift_mV_per_ms(libfit::Model(synthetic::qif()), bins.x[20]);
  EXPECT_NEAR(residuals.y[20] * error, bins.y[20] - F, 1e-9);
}

TEST(Figures, LeaveOutAModelThatWasNotFitted) {
  libfit::CellFit cell = synthetic::cell_fit();
  cell.models[1].status = libfit::FitStatus::failed;
  EXPECT_THAT(legend(libfit::curve_figures(cell).back().panels[0]),
              ElementsAre("measured, ± SE", "EIF", "fit limit"));
}

TEST(Figures, OfTheCapacitanceMarkThePlateauAndTheValue) {
  const Panel& panel = figure_named("capacitance").panels[1];
  EXPECT_EQ(series_named(panel, "plateau").x.front(), -77.5 - 1.5);
  EXPECT_EQ(series_named(panel, "plateau end").x.front(), -59.5 + 1.5);
  EXPECT_EQ(series_named(panel, "used, 95 % interval").y.front(), 150.4);
  EXPECT_EQ(series_named(panel, "95 % interval").low.front(), 146.9);
  EXPECT_EQ(series_named(panel, "from kernel").y.front(), 158.0);
}

TEST(Figures, OfTheElectrodeHoldWhatItAddedAndItsKernel) {
  const Panel& traces = figure_named("compensation").panels[1];
  const Series &raw = series_named(traces, "recorded"), &membrane = series_named(traces, "compensated");
  const Series& current = figure_named("compensation").panels[0].series.front();
  ASSERT_EQ(raw.y.size(), 10000U);  // 1 s
  EXPECT_NEAR(raw.y[500] - membrane.y[500], 0.05 * current.y[500], 1e-9);
  const Figure& kernel = figure_named("electrode_kernel");
  EXPECT_EQ(series_named(kernel.panels[0], "electrode").y.front(), 200.0);  // MOhm/ms
  EXPECT_NEAR(series_named(kernel.panels[0], "membrane").y.front(), 1000.0 / 150.0, 1e-9);
  EXPECT_EQ(kernel.panels[0].title, "electrode resistance 50.0 [48.0, 52.0] MΩ");
}

TEST(Figures, AfterSpikesHaveAPanelForEachParameterThatSlicesHave) {
  const Figure& figure = figure_named("post_spike_parameters");
  ASSERT_EQ(figure.panels.size(), 2U);  // no slice has a threshold
  EXPECT_EQ(figure.panels[0].y.label, "leak g");
  EXPECT_EQ(figure.panels[1].y.label, "reversal E");
  EXPECT_FALSE(figure.panels[0].x.shown);
  EXPECT_TRUE(figure.panels[1].x.shown);
  const Series& slices = figure.panels[0].series.front();
  EXPECT_THAT(slices.x, ElementsAre(7.0, 14.0, 42.0));
  EXPECT_EQ(slices.low.front(), 9.0);
  EXPECT_EQ(figure.panels[1].series.front().low.front(), -68.0);  // no interval: the value
  EXPECT_EQ(legend(figure_named("post_spike_curves").panels[0]).back(), "after 30 ms");
}

TEST(Figures, OfTheThresholdGroupOnsetsByTheVoltageBefore) {
  const Figure& figure = figure_named("threshold");
  EXPECT_THAT(legend(figure.panels[0]), ElementsAre("cell", "GIF", "history GIF"));
  const Series& onsets = series_named(figure.panels[0], "GIF");
  ASSERT_EQ(onsets.x.size(), 8U);
  EXPECT_NEAR(onsets.x.front(), -65.0 + 0.1 * 4.5, 1e-9);    // the first ten of 80
  EXPECT_NEAR(onsets.y.front(), 0.04 * (4.5 - 39.5), 1e-9);  // from the mean of all
  EXPECT_EQ(series_named(figure.panels[1], "GIF, down").y.back(), -3.0);
}

TEST(Figures, OfThePredictionZoomOnASpike) {
  const Figure& figure = figure_named("prediction");
  ASSERT_EQ(figure.panels.size(), 4U);
  EXPECT_THAT(figure.panels[0].y.categories, ElementsAre("recorded", "EIF", "QIF"));
  const Panel &ticks = figure.panels[2], &detail = figure.panels[3];
  EXPECT_NEAR(detail.x.range->high - detail.x.range->low, 0.2, 1e-9);
  ASSERT_FALSE(series_named(ticks, "recorded").x.empty());
  EXPECT_EQ(series_named(ticks, "recorded").x, series_named(ticks, "EIF").x);
  EXPECT_EQ(series_named(detail, "recorded").y, series_named(detail, "EIF").y);
  EXPECT_NE(series_named(detail, "recorded").y, series_named(detail, "QIF").y);
}

TEST(Figures, OfTheTrainsHaveARowEachAndAtMostTenOfAModel) {
  const auto& rows = figure_named("raster").panels[0].y.categories;
  EXPECT_EQ(rows.size(), 3U + 1U + 10U + 1U + 10U);  // a gap between groups
  EXPECT_EQ(rows[1], "cell");
  EXPECT_EQ(rows[3 + 1 + 4], "EIF");
}

TEST(Figures, OfTheScoresLeaveAGapWhereThereIsNone) {
  const Panel& panel = figure_named("scores").panels[0];
  EXPECT_THAT(panel.x.categories, ElementsAre("Md*", "Γ", "EV 10 ms", "voltage"));
  const Series& eif = series_named(panel, "EIF");
  EXPECT_EQ(eif.y[0], 0.8);
  EXPECT_NEAR(eif.low[0], 0.75, 1e-12);
  EXPECT_NEAR(eif.y[1], 0.7, 1e-12);
  EXPECT_TRUE(std::isnan(eif.low[1]));
  EXPECT_TRUE(std::isnan(eif.y[2]) && std::isnan(eif.y[3]));
  const Series& ceiling = series_named(panel, "ceiling");
  EXPECT_EQ(ceiling.y[0], 1.0);
  EXPECT_EQ(ceiling.y[3], 0.8);
  EXPECT_EQ(ceiling.y.size(), 9U);  // none for the voltage
}

TEST(Figures, OfTheDriftSetExpectedSpikesBesideTheRepetitions) {
  const Panel& panel = figure_named("drift").panels[0];
  EXPECT_EQ(series_named(panel, "cell").y.size(), 3U);
  EXPECT_EQ(series_named(panel, "EIF").y.front(), 72.0);  // 6 Hz in 12 s
  libfit::TestResult once = synthetic::test_result();
  once.spikes_ms.resize(1);
  auto [recordings, result] = synthetic::characterization();
  result.test = once;
  EXPECT_EQ(std::ranges::count(libfit::result_figures(recordings, result), "drift", &Figure::name), 0);
}

TEST(Figures, OfTheStepsHoldTheBestModelToSimulateToo) {
  const Panel& panel = figure_named("fi_curve").panels[0];
  EXPECT_THAT(legend(panel), ElementsAre("cell, first interval", "cell, second half", "LIF, first interval",
                                         "LIF, second half", "EIF, first interval", "EIF, second half"));
  EXPECT_THAT(series_named(panel, "LIF, second half").y, ElementsAre(0.0, 4.0, 8.0));
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
  for (const Figure& figure : figures()) {
    const libfit::FigureFiles files = libfit::write_figure(folder, figure, options);
    for (const std::string& warning : files.warnings) ADD_FAILURE() << warning;
    EXPECT_EQ(files.drawings.size(), 5U) << figure.name;
  }
  if (keep == nullptr) std::filesystem::remove_all(folder);
}

}  // namespace
