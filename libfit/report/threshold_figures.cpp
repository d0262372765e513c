#include "libfit/report/threshold_figures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/draw/figure_pieces.hpp"

namespace libfit {
namespace {

template <class Labelled>
std::vector<unsigned> colours_of(const std::vector<Labelled>& models) {
  std::vector<std::string> labels;
  labels.reserve(models.size());
  for (const auto& model : models) labels.push_back(model.label);
  return model_colours(labels);
}

}  // namespace

Figure threshold_figure(const ThresholdSeries& s) {
  require(s.models.size() == s.steps.size(), "threshold_figure: steps of each model");
  const std::vector<unsigned> colours = colours_of(s.models);
  Panel onset;
  onset.x = axis_of("mean voltage 20 to 2 ms before", "mV");
  onset.y = axis_of("spike onset minus its mean", "mV");
  if (!s.cell.past_mV.empty())
    onset.series.push_back(
        error_points_of("cell", kBlack, s.cell.past_mV, s.cell.onset_mV, s.cell.onset_se_mV));
  for (std::size_t m = 0; m < s.models.size(); ++m) {
    const OnsetGroups& model = s.models[m];
    if (model.past_mV.empty()) continue;
    onset.series.push_back(
        error_points_of(model.label, colours[m], model.past_mV, model.onset_mV, model.onset_se_mV));
  }
  Panel step;
  step.x = axis_of(fmt::format("time since a step of {:g} mV", s.step_mV), "ms");
  step.x.logarithmic = true;
  step.y = axis_of("change of threshold", "mV");
  for (std::size_t m = 0; m < s.steps.size(); ++m) {
    const ThresholdSteps& model = s.steps[m];
    step.series.push_back(line_of(model.label + ", up", colours[m], model.time_ms, model.depolarised_mV));
    step.series.push_back(
        dashed(line_of(model.label + ", down", colours[m], model.time_ms, model.hyperpolarised_mV)));
  }
  Figure figure = figure_of("threshold", 110.0);
  figure.panels.push_back(std::move(onset));
  figure.panels.push_back(std::move(step));
  return figure;
}

Figure repetition_figure(const RepetitionSeries& s) {
  require(s.models.size() == s.expected.size(), "repetition_figure: a number for each model");
  const std::vector<unsigned> colours = model_colours(s.models);
  std::vector<double> turn;
  double highest = 0.0;
  for (const double spikes : s.spikes) {
    turn.push_back(static_cast<double>(turn.size() + 1));
    highest = std::max(highest, spikes);
  }
  Panel panel;
  const Interval all{0.5, static_cast<double>(turn.size()) + 0.5};
  panel.x = axis_of("test repetition", "", all);
  for (std::size_t m = 0; m < s.models.size(); ++m) {
    panel.series.push_back(
        line_of(s.models[m], colours[m], {all.low, all.high}, {s.expected[m], s.expected[m]}));
    highest = std::max(highest, s.expected[m]);
  }
  panel.series.push_back(points_of("cell", kBlack, turn, s.spikes));  // above the lines
  panel.y = axis_of("spikes", "", Interval{0.0, 1.05 * highest});
  Figure figure = figure_of("drift", 50.0);
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace libfit
