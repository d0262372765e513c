// An analysis of models as JSON for machines and as text for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "libfit/simulate/model_analysis.hpp"

namespace dyniv {

// Keys of docs/commands/analyze.md, without options and inputs.
nlohmann::ordered_json analysis_json(const libfit::ModelAnalysis& analysis);

std::string analysis_text(const libfit::ModelAnalysis& analysis);

}  // namespace dyniv
