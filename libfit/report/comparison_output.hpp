// Models by cells, side by side, for people and programs: scores against their ceilings, and the differences
// between models.
#pragma once

#include <string>
#include <vector>

#include "libfit/draw/figure.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/report/provenance.hpp"
#include "libfit/score/cell_comparison.hpp"

namespace libfit {

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
// One row per model, one column per cell, the ceiling first. No rows where no model has the measure.
Table measure_table(const Comparison& comparison, Measure measure);
// One row a pair and cell, and one a pair for the mean.
Table difference_table(const Comparison& comparison);
// One row per model and parameter, one column per cell.
Table compared_parameters(const Comparison& comparison);

// A figure for each of Md*, Gamma, explained variance and voltage, and the differences to `against`, of the
// `models` named.
std::vector<Figure> comparison_figures(const Comparison& comparison, const std::vector<std::string>& models,
                                       const std::string& against);

// Schema "dyniv.compare" (docs/commands/compare.md).
std::string comparison_json(const Comparison& comparison, const ResultProvenance& provenance);

}  // namespace libfit
