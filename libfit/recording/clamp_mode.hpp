// Whether a file is of current or of voltage clamp, from what its header says and from the voltage itself. In
// order: what the user states; the mode that the amplifier telegraphed; then the units of the outputs that
// carried the command. Those are often left from another protocol, so volts count only where nothing speaks
// for current clamp: neither the experiment's type nor spikes, which no clamped cell has.
#pragma once

#include <span>
#include <string>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct ClampVerdict {
  ClampMode mode = ClampMode::unknown;
  std::string seen;        // what it follows from, in words; empty for `unknown`
  bool contested = false;  // current clamp, although the command is in volts
};

// `channels`: those of the file that matter. Spikes are looked for in the voltages among them; where there is
// none, in all of the file.
ClampVerdict clamp_verdict(const SignalFile& file, std::span<const Channel* const> channels);

// Throws DataError, with what was seen, for a file of voltage clamp.
void refuse_voltage_clamp(const SignalFile& file, const Channel& voltage, const Channel& current);

// Peaks that rise by 30 mV and more from what lies 3 ms before and behind them and are pointed, as those of a
// command (pulses, a clamp's test steps) are not.
std::size_t count_pointed_peaks(std::span<const double> voltage_mV, double dt_ms);

}  // namespace libfit
