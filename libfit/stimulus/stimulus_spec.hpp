// Currents in words, for the command line and for the sidecar of a protocol: the kind, then its values by
// name, units in the names:
//   constant:amplitude_pA=50
//   step:begin_ms=100,end_ms=600,amplitude_pA=200
//   pulse:at_ms=50,charge_fC=500            also width_ms, count, period_ms
//   ramp:begin_ms=0,end_ms=1000,from_pA=0,to_pA=300
//   sine:amplitude_pA=50,frequency_Hz=8     also phase_deg
//   chirp:amplitude_pA=50,from_Hz=1,to_Hz=40       log_chirp: in equal ratios
//   ou:sd_pA=100/50,tau_ms=3/10             also mean_pA, modulation_depth, modulation_Hz, seed
//   poisson:rate_Hz=800,charge_fC=60,tau_ms=5      also tau_rise_ms, seed
// All but the pulse take begin_ms [0] and end_ms [the end]. Several are parted by blanks and added.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/stimulus/stimulus_parts.hpp"

namespace libfit {

// Whether a word begins with a kind of part and a colon: it is a current in words, not the name of a file.
bool is_stimulus_spec(std::string_view word);

// The kinds with an example of each, one per line, for a help text or an error.
std::string stimulus_kinds();

// Parts in the order written. Throws OptionError naming the part and the key that is missing, unknown, twice
// there, no number or out of range.
std::vector<StimulusPart> parse_stimulus(std::string_view text);

// The same in words, from which parse_stimulus() makes the same parts to the last bit.
std::string stimulus_as_text(std::span<const StimulusPart> parts);

}  // namespace libfit
