#include "libfit/pipeline/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/pipeline/post_spike_results.hpp"
#include "libfit/pipeline/result_figures.hpp"
#include "libfit/pipeline/result_tables.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".dyniv-results";  // in every folder that write_results made

// Removes a folder when it goes out of scope, unless it was moved into place.
class StagedFolder {
 public:
  StagedFolder(fs::path path, const fs::path& wanted) : path_(std::move(path)) {
    std::error_code problem;
    fs::create_directories(path_, problem);
    if (problem) {
      throw InputError(fmt::format("{}: cannot be created: {}; name another place with --out",
                                   wanted.string(), problem.message()));
    }
  }
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;
  ~StagedFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string train_text(const std::vector<std::vector<double>>& trains) {
  std::string text;
  for (const auto& train : trains) {
    for (std::size_t i = 0; i < train.size(); ++i)
      text += fmt::format("{}{:.4f}", i > 0 ? " " : "", train[i]);
    text += "\n";
  }
  return text;
}

fs::path absolute_folder(const fs::path& folder) {
  fs::path whole = fs::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

void move_into_place(const fs::path& staged, const fs::path& folder) {
  std::error_code problem;
  if (!fs::exists(folder)) {
    fs::rename(staged, folder, problem);
    if (problem)
      throw InputError(fmt::format("{}: cannot be created: {}", folder.string(), problem.message()));
    return;
  }
  fs::path old = folder;
  old += fmt::format(".{}.old", ::getpid());
  fs::rename(folder, old, problem);
  if (!problem) {
    fs::rename(staged, folder, problem);
    if (problem) {
      std::error_code back;
      fs::rename(old, folder, back);
    }
  }
  if (problem)
    throw InputError(fmt::format("{}: cannot be replaced: {}", folder.string(), problem.message()));
  fs::remove_all(old, problem);
}

}  // namespace

void add_table(ResultFiles& files, const std::string& name, const Table& table) {
  if (table.rows.empty()) return;
  files.texts.emplace_back("tables/" + name + ".csv", table_as_csv(table));
  files.texts.emplace_back("tables/" + name + ".tex", table_as_latex(table));
  files.texts.emplace_back("tables/" + name + ".md", table_as_markdown(table));
}

void check_result_folder(const fs::path& folder, Overwrite overwrite) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return;
  if (fs::is_directory(folder, ignored) && fs::is_empty(folder, ignored)) return;
  if (overwrite == Overwrite::refuse) {
    throw OptionError(
        fmt::format("{}: exists already; name another folder with --out or pass --force", folder.string()));
  }
  if (!fs::exists(folder / kMark, ignored)) {
    throw OptionError(fmt::format(
        "{}: was not written by dyniv, so --force does not replace it; name another folder with --out",
        folder.string()));
  }
}

std::vector<std::string> write_results(const fs::path& given, const ResultFiles& files,
                                       const ResultOptions& options) {
  const fs::path folder = absolute_folder(given);
  check_result_folder(folder, options.overwrite);
  std::error_code problem;
  fs::create_directories(folder.parent_path(), problem);
  if (problem)
    throw InputError(
        fmt::format("{}: cannot be created: {}", folder.parent_path().string(), problem.message()));
  fs::path beside = folder;
  beside += fmt::format(".{}.part", ::getpid());
  const StagedFolder staged(beside, folder);
  write_file(staged.path() / kMark, "results of dyniv; --force may replace this folder\n");
  for (const auto& [name, text] : files.texts) {
    const fs::path path = staged.path() / name;
    fs::create_directories(path.parent_path(), problem);
    if (problem)
      throw InputError(
          fmt::format("{}: cannot be created: {}", path.parent_path().string(), problem.message()));
    write_file(path, text);
  }
  std::vector<std::vector<std::string>> warnings(files.figures.size());
  if (options.figures) {
    FigureOptions figure;
    figure.formats = options.formats;
    fs::create_directories(staged.path() / "figures", problem);
    parallel_for(files.figures.size(), options.threads, [&](std::size_t i) {
      warnings[i] = write_figure(staged.path() / "figures", files.figures[i], figure).warnings;
    });
  }
  move_into_place(staged.path(), folder);
  std::vector<std::string> all;
  for (const auto& own : warnings) all.insert(all.end(), own.begin(), own.end());
  return all;
}

ResultFiles result_files(const CellRecordings& recordings, const Characterization& result,
                         const ResultProvenance& provenance) {
  ResultFiles files;
  files.texts.emplace_back("summary.json", summary_json(result, provenance));
  files.texts.emplace_back("iv.json", iv_json(result.membrane, result.cell, provenance));
  files.texts.emplace_back("iv.csv", table_as_csv(curve_table(result.cell.iv)));
  files.texts.emplace_back("electrode.json", electrode_json(result.membrane, provenance));
  for (const IvFit& fit : result.cell.models) {
    if (fit.status == FitStatus::failed) continue;
    files.texts.emplace_back(fmt::format("models/{}.json", fit_name(fit)),
                             to_json_text({fit.model, model_provenance_json(fit, provenance)}));
  }
  files.texts.emplace_back("spikes/training_cell.txt", train_text(result.membrane.spikes_ms));
  if (result.test) {
    files.texts.emplace_back("spikes/test_cell.txt", train_text(result.test->spikes_ms));
    for (const ModelTest& model : result.test->models) {
      files.texts.emplace_back(fmt::format("spikes/test_{}.txt", model.model), train_text(model.trains));
    }
  }
  add_table(files, "membrane", membrane_table(result.membrane, result.cell.capacitance.result));
  add_table(files, "parameters", parameter_table(result.cell.models));
  add_table(files, "post_spike", post_spike_table(result.cell));
  add_table(files, "scores", score_table(result));
  files.figures = result_figures(recordings, result);
  return files;
}

}  // namespace libfit
