// `dyniv plot`: the figures of a results folder again, in other formats or at another width.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_plot(const std::vector<std::string>& arguments);

}  // namespace dyniv
