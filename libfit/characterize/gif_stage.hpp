// The GIF family as a stage of the pipeline: start values from the curve, fits and cross-validation, and what
// their own simulation of the training current says.
#pragma once

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct GifFamily {
  std::vector<ModelFit> models;  // one per kind
  std::optional<GifFits> fits;
  std::optional<ThresholdStudy> thresholds;
};

// Starts from the models of the curve, the capacitance and the reset. A model whose simulation of the
// training current has less than two thirds or more than one and a half times the cell's spikes is not
// identified: the likelihood, with the recorded spikes forced, does not see such a run-away.
GifFamily fit_gif_family(const Membrane& membrane, std::span<const ModelFit> curve_models,
                         double capacitance_pF, const Reset& reset, const CellFitOptions& options);

}  // namespace libfit
