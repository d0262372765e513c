// What the figures of `dyniv analyze` show is what the analysis found.
#include "libfit/report/analysis_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "libfit/model/catalogue.hpp"
#include "libfit/model/model_by_hand.hpp"

namespace libfit {
namespace {

std::vector<ModelAnalysis> analyses_of(const std::vector<std::string>& names) {
  std::vector<ModelAnalysis> analyses;
  for (const std::string& name : names) analyses.push_back(analyze_model({model_by_hand(name), "{}"}));
  return analyses;
}

const Figure* figure_named(const std::vector<Figure>& figures, const std::string& name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() ? nullptr : &*found;
}

const Series* series_named(const Panel& panel, const std::string& label) {
  const auto found = std::ranges::find(panel.series, label, &Series::label);
  return found == panel.series.end() ? nullptr : &*found;
}

double line_at(const Series& line, double x) {
  const auto above = std::ranges::lower_bound(line.x, x);
  const auto i = static_cast<std::size_t>(above - line.x.begin());
  const double part = (x - line.x[i - 1]) / (line.x[i] - line.x[i - 1]);
  return line.y[i - 1] + part * (line.y[i] - line.y[i - 1]);
}

TEST(AnalysisFigures, MarkTheFixedPointsWhereTheLineWithoutCurrentIsZero) {
  const auto analyses = analyses_of({"eif"});
  const auto figures = analysis_figures(analyses);
  const Figure* figure = figure_named(figures, "eif_phase_line");
  ASSERT_NE(figure, nullptr);
  const Panel& panel = figure->panels.front();
  const Series* stable = series_named(panel, "stable");
  const Series* unstable = series_named(panel, "unstable");
  ASSERT_TRUE(stable != nullptr && unstable != nullptr);
  // Those without current come first; the others are those of the second line, below the rheobase.
  EXPECT_EQ(stable->x.at(0), analyses[0].line->resting_mV.at(0));
  EXPECT_EQ(unstable->x.at(0), *analyses[0].line->pulse_threshold_mV);
  const auto line = std::ranges::find(panel.series, SeriesKind::line, &Series::kind);
  ASSERT_NE(line, panel.series.end());
  EXPECT_NEAR(line_at(*line, stable->x[0]), 0.0, 0.01);
  EXPECT_NEAR(line_at(*line, unstable->x[0]), 0.0, 0.05);
}

TEST(AnalysisFigures, ShowTrajectoriesOnBothSidesOfTheThresholds) {
  const auto figures = analysis_figures(analyses_of({"eif"}));
  const Figure* figure = figure_named(figures, "eif_trajectories");
  ASSERT_NE(figure, nullptr);
  ASSERT_EQ(figure->panels.size(), 2U);
  for (const Panel& panel : figure->panels) {
    bool spikes = false, returns = false;
    for (const Series& series : panel.series) {
      if (series.kind != SeriesKind::line) continue;
      (std::ranges::max(series.y) > -20.0 ? spikes : returns) = true;
    }
    EXPECT_TRUE(spikes && returns) << panel.title;
  }
}

TEST(AnalysisFigures, CompareTheCurvesOfAllModels) {
  const auto analyses = analyses_of({"lif", "qif", "eif"});
  const auto figures = analysis_figures(analyses);
  const Figure* rates = figure_named(figures, "fi_curves");
  const Figure* lines = figure_named(figures, "phase_lines");
  ASSERT_TRUE(rates != nullptr && lines != nullptr);
  for (const ModelAnalysis& analysis : analyses) {
    const std::string label = label_of_model(model_name(analysis.model));
    const Series* rate = series_named(rates->panels.front(), label);
    ASSERT_NE(rate, nullptr) << label;
    ASSERT_EQ(rate->y.size(), analysis.fi.points.size());
    for (std::size_t i = 0; i < rate->y.size(); ++i) EXPECT_EQ(rate->y[i], analysis.fi.points[i].rate_Hz);
    EXPECT_NE(series_named(lines->panels.front(), label), nullptr) << label;
  }
}

}  // namespace
}  // namespace libfit
