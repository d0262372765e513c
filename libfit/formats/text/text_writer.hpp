// A recording as text with units in its header (time_ms,I0_pA,V0_mV,I1_pA,V1_mV ...), which the text reader
// reads back without options. Seven significant digits of each sample: more than any converter has.
#pragma once

#include <string>

#include "libfit/recording/recording.hpp"

namespace libfit {

// Sweeps side by side on the time of the first; cells past the end of a shorter one are empty.
std::string recording_as_text(const Recording& recording);

}  // namespace libfit
