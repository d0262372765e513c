// What `inspect` shows of files that describe each sweep (NWB): stimulus, role, amplifier, and which
// sweeps repeat one current.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "libfit/recording/signal_file.hpp"

namespace dyniv {

// For each sweep of a channel the number of the first sweep that carries its current; empty where samples
// were not read. The samples are looked at, so before they are moved from.
std::vector<std::vector<std::size_t>> repeats_of(const libfit::SignalFile& file);

// One object per sweep of a channel; empty for a channel without notes.
nlohmann::json notes_json(const libfit::Channel& channel, const std::vector<std::size_t>& repeats);

// The steps that `dyniv steps` takes where the current was not recorded: null or "" where there are none.
nlohmann::json commanded_json(const libfit::SignalFile& file);
std::string commanded_line(const libfit::SignalFile& file);

// A line for each run of sweeps that are alike, under a heading; empty for files that describe none.
std::string notes_table(const libfit::SignalFile& file, const std::vector<std::vector<std::size_t>>& repeats);

}  // namespace dyniv
