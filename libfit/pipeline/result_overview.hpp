// What a person reads after a run: the cell, one line a model, and the scores, as text for a terminal. What
// the models share (capacitance, spike and reset) is said once; the tables of result_tables.hpp hold all.
#pragma once

#include <string>
#include <vector>

#include "libfit/pipeline/characterize.hpp"

namespace libfit {

// Electrode, capacitance, spikes and reset.
std::string cell_overview(const Membrane& membrane, const CellFit& cell);

// Parameters that differ between models, with 95 % intervals; a model that was not fitted says why.
std::string model_overview(const CellFit& cell);

// Scores on the test sweeps with what their numbers mean; empty without test sweeps.
std::string score_overview(const Characterization& result);

}  // namespace libfit
