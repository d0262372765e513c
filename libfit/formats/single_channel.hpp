// Files of which one channel is wanted and the other may not exist: a current to inject that no cell has met
// yet, a voltage whose current was a protocol and was not recorded. Selection, times, units and offsets are
// as in assemble.hpp, and voltage clamp is refused as there.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libfit/formats/assemble.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct ChannelSweep {
  std::vector<double> samples;  // mV or pA
  double dt_ms = 0.0;
  double start_ms = 0.0;   // time of sample 0 within its sweep of the file
  std::size_t number = 1;  // sweep of the file, counted from 1
};

struct ChannelSweeps {
  std::vector<ChannelSweep> sweeps;
  std::vector<std::string> warnings;
};

// Whether any of the files holds a channel of that role, or the options name one.
bool holds_channel(std::span<const SignalFile> files, ChannelRole role, const ReadOptions& options = {});

// The channel of that role (current or voltage) in every file, sweep after sweep. Throws DataError for a file
// without it, of voltage clamp, of another step than the first, or with samples that are not finite;
// OptionError for a sweep that is not there.
ChannelSweeps read_channel(std::span<const SignalFile> files, ChannelRole role,
                           const ReadOptions& options = {});

// The currents of recordings and of files that hold a current alone.
ChannelSweeps read_currents(const std::vector<std::filesystem::path>& paths, const ReadOptions& options = {});

}  // namespace libfit
