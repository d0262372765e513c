// The bytes of an open HDF5 file, read past the library, for what it does not check (hdf5_texts.cpp) or takes
// long to tell (hdf5_header.cpp).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/recording/byte_reader.hpp"
#include "libfit/recording/hdf5_internal.hpp"

namespace libfit::hdf5 {

using RawBytes = std::vector<std::byte>;

inline constexpr std::uint64_t kMostMetadata = 1 << 20;  // of one heap of texts, or of an object's header

// More was read than a file of that size can ask for: its structures refer to one another in circles, or to
// one of them again and again. Other damage may be read around; this must end the reading.
class TooMuchWork : public InputError {
 public:
  TooMuchWork() : InputError("its structures refer to one another so often that reading them has no end") {}
};

// The bytes of the file behind an object. Addresses in the file count from its user block's end.
class RawFile {
 public:
  explicit RawFile(hid_t object);

  bool usable() const { return size_ > 0; }
  std::uint64_t base() const { return base_; }

  // Empty where the file does not hold them all. Throws TooMuchWork.
  RawBytes read(std::uint64_t address, std::uint64_t count) const;
  // Of `most` bytes those that the file has.
  RawBytes read_up_to(std::uint64_t address, std::uint64_t most) const;
  // A heap of texts, whole; the last one is kept, since neighbours share it. Empty where there is none.
  const RawBytes& heap(std::uint64_t address) const;
  // Counts bytes that were looked at. Throws TooMuchWork.
  void spend(std::uint64_t bytes) const;

 private:
  // Headers are short, and those of neighbours stand close to one another: pages are kept, each in the one
  // slot that it may have.
  static constexpr std::uint64_t kPage = 8192;
  static constexpr std::uint64_t kPages = 32;
  struct Page {
    std::uint64_t index = UINT64_MAX;
    RawBytes bytes;  // fewer at the end of the file; none where it cannot be read
  };
  const RawBytes& page(std::uint64_t index) const;

  int descriptor_ = -1;
  hsize_t base_ = 0;
  std::uint64_t size_ = 0;
  mutable std::uint64_t spent_ = 0;
  mutable std::array<Page, kPages> pages_;
  mutable RawBytes heap_;
  mutable std::uint64_t heap_address_ = 0;
};

// Where an object stands. `neighbour` is an open object of the same file, maybe itself; `file` is the number
// that the library gives each file it opens. Without an address there is no such object.
struct ObjectPlace {
  hid_t neighbour = H5I_INVALID_HID;
  unsigned long file = 0;
  haddr_t address = HADDR_UNDEF;
  bool known() const { return address != HADDR_UNDEF; }
};

ObjectPlace place_of_object(const Handle& object);

// The last file is kept: asking the library for it takes longer than reading a header.
const RawFile& file_of(const ObjectPlace& place);

// A whole number of as many bytes as another field says, 1 to 8. Throws InputError beyond the end.
std::uint64_t whole_number(std::span<const std::byte> bytes, std::size_t at, std::size_t width);

inline ByteReader reader_of(std::span<const std::byte> bytes) { return {bytes, std::endian::little, "HDF5"}; }

}  // namespace libfit::hdf5
