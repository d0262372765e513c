// Models with a memory, after those of the curve: post-spike curves with the refractory EIF, and the AdEx.
// Both extend the EIF of the curve and fail where there is none.
#pragma once

#include "libfit/pipeline/cell_fit.hpp"
#include "libfit/pipeline/membrane.hpp"

namespace libfit {

// Appends both to cell.models, with intervals from the draws of cell.bootstrap, and fills cell.post_spike.
void fit_models_with_memory(const Membrane& membrane, CellFit& cell, const CellFitOptions& options);

}  // namespace libfit
