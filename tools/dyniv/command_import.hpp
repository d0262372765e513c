// `dyniv import`: recordings of one cell, of any format, into one NWB 2 file.
#pragma once

#include <string>
#include <vector>

namespace dyniv {

int command_import(const std::vector<std::string>& arguments);

}  // namespace dyniv
