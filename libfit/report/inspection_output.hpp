// What `inspect` shows: as JSON for programs and as a table for people.
#pragma once

#include <string>
#include <vector>

#include "libfit/report/provenance.hpp"
#include "libfit/signal/inspection.hpp"

namespace libfit {

// Schema "dyniv.inspect" (docs/commands/inspect.md). Reads each file once more for its SHA-256; throws
// InputError where that fails.
std::string inspection_json(const std::vector<Inspection>& inspections, const ResultProvenance& provenance);

// Channels with mean, SD and spikes over all sweeps; sweeps that follow each other and are alike on one line,
// for formats that describe their sweeps; warnings.
std::string inspection_text(const Inspection& inspection);

}  // namespace libfit
