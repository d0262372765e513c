// The voltage without the electrode, for an NWB file of a cell.
#pragma once

#include <string>
#include <vector>

#include "libfit/formats/nwb/nwb_writer.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

// Measures the electrode on the parts "electrode" and "training" and adds the compensated voltage of
// "training" and "test" to the cell, with how it was made. Adds nothing where no electrode was found. Returns
// warnings. Throws ContractError for a cell without "training", DataError as prepare_membrane() does.
std::vector<std::string> add_compensated_voltage(NwbCell& cell, const MembraneOptions& options);

}  // namespace libfit
