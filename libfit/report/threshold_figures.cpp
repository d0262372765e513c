#include "libfit/report/threshold_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "libfit/report/shown_models_internal.hpp"

namespace libfit {
namespace {

// Mean and standard error of the onsets in groups of equal size, by the voltage before. Onsets count from
// their mean: the cell's lie where its upstroke has begun, the models' where they draw a spike.
void add_onsets(Panel& panel, const std::string& label, unsigned colour,
                const std::optional<OnsetAgainstPast>& points) {
  constexpr std::size_t kGroups = 8;
  if (!points) return;
  std::vector<std::size_t> order(points->past_mV.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double centre = *mean(points->onset_mV);
  std::ranges::sort(order, {}, [&](std::size_t i) { return points->past_mV[i]; });
  std::vector<double> past_mV, onset_mV, onset_se_mV;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::size_t begin = g * order.size() / kGroups, end = (g + 1) * order.size() / kGroups;
    std::vector<double> past, onset;
    for (std::size_t k = begin; k < end; ++k) {
      past.push_back(points->past_mV[order[k]]);
      onset.push_back(points->onset_mV[order[k]]);
    }
    if (onset.size() < 2) continue;
    past_mV.push_back(*mean(past));
    onset_mV.push_back(*mean(onset) - centre);
    onset_se_mV.push_back(std::sqrt(*variance(onset) / static_cast<double>(onset.size())));
  }
  if (!past_mV.empty())
    panel.series.push_back(error_points_of(label, colour, past_mV, onset_mV, onset_se_mV));
}

}  // namespace

std::vector<Figure> threshold_figures(const CellFit& cell) {
  if (!cell.thresholds) return {};
  const auto models = shown_models(cell.thresholds->models, Shown::thresholds, &ThresholdOfModel::model);
  if (models.empty()) return {};
  Panel onset =
      panel_of(axis_of("mean voltage 20 to 2 ms before", "mV"), axis_of("spike onset minus its mean", "mV"));
  Panel step = panel_of({}, axis_of("change of threshold", "mV"));
  add_onsets(onset, "cell", kBlack, cell.thresholds->cell);
  for (const auto& [model, label, colour] : models) {
    const ThresholdResponse &up = model->depolarised, &down = model->hyperpolarised;
    add_onsets(onset, label, colour, model->simulated);
    step.x = axis_of(fmt::format("time since a step of {:g} mV", up.step_mV), "ms");
    step.series.push_back(line_of(label + ", up", colour, up.time_ms, up.change_mV));
    step.series.push_back(dashed(line_of(label + ", down", colour, up.time_ms, down.change_mV)));
  }
  step.x.logarithmic = true;
  return {figure_of("threshold", 110.0, {std::move(onset), std::move(step)})};
}

}  // namespace libfit
