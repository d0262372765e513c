// Figures of what the GIF family learnt and of a cell that drifts.
#pragma once

#include <vector>

#include "libfit/characterize/characterize.hpp"
#include "libfit/draw/figure.hpp"

namespace libfit {

// Onset against the voltage before, and the threshold after steps, of the plain GIF, the two-state iGIF and
// the dictionary. None without the GIF family.
std::vector<Figure> threshold_figures(const CellFit& cell);

// The cell's spikes in each test repetition beside what models expect; none below two repetitions.
std::vector<Figure> drift_figures(const TestResult& test);

}  // namespace libfit
