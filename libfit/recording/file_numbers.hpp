// The numbers by which files of one series are told apart: V_1.ibw, V_2.ibw, V_10.ibw.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace libfit {

// The one number in which names differ that are else alike, one per name; empty unless there are two names or
// more, they differ in one run of digits only, and no number comes twice.
std::vector<std::string> series_numbers(const std::vector<std::string>& names);

// For each file of voltage the index of its file of current: that of the same number where the names of both
// are series, else the one in the same place. There are as many of both. Throws DataError when two series
// have other numbers.
std::vector<std::size_t> pair_by_number(const std::vector<std::string>& voltages,
                                        const std::vector<std::string>& currents);

}  // namespace libfit
