// Scores of models side by side: by measure for one cell, by cell for one measure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/draw/figure.hpp"

namespace libfit {

// What stands at one place of the axis: a measure or a cell.
struct ScoreGroup {
  std::string label;                            // "Md*"
  std::optional<double> ceiling;                // set by the cell's own reliability
  std::vector<std::optional<Estimate>> models;  // one per model; absent: not defined
};

// `models`: their labels. Bars with their ceilings, or, for differences between models, dots with intervals
// about a line at 0 (SeriesKind::error_points). Throws ContractError unless each group has a value per model.
Figure score_figure(const std::string& name, const std::string& axis, const std::vector<std::string>& models,
                    const std::vector<ScoreGroup>& groups, SeriesKind kind = SeriesKind::bars);

}  // namespace libfit
