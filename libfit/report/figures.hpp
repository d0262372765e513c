// The figures of a characterisation. Colours mean the same everywhere: the recording is black, a model has
// the colour of shown_models_internal.hpp.
#pragma once

#include <vector>

#include "libfit/characterize/characterize.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

// The figures of the electrode: recording before and after, kernel. Empty when nothing was compensated.
std::vector<Figure> electrode_figures(const Recording& raw, const Membrane& membrane);
// Capacitance, and the curve with the models that were fitted to it.
std::vector<Figure> curve_figures(const CellFit& cell);
// Everything that `dyniv run` draws.
std::vector<Figure> result_figures(const CellRecordings& recordings, const Characterization& result);

}  // namespace libfit
