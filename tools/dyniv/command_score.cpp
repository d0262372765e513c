#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "analysis_options.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/characterize/model_score.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/text.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/report/score_output.hpp"
#include "libfit/score/coincidence.hpp"
#include "libfit/score/score.hpp"
#include "libfit/score/spike_trains.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct ScoreSettings {
  std::string model_path;
  RoleArguments test{"test"};
  RoleArguments electrode{"electrode"};
  libfit::ReadOptions recording;
  AnalysisArguments analysis;
  std::string data_path;
  double duration_ms = 0.0;
  std::string sigmas;
  libfit::ScoreOptions score;
};

void add_score_options(CommandLine& line, ScoreSettings& settings) {
  po::options_description scores("Scores");
  add_number(scores, "window", "MS", positive(1e6, "ms"), settings.score.window_ms,
             "spikes coincide when no further apart than this, ms");
  scores.add_options()("sigmas", po::value(&settings.sigmas)->default_value("4,10,100")->value_name("MS,..."),
                       "Gaussian widths of the explained variance, ms");
  add_bootstrap_of_scores(scores, settings.score);
  line.add(scores);
}

void add_options(CommandLine& line, ScoreSettings& settings) {
  po::options_description model("What predicts");
  model.add_options()("model", po::value(&settings.model_path)->value_name("FILE"),
                      "model file of `dyniv fit`, for --test; or predicted spikes as text, for --data");
  line.add(model);
  po::options_description files("A model on recordings");
  add_role_files(files, settings.test, "repetitions of one current, never seen by the fit");
  add_role_files(files, settings.electrode, "weak noise without spikes, for electrode compensation");
  line.add(files);
  line.add(recording_options(settings.recording));
  line.add(role_options({&settings.test, &settings.electrode}));
  line.add(analysis_options(settings.analysis, Stage::membrane));
  po::options_description trains("Spike trains as text (one train per line, times in ms)");
  trains.add_options()("data", po::value(&settings.data_path)->value_name("FILE"),
                       "recorded spikes, one repetition a line");
  add_number(
      trains, "duration", "MS", positive(1e9, "ms"),
      [&settings](double duration_ms) { settings.duration_ms = duration_ms; }, "length of each train, ms");
  line.add(trains);
  add_score_options(line, settings);
}

std::vector<double> parse_sigmas(const std::string& text) {
  std::vector<double> sigmas_ms;
  for (const std::string& part : parts_of(text))
    sigmas_ms.push_back(parse_number("--sigmas", part, {0.0, 1e6, false, "ms"}));
  return sigmas_ms;
}

bool is_model_file(const std::string& path) {
  const std::string text = libfit::read_decoded_text(path, std::uintmax_t{256} << 20);
  return libfit::trimmed(text).starts_with('{');
}

// Which of the two kinds of input is meant; what belongs to the other kind is refused, never ignored.
bool is_on_recordings(const CommandLine& line, const ScoreSettings& settings) {
  const bool recordings = !settings.test.files.empty();
  if (recordings && (line.has("data") || line.has("duration"))) {
    throw libfit::OptionError(
        "--test is for recordings, --data and --duration for spike trains as text; give one or the other");
  }
  if (!recordings && !line.has("data"))
    throw libfit::OptionError("--data is missing, or --test for recordings; see `dyniv score --help`");
  if (!line.has("model")) throw libfit::OptionError("--model is missing; see `dyniv score --help`");
  if (!recordings && !line.has("duration"))
    throw libfit::OptionError("--duration is missing; see `dyniv score --help`");
  if (!recordings && (!settings.electrode.files.empty() || settings.analysis.no_compensation))
    throw libfit::OptionError("--electrode and --no-compensation are for recordings; name them with --test");
  return recordings;
}

void print(const CommandLine& line, const libfit::ResultProvenance& provenance,
           const libfit::SpikeScore& spikes, const libfit::VoltageScore* voltage) {
  line.warn(spikes.warnings);
  std::cout << (line.common().json ? libfit::score_json(spikes, voltage, provenance)
                                   : libfit::score_text(spikes, voltage));
}

// Gamma at a window that the model's rate does not allow is an error, not a hole in the table:
// docs/methods/scores.md.
void check_window(const libfit::SpikeTrains& model, const ScoreSettings& settings) {
  for (const libfit::SpikeTrain& train : model) {
    if (libfit::window_resolves_rate(train.size(), settings.duration_ms, settings.score.window_ms)) continue;
    libfit::coincidence_factor(train, train, settings.duration_ms, settings.score.window_ms);  // says why
  }
}

void score_trains(const CommandLine& line, const ScoreSettings& settings) {
  const auto data = libfit::read_spike_trains(settings.data_path, settings.duration_ms);
  if (is_model_file(settings.model_path)) {
    throw libfit::OptionError(fmt::format(
        "{}: is JSON; a model is scored on recordings, with --test FILE; with --data, --model is a "
        "file of spike times",
        settings.model_path));
  }
  const auto model = libfit::read_spike_trains(settings.model_path, settings.duration_ms);
  check_window(model.trains, settings);
  auto score = libfit::score_spike_trains(data.trains, model.trains, settings.duration_ms, settings.score);
  score.warnings.insert(score.warnings.begin(), model.warnings.begin(), model.warnings.end());
  score.warnings.insert(score.warnings.begin(), data.warnings.begin(), data.warnings.end());
  libfit::ResultProvenance provenance = line.provenance();
  provenance.add_file("data", settings.data_path);
  provenance.add_file("model", settings.model_path);
  print(line, provenance, score, nullptr);
}

void score_recordings(const CommandLine& line, ScoreSettings& settings) {
  finish(line, settings.analysis);
  const libfit::Model model = libfit::read_model(settings.model_path).model;
  std::optional<libfit::Recording> electrode;
  if (!settings.electrode.files.empty()) electrode = read_role(line, settings.electrode, settings.recording);
  const libfit::Recording test = read_role(line, settings.test, settings.recording);
  const auto scored = libfit::score_model(model, electrode, test, settings.analysis.membrane, settings.score);
  libfit::ResultProvenance from = provenance(line, {&settings.test, &settings.electrode});
  from.add_file("model", settings.model_path);
  libfit::SpikeScore spikes = scored.test.models.front().spikes;
  const libfit::VoltageScore voltage = scored.test.models.front().voltage;
  std::vector<std::string> warnings = scored.membrane.warnings;
  for (const auto& more : {scored.test.warnings, spikes.warnings, voltage.warnings}) {
    for (const std::string& warning : more) {
      if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(warning);
    }
  }
  spikes.warnings = warnings;
  print(line, from, spikes, &voltage);
}

}  // namespace

int command_score(const std::vector<std::string>& arguments) {
  CommandLine line("score",
                   "score --model MODEL.json --test FILE... [--electrode FILE...] [options]\n"
                   "       dyniv score --model FILE --data FILE --duration MS [options]",
                   "Scores a model on test recordings, or predicted against recorded spike trains given as "
                   "text: coincidence factor, Md*, explained variance, each with its 95 % interval and the "
                   "ceiling that the cell's own reliability sets; for recordings also the voltage.");
  ScoreSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  const bool recordings = is_on_recordings(line, settings);
  settings.score.sigmas_ms = parse_sigmas(settings.sigmas);
  settings.score.seed = line.common().seed;
  settings.score.threads = line.common().threads;
  settings.score.validate();
  if (recordings) {
    score_recordings(line, settings);
  } else {
    score_trains(line, settings);
  }
  return kDone;
}

}  // namespace dyniv
