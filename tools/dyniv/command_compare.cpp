#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "analysis_options.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/report/comparison_output.hpp"
#include "libfit/report/result_folder.hpp"
#include "libfit/report/result_overview.hpp"
#include "libfit/report/results.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {

namespace po = boost::program_options;

struct CompareSettings {
  std::vector<std::string> folders;
  std::string models;
  std::string against = "eif";
  std::optional<double> window_ms;
  libfit::ScoreOptions score;
  OutputArguments output;
};

void add_options(CommandLine& line, CompareSettings& settings) {
  po::options_description cells("What is compared");
  cells.add_options()("folder", po::value(&settings.folders)->multitoken()->composing()->value_name("DIR..."),
                      "folders that `dyniv run` wrote, one per cell; also as plain arguments")(
      "models", po::value(&settings.models)->value_name("LIST"),
      "models with commas between, as in eif,qif,history_gif [all]")(
      "against", po::value(&settings.against)->default_value("eif")->value_name("MODEL"),
      "model that the others are compared with in words and figures; the tables hold every pair");
  line.positional("folder");
  line.add(cells);
  po::options_description scores("Scores");
  add_number(
      scores, "window", "MS", positive(1e3, "ms"), [&](double ms) { settings.window_ms = ms; },
      "spikes coincide when no further apart than this, ms [that of the first folder]");
  add_bootstrap_of_scores(scores, settings.score);
  line.add(scores);
  po::options_description output = output_options(settings.output, "", false);
  add_all_models(output, settings.output);
  line.add(output);
}

std::vector<libfit::StoredCell> read_cells(const CommandLine& line, const std::vector<std::string>& folders) {
  if (folders.empty())
    throw libfit::OptionError("name the folders that `dyniv run` wrote; see `dyniv compare --help`");
  std::vector<libfit::StoredCell> cells;
  for (const std::string& folder : folders) {
    line.progress("reading", static_cast<double>(cells.size()) / static_cast<double>(folders.size()));
    cells.push_back(libfit::read_result_folder(folder));
  }
  line.progress("reading", 1.0);
  return cells;
}

// The reference: as asked for, or the first model where the default is not among those compared.
std::string reference(const CommandLine& line, const CompareSettings& settings,
                      const libfit::Comparison& comparison) {
  const auto& known = comparison.models;
  if (std::ranges::find(known, settings.against) != known.end()) return settings.against;
  if (!line.has("against")) return known.front();
  throw libfit::OptionError(fmt::format("--against {}: is not among the models compared, which are {}",
                                        settings.against, fmt::join(known, ", ")));
}

// Figures of all models would be unreadable: those asked for, else what a reader looks for first.
std::vector<std::string> shown_models(const CompareSettings& settings, const libfit::Comparison& comparison) {
  if (!settings.models.empty()) return comparison.models;
  std::vector<std::string> shown;
  for (const std::string_view name : libfit::names_shown_in(libfit::Shown::comparison)) {
    if (std::ranges::find(comparison.models, name) != comparison.models.end()) shown.emplace_back(name);
  }
  return shown.empty() ? comparison.models : shown;
}

// What the terminal shows: the models asked for, else those that people ask for first and the best of each
// cell.
std::vector<std::string> printed_models(const CompareSettings& settings,
                                        const libfit::Comparison& comparison) {
  if (!settings.models.empty() || settings.output.all_models) return comparison.models;
  std::vector<std::string> printed;
  for (const std::string& model : comparison.models) {
    const bool best = std::ranges::any_of(comparison.cells,
                                          [&](const auto& cell) { return cell.stored.best_model == model; });
    if (!libfit::asked_first({model}, best ? model : "").empty()) printed.push_back(model);
  }
  return printed;
}

std::string overview(const libfit::Comparison& comparison, const std::vector<std::string>& models,
                     const std::string& against) {
  const auto printed = [&](const std::string& row) {
    return row == libfit::kCeilingRow || std::ranges::find(models, row) != models.end();
  };
  std::string text;
  for (const libfit::Measure measure : libfit::kMeasures) {
    libfit::Table table = libfit::measure_table(comparison, measure);
    std::erase_if(table.rows, [&](const auto& row) { return !printed(std::get<std::string>(row.front())); });
    if (table.rows.empty()) continue;
    text += fmt::format("{}{}\n{}", text.empty() ? "" : "\n", libfit::measure_label(measure),
                        libfit::table_as_text(table));
  }
  text += "\nbest on training:";
  for (const auto& cell : comparison.cells) {
    text += fmt::format("{} {} {}", &cell == &comparison.cells.front() ? "" : ",", cell.stored.name,
                        cell.stored.best_model.empty() ? "none" : cell.stored.best_model);
  }
  text += "\n\n";
  for (const std::string& model : models) {
    if (model == against) continue;
    const std::string said = libfit::sentence(comparison, model, against);
    if (!said.empty()) text += libfit::wrapped_text(said, libfit::kTerminalColumns - 2, 2) + "\n";
  }
  if (const std::size_t hidden = comparison.models.size() - models.size(); hidden > 0)
    text += fmt::format("{} more model{}: --all-models\n", hidden, hidden == 1 ? "" : "s");
  return text;
}

libfit::ResultFiles result_files(const libfit::Comparison& comparison, const CompareSettings& settings,
                                 const std::string& against, const std::string& json) {
  libfit::ResultFiles files;
  files.texts.emplace_back("comparison.json", json);
  for (const libfit::Measure measure : libfit::kMeasures)
    libfit::add_table(files, libfit::measure_key(measure), libfit::measure_table(comparison, measure));
  libfit::add_table(files, "differences", libfit::difference_table(comparison));
  libfit::add_table(files, "parameters", libfit::compared_parameters(comparison));
  files.figures = libfit::comparison_figures(comparison, shown_models(settings, comparison), against);
  return files;
}

}  // namespace

int command_compare(const std::vector<std::string>& arguments) {
  CommandLine line(
      "compare", "compare DIR... [--models LIST] [--against MODEL] [--out DIR]",
      "Models by cells, from folders that `dyniv run` wrote with a test recording: scores beside "
      "their ceilings,\nparameters, and how much better each model is than another, paired on the "
      "same spikes and stretches of time.");
  CompareSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  const bool writes = line.has("out");
  libfit::ResultOptions output;
  if (writes) {
    output = result_options(line, settings.output);
    line.refuse_inputs_in(settings.output.folder);
    libfit::check_result_folder(settings.output.folder, output.overwrite);
  }
  std::vector<libfit::StoredCell> cells = read_cells(line, settings.folders);
  libfit::CompareOptions options;
  if (line.has("models")) options.models = parts_of(settings.models);
  options.score = settings.score;
  options.score.window_ms = settings.window_ms.value_or(cells.front().window_ms);
  options.score.seed = line.common().seed;
  options.score.threads = line.common().threads;
  const libfit::Comparison comparison = libfit::compare_cells(std::move(cells), options);
  const std::string against = reference(line, settings, comparison);
  const std::string json = libfit::comparison_json(comparison, line.provenance());
  std::vector<std::string> warnings = comparison.warnings;
  if (writes) {
    line.progress("writing", 0.0);
    const auto drawing = libfit::write_results(settings.output.folder,
                                               result_files(comparison, settings, against, json), output);
    warnings.insert(warnings.end(), drawing.begin(), drawing.end());
    line.progress("writing", 1.0);
  }
  line.warn(warnings);
  std::cout << (line.common().json ? json
                                   : overview(comparison, printed_models(settings, comparison), against));
  if (writes && !line.common().json) {
    std::cout << fmt::format("\nresults are in {}/ (comparison.json, tables/{})\n", settings.output.folder,
                             settings.output.no_figures ? "" : ", figures/");
  }
  return kDone;
}

}  // namespace dyniv
