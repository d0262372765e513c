// What a person reads after a run: the cell, the models, and the scores, as text for a terminal of
// kTerminalColumns. What the models share (capacitance, spike and reset) is printed once; of the models those
// that are asked for first, or all; the tables of result_tables.hpp hold everything.
#pragma once

#include <string>
#include <vector>

#include "libfit/characterize/characterize.hpp"

namespace libfit {

// Which of `models`, in their order, are asked for first: passive, lif, qif, eif, gif, history_gif and
// `best`.
std::vector<std::string> asked_first(const std::vector<std::string>& models, const std::string& best);

// Electrode, capacitance, spikes and reset.
std::string cell_overview(const Membrane& membrane, const CellFit& cell);

// Parameters that differ between models, with 95 % intervals; a model that was not fitted says why.
std::string model_overview(const CellFit& cell, const std::string& best, bool all_models);

// Scores on the test sweeps with what their numbers mean; empty without test sweeps.
std::string score_overview(const Characterization& result, bool all_models);

// Cell and models on current steps; empty without.
std::string step_overview(const Characterization& result);

}  // namespace libfit
