// `dyniv steps`: passive properties and f-I curve from a recording of current steps.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_steps(const std::vector<std::string>& arguments);

}  // namespace dyniv
