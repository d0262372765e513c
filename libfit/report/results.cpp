#include "libfit/report/results.hpp"

#include <fmt/format.h>

#include <atomic>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/staging.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/report/figures.hpp"
#include "libfit/report/post_spike_results.hpp"
#include "libfit/report/result_tables.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;

// Figures into a folder; warnings for what could not be drawn.
std::vector<std::string> draw_figures(const fs::path& folder, const ResultFiles& files,
                                      const ResultOptions& options) {
  FigureOptions figure;
  figure.formats = options.formats;
  std::atomic<bool> hung{false};
  figure.hung = &hung;
  std::vector<FigureFiles> drawn(files.figures.size());
  parallel_for(files.figures.size(), options.threads,
               [&](std::size_t i) { drawn[i] = write_figure(folder, files.figures[i], figure); });
  std::vector<std::string> warnings, undrawn;
  for (const FigureFiles& one : drawn) {
    warnings.insert(warnings.end(), one.warnings.begin(), one.warnings.end());
    if (one.given_up) undrawn.push_back(one.script.stem().string());
  }
  if (!undrawn.empty()) {
    warnings.push_back(fmt::format(
        "gnuplot hung, so it was not asked again: figures not drawn in all formats: {}; `dyniv plot` "
        "draws them when gnuplot works",
        fmt::join(undrawn, ", ")));
  }
  return warnings;
}

// Messages name the place that a person asked for, not the one in which results are made.
std::string in_final_place(std::string text, const fs::path& made, const fs::path& wanted) {
  for (std::size_t at = 0; (at = text.find(made.string(), at)) != std::string::npos;)
    text.replace(at, made.string().size(), wanted.string());
  return text;
}

std::vector<std::string> write_all_files(const fs::path& made, const ResultFiles& files,
                                         const ResultOptions& options) {
  fs::create_directory(made);
  for (const auto& [name, text] : files.texts) {
    std::error_code problem;
    fs::create_directories((made / name).parent_path(), problem);
    if (problem)
      throw InputError(fmt::format("{}: cannot be created: {}", (made / name).string(), problem.message()));
    write_file(made / name, text);
  }
  if (!options.figures) return {};
  return draw_figures(made / "figures", files, options);
}

}  // namespace

void add_table(ResultFiles& files, const std::string& name, const Table& table) {
  if (table.rows.empty()) return;
  files.texts.emplace_back("tables/" + name + ".csv", table_as_csv(table));
  files.texts.emplace_back("tables/" + name + ".tex", table_as_latex(table));
  files.texts.emplace_back("tables/" + name + ".md", table_as_markdown(table));
}

std::vector<std::string> write_results(const fs::path& wanted, const ResultFiles& files,
                                       const ResultOptions& options) {
  const ResultPlace place = check_result_folder(wanted, options.overwrite);
  std::error_code problem;
  fs::create_directories(place.beside, problem);
  if (problem) throw InputError(fmt::format("{}: cannot be created: {}", wanted.string(), problem.message()));
  const Staging staging(place.beside, wanted);
  const fs::path made = staging.path() / "results";
  std::vector<std::string> warnings;
  try {
    warnings = write_all_files(made, files, options);
  } catch (const InputError& failure) {
    throw InputError(in_final_place(failure.what(), made, wanted));
  } catch (const fs::filesystem_error& failure) {
    throw InputError(fmt::format("{}: cannot be written: {}; name another place with --out", wanted.string(),
                                 failure.code().message()));
  }
  for (std::string& warning : warnings) warning = in_final_place(std::move(warning), made, wanted);
  take_place(made, place, options.overwrite);
  return warnings;
}

ResultFiles result_files(const CellRecordings& recordings, const Characterization& result,
                         const ResultProvenance& provenance) {
  ResultFiles files;
  files.texts.emplace_back("summary.json", summary_json(result, provenance));
  files.texts.emplace_back("iv.json", iv_json(result.membrane, result.cell, provenance));
  files.texts.emplace_back("iv.csv", table_as_csv(curve_table(result.cell.iv)));
  files.texts.emplace_back("electrode.json", electrode_json(result.membrane, provenance));
  for (const ModelFit& fit : result.cell.models) {
    if (fit.status == FitStatus::failed) continue;
    files.texts.emplace_back(fmt::format("models/{}.json", fit_name(fit)),
                             to_json_text({fit.model, model_provenance_json(fit, provenance)}));
  }
  files.texts.emplace_back("spikes/training_cell.txt", spike_trains_text(result.membrane.spikes_ms));
  if (result.test) {
    files.texts.emplace_back("spikes/test_cell.txt", spike_trains_text(result.test->spikes_ms));
    for (const ModelTest& model : result.test->models) {
      files.texts.emplace_back(fmt::format("spikes/test_{}.txt", model.model),
                               spike_trains_text(model.trains));
    }
  }
  add_table(files, "membrane", membrane_table(result.membrane, result.cell.capacitance.result));
  add_table(files, "parameters", parameter_table(result.cell.models));
  add_table(files, "post_spike", post_spike_table(result.cell));
  add_table(files, "scores", score_table(result));
  if (result.steps) {
    add_table(files, "step_scores", step_score_table(*result.steps));
    add_table(files, "f_I", step_rate_table(*result.steps));
  }
  files.figures = result_figures(recordings, result);
  return files;
}

}  // namespace libfit
