#include <fmt/format.h>

#include <iostream>

#include "commands.hpp"
#include "curve_command.hpp"
#include "libfit/report/figures.hpp"
#include "libfit/report/result_overview.hpp"
#include "libfit/report/result_tables.hpp"

namespace dyniv {

int command_iv(const std::vector<std::string>& arguments) {
  CommandLine line("iv", "iv FILE... [--electrode FILE...] --out DIR [options]",
                   "Capacitance by four methods and the dynamic I-V curve F(V), each with intervals: "
                   "iv.json, iv.csv, figures.");
  CurveSettings settings;
  parse_curve_command(line, settings, arguments, "iv", Stage::curve);
  const CurveInputs inputs = read_curve_inputs(line, settings);
  const libfit::CellFit cell = libfit::measure_curve(inputs.membrane, settings.analysis.cell);
  const auto from = provenance(line, {&settings.electrode, &settings.training});
  libfit::ResultFiles files;
  files.texts = {{"iv.json", libfit::iv_json(inputs.membrane, cell, from)},
                 {"iv.csv", libfit::table_as_csv(libfit::curve_table(cell.iv))}};
  if (settings.results.figures) files.figures = libfit::curve_figures(cell);
  std::vector<std::string> warnings = inputs.membrane.warnings;
  warnings.insert(warnings.end(), cell.warnings.begin(), cell.warnings.end());
  write_curve_results(line, settings, files, warnings);
  if (line.common().json) {
    std::cout << files.texts.front().second;
  } else {
    std::cout << libfit::cell_overview(inputs.membrane, cell)
              << fmt::format(
                     "\nF(V) in {} bins, from {:.0f} % of the recording ({:.0f} ms left out after spikes): "
                     "{}/iv.csv\n",
                     cell.iv.bins.size(), 100.0 * cell.iv.fraction_used, cell.iv.exclusion_ms,
                     settings.output.folder);
  }
  return kDone;
}

}  // namespace dyniv
