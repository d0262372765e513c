#include "protocol_roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/stimulus/protocol_file.hpp"

namespace dyniv {
namespace {

// An amplifier whose command has another gain than the protocol thinks plays something else.
constexpr double kGainTolerance = 0.1;

}  // namespace

std::string assign_roles(const CommandLine& line, const std::string& protocol_path,
                         const std::vector<std::string>& files, const libfit::ReadOptions& recording,
                         const std::vector<RoleArguments*>& roles) {
  const libfit::Protocol protocol = libfit::read_protocol(protocol_path).protocol;
  libfit::ReadOptions first = recording;
  first.selection.sweeps.assign(1, '1');
  first.keep_dead_stretches = true;  // its current identifies the protocol
  std::string told;
  for (const std::string& file : files) {
    const libfit::Recording start = libfit::read_recording({file}, first);
    const auto found = libfit::recognise(protocol, start.sweeps.front());
    if (!found) {
      throw libfit::DataError(
          fmt::format("{}: its current is none of those in {}; say what the file is, as in --training {}",
                      file, protocol_path, file));
    }
    const auto role = std::ranges::find(roles, found->role, &RoleArguments::role);
    if (role == roles.end()) {
      throw libfit::DataError(
          fmt::format("{}: is the block `{}` of {}, which is no part of a run; `dyniv steps` measures steps",
                      file, found->block, protocol_path));
    }
    (*role)->files.push_back(file);
    told += fmt::format(
        "{}: {} (correlation {:.3f} with the protocol, gain {:.3f}, offset {:.1f} pA, begins at "
        "{:.1f} ms)\n",
        file, found->role, found->correlation, found->gain, found->offset_pA, found->begins_ms);
    if (std::abs(found->gain - 1.0) > kGainTolerance) {
      line.warn(fmt::format(
          "{}: the recorded current is {:.2f} times the protocol's; check the gain of the command "
          "and the unit of the current",
          file, found->gain));
    }
  }
  return told;
}

}  // namespace dyniv
