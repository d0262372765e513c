// The messages in the header of an HDF5 object, in both formats of headers. Structures: HDF5 File Format
// Specification 3.0, IV.A.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libfit/recording/hdf5_raw_internal.hpp"

namespace libfit::hdf5 {

struct HeaderMessage {
  unsigned type = 0;
  bool shared = false;  // its data stand elsewhere
  std::span<const std::byte> data;
};

struct HeaderMessages {
  std::vector<HeaderMessage> messages;
  std::vector<RawBytes> pieces;  // what the messages look at
};

// Throws InputError where there is no header, where it makes no sense, or where its checksum is wrong (only
// the newer format has them).
HeaderMessages messages_at(const RawFile& file, std::uint64_t address);

}  // namespace libfit::hdf5
