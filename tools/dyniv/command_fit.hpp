// `dyniv fit`: models from a recording, one JSON file each.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_fit(const std::vector<std::string>& arguments);

}  // namespace dyniv
