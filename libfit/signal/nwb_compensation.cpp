#include "libfit/signal/nwb_compensation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/core/version.hpp"

namespace libfit {

std::vector<std::string> add_compensated_voltage(NwbCell& cell, const MembraneOptions& options) {
  const auto electrode = std::ranges::find(cell.parts, "electrode", &NwbPart::role);
  const auto training = std::ranges::find(cell.parts, "training", &NwbPart::role);
  require(training != cell.parts.end(), "add_compensated_voltage: the cell has no part `training`");
  const Membrane membrane =
      prepare_membrane(electrode != cell.parts.end() ? std::optional(electrode->recording) : std::nullopt,
                       training->recording, options);
  if (!membrane.electrode) return membrane.warnings;
  cell.compensation =
      fmt::format("electrode kernel of {:.1f} MOhm, measured on the {}, taken out by dyniv {}",
                  membrane.electrode->resistance_MOhm, compensation_name(membrane.compensation), kVersion);
  for (std::size_t p = 0; p < cell.parts.size(); ++p) {
    const NwbPart& part = cell.parts[p];
    if (part.role != "training" && part.role != "test") continue;
    const Recording made =
        part.role == "training" ? membrane.recording : membrane_of(part.recording, membrane);
    for (std::size_t s = 0; s < made.sweeps.size(); ++s)
      cell.compensated.push_back({p, s, made.sweeps[s].voltage_mV});
  }
  return membrane.warnings;
}

}  // namespace libfit
