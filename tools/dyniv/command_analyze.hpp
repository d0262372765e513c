// dyniv analyze: phase line, thresholds, rheobase and f-I curve of models.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_analyze(const std::vector<std::string>& arguments);

}  // namespace dyniv
