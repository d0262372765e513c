// Axon Binary Format 2 files of int16 samples, the parts of the format that carry a recording: header,
// section table, protocol, one ADC entry a channel, strings, data and, with several sweeps, the synch array
// (layout as read by pyABF, github.com/swharden/pyABF). The same input gives the same bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libfit/recording/recording.hpp"

namespace dyniv_data {

struct Abf2Channel {
  std::string name;
  std::string unit;
  double full_scale = 0.0;  // > 0; the value, in the unit, at the end of the converter's range
};

// Bytes of a file whose channel 0 is the voltage and channel 1 the current; one sweep: gap-free, several:
// episodic. Sweeps are of equal length and rate (else libfit::ContractError); a value beyond full scale is a
// libfit::DataError.
std::string abf2_bytes(std::span<const libfit::Sweep> sweeps, const Abf2Channel& voltage,
                       const Abf2Channel& current);

}  // namespace dyniv_data
