// Delimited text: numbers in columns parted by comma, tab, semicolon or blanks, with decimal point or comma;
// lines that begin with # or % are comments; above the numbers a header names columns and units (text_table).
// A column that ends early makes its sweep shorter. The time step is never guessed: it comes from a time
// column in a known unit (time_column) or from the option.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libfit/formats/text/text_columns.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct TextOptions {
  std::optional<double> dt_ms;
  std::string columns;  // as in parse_columns_option(); empty: the header says it
  DefaultUnits units;
};

// Whether the beginning looks like text: no zero byte and hardly any control character.
bool looks_like_text(std::span<const std::byte> bytes);

// `text` as decoded_text() gives it. Throws InputError for a table that is not regular or does not say what
// it holds, OptionError for options that do not fit it.
SignalFile read_text(std::string_view text, const std::string& path, const TextOptions& options);

}  // namespace libfit
