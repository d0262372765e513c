// What `dyniv steps` shows: JSON, tables and figures of an analysis, with a model's beside it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/step_model.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/draw/table.hpp"

namespace dyniv {

struct StepsResult {
  libfit::Recording recording;
  libfit::StepAnalysis steps;
  std::optional<libfit::Model> first_model;
  std::string model_label;  // empty: no model beside it
  std::optional<libfit::StepPrediction> model;
};

nlohmann::json steps_json(const libfit::StepAnalysis& steps);
// Amplitudes, deflections and rates, one row per step.
libfit::Table steps_table(const StepsResult& result);
std::string steps_overview(const StepsResult& result);
std::vector<libfit::Figure> steps_figures(const StepsResult& result);

}  // namespace dyniv
