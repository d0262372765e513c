// Figures of voltage and spikes against time. Windows and zooms are chosen from the data by rule, never by
// hand, so that every cell is shown the same way.
#pragma once

#include <vector>

#include "libfit/characterize/prediction.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

// The current, and the voltage before (`raw`) and after the electrode was taken out, over a second with
// spikes.
Figure compensation_figure(const Recording& raw, const Membrane& membrane);

// Recorded and predicted voltage at two zooms (2 s and 0.2 s), spikes as ticks above.
Figure prediction_figure(const TestResult& test);

// Spike trains over 5 s: repetitions of the cell, then at most ten of each model.
Figure raster_figure(const TestResult& test);

// The cell's spikes in each test repetition beside what models expect, which do not know the repetition.
// None below two repetitions.
std::vector<Figure> drift_figures(const TestResult& test);

}  // namespace libfit
