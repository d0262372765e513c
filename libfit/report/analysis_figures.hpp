// The figures of `dyniv analyze`, from its analyses.
#pragma once

#include <vector>

#include "libfit/draw/figure.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {

// For every model that fires: its phase line without current, below and above the rheobase, with fixed points
// marked, and trajectories after pulses and in steps on either side of the thresholds. For all together:
// their f-I curves, and, for two or more, their F in one plot, with the points of a tabulated model as
// measured.
std::vector<Figure> analysis_figures(const std::vector<ModelAnalysis>& analyses);

}  // namespace libfit
