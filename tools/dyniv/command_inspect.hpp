// `dyniv inspect`: what is in a file, before anything is computed from it (docs/commands/inspect.md).
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_inspect(const std::vector<std::string>& arguments);

}  // namespace dyniv
