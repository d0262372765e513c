// The GIF family as a stage of the pipeline: start values from the curve, fits and cross-validation, and what
// their own simulation of the training current says.
#pragma once

#include "libfit/pipeline/cell_fit.hpp"
#include "libfit/pipeline/membrane.hpp"

namespace libfit {

// Appends one entry a kind to cell.models and fills cell.gifs. A model whose simulation of the training
// current has less than two thirds or more than one and a half times the cell's spikes is not identified: the
// likelihood, with the recorded spikes forced, does not see such a run-away.
void fit_gif_family(const Membrane& membrane, CellFit& cell, const CellFitOptions& options);

// The fit behind a model of the family; nullptr where there is none.
const GifFit* gif_fit_of(const CellFit& cell, const Model& model);

}  // namespace libfit
