// The GIF family as a stage of the pipeline: start values from the curve, fits and cross-validation, and what
// their own simulation of the training current says.
#pragma once

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct GifFamily {
  std::vector<ModelFit> models;  // one a kind
  std::optional<GifFits> fits;   // absent where there is no spike or no reset, then also `models` is empty
  std::optional<ThresholdStudy> thresholds;
};

// Starts from the curve's models in `cell`. A model whose simulation of the training
// current has less than two thirds or more than one and a half times the cell's spikes is not identified: the
// likelihood, with the recorded spikes forced, does not see such a run-away.
GifFamily fit_gif_family(const Membrane& membrane, const CellFit& cell, const CellFitOptions& options);

}  // namespace libfit
