#include "libfit/report/score_figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/draw/figure_pieces.hpp"
#include "libfit/model/catalogue.hpp"

namespace libfit {
namespace {

Series series_of_model(const std::vector<ScoreGroup>& groups, std::size_t model, double offset) {
  Series series;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const Estimate score = groups[k].models.at(model).value_or(Estimate{kNone, std::nullopt});
    const Interval ci95 = score.ci95.value_or(Interval{kNone, kNone});
    series.x.push_back(static_cast<double>(k) + offset);
    series.y.push_back(score.value);
    series.low.push_back(ci95.low);
    series.high.push_back(ci95.high);
  }
  return series;
}

Series ceilings_of(const std::vector<ScoreGroup>& groups) {
  Series line = dashed(line_of("ceiling", kBlack, {}, {}));
  for (std::size_t k = 0; k < groups.size(); ++k) {
    if (!groups[k].ceiling) continue;
    const auto centre = static_cast<double>(k);
    for (const double x : {centre - 0.45, centre + 0.45, centre + 0.45}) line.x.push_back(x);
    for (const double y : {*groups[k].ceiling, *groups[k].ceiling, std::nan("")}) line.y.push_back(y);
  }
  return line;
}

}  // namespace

Figure score_figure(const std::string& name, const std::string& axis, const std::vector<std::string>& models,
                    const std::vector<ScoreGroup>& groups, SeriesKind kind) {
  Panel panel = panel_of(axis_of("", ""), axis_of(axis, ""));
  for (const ScoreGroup& group : groups) {
    require(group.models.size() == models.size(), "score_figure: a group needs a value per model");
    panel.x.categories.push_back(group.label);
  }
  const auto count = static_cast<double>(models.size());
  const double width = 0.8 / std::max(count, 1.0);
  const std::vector<unsigned> colours = model_colours(models);
  for (std::size_t m = 0; m < models.size(); ++m) {
    Series series = series_of_model(groups, m, width * (static_cast<double>(m) - 0.5 * (count - 1.0)));
    series.kind = kind;
    series.label = models[m];
    series.colour = colours[m];
    series.bar_width = 0.9 * width;
    panel.series.push_back(std::move(series));
  }
  if (Series ceilings = ceilings_of(groups); !ceilings.x.empty()) panel.series.push_back(std::move(ceilings));
  if (kind == SeriesKind::error_points)
    panel.series.push_back(without_legend(horizontal_mark_of("no difference", 0.0)));
  return figure_of(name, 60.0, {std::move(panel)});
}

}  // namespace libfit
