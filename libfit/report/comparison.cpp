#include "libfit/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/simulate/model_analysis.hpp"

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

MeanDifference turned(MeanDifference mean) {
  if (mean.mean) mean.mean = -*mean.mean;
  if (mean.ci95) mean.ci95 = Interval{-mean.ci95->high, -mean.ci95->low};
  std::swap(mean.better, mean.worse);
  std::swap(mean.clearly_better, mean.clearly_worse);
  return mean;
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

PairOverCells pair_over_cells(const std::vector<ComparedCell>& cells, const std::string& first,
                              const std::string& second) {
  std::vector<ScoreValue> md_star, gamma;
  for (const ComparedCell& cell : cells) {
    for (const ScoreDifference& difference : cell.scores.differences) {
      if (cell.stored.models[difference.first].name != first ||
          cell.stored.models[difference.second].name != second)
        continue;
      md_star.push_back(difference.md_star);
      gamma.push_back(difference.gamma);
    }
  }
  return {first, second, over_cells(md_star), over_cells(gamma)};
}

}  // namespace

void CompareOptions::validate() const { score.validate(); }

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
      PairOverCells pair = pair_over_cells(result.cells, result.models[i], result.models[j]);
      if (pair.md_star.cells > 0 || pair.gamma.cells > 0) result.pairs.push_back(std::move(pair));
    }
  }
  return result;
}

std::optional<PairOverCells> pair_of(const Comparison& comparison, const std::string& first,
                                     const std::string& second) {
  for (const PairOverCells& pair : comparison.pairs) {
    if (pair.first == first && pair.second == second) return pair;
    if (pair.first == second && pair.second == first)
      return PairOverCells{first, second, turned(pair.md_star), turned(pair.gamma)};
  }
  return std::nullopt;
}

std::string sentence(const Comparison& comparison, const std::string& first, const std::string& second) {
  auto pair = pair_of(comparison, first, second);
  if (!pair || !pair->md_star.mean) return {};
  if (*pair->md_star.mean < 0.0) pair = pair_of(comparison, second, first);
  const MeanDifference& md = pair->md_star;
  const bool clear = md.ci95 && md.ci95->low > 0.0;
  const std::string over = md.cells > 1 ? fmt::format(" on average over {} cells", md.cells) : "";
  const std::string &winner = pair->first, &other = pair->second;
  const std::string by = format_estimate({*md.mean, md.ci95}, 2);
  std::string text = fmt::format("{} and {} cannot be told apart: {} in Md*{}", winner, other, by, over);
  if (clear) text = fmt::format("{} beats {} by {} in Md*{}", winner, other, by, over);
  if (!md.ci95) text = fmt::format("{} is ahead of {} by {} in Md*{}", winner, other, by, over);
  if (md.cells > 1) {
    text +=
        fmt::format(" (better in {} of {}, beyond the error in {}", md.better, md.cells, md.clearly_better);
    if (md.clearly_worse > 0) text += fmt::format(", worse beyond the error in {}", md.clearly_worse);
    text += md.cells < 3 ? "; no interval of the mean below three cells)" : ")";
  }
  return text;
}

}  // namespace libfit
