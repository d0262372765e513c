// What `compensate`, `iv` and `fit` share: a training recording, an electrode recording if there is one, a
// folder.
#pragma once

#include <optional>
#include <string>

#include "analysis_options.hpp"
#include "command_line.hpp"

namespace dyniv {

struct CurveSettings {
  RoleArguments electrode{"electrode"};
  RoleArguments training{"training"};
  libfit::ReadOptions recording;
  AnalysisArguments analysis;
  OutputArguments output;
  libfit::ResultOptions results;
};

struct CurveInputs {
  std::optional<libfit::Recording> electrode;
  std::optional<libfit::Recording> training;  // as it was read, where it is asked for
  libfit::Membrane membrane;
};

// Adds the options (plain arguments are training files), parses, checks, and refuses a folder that
// exists, all before a recording is read.
void parse_curve_command(CommandLine& line, CurveSettings& settings,
                         const std::vector<std::string>& arguments, const std::string& default_folder,
                         Stage last);

// Reads the files and prepares the membrane. `keep_training`: a second copy stays as it was read.
CurveInputs read_curve_inputs(const CommandLine& line, const CurveSettings& settings,
                              bool keep_training = false);

// Writes the folder and says the warnings.
void write_curve_results(const CommandLine& line, const CurveSettings& settings,
                         const libfit::ResultFiles& files, const std::vector<std::string>& warnings);

}  // namespace dyniv
