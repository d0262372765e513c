#include "curve_command.hpp"

#include <fmt/format.h>

#include <utility>

#include "libfit/core/error.hpp"

namespace dyniv {
namespace po = boost::program_options;

void parse_curve_command(CommandLine& line, CurveSettings& settings,
                         const std::vector<std::string>& arguments, const std::string& default_folder,
                         Stage last) {
  po::options_description roles("Recordings (several files: give them all, or repeat the option)");
  add_role_files(roles, settings.training,
                 "fluctuating current injected into the cell; also as plain arguments");
  add_role_files(roles, settings.electrode, "weak noise without spikes, for electrode compensation");
  line.add(roles);
  line.add(recording_options(settings.recording));
  line.add(role_options({&settings.training, &settings.electrode}));
  line.add(analysis_options(settings.analysis, last));
  po::options_description output = output_options(settings.output, default_folder, false);
  if (last == Stage::fits) add_all_models(output, settings.output);
  line.add(output);
  line.positional("training");
  line.parse(arguments);
  if (settings.training.files.empty()) {
    throw libfit::OptionError(
        settings.electrode.files.size() > 1
            ? "no training recording was named: every word after --electrode is an electrode file; put the "
              "training files first, or after --training"
            : "no recording was named; give the files of the training sweeps");
  }
  finish(line, settings.analysis);
  settings.results = result_options(line, settings.output);
  line.refuse_inputs_in(settings.output.folder);
  libfit::check_result_folder(settings.output.folder, settings.results.overwrite);
}

CurveInputs read_curve_inputs(const CommandLine& line, const CurveSettings& settings, bool keep_training) {
  CurveInputs inputs;
  line.progress("reading", 0.0);
  if (!settings.electrode.files.empty())
    inputs.electrode = read_role(line, settings.electrode, settings.recording);
  libfit::Recording training = read_role(line, settings.training, settings.recording);
  if (keep_training) inputs.training = training;
  line.progress("electrode", 0.0);
  inputs.membrane =
      libfit::prepare_membrane(inputs.electrode, std::move(training), settings.analysis.membrane);
  line.progress("electrode", 1.0);
  return inputs;
}

void write_curve_results(const CommandLine& line, const CurveSettings& settings,
                         const libfit::ResultFiles& files, const std::vector<std::string>& warnings) {
  const auto drawing_warnings = libfit::write_results(settings.output.folder, files, settings.results);
  line.warn(warnings, settings.output.folder + "/" + files.texts.front().first);
  line.warn(drawing_warnings);
}

}  // namespace dyniv
