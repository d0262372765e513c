// How recordings are read: what their files leave open, which channels count, and which part is used. What a
// file does not state is never guessed: an option states it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libfit/recording/selection.hpp"

namespace libfit {

struct ReadOptions {
  // Sampling step [ms], > 0; for text, HDF5 and Igor files that do not state it. Files that state another one
  // by more than 1 % are refused.
  std::optional<double> dt_ms;
  // What the columns of a text file hold: in their order ("skip,current_pA,voltage_mV") or by number from 1
  // ("2=current_pA,3=voltage_mV"); empty: the header of the file says it.
  std::string columns;
  // Unit of the current and of the voltage, where the file states none or a wrong one ("pA", "mV"); empty:
  // the file's.
  std::string current_unit;
  std::string voltage_unit;
  std::string voltage_dataset;  // path within an HDF5 file
  std::string current_dataset;
  bool current_clamp = false;  // whatever the file says of its clamp, it is current clamp
  bool resample = false;       // put irregular timestamps of NWB files on a grid of their median step
  // Name or number (from 1) of the channel in each file that has it; empty: the only one with a fitting unit.
  std::string current_channel;
  std::string voltage_channel;
  double current_offset_pA = 0.0;  // finite; added to the current (uncalibrated monitor)
  double voltage_offset_mV = 0.0;  // finite; added to the voltage (liquid junction potential)
  Selection selection;
  // As recorded, with stretches in which the voltage is no measurement; false: they are left out, with a
  // warning.
  bool keep_dead_stretches = false;
  // Reads no samples of an NWB file when its sweeps cost more than this: two samples count for one sample of
  // a sweep, and kSweepCost for opening it. Absent: no limit but that of the file's size.
  std::optional<std::uint64_t> listing_limit;
  static constexpr std::uint64_t kSweepCost = 20000;

  void validate() const;  // throws OptionError
};

}  // namespace libfit
