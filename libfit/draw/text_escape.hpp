// Text as data. A label may be anything a person called a cell or a channel: quotes, backticks, backslashes,
// line ends, bytes that are not UTF-8. These functions make it safe for one place each; none of them lets a
// character of the text become a command of the program that reads it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace libfit {

// Valid UTF-8 on one line: bytes that are no UTF-8 become U+FFFD, control characters, line separators and
// direction marks become a space. At most `limit` characters; a longer text ends in an ellipsis.
std::string plain_text(std::string_view text, std::size_t limit = 200);

// A gnuplot expression for the text: string constants in single quotes, in which gnuplot expands neither
// backticks nor @macros nor backslashes, joined by the variable `apostrophe` for each single quote of the
// text. (Not '' for a quote: gnuplot reads it as an empty string where it stands first. Not "'" either: after
// it gnuplot expands @macros inside single quotes.) The text must be plain_text; the script must begin with
// kApostrophe.
inline constexpr std::string_view kApostrophe = "apostrophe = \"\\047\"\n";
std::string gnuplot_quote(std::string_view text);

// LaTeX that typesets the text literally, with Greek letters and signs in mathematics.
std::string latex_escape(std::string_view text);

// A field of a CSV line [RFC 4180]: quoted when it holds a comma, quote, line end or outer space.
std::string csv_field(std::string_view text);

// A cell of a Markdown table: what Markdown or HTML would interpret is escaped.
std::string markdown_escape(std::string_view text);

// Number of characters (code points) of valid UTF-8.
std::size_t character_count(std::string_view text);

// Width of the text in a sans-serif face of `size_pt`, in mm: an estimate from classes of letters, some
// percent on the wide side, for layout without font metrics.
double text_width_mm(std::string_view text, double size_pt);

// The text, cut with an ellipsis where it is wider than `width_mm`.
std::string fit_text(std::string_view text, double size_pt, double width_mm);

}  // namespace libfit
