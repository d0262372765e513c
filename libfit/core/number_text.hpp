// Numbers as people and programs write them: decimal point or comma, quotes, thousands marks, exponents of
// Fortran (1.5D-03), the minus sign of typography. What a comma or a point means is never guessed from one
// number: a reader shows every number of its text to DecimalMarks, which decides or refuses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace libfit {

struct NumberStyle {
  char decimal = '.';
  // Thousands mark, 0 for none. Apostrophes and blanks that do not break a line are taken between groups of
  // three digits in any style, as they mean nothing else; with a decimal comma a blank is.
  char group = '\0';
};

// Reads a plain number ("+1.5e-3") at `at` and returns what follows it; nullptr when there is none. What is
// too large or too small becomes infinity or 0, as the language rounds.
const char* scan_number(const char* at, const char* end, double& value);

// The number that is the whole of `field`, blanks and quotes around it aside; nullopt when it is none.
std::optional<double> parse_number(std::string_view field, NumberStyle style = {});

// Seconds of a time "h:m:s" or "m:s" with a fraction after point or comma; nullopt when it is none.
std::optional<double> parse_clock(std::string_view field);

// Gathers what the numbers of one text show of its decimal mark.
class DecimalMarks {
 public:
  void add(std::string_view field, std::size_t line, std::size_t column);

  // Throws InputError, which carries `name`, line and column, where numbers contradict each other, and where
  // every comma could be a thousands mark and nothing decides.
  NumberStyle style(const std::string& name) const;

 private:
  struct Place {
    std::string field;
    std::size_t line = 0;  // 0: never seen
    std::size_t column = 0;
  };
  Place point_, comma_;                    // decimal marks beyond doubt
  Place point_or_group_, comma_or_group_;  // 1.234 and 1,234
};

}  // namespace libfit
