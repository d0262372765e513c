// A file as it is: channels with their names and units, sweep by sweep, before anything decides which channel
// is the current. This is what `dyniv inspect` shows and what assemble_recording() turns into sweeps.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace libfit {

enum class ChannelRole { voltage, current, other };

// What the recording program wrote about the amplifier's mode.
enum class ClampMode { unknown, current_clamp, voltage_clamp };

struct Channel {
  std::string name;       // as in the file; empty where the format has none
  std::string file_unit;  // as in the file, or as stated by an option; empty when unknown
  ChannelRole role = ChannelRole::other;
  // Samples in mV (voltage), pA (current), or the file's unit (other); one vector a sweep, lengths may
  // differ.
  std::vector<std::vector<double>> sweeps;
  double to_internal = 1.0;                  // factor from the file's unit to the samples' unit
  ClampMode telegraph = ClampMode::unknown;  // mode that the amplifier telegraphed for this channel
};

struct SignalFile {
  std::string path;    // as given
  std::string format;  // "ABF2", "ABF1", "IBW", "text", "HDF5"
  double dt_ms = 0.0;
  std::vector<Channel> channels;
  // Mode that follows from the units of the analog outputs which carried the command waveform.
  ClampMode command = ClampMode::unknown;
  // What was noticed; each a sentence that says where.
  std::vector<std::string> warnings;

  double rate_Hz() const { return 1000.0 / dt_ms; }
};

}  // namespace libfit
