// `dyniv score`: predicted against recorded spike trains.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_score(const std::vector<std::string>& arguments);

}  // namespace dyniv
