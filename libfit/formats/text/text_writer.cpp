#include "libfit/formats/text/text_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace libfit {

std::string recording_as_text(const Recording& recording) {
  std::string text = "time_ms";
  std::size_t longest = 0;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    text += fmt::format(",I{}_pA,V{}_mV", s, s);
    longest = std::max(longest, recording.sweeps[s].size());
  }
  text += '\n';
  const auto out = std::back_inserter(text);
  for (std::size_t k = 0; k < longest; ++k) {
    // Ten digits: with six, samples 0.05 ms apart fall together after ten seconds.
    fmt::format_to(out, "{:.10g}", static_cast<double>(k) * recording.sweeps.front().dt_ms);
    for (const Sweep& sweep : recording.sweeps) {
      if (k < sweep.size()) {
        fmt::format_to(out, ",{:.7g},{:.7g}", sweep.current_pA[k], sweep.voltage_mV[k]);
      } else {
        fmt::format_to(out, ",,");
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace libfit
