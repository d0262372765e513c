#include "libfit/report/gif_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "libfit/report/threshold_figures.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {
namespace {

// Mean and standard error of the onsets in groups of equal size, by the voltage before. Onsets count from
// their mean: the cell's lie where its upstroke has begun, the models' where they draw a spike.
OnsetGroups groups_of(const std::string& label, const std::optional<OnsetAgainstPast>& points) {
  constexpr std::size_t kGroups = 8;
  OnsetGroups groups;
  groups.label = label;
  if (!points) return groups;
  std::vector<std::size_t> order(points->past_mV.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double centre = *mean(points->onset_mV);
  std::ranges::sort(order, {}, [&](std::size_t i) { return points->past_mV[i]; });
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::size_t begin = g * order.size() / kGroups, end = (g + 1) * order.size() / kGroups;
    std::vector<double> past, onset;
    for (std::size_t k = begin; k < end; ++k) {
      past.push_back(points->past_mV[order[k]]);
      onset.push_back(points->onset_mV[order[k]]);
    }
    if (onset.size() < 2) continue;
    groups.past_mV.push_back(*mean(past));
    groups.onset_mV.push_back(*mean(onset) - centre);
    groups.onset_se_mV.push_back(std::sqrt(*variance(onset) / static_cast<double>(onset.size())));
  }
  return groups;
}

}  // namespace

std::vector<Figure> threshold_figures(const CellFit& cell) {
  if (!cell.thresholds || cell.thresholds->models.empty()) return {};
  constexpr std::array<std::string_view, 3> kShown = {"gif", "igif2", "history_gif"};
  ThresholdSeries series;
  series.cell = groups_of("cell", cell.thresholds->cell);
  for (const std::string_view shown : kShown) {
    const auto model = std::ranges::find(cell.thresholds->models, shown, &ThresholdOfModel::model);
    if (model == cell.thresholds->models.end()) continue;
    const std::string label = label_of_model(shown);
    series.models.push_back(groups_of(label, model->simulated));
    series.steps.push_back(
        {label, model->depolarised.time_ms, model->depolarised.change_mV, model->hyperpolarised.change_mV});
    series.step_mV = model->depolarised.step_mV;
  }
  if (series.models.empty()) return {};
  return {threshold_figure(series)};
}

std::vector<Figure> drift_figures(const TestResult& test) {
  if (test.spikes_ms.size() < 2) return {};
  constexpr std::array<std::string_view, 4> kShown = {"eif", "refractory_eif", "adex", "history_gif"};
  RepetitionSeries series;
  for (const auto& train : test.spikes_ms) series.spikes.push_back(static_cast<double>(train.size()));
  for (const std::string_view shown : kShown) {
    const auto model = std::ranges::find(test.models, shown, &ModelTest::model);
    if (model == test.models.end()) continue;
    series.models.push_back(label_of_model(shown));
    series.expected.push_back(model->spikes.model_rate_Hz * model->spikes.duration_ms / 1000.0);
  }
  return {repetition_figure(series)};
}

}  // namespace libfit
