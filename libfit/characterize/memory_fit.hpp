// Models with a memory, after those of the curve: post-spike curves with the refractory EIF, and the AdEx.
// Both extend the EIF of the curve and fail where there is none.
#pragma once

#include "libfit/characterize/cell_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct MemoryFits {
  std::vector<ModelFit> models;         // refractory EIF, AdEx
  std::optional<PostSpike> post_spike;  // absent where spikes are too few
};

// `eif` is that of the curve; intervals come from the draws of the capacitance.
MemoryFits fit_models_with_memory(const Membrane& membrane, const ModelFit& eif,
                                  std::span<const double> capacitance_draws_pF,
                                  const CellFitOptions& options);

}  // namespace libfit
