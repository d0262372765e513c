// `dyniv simulate`: the response of a model to a current, recorded or in words.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_simulate(const std::vector<std::string>& arguments);

}  // namespace dyniv
