// Axon Binary Format 2 (pClamp 10 and 11): a header of 512 bytes whose table of sections says where
// protocol, inputs, outputs, strings, data and sweep table are, in blocks of 512 bytes. The command waveform
// of the protocol is not reconstructed: only what was recorded is read.
#pragma once

#include "libfit/formats/byte_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Throws InputError for a file that is cut, damaged or claims more than it holds.
SignalFile read_abf2(std::span<const std::byte> bytes, const std::string& path);

}  // namespace libfit
