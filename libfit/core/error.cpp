#include "libfit/core/error.hpp"

#include <fmt/format.h>

#include <cmath>

namespace libfit {

void require(bool condition, std::string_view message) {
  if (!condition) throw ContractError(std::string(message));
}

void check_options(std::initializer_list<OptionRule> rows) {
  for (const OptionRule& row : rows) {
    if (!row.holds || !std::isfinite(row.value)) {
      throw OptionError(fmt::format("{} = {:g}: must be {}", row.name, row.value, row.rule));
    }
  }
}

}  // namespace libfit
