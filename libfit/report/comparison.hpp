// Models by cells, side by side: scores against their ceilings, and the differences between models, paired
// within each cell and averaged over cells.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfit/draw/figure.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/report/provenance.hpp"
#include "libfit/report/result_folder.hpp"
#include "libfit/score/model_comparison.hpp"

namespace libfit {

struct CompareOptions {
  std::vector<std::string> models;  // empty: all that any cell has
  ScoreOptions score;               // window_ms in force for every cell
  void validate() const;            // throws OptionError
};

struct ComparedCell {
  StoredCell stored;       // models as asked for, in the order of Comparison::models
  ModelComparison scores;  // in the order of stored.models
};

// One score of `first` minus that of `second`, over the cells that have both.
struct MeanDifference {
  std::size_t cells = 0;
  std::optional<double> mean;
  // 95 % interval of the mean over cells like these: Student's t over the cells, from three on. It holds what
  // differs between cells as well as the errors within them, and is never narrower than the latter alone make
  // it. Of one cell: its own interval.
  std::optional<Interval> ci95;
  std::size_t better = 0;          // cells where the difference is above 0
  std::size_t worse = 0;           // below 0
  std::size_t clearly_better = 0;  // and its own interval too
  std::size_t clearly_worse = 0;
};

struct PairOverCells {
  std::string first, second;
  MeanDifference md_star, gamma;
};

struct Comparison {
  std::vector<ComparedCell> cells;
  std::vector<std::string> models;   // by name, in the order of the summaries
  std::vector<PairOverCells> pairs;  // every pair of models that some cell has
  std::vector<std::string> warnings;
};

// Md* and Gamma are computed anew from the trains, with one window; the rest is taken over from the
// summaries. Throws OptionError for a model that no cell has.
Comparison compare_cells(std::vector<StoredCell> cells, const CompareOptions& options);

// The pair with `first` before `second`, turned where it is stored the other way round; nullopt where no cell
// has both.
std::optional<PairOverCells> pair_of(const Comparison& comparison, const std::string& first,
                                     const std::string& second);

// "eif beats qif by 0.05 [0.02, 0.09] in Md* on average over 5 cells (...)". Empty where no cell has both.
std::string sentence(const Comparison& comparison, const std::string& first, const std::string& second);

// Cells by models for one measure; words head the columns.
enum class Measure { md_star, gamma, explained_variance_10ms, voltage, bits_per_spike, rate_ratio };
inline constexpr Measure kMeasures[] = {
    Measure::md_star, Measure::gamma,          Measure::explained_variance_10ms,
    Measure::voltage, Measure::bits_per_spike, Measure::rate_ratio};
const char* measure_key(Measure measure);    // "md_star": names of files and keys
const char* measure_label(Measure measure);  // "Md*": for people
inline constexpr const char* kCeilingRow = "cell (ceiling)";
// One row a model, one column a cell, the ceiling first. No rows where no model has the measure.
Table measure_table(const Comparison& comparison, Measure measure);
// One row a pair and cell, and one a pair for the mean.
Table difference_table(const Comparison& comparison);
// One row a model and parameter, one column a cell.
Table compared_parameters(const Comparison& comparison);

// A figure for each of Md*, Gamma, explained variance and voltage, and the differences to `against`, of the
// `models` named.
std::vector<Figure> comparison_figures(const Comparison& comparison, const std::vector<std::string>& models,
                                       const std::string& against);

// Schema "dyniv.compare" (docs/commands/compare.md).
std::string comparison_json(const Comparison& comparison, const ResultProvenance& provenance);

}  // namespace libfit
