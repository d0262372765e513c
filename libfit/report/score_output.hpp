// Scores as JSON for programs and as a table for people.
#pragma once

#include <string>

#include "libfit/report/provenance.hpp"
#include "libfit/score/score.hpp"
#include "libfit/score/voltage.hpp"

namespace libfit {

// Schema "dyniv.score" (docs/commands/score.md). `voltage` may be null: spike trains have none.
std::string score_json(const SpikeScore& score, const VoltageScore* voltage,
                       const ResultProvenance& provenance);

std::string score_text(const SpikeScore& score, const VoltageScore* voltage);

}  // namespace libfit
