#include <fmt/format.h>

#include <iostream>

#include "analysis_options.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/characterize/characterize.hpp"
#include "libfit/core/error.hpp"
#include "libfit/report/result_overview.hpp"
#include "libfit/report/result_tables.hpp"
#include "libfit/report/results.hpp"
#include "numbers.hpp"
#include "protocol_roles.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct RunSettings {
  std::string cell;
  RoleArguments electrode{"electrode"};
  RoleArguments training{"training"};
  RoleArguments test{"test"};
  RoleArguments steps{"steps"};
  std::string protocol_path;
  std::vector<std::string> recordings;  // of which the protocol gives the roles
  std::string recognised;
  libfit::ReadOptions recording;
  AnalysisArguments analysis;
  libfit::ScoreOptions score;
  OutputArguments output;
};

void add_options(CommandLine& line, RunSettings& settings) {
  po::options_description roles("Recordings (several files: give them all, or repeat the option)");
  add_role_files(roles, settings.electrode, "weak noise without spikes, for electrode compensation");
  add_role_files(roles, settings.training, "fluctuating current, for the fit");
  add_role_files(roles, settings.test, "repetitions of one current, for the scores; never seen by the fit");
  add_role_files(roles, settings.steps, "steps of constant current, to set cell and models side by side");
  roles.add_options()("protocol", po::value(&settings.protocol_path)->value_name("FILE"),
                      "stimulus.json of `dyniv stimulus`, which says what each of --recordings is")(
      "recordings", po::value(&settings.recordings)->multitoken()->composing()->value_name("FILE..."),
      "recordings of that protocol, in any order");
  roles.add_options()(
      "cell", po::value(&settings.cell)->value_name("FILE"),
      "one NWB file with the sweeps of every role, as `dyniv import` writes it; also the word "
      "without a dash");
  line.positional("cell");
  line.add(roles);
  line.add(recording_options(settings.recording));
  line.add(role_options({&settings.electrode, &settings.training, &settings.test, &settings.steps}));
  line.add(analysis_options(settings.analysis, Stage::fits));
  po::options_description scores("Scores");
  add_number(scores, "window", "MS", positive(1e3, "ms"), settings.score.window_ms,
             "spikes coincide when no further apart than this, ms");
  line.add(scores);
  po::options_description output = output_options(settings.output, "results", true);
  add_all_models(output, settings.output);
  line.add(output);
}

libfit::CharacterizeOptions characterize_options(const CommandLine& line, const RunSettings& settings) {
  libfit::CharacterizeOptions options;
  options.membrane = settings.analysis.membrane;
  options.cell = settings.analysis.cell;
  options.score = settings.score;
  options.score.draws = settings.analysis.cell.bootstrap_draws == 0 ? 0 : 1000;
  options.seed = line.common().seed;
  options.threads = line.common().threads;
  options.progress = [&line](const std::string& stage, double share) { line.progress(stage, share); };
  return options;
}

[[noreturn]] void refuse_without_training(const RunSettings& settings) {
  if (!settings.recordings.empty())
    throw libfit::OptionError("none of --recordings is the training block of the protocol; add its file");
  if (settings.cell.empty()) throw libfit::OptionError("--training is missing; see `dyniv run --help`");
  throw libfit::OptionError(
      fmt::format("{}: names no sweeps of the role `training`; name them with --training-stimulus (and "
                  "--test-stimulus), as `dyniv inspect` shows them, or give the recordings with --training",
                  settings.cell));
}

// Before anything is read in full.
void find_roles(const CommandLine& line, RunSettings& settings) {
  if (settings.protocol_path.empty() != settings.recordings.empty())
    throw libfit::OptionError(
        "--protocol and --recordings go together: the protocol says what each recording is");
  if (!settings.recordings.empty()) {
    settings.recognised = assign_roles(line, settings.protocol_path, settings.recordings, settings.recording,
                                       {&settings.electrode, &settings.training, &settings.test});
  }
  fill_roles(line, settings.cell, {&settings.electrode, &settings.training, &settings.test, &settings.steps});
  if (settings.training.files.empty()) refuse_without_training(settings);
}

libfit::CellRecordings read_all(const CommandLine& line, const RunSettings& settings) {
  libfit::CellRecordings recordings;
  line.progress("reading", 0.0);
  if (!settings.electrode.files.empty())
    recordings.electrode = read_role(line, settings.electrode, settings.recording);
  recordings.training = read_role(line, settings.training, settings.recording);
  if (!settings.test.files.empty()) recordings.test = read_role(line, settings.test, settings.recording);
  if (!settings.steps.files.empty()) recordings.steps = read_role(line, settings.steps, settings.recording);
  line.progress("reading", 1.0);
  return recordings;
}

void print_summary(const libfit::Characterization& result, const RunSettings& settings) {
  std::cout << settings.recognised;
  std::cout << libfit::cell_overview(result.membrane, result.cell) << "\n"
            << libfit::model_overview(result.cell, result.best_model, settings.output.all_models);
  if (result.test) std::cout << "\n" << libfit::score_overview(result, settings.output.all_models);
  if (result.steps) std::cout << "\n" << libfit::step_overview(result);
  std::cout << fmt::format("\nresults are in {}/ (summary.json, tables/, models/{})\n",
                           settings.output.folder, settings.output.no_figures ? "" : ", figures/");
}

}  // namespace

int command_run(const std::vector<std::string>& arguments) {
  CommandLine line("run",
                   "run (CELL.nwb | --training FILE... [--electrode FILE...] [--test FILE...]) --out DIR",
                   "From recordings to fitted models with intervals, their scores on test sweeps the fit has "
                   "not seen, tables\n"
                   "and figures. See first what is in a file: `dyniv inspect FILE`.");
  RunSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  finish(line, settings.analysis);
  const libfit::ResultOptions output = result_options(line, settings.output);
  line.refuse_inputs_in(settings.output.folder);
  libfit::check_result_folder(settings.output.folder, output.overwrite);
  const libfit::CharacterizeOptions options = characterize_options(line, settings);
  options.validate();
  find_roles(line, settings);

  const libfit::CellRecordings recordings = read_all(line, settings);
  const libfit::Characterization result = libfit::characterize(recordings, options);
  const auto from =
      provenance(line, {&settings.electrode, &settings.training, &settings.test, &settings.steps},
                 !settings.output.no_timing);
  const libfit::ResultFiles files = libfit::result_files(recordings, result, from);
  line.progress("writing", 0.0);
  const auto drawing_warnings = libfit::write_results(settings.output.folder, files, output);
  line.progress("writing", 1.0);
  line.warn(result.warnings, settings.output.folder + "/summary.json");
  line.warn(drawing_warnings);
  if (line.common().json) {
    std::cout << files.texts.front().second;
  } else {
    print_summary(result, settings);
  }
  return exit_code_of(result.cell);
}

}  // namespace dyniv
