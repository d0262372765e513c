// Errors by reason. A caller that breaks a contract gets ContractError; a world that is wrong gets one of the
// three others, whose text says what is wrong, where (file, sweep, channel, option) and what to do next.
// "The science said no" (too few spikes, no convergence) is never an exception: it is a field of a result.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace libfit {

// The caller broke the contract of a function (empty span, unequal lengths): a bug in the calling program.
struct ContractError : std::logic_error {
  using std::logic_error::logic_error;
};

// Base of everything that the world outside the program can do wrong.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A file that cannot be opened, read, understood or written.
struct InputError : Error {
  using Error::Error;
};

// A file that was read but whose content does not allow what was asked (voltage clamp, no spikes, NaN).
struct DataError : Error {
  using Error::Error;
};

// An option out of its legal range, or options that contradict each other.
struct OptionError : Error {
  using Error::Error;
};

// Throws ContractError with `message` unless `condition` holds.
void require(bool condition, std::string_view message);

// One row of an options table: `rule` is what must hold, in words ("> 0").
struct OptionRule {
  std::string_view name;
  double value;
  bool holds;
  std::string_view rule;
};

// Throws OptionError naming the first row that does not hold; NaN and infinities never hold.
void check_options(std::initializer_list<OptionRule> rows);

}  // namespace libfit
