// `run --protocol`: which recording is for the electrode, which for training and which for the test, known by
// the current that was played.
#pragma once

#include <string>
#include <vector>

#include "analysis_options.hpp"

namespace dyniv {

// Adds each of `files` to the role whose current of the protocol its first sweep has met; returns a line on
// each of what was recognised. Throws libfit::DataError for a file without any of them.
std::string assign_roles(const CommandLine& line, const std::string& protocol_path,
                         const std::vector<std::string>& files, const libfit::ReadOptions& recording,
                         const std::vector<RoleArguments*>& roles);

}  // namespace dyniv
