// Which sweeps of a recording are meant by a selection such as "1-3,5".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace libfit {

// Indices from 0 of a selection like "1-3,5" out of `count`, in the order written. Throws OptionError for a
// number that is not there, named twice, or for anything that is no selection.
std::vector<std::size_t> parse_selection(const std::string& selection, std::size_t count);

}  // namespace libfit
