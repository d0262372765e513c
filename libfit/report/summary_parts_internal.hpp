// Parts of summary.json that stand for themselves. Internal: JSON in the signature.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "libfit/characterize/prediction.hpp"
#include "libfit/characterize/simulation_check.hpp"
#include "libfit/characterize/step_comparison.hpp"

namespace libfit {

// What was tried, and of the cell what is known.
nlohmann::ordered_json tried_json(const SimulationChecks& checks);
// Of one model; null where it was not tried.
nlohmann::ordered_json simulation_json(const SimulationChecks& checks, const std::string& model);

nlohmann::ordered_json step_comparison_json(const StepComparison& steps);

// Scores of a model on the test sweeps (defined beside those of `dyniv score`, in score_output.cpp).
nlohmann::ordered_json test_json(const ModelTest& test);

}  // namespace libfit
