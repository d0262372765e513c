// Options of the stages between a recording and a result, under the same names in every command that has
// them.
#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "libfit/characterize/characterize.hpp"
#include "libfit/report/results.hpp"
#include "recording_options.hpp"

namespace dyniv {

// The files of one role (electrode, training, test) with what is to be used of them.
struct RoleArguments {
  std::string role;
  std::vector<std::string> files{};
  libfit::Selection selection{};   // of this role
  double current_offset_pA = 0.0;  // likewise
};

// --ROLE FILE...
void add_role_files(boost::program_options::options_description& group, RoleArguments& role,
                    const std::string& about);
// --ROLE-stimulus, --ROLE-sweeps, --ROLE-from, --ROLE-to, --ROLE-current-offset, for each of the roles.
boost::program_options::options_description role_options(const std::vector<RoleArguments*>& roles);

// Gives the roles without files of their own those sweeps of `cell`, an NWB file, that have the role, or that
// an option of the role picks.
void fill_roles(const CommandLine& line, const std::string& cell, const std::vector<RoleArguments*>& roles);

// Reads the files of a role; `shared` holds what all roles have in common (channels, units, offsets). A
// selection of the role itself wins. Of NWB files that state roles, the sweeps of this role are read unless a
// stimulus is named.
libfit::Recording read_role(const CommandLine& line, const RoleArguments& role,
                            const libfit::ReadOptions& shared);

// What the stages from the membrane to the fits need.
struct AnalysisArguments {
  libfit::MembraneOptions membrane;
  libfit::CellFitOptions cell;
  bool no_compensation = false;
};
// How far the command goes: each stage has the options of those before it.
enum class Stage { membrane, curve, fits };
boost::program_options::options_description analysis_options(AnalysisArguments& arguments, Stage last);
// After parsing: checks and completes the options of the library.
void finish(const CommandLine& line, AnalysisArguments& arguments);

// --draws and --block, of the intervals of scores.
void add_bootstrap_of_scores(boost::program_options::options_description& group, libfit::ScoreOptions& score);

// Where results go and how. Without a default folder, --out may be left out.
struct OutputArguments {
  std::string folder;
  bool force = false;
  bool no_figures = false;
  bool no_timing = false;
  std::string formats;
  bool all_models = false;
};
boost::program_options::options_description output_options(OutputArguments& arguments,
                                                           const std::string& default_folder,
                                                           bool with_timing);
// --all-models, of commands that show models on the terminal.
void add_all_models(boost::program_options::options_description& group, OutputArguments& arguments);
libfit::ResultOptions result_options(const CommandLine& line, const OutputArguments& arguments);

// The exit code of a command that fitted: where every model failed it says so, for the folder holds no model.
int exit_code_of(const libfit::CellFit& cell);

// SHA-256 of every input, and the options in force.
libfit::ResultProvenance provenance(const CommandLine& line, const std::vector<const RoleArguments*>& roles,
                                    bool timing = true);

}  // namespace dyniv
