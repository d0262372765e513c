// A recording as every later room sees it: sweeps of one current and one voltage, in pA and mV, with where
// each came from. Readers convert on the way in; nothing after them converts again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libfit/recording/sweep_note.hpp"

namespace libfit {

// Where the samples of one channel of a sweep came from and how they became pA or mV.
struct ChannelSource {
  std::string file;          // path as given
  std::string channel;       // name in the file; empty where the format has none
  std::string file_unit;     // unit as written in the file or stated by an option
  double to_internal = 1.0;  // factor from the file's unit to pA or mV
  double offset = 0.0;       // added after conversion (pA or mV), by option
  Encoding stored{};         // how the file stored the samples
};

// One stretch of held-clock samples: current_pA[k] is held from k*dt_ms to (k+1)*dt_ms, voltage_mV[k] is
// taken at k*dt_ms.
struct Sweep {
  std::vector<double> current_pA;  // same length as voltage_mV
  std::vector<double> voltage_mV;
  double dt_ms = 0.0;
  double start_ms = 0.0;   // time of sample 0 within its sweep of the file, when --from cut the beginning
  std::size_t number = 1;  // sweep of the file, counted from 1
  ChannelSource current_source;
  ChannelSource voltage_source;
  SweepNote note;    // what else the file states of the sweep; empty for most formats
  bool cut = false;  // part of a sweep, the rest of which is no measurement (dead_stretches.hpp)

  std::size_t size() const { return voltage_mV.size(); }
  double duration_ms() const { return static_cast<double>(size()) * dt_ms; }
};

struct Recording {
  std::vector<Sweep> sweeps;
  std::vector<std::string> warnings;  // traps met while reading, each a sentence with its place
};

}  // namespace libfit
