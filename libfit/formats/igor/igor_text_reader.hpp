// Igor text (ITX): "IGOR", then blocks of waves, WAVES/flags names, BEGIN, one line per point, END, and lines
// "X command" of which SetScale gives step and unit. Waves numbered alike (train_1, train_2) and the columns
// of a matrix are sweeps of one channel. Other commands are not carried out and change nothing here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Both take text as decoded_text() gives it.
bool looks_like_igor_text(std::string_view text);

// Throws InputError for a file that is cut or no real numbers, for waves of different steps, or without a
// step where none is stated.
SignalFile read_igor_text(std::string_view text, const std::string& path,
                          std::optional<double> dt_ms = std::nullopt);

}  // namespace libfit
