// Axon Binary Format 1 (pClamp 6 to 9): one flat header of 2,048 bytes (up to version 1.5) or 6,144, with a
// slot for each of 16 physical inputs; the sampling sequence shows which of them were recorded, in which
// order. Fields past the end of a short header (telegraphs, waveform switches) do not exist.
#pragma once

#include "libfit/formats/byte_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Throws InputError for a file that is cut, damaged or claims more than it holds.
SignalFile read_abf1(std::span<const std::byte> bytes, const std::string& path);

}  // namespace libfit
