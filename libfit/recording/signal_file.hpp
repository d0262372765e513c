// A file as it is: channels with their names and units, sweep by sweep, before anything decides which channel
// is the current. This is what `dyniv inspect` shows and what assemble_recording() turns into sweeps.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/sweep_note.hpp"

namespace libfit {

enum class ChannelRole { voltage, current, other };

// What the recording program wrote about the amplifier's mode.
enum class ClampMode { unknown, current_clamp, voltage_clamp };

struct Channel {
  std::string name;       // as in the file; empty where the format has none
  std::string file_unit;  // as in the file, or as stated by an option; empty when unknown
  ChannelRole role = ChannelRole::other;
  // Samples in mV (voltage), pA (current), or the file's unit (other); one vector per sweep, lengths may
  // differ.
  std::vector<std::vector<double>> sweeps;
  double to_internal = 1.0;                  // factor from the file's unit to the samples' unit
  ClampMode telegraph = ClampMode::unknown;  // mode that the amplifier telegraphed for this channel
  std::vector<Encoding> stored;              // one for all sweeps, or one per sweep; empty: not known
  std::vector<SweepNote> notes;              // one per sweep; empty for formats that state nothing of sweeps
  std::vector<std::size_t> sweep_numbers;    // that names of columns carry, ascending; empty: they carry none
};

// Steps of current that the header says were commanded, for files that did not record the current.
struct CommandedSteps {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  std::vector<double> amplitude_pA;  // one per sweep, against the level before the step
};

struct SignalFile {
  std::string path;    // as given
  std::string format;  // "ABF2", "ABF1", "IBW", "text", "HDF5", "NWB 2.6.0"
  double dt_ms = 0.0;  // of the first sweep, where they differ (NWB): then the notes give each
  std::vector<Channel> channels;
  // Of the analog outputs that carried the command waveform.
  std::vector<std::string> command_units;
  ClampMode experiment = ClampMode::unknown;      // what the recording program calls the experiment
  bool stated_current_clamp = false;              // by the user, whatever the file says
  std::optional<CommandedSteps> commanded_steps;  // absent where the command has none, or is not recorded
  std::vector<std::string> left_out;  // parts of the file that are no current-clamp sweep, each with why
  // What the reader of the format did: whether it picked the sweeps that are selected, and whether it read
  // samples at all (else each sweep is empty and its note has its length).
  bool sweeps_chosen = false;
  bool samples_read = true;
  // What was noticed; each a sentence that says where.
  std::vector<std::string> warnings;

  double rate_Hz() const { return 1000.0 / dt_ms; }
};

// How the samples of a sweep were stored; float64 where that is not known.
inline Encoding encoding_of(const Channel& channel, std::size_t sweep) {
  if (channel.stored.empty()) return {};
  return sweep < channel.stored.size() ? channel.stored[sweep] : channel.stored.front();
}

}  // namespace libfit
