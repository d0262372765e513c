// Results as JSON: summary.json is the contract with other programs (docs/formats/summary.md lists its keys).
// What is not known is null or absent, never a made-up number.
#pragma once

#include <string>

#include "libfit/characterize/characterize.hpp"
#include "libfit/report/provenance.hpp"

namespace libfit {

std::string summary_json(const Characterization& result, const ResultProvenance& provenance);

// The curve, capacitance and what was used: schema "dyniv.iv".
std::string iv_json(const Membrane& membrane, const CellFit& cell, const ResultProvenance& provenance);

// The electrode: schema "dyniv.electrode".
std::string electrode_json(const Membrane& membrane, const ResultProvenance& provenance);

// Extra keys of a model file: status, intervals, inputs, options (see model/model_file.hpp).
std::string model_provenance_json(const ModelFit& fit, const ResultProvenance& provenance);

}  // namespace libfit
