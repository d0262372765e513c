#include <fmt/format.h>

#include <iostream>

#include "commands.hpp"
#include "curve_command.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/report/figures.hpp"
#include "libfit/report/result_overview.hpp"
#include "libfit/report/result_tables.hpp"

namespace dyniv {

int command_fit(const std::vector<std::string>& arguments) {
  CommandLine line("fit", "fit FILE... [--electrode FILE...] --out DIR [options]",
                   "Passive, LIF, QIF, EIF and tabulated models from the dynamic I-V curve of a recording, "
                   "refractory EIF and AdEx from what its spikes leave behind, the GIF family from when it "
                   "fires, and LIF, QIF, EIF, refractory EIF and AdEx tuned to its spikes; with intervals: "
                   "models/NAME.json, iv.json, tables, figures.");
  CurveSettings settings;
  parse_curve_command(line, settings, arguments, "fit", Stage::fits);
  const CurveInputs inputs = read_curve_inputs(line, settings);
  libfit::CellFit cell = libfit::measure_curve(inputs.membrane, settings.analysis.cell);
  libfit::fit_cell(inputs.membrane, cell, settings.analysis.cell);
  line.progress("bootstrap", 1.0);
  const auto from = provenance(line, {&settings.electrode, &settings.training});
  const auto parameters = libfit::parameter_table(cell.models);
  libfit::ResultFiles files;
  files.texts = {{"iv.json", libfit::iv_json(inputs.membrane, cell, from)},
                 {"iv.csv", libfit::table_as_csv(libfit::curve_table(cell.iv))},
                 {"tables/parameters.csv", libfit::table_as_csv(parameters)}};
  for (const libfit::ModelFit& fit : cell.models) {
    if (fit.status == libfit::FitStatus::failed) continue;
    files.texts.emplace_back(fmt::format("models/{}.json", libfit::fit_name(fit)),
                             libfit::to_json_text({fit.model, libfit::model_provenance_json(fit, from)}));
  }
  if (settings.results.figures) files.figures = libfit::curve_figures(cell);
  std::vector<std::string> warnings = inputs.membrane.warnings;
  warnings.insert(warnings.end(), cell.warnings.begin(), cell.warnings.end());
  write_curve_results(line, settings, files, warnings);
  if (line.common().json) {
    std::cout << files.texts.front().second;
  } else {
    std::cout << libfit::cell_overview(inputs.membrane, cell) << "\n"
              << libfit::model_overview(cell, "", settings.output.all_models)
              << fmt::format("\nmodels are in {}/models/\n", settings.output.folder);
  }
  return exit_code_of(cell);
}

}  // namespace dyniv
