// Igor binary waves (.ibw; WaveMetrics technical note 3), versions 1, 2, 3 and 5, of either byte order: one
// wave a file, a channel named after it, samples and step in the units that the wave carries. A
// two-dimensional wave is one sweep a column. Real numbers only (8, 16, 32 bit integers, float32, float64).
#pragma once

#include <optional>

#include "libfit/formats/byte_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Whether the file begins with a version word, in either byte order, and the checksum of the header is right.
bool is_igor_wave(std::span<const std::byte> bytes);
// Whether it is like a wave in all but the checksum: a version word, and a name where a wave has one.
bool looks_like_igor_wave(std::span<const std::byte> bytes);

// `dt_ms` is the step of a wave whose first dimension is not in a unit of time; one that contradicts the wave
// is refused. Throws InputError for a file that is cut, damaged or of another type.
SignalFile read_igor_wave(std::span<const std::byte> bytes, const std::string& path,
                          std::optional<double> dt_ms);

}  // namespace libfit
