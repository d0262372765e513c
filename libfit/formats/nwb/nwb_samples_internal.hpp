// Samples of NWB series: a stretch of a series in mV or pA, on a regular clock.
#pragma once

#include <vector>

#include "libfit/formats/nwb/nwb_layout_internal.hpp"

namespace libfit::nwb {

struct Clock {
  double dt_ms = 0.0;
  std::vector<double> times_s;  // of each sample, where they are to be resampled; else empty
};

// The step of a stretch: from its rate, or from timestamps that are regular to a quarter of a step. Irregular
// ones are refused (DataError), or kept for resampling.
Clock clock_of(const hdf5::File& file, const Series& series, const Stretch& stretch, bool resample);

// Timestamps of a stretch. Throws InputError.
std::vector<double> times_of(const hdf5::File& file, const Series& series, const Stretch& stretch);

// Samples that a stretch has on its clock.
std::uint64_t regular_count(const Clock& clock, std::uint64_t count);

// Throws InputError for what cannot be read.
std::vector<double> samples_of(const hdf5::File& file, const Series& series, const Stretch& stretch,
                               const Clock& clock);

}  // namespace libfit::nwb
