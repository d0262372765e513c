// The bytes of an open HDF5 file, read past the library, for what it does not check (hdf5_texts.cpp).
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "libfit/recording/byte_reader.hpp"
#include "libfit/recording/hdf5_internal.hpp"

namespace libfit::hdf5 {

using RawBytes = std::vector<std::byte>;

inline constexpr std::uint64_t kMostMetadata = 1 << 20;  // of one heap, or of one piece of an object's header

// The bytes of the file behind an object. Addresses in the file count from its user block's end.
class RawFile {
 public:
  explicit RawFile(hid_t object) {
    const Handle file(H5Iget_file_id(object), H5Fclose);
    if (!file.ok()) return;
    const Handle plan(H5Fget_create_plist(file.get()), H5Pclose);
    std::size_t address_bytes = 0, size_bytes = 0;
    void* descriptor = nullptr;
    struct stat status {};
    if (!plan.ok() || H5Pget_sizes(plan.get(), &address_bytes, &size_bytes) < 0 || address_bytes != 8 ||
        size_bytes != 8 || H5Pget_userblock(plan.get(), &base_) < 0 ||
        H5Fget_vfd_handle(file.get(), H5P_DEFAULT, &descriptor) < 0 || descriptor == nullptr)
      return;
    descriptor_ = *static_cast<int*>(descriptor);  // of the default driver
    if (fstat(descriptor_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) > base_)
      size_ = static_cast<std::uint64_t>(status.st_size) - base_;
  }

  bool usable() const { return size_ > 0; }
  std::uint64_t base() const { return base_; }

  // Empty where the file does not hold them all.
  RawBytes read(std::uint64_t address, std::uint64_t count) const {
    if (count > kMostMetadata || address > size_ || count > size_ - address) return {};
    RawBytes bytes(count);
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(base_ + address + done));
      if (got <= 0) return {};
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  // A heap of texts, whole; the last one is kept, since neighbours share it. Empty where there is none.
  const RawBytes& heap(std::uint64_t address) const {
    if (heap_.empty() || heap_address_ != address) {
      heap_.clear();
      heap_address_ = address;
      const RawBytes head = read(address, 16);
      constexpr std::array<std::byte, 4> kSignature{std::byte{'G'}, std::byte{'C'}, std::byte{'O'},
                                                    std::byte{'L'}};
      if (head.size() == 16 && std::equal(kSignature.begin(), kSignature.end(), head.begin()))
        heap_ = read(address, ByteReader(head, std::endian::little, "HDF5").at<std::uint64_t>(8));
    }
    return heap_;
  }

  // Of `most` bytes those that the file has.
  RawBytes read_up_to(std::uint64_t address, std::uint64_t most) const {
    return address < size_ ? read(address, std::min(most, size_ - address)) : RawBytes();
  }

 private:
  int descriptor_ = -1;
  hsize_t base_ = 0;
  std::uint64_t size_ = 0;
  mutable RawBytes heap_;
  mutable std::uint64_t heap_address_ = 0;
};

// The last file is kept: asking the library for it takes longer than reading a header. Each opened file has a
// number of its own.
inline std::optional<H5O_info_t> about(hid_t object) {
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return std::nullopt;
  return info;
}

inline const RawFile& file_of(hid_t object, const H5O_info_t& info) {
  thread_local std::optional<std::pair<unsigned long, RawFile>> last;
  if (!last || last->first != info.fileno) last.emplace(info.fileno, RawFile(object));
  return last->second;
}

inline ByteReader reader_of(std::span<const std::byte> bytes) { return {bytes, std::endian::little, "HDF5"}; }

}  // namespace libfit::hdf5
