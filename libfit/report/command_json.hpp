// JSON that commands print and that no folder of results holds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libfit/formats/nwb/nwb_writer.hpp"
#include "libfit/report/provenance.hpp"
#include "libfit/simulate/simulate.hpp"

namespace libfit {

// Schema "dyniv.simulate" (docs/commands/simulate.md). `predictions`: one for each sweep of `injected`.
std::string predictions_json(const Model& model, const Recording& injected,
                             const std::vector<Prediction>& predictions, const ResultProvenance& provenance);

// Schema "dyniv.import" (docs/commands/import.md), of a cell that was written to `path`. Throws InputError
// where the file cannot be read.
std::string import_json(const NwbCell& cell, const std::string& path, const ResultProvenance& provenance);

// Schema "dyniv.plot" (docs/commands/plot.md).
std::string drawings_json(const std::vector<std::filesystem::path>& drawings,
                          const std::vector<std::string>& warnings, const ResultProvenance& provenance);

}  // namespace libfit
