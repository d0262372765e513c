#include <fmt/format.h>

#include <iostream>

#include "commands.hpp"
#include "curve_command.hpp"
#include "libfit/formats/text/text_writer.hpp"
#include "libfit/report/figures.hpp"

namespace dyniv {

int command_compensate(const std::vector<std::string>& arguments) {
  CommandLine line(
      "compensate", "compensate FILE... [--electrode FILE...] --out DIR [options]",
      "Measures the electrode's kernel (active electrode compensation) and takes it out of the recording:\n"
      "electrode.json, membrane.csv (current and compensated voltage, as text), figures.");
  CurveSettings settings;
  parse_curve_command(line, settings, arguments, "compensated", Stage::membrane);
  const CurveInputs inputs = read_curve_inputs(line, settings, settings.results.figures);
  const libfit::Membrane& membrane = inputs.membrane;
  const auto from = provenance(line, {&settings.electrode, &settings.training});
  libfit::ResultFiles files;
  files.texts = {{"electrode.json", libfit::electrode_json(membrane, from)},
                 {"membrane.csv", libfit::recording_as_text(membrane.recording)}};
  if (settings.results.figures) files.figures = libfit::electrode_figures(*inputs.training, membrane);
  write_curve_results(line, settings, files, membrane.warnings);
  if (line.common().json) {
    std::cout << files.texts.front().second;
    return kDone;
  }
  std::cout << fmt::format("compensation: {}\n", libfit::compensation_name(membrane.compensation));
  if (membrane.electrode) {
    const auto& kernel = *membrane.electrode;
    std::cout << fmt::format("R_e = {:.1f} MOhm", kernel.resistance_MOhm);
    if (kernel.resistance_ci95_MOhm) {
      std::cout << fmt::format(" [{:.1f}, {:.1f}]", kernel.resistance_ci95_MOhm->low,
                               kernel.resistance_ci95_MOhm->high);
    }
    std::cout << fmt::format(", {:.1f} MOhm of it below 1 ms; membrane: tau = {:.1f} ms, R = {:.0f} MOhm\n",
                             kernel.resistance_below_1ms_MOhm, kernel.membrane_tau_ms,
                             kernel.membrane_resistance_MOhm);
  }
  std::cout << fmt::format("the compensated recording is {}/membrane.csv\n", settings.output.folder);
  return kDone;
}

}  // namespace dyniv
