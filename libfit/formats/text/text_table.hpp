// Where the table of a text begins, how its columns are parted, what their names are and how its numbers are
// written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/number_text.hpp"
#include "libfit/core/text.hpp"

namespace libfit {

struct Table {
  char delimiter = ' ';  // a blank stands for any number of blanks and tabs
  std::size_t column_count = 0;
  std::vector<std::string> header;  // names of the columns with their units; empty when there is none
  std::size_t foreign_line = 0;  // of the last line above the numbers, where none names the columns; else 0
  NumberStyle style;
  Lines body;  // at the first line of numbers
};

// Skips what stands above the first line of numbers and looks in it for names and units of the columns: in
// the line above the numbers, in a row of units under a row of names, or in a comment. Throws InputError for
// a text without numbers and for numbers whose decimal mark is in doubt.
Table find_table(std::string_view text, const std::string& path);

// Whether a line holds nothing, or begins a comment.
bool is_no_row(std::string_view line);

// The field that begins at `at`, without blanks around it and with its quotes, if any; `at` moves to the
// delimiter that ends it, or to `end`.
std::string_view take_field(const char*& at, const char* end, char delimiter);

// All fields of a line; delimiters at its end, as spreadsheets leave them, end no field.
std::vector<std::string_view> fields_of(std::string_view line, char delimiter);

// A field without the quotes around it, and without blanks around it and within the quotes.
std::string unquoted(std::string_view field);

}  // namespace libfit
