// From files as they are to sweeps of one current and one voltage. The unit of a channel says what it is; a
// choice among several is the user's, never the program's. Files that hold only a voltage or only a current
// (Igor waves) are paired in the order given. Refused: voltage clamp, a channel that is missing, flat in
// every sweep or not finite, since each of them gives numbers that look like a measurement and are none. One
// sweep of 0 pA among others is a sweep.
//
//     ReadOptions from_one_second;
//     from_one_second.selection.from_ms = 1000.0;
//     const Recording training = read_recording({"cell07_training.abf"}, from_one_second);
//     std::cout << training.sweeps.size() << " sweeps at " << training.sweeps.front().dt_ms << " ms\n";
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "libfit/formats/open.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Throws DataError for content that is no current-clamp recording or ambiguous, OptionError for a channel or
// sweep that is not there, ContractError without files.
Recording assemble_recording(std::span<const SignalFile> files, const ReadOptions& options = {});

// The same out of files that are not needed any more: sweeps used whole are taken, not copied, which halves
// the memory at its peak.
Recording assemble_taking(std::vector<SignalFile> files, const ReadOptions& options = {});

// Opens the files and assembles them.
Recording read_recording(const std::vector<std::filesystem::path>& paths, const ReadOptions& options = {});

}  // namespace libfit
