#include "libfit/score/cell_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

template <typename Range>
bool has(const Range& range, const std::string& name) {
  return std::ranges::find(range, name) != std::ranges::end(range);
}

std::vector<std::string> models_of(const std::vector<StoredCell>& cells) {
  std::vector<std::string> names;
  for (const StoredCell& cell : cells) {
    for (const StoredModel& model : cell.models)
      if (!has(names, model.name)) names.push_back(model.name);
  }
  return names;
}

void check_wanted(const std::vector<std::string>& wanted, const std::vector<std::string>& known) {
  for (const std::string& name : wanted) {
    if (has(known, name)) continue;
    throw OptionError(
        fmt::format("--models {}: no cell has this model; there are {}", name, fmt::join(known, ", ")));
  }
}

// Folders of one name are told apart by their paths.
void tell_apart(std::vector<StoredCell>& cells) {
  std::map<std::string, int> count;
  for (const StoredCell& cell : cells) ++count[cell.name];
  for (StoredCell& cell : cells)
    if (count[cell.name] > 1) cell.name = cell.folder.string();
}

// The models of a cell as named, in that order, so that every pair stands the same way round in every cell.
std::vector<StoredModel> in_order(std::vector<StoredModel> models, const std::vector<std::string>& names) {
  std::vector<StoredModel> ordered;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(models, name, &StoredModel::name);
    if (found != models.end()) ordered.push_back(std::move(*found));
  }
  return ordered;
}

ComparedCell compare(StoredCell stored, const std::vector<std::string>& names, const ScoreOptions& score) {
  stored.models = in_order(std::move(stored.models), names);
  std::vector<SpikeTrains> trains;
  ComparedCell cell;
  // A model that cannot fire has no spikes to score; it keeps its place with nothing in it.
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < stored.models.size(); ++i) {
    if (stored.models[i].trains.empty()) continue;
    places.push_back(i);
    trains.push_back(stored.models[i].trains);
  }
  const ModelComparison scores = compare_models(stored.trains, trains, stored.duration_ms, score);
  cell.scores.reliability_gamma = scores.reliability_gamma;
  cell.scores.reliability_md = scores.reliability_md;
  cell.scores.models.resize(stored.models.size());
  for (std::size_t k = 0; k < places.size(); ++k) cell.scores.models[places[k]] = scores.models[k];
  for (ScoreDifference difference : scores.differences) {
    difference.first = places[difference.first];
    difference.second = places[difference.second];
    cell.scores.differences.push_back(std::move(difference));
  }
  cell.stored = std::move(stored);
  return cell;
}

ScoreValue negated(ScoreValue score) {
  if (score.value) score.value = -*score.value;
  if (score.ci95) score.ci95 = Interval{-score.ci95->high, -score.ci95->low};
  return score;
}

// Half the width of a mean's 95 % interval that the errors within the cells leave by themselves. Cells may be
// alike by chance, and Student's t of their differences then claims less than is possible.
double half_width_within(const std::vector<ScoreValue>& differences) {
  double squares = 0.0, count = 0.0;
  for (const ScoreValue& difference : differences) {
    if (!difference.value) continue;
    count += 1.0;
    if (difference.ci95) squares += std::pow(0.5 * (difference.ci95->high - difference.ci95->low), 2);
  }
  return std::sqrt(squares) / count;
}

MeanDifference over_cells(const std::vector<ScoreValue>& differences) {
  MeanDifference result;
  std::vector<double> values;
  for (const ScoreValue& difference : differences) {
    if (!difference.value) continue;
    values.push_back(*difference.value);
    ++result.cells;
    if (*difference.value > 0.0) ++result.better;
    if (*difference.value < 0.0) ++result.worse;
    if (difference.ci95 && difference.ci95->low > 0.0) ++result.clearly_better;
    if (difference.ci95 && difference.ci95->high < 0.0) ++result.clearly_worse;
  }
  result.mean = mean(values);
  result.ci95 = interval_of_mean(values);
  if (result.ci95) {
    const double half =
        std::max(0.5 * (result.ci95->high - result.ci95->low), half_width_within(differences));
    result.ci95 = Interval{*result.mean - half, *result.mean + half};
  }
  if (result.cells == 1) {
    for (const ScoreValue& difference : differences)
      if (difference.value) result.ci95 = difference.ci95;
  }
  return result;
}

}  // namespace

void CompareOptions::validate() const { score.validate(); }

std::optional<std::size_t> ComparedCell::place_of(const std::string& model) const {
  const auto found = std::ranges::find(stored.models, model, &StoredModel::name);
  if (found == stored.models.end()) return std::nullopt;
  return static_cast<std::size_t>(found - stored.models.begin());
}

std::optional<ScoreDifference> ComparedCell::difference(const std::string& first,
                                                        const std::string& second) const {
  const auto one = place_of(first), other = place_of(second);
  for (const ScoreDifference& d : scores.differences) {
    if (d.first == one && d.second == other) return d;
    if (d.first == other && d.second == one)
      return ScoreDifference{d.second, d.first, negated(d.md_star), negated(d.gamma)};
  }
  return std::nullopt;
}

Comparison compare_cells(std::vector<StoredCell> cells, const CompareOptions& options) {
  options.validate();
  require(!cells.empty(), "compare_cells: there is no cell");
  const std::vector<std::string> known = models_of(cells);
  check_wanted(options.models, known);
  tell_apart(cells);
  Comparison result;
  for (const std::string& name : options.models.empty() ? known : options.models)
    if (!has(result.models, name)) result.models.push_back(name);  // named twice: once
  for (StoredCell& cell : cells) {
    if (cell.window_ms != options.score.window_ms) {
      result.warnings.push_back(
          fmt::format("{}: its summary counts coincidences within {} ms; Md* and Gamma here are within {} ms",
                      cell.name, cell.window_ms, options.score.window_ms));
    }
    result.cells.push_back(compare(std::move(cell), result.models, options.score));
  }
  for (std::size_t i = 0; i < result.models.size(); ++i) {
    for (std::size_t j = i + 1; j < result.models.size(); ++j) {
      auto pair = pair_of(result.cells, result.models[i], result.models[j]);
      if (pair) result.pairs.push_back(std::move(*pair));
    }
  }
  return result;
}

std::optional<PairOverCells> pair_of(const std::vector<ComparedCell>& cells, const std::string& first,
                                     const std::string& second) {
  std::vector<ScoreValue> md_star, gamma;
  for (const ComparedCell& cell : cells) {
    const auto difference = cell.difference(first, second);
    if (!difference) continue;
    md_star.push_back(difference->md_star);
    gamma.push_back(difference->gamma);
  }
  PairOverCells pair{first, second, over_cells(md_star), over_cells(gamma)};
  if (pair.md_star.cells == 0 && pair.gamma.cells == 0) return std::nullopt;
  return pair;
}

}  // namespace libfit
