// `dyniv compensate`: the electrode, measured and taken out of a recording.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_compensate(const std::vector<std::string>& arguments);

}  // namespace dyniv
