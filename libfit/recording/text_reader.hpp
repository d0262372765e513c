// Delimited text: numbers in columns parted by comma, tab, semicolon or blanks; lines that begin with # or %
// are comments; a header line (or the last comment before the numbers) may name columns and units. The time
// step is never guessed: it comes from a time column in a known unit or from the option.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "libfit/recording/signal_file.hpp"
#include "libfit/recording/text_columns.hpp"

namespace libfit {

struct TextOptions {
  std::optional<double> dt_ms;
  std::string columns;  // as in parse_columns_option(); empty: the header says it
  DefaultUnits units;
};

// Whether the beginning looks like text: no zero byte and hardly any control character.
bool looks_like_text(std::span<const std::byte> bytes);

// Throws InputError for a table that is not regular or does not say what it holds, OptionError for options
// that do not fit it.
SignalFile read_text(std::span<const std::byte> bytes, const std::string& path, const TextOptions& options);

}  // namespace libfit
