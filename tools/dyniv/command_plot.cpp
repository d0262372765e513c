#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <optional>

#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/report/command_json.hpp"
#include "libfit/report/result_place.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

struct PlotOptions {
  std::vector<std::string> folders;
  std::string formats;
  std::optional<double> width_mm;
  libfit::FigureOptions figure;
};

// The scripts in FOLDER/figures, or in FOLDER itself where there is no such folder, by name.
std::vector<fs::path> scripts_of(const fs::path& folder) {
  std::error_code problem;
  const fs::path place = fs::is_directory(folder / "figures", problem) ? folder / "figures" : folder;
  std::vector<fs::path> scripts;
  for (auto entry = fs::directory_iterator(place, problem); !problem && entry != fs::directory_iterator();
       entry.increment(problem)) {
    std::error_code ignored;
    if (entry->path().extension() == ".gp" && entry->is_regular_file(ignored))
      scripts.push_back(entry->path());
  }
  if (problem) {
    throw libfit::InputError(fmt::format("{}: cannot be listed: {}; name a folder that `dyniv run` wrote",
                                         place.string(), problem.message()));
  }
  if (scripts.empty()) {
    throw libfit::InputError(
        fmt::format("{}: holds no figures (*.gp); name a folder that `dyniv run` wrote", place.string()));
  }
  std::ranges::sort(scripts);
  return scripts;
}

// The folder of results to which figures/ belongs, whose record lists what dyniv wrote.
fs::path results_of(const fs::path& drawing) {
  return fs::absolute(drawing).lexically_normal().parent_path().parent_path();
}

std::string name_in_results(const fs::path& drawing) {
  return fs::absolute(drawing).lexically_normal().lexically_relative(results_of(drawing)).string();
}

// Every drawing that would be in the way, before the first is made: all or none.
void refuse_existing(const std::vector<fs::path>& scripts, const PlotOptions& options) {
  const bool replaced = options.figure.overwrite == libfit::Overwrite::allow;
  for (const fs::path& script : scripts) {
    for (const libfit::FigureFormat format : options.figure.formats) {
      for (const std::string& name : libfit::drawing_names(script.stem().string(), format)) {
        const fs::path drawing = script.parent_path() / name;
        if (!fs::exists(drawing)) continue;
        if (replaced && !libfit::is_foreign(results_of(drawing), name_in_results(drawing))) continue;
        if (replaced) {
          throw libfit::OptionError(fmt::format(
              "{}: was not drawn by dyniv, so --force does not replace it; move it away", drawing.string()));
        }
        throw libfit::OptionError(
            fmt::format("{}: exists already; pass --force to draw it anew", drawing.string()));
      }
    }
  }
}

PlotOptions parse(CommandLine& line, const std::vector<std::string>& arguments) {
  PlotOptions options;
  bool force = false;
  po::options_description group("Figures");
  group.add_options()("folder", po::value(&options.folders)->value_name("FOLDER"),
                      "folder of results, or its folder figures/")(
      "format", po::value(&options.formats)->default_value("pdf,svg")->value_name("LIST"),
      "formats with commas between: pdf, svg, png (300 dpi), cairolatex, tikz")(
      "force", po::bool_switch(&force), "replace drawings that exist");
  add_number(
      group, "width-mm", "MM", {40.0, 300.0, true, "mm"}, [&](double mm) { options.width_mm = mm; },
      "width of the figures, 40 to 300 mm [that of the script: 85, one column]");
  add_number(group, "timeout-s", "S", positive(3600.0, "s"), options.figure.timeout_s,
             "longest time for one drawing, s");
  line.add(group);
  line.positional("folder");
  line.parse(arguments);
  if (options.folders.size() != 1) throw libfit::OptionError("name one folder; see `dyniv plot --help`");
  options.figure.formats = each_once(options.formats, libfit::figure_format);
  options.figure.overwrite = force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
  options.figure.validate();
  return options;
}

}  // namespace

int command_plot(const std::vector<std::string>& arguments) {
  CommandLine line(
      "plot", "plot [options] FOLDER",
      "Draws the figures of a results folder again: runs each gnuplot script figures/NAME.gp on the\n"
      "NAME.csv beside it. The scripts may be edited. They are programs: run only those you trust.");
  PlotOptions options = parse(line, arguments);
  const std::vector<fs::path> scripts = scripts_of(options.folders.front());
  refuse_existing(scripts, options);
  std::vector<fs::path> drawings;
  std::vector<std::string> warnings;
  std::atomic<bool> hung{false};
  options.figure.hung = &hung;
  for (std::size_t i = 0; i < scripts.size() && !hung; ++i) {
    line.progress("drawing", static_cast<double>(i) / static_cast<double>(scripts.size()));
    try {
      const libfit::FigureFiles files = libfit::redraw_figure(scripts[i], options.figure, options.width_mm);
      drawings.insert(drawings.end(), files.drawings.begin(), files.drawings.end());
      warnings.insert(warnings.end(), files.warnings.begin(), files.warnings.end());
    } catch (const libfit::InputError& problem) {
      warnings.emplace_back(problem.what());
    }
  }
  line.progress("drawing", 1.0);
  for (const fs::path& drawing : drawings)
    libfit::add_to_record(results_of(drawing), {name_in_results(drawing)});
  if (hung) warnings.emplace_back("gnuplot hung, so it was not asked for the drawings that are missing");
  line.warn(warnings);
  if (line.common().json) {
    std::cout << libfit::drawings_json(drawings, warnings, line.provenance());
  } else {
    for (const fs::path& drawing : drawings) std::cout << drawing.string() << "\n";
  }
  return warnings.empty() ? kDone : kDataDoNotAllow;
}

}  // namespace dyniv
