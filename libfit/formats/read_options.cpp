#include "libfit/formats/read_options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

void check_unit(std::string_view option, const std::string& unit, ChannelRole role) {
  if (unit.empty()) return;
  const auto parsed = parse_electric_unit(unit);
  if (!parsed || parsed->role != role)
    throw OptionError(fmt::format("{} = {}: must be a unit of {}", option, unit, role_name(role)));
}

}  // namespace

void ReadOptions::validate() const {
  if (dt_ms) check_options({{"dt", *dt_ms, std::isfinite(*dt_ms) && *dt_ms > 0.0, "> 0 [ms]"}});
  check_options({{"current-offset", current_offset_pA, std::isfinite(current_offset_pA), "finite [pA]"},
                 {"voltage-offset", voltage_offset_mV, std::isfinite(voltage_offset_mV), "finite [mV]"}});
  check_unit("current-unit", current_unit, ChannelRole::current);
  check_unit("voltage-unit", voltage_unit, ChannelRole::voltage);
  selection.validate();
}

}  // namespace libfit
