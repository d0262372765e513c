// From files as they are to sweeps of one current and one voltage. The unit of a channel says what it is; a
// choice among several is the user's, never the program's. Files that hold only a voltage or only a current
// (Igor waves) are paired in the order given. Refused: voltage clamp, a channel that is missing, flat in
// every sweep or not finite, since each of them gives numbers that look like a measurement and are none. One
// sweep of 0 pA among others is a sweep.
//
//     AssembleOptions from_one_second;
//     from_one_second.from_ms = 1000.0;
//     const Recording training = read_recording({"cell07_training.abf"}, {}, from_one_second);
//     std::cout << training.sweeps.size() << " sweeps at " << training.sweeps.front().dt_ms << " ms\n";
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/formats/open.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/recording/signal_file.hpp"
#include "libfit/recording/sweep_selection.hpp"

namespace libfit {

struct AssembleOptions {
  // Name or number (from 1) of the channel in each file that has it; empty: the only one with a fitting unit.
  std::string current_channel;
  std::string voltage_channel;
  // Unit of the chosen channel, where the file tells none or a wrong one ("pA", "mV"); empty: the file's.
  std::string current_unit;
  std::string voltage_unit;
  double current_offset_pA = 0.0;  // finite; added to the current (uncalibrated monitor)
  double voltage_offset_mV = 0.0;  // finite; added to the voltage (liquid junction potential)
  // Sweeps to use, counted from 1 through all files in order ("1-3,5"); empty: all.
  std::string sweeps;
  double from_ms = 0.0;         // >= 0; start within each sweep
  std::optional<double> to_ms;  // > from_ms; end within each sweep; absent: its end
  // As recorded, with stretches in which the voltage is no measurement; false: they are left out, with a
  // warning.
  bool keep_dead_stretches = false;

  void validate() const;  // throws OptionError
};

// Throws DataError for content that is no current-clamp recording or ambiguous, OptionError for a channel or
// sweep that is not there, ContractError without files.
Recording assemble_recording(std::span<const SignalFile> files, const AssembleOptions& options = {});

// The same out of files that are not needed any more: sweeps used whole are taken, not copied, which halves
// the memory at its peak.
Recording assemble_taking(std::vector<SignalFile> files, const AssembleOptions& options = {});

// Opens the files and assembles them.
Recording read_recording(const std::vector<std::filesystem::path>& paths, const OpenOptions& open = {},
                         const AssembleOptions& assemble = {});

// Throws DataError: nothing of a sweep of `size` samples lies between --from and --to.
[[noreturn]] void refuse_empty_window(const std::string& place, std::size_t size, double dt_ms,
                                      double from_ms);

}  // namespace libfit
