// Traps that recordings set, reported as warnings: names swapped against units, sampling too coarse for
// spikes, values no membrane has, saturation. None of them stops a reading; assemble_recording() refuses what
// must be.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Of the file as a whole and its names: swapped names, voltage clamp, coarse sampling, sweeps of unequal
// length.
std::vector<std::string> file_traps(const SignalFile& file);

// Of samples in pA or mV: mean, spread or range that no current or membrane voltage has; samples that pile up
// at the extreme value. `place` begins each sentence.
std::vector<std::string> trace_traps(ChannelRole role, const std::string& place,
                                     std::span<const std::span<const double>> sweeps);

// Distinct values among the samples, counted up to `limit`.
std::size_t count_levels(std::span<const double> samples, std::size_t limit);

struct Spread {
  double mean = 0.0;
  double sd = 0.0;  // population
  double low = 0.0;
  double high = 0.0;
};
// Two passes; the samples are not empty.
Spread spread_of(std::span<const double> samples);

// "`name`" or "channel 2" where it has none; counted from 1.
std::string channel_label(const SignalFile& file, std::size_t channel);

}  // namespace libfit
