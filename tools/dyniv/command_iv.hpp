// `dyniv iv`: capacitance and dynamic I-V curve of a recording.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_iv(const std::vector<std::string>& arguments);

}  // namespace dyniv
