#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "analysis_options.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/report/analysis_figures.hpp"
#include "libfit/report/analysis_output.hpp"
#include "libfit/report/results.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {
namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr double kMostCurrents = 10000.0;

struct AnalyzeSettings {
  std::vector<std::string> words;  // files, names and folders, as given
  std::vector<std::string> set;
  std::string currents;
  libfit::ModelAnalysisOptions analysis;
  OutputArguments output;
};

void add_options(CommandLine& line, AnalyzeSettings& settings) {
  po::options_description models("Models");
  models.add_options()(
      "model", po::value(&settings.words)->multitoken()->composing()->value_name("MODEL..."),
      "model file, folder of results (all models in it), or the name of a model: passive, lif, qif, eif ...; "
      "also as plain arguments")(
      "set", po::value(&settings.set)->composing()->value_name("LIST"),
      "parameters of a model given by name: tau_ms=10,R_MOhm=200,V_th_mV=-52 [a textbook cell]");
  line.add(models);
  po::options_description currents("Currents");
  currents.add_options()("currents", po::value(&settings.currents)->value_name("FIRST:STEP:LAST"),
                         "currents of the f-I curve, pA [41 up to about three rheobases]");
  add_number(currents, "holding", "PA", around_zero(1e6, "pA"), settings.analysis.holding_pA,
             "constant current at which the fixed points are taken and from which steps start, pA");
  add_number(currents, "step", "MS", positive(1e6, "ms"), settings.analysis.fi.step_ms,
             "length of the step for models that are simulated, ms; the second half is the steady state");
  line.add(currents);
  line.add(output_options(settings.output, "", false));
  line.positional("model");
}

std::vector<double> parse_currents(const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& part : parts_of(text, ':'))
    numbers.push_back(parse_number("--currents", part, around_zero(1e9, "pA")));
  const bool good = numbers.size() == 3 && numbers[1] > 0.0 && numbers[2] >= numbers[0] &&
                    (numbers[2] - numbers[0]) / numbers[1] < kMostCurrents;
  if (!good) {
    throw libfit::OptionError(fmt::format(
        "--currents {}: must be FIRST:STEP:LAST in pA with STEP above 0, LAST not below FIRST and "
        "at most {:g} steps, as in 0:10:400",
        text, kMostCurrents));
  }
  return libfit::current_grid(numbers[0], numbers[1], numbers[2]);
}

// A folder stands for the models in it, in the order of the list of models.
std::vector<std::string> models_of(const std::string& word) {
  std::error_code problem;
  if (names_a_model(word) || !fs::is_directory(word, problem)) return {word};
  fs::path folder = fs::path(word) / "models";
  if (!fs::is_directory(folder, problem)) folder = word;
  std::vector<std::string> files;
  for (auto entry = fs::directory_iterator(folder, problem); !problem && entry != fs::directory_iterator();
       entry.increment(problem)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path().string());
  }
  if (files.empty()) {
    throw libfit::InputError(fmt::format(
        "{}: holds no models (*.json); name a folder that `dyniv fit` or `dyniv run` wrote", word));
  }
  std::ranges::sort(files);
  return files;
}

std::vector<ModelArgument> arguments_of(const AnalyzeSettings& settings) {
  std::vector<ModelArgument> models;
  for (const std::string& word : settings.words) {
    for (const std::string& name : models_of(word)) models.push_back({name, {}});
  }
  for (ModelArgument& model : models) {
    if (model.by_hand() || models.size() == 1) model.settings = settings.set;
  }
  return models;
}

// analysis.json and the figures, in the folder that --out names.
void write_files(const CommandLine& line, const AnalyzeSettings& settings, const std::string& json,
                 const std::vector<libfit::ModelAnalysis>& analyses) {
  const libfit::ResultOptions options = result_options(line, settings.output);
  libfit::ResultFiles files;
  files.texts.emplace_back("analysis.json", json);
  if (options.figures) files.figures = libfit::analysis_figures(analyses);
  line.warn(libfit::write_results(settings.output.folder, files, options));
}

}  // namespace

int command_analyze(const std::vector<std::string>& arguments) {
  CommandLine line(
      "analyze", "analyze MODEL... [options]",
      "What models say: resting potential, thresholds for pulses and for slow currents, rheobase, "
      "input resistance, onset, f-I curve and latency; of a fitted model with its intervals.");
  AnalyzeSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  if (settings.words.empty())
    throw libfit::OptionError(
        "no model was named; give a model file, a folder of results or a name, as in --model eif");
  if (!settings.currents.empty()) settings.analysis.currents_pA = parse_currents(settings.currents);
  settings.analysis.threads = line.common().threads;
  settings.analysis.fi.seed = line.common().seed;
  const bool writes = !settings.output.folder.empty();
  if (writes) {
    line.refuse_inputs_in(settings.output.folder);
    libfit::check_result_folder(settings.output.folder, result_options(line, settings.output).overwrite);
  }
  const std::vector<ModelArgument> models = arguments_of(settings);
  std::vector<libfit::ModelAnalysis> analyses;
  for (const ModelArgument& model : models) {
    analyses.push_back(libfit::analyze_model(model.read_document(), settings.analysis));
    line.warn(analyses.back().warnings);
  }
  libfit::ResultProvenance provenance = line.provenance();
  for (const ModelArgument& model : models) model.add_to(provenance);
  const std::string json = libfit::analysis_json(analyses, provenance);
  if (writes) write_files(line, settings, json, analyses);
  if (line.common().json) {
    std::cout << json;
  } else {
    for (std::size_t i = 0; i < analyses.size(); ++i)
      std::cout << (i > 0 ? "\n" : "") << libfit::analysis_text(analyses[i]);
  }
  return kDone;
}

}  // namespace dyniv
