// What `dyniv run` left in a folder, read again: scores, parameters and spike trains of one cell.
#pragma once

#include <filesystem>

#include "libfit/score/cell_comparison.hpp"

namespace libfit {

// Throws InputError for a folder that `dyniv run` did not write or that is damaged, DataError for results
// without a test recording; both name the file and say what to do.
StoredCell read_result_folder(const std::filesystem::path& folder);

}  // namespace libfit
