// Axon text (ATF): a first line "ATF <version>", a line with the number of header lines and of columns, the
// header, a line of titles with units ("Time (s)", "Trace #1 (mV)"), then numbers. The number of a title is
// the sweep; the line Signals= of the header names the signal of each column. This is what Clampfit exports
// and what Clampex takes as a stimulus.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Both take text as decoded_text() gives it.
bool looks_like_axon_text(std::string_view text);

// Throws InputError for a header that is none, and as read_text() does for the table under it.
SignalFile read_axon_text(std::string_view text, const std::string& path,
                          std::optional<double> dt_ms = std::nullopt);

}  // namespace libfit
