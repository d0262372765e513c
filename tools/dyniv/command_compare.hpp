// `dyniv compare`: models by cells, from the folders that `dyniv run` wrote (docs/commands/compare.md).
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_compare(const std::vector<std::string>& arguments);

}  // namespace dyniv
