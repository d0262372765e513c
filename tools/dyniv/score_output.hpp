// Scores as JSON for machines and as a table for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "libfit/score/score.hpp"
#include "libfit/score/voltage.hpp"

namespace dyniv {

// Keys of docs/commands/score.md, without options and inputs.
nlohmann::json score_json(const libfit::SpikeScore& score);
nlohmann::json voltage_json(const libfit::VoltageScore& score);

// `voltage` may be null: spike trains have none.
std::string score_text(const libfit::SpikeScore& score, const libfit::VoltageScore* voltage);

}  // namespace dyniv
