// `dyniv stimulus`: currents for the rig, scaled to a target, with a sidecar by which they are recognised.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_stimulus(const std::vector<std::string>& arguments);

}  // namespace dyniv
