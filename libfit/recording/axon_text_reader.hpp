// Axon text (ATF): a first line "ATF <version>", a line with the number of header lines and of columns, the
// header, a line of titles with units ("Time (s)", "Trace #1 (mV)"), then numbers. Traces numbered alike are
// sweeps of one channel. This is what Clampfit exports and what Clampex takes as a stimulus.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

bool looks_like_axon_text(std::span<const std::byte> bytes);

// Throws InputError for a header that is none, and as read_text() does for the table under it.
SignalFile read_axon_text(std::span<const std::byte> bytes, const std::string& path,
                          std::optional<double> dt_ms = std::nullopt);

}  // namespace libfit
