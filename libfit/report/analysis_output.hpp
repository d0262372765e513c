// Analyses of models as JSON for programs and as text for people.
#pragma once

#include <string>
#include <vector>

#include "libfit/report/provenance.hpp"
#include "libfit/simulate/model_analysis.hpp"

namespace libfit {

// Schema "dyniv.analyze" (docs/commands/analyze.md): one model, or several under the key `models`.
std::string analysis_json(const std::vector<ModelAnalysis>& analyses, const ResultProvenance& provenance);

std::string analysis_text(const ModelAnalysis& analysis);

}  // namespace libfit
