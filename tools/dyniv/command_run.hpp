// `dyniv run`: from the files of a rig to fitted models, their scores on unseen input, tables and figures.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_run(const std::vector<std::string>& arguments);

}  // namespace dyniv
