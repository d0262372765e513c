// What is in a file, before anybody decides what to do with it: of each sweep of each channel its mean,
// spread and spikes, which sweeps repeat one current, and the traps that the samples set.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/signal_file.hpp"
#include "libfit/recording/traps.hpp"

namespace libfit {

struct InspectedSweep {
  std::size_t points = 0;
  std::optional<double> first, last;  // samples; absent for a sweep without samples, as is the spread
  std::optional<Spread> spread;
  std::optional<std::size_t> spikes;  // of a voltage whose samples are finite
};

struct InspectedChannel {
  std::vector<InspectedSweep> sweeps;
  // For each sweep the number of the first one that carries its current; empty for formats that tell nothing
  // of sweeps, and where samples were not read.
  std::vector<std::size_t> repeats;
};

struct Inspection {
  SignalFile file;  // without its samples; as many sweeps as before
  std::vector<InspectedChannel> channels;
  std::vector<std::string> warnings;
};

// Spikes are counted at one level for all sweeps of a voltage channel (choose_spike_criterion()).
Inspection inspect_file(SignalFile file);

// Over all sweeps of a channel.
struct PooledSweeps {
  double mean = 0.0;
  double sd = 0.0;  // population
  std::optional<std::size_t> spikes;
};
PooledSweeps pool(const InspectedChannel& channel);

// Shortest and longest sweep [ms].
struct SweepLengths {
  double shortest_ms = 0.0;
  double longest_ms = 0.0;
};
SweepLengths sweep_lengths(const Inspection& inspection);

// Sweeps of the channel that has most.
std::size_t sweep_count(const SignalFile& file);

}  // namespace libfit
