// The HDF5 of a stimulus, made in memory and without times of creation, so that its bytes depend on the
// stimulus alone.
#pragma once

#include <string>

#include "libfit/stimulus/stimulus_writer.hpp"

namespace libfit {

// Of a table that was checked. Throws InputError where HDF5 has no memory left.
std::string stimulus_as_hdf5(const StimulusTable& table);

}  // namespace libfit
