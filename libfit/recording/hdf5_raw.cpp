#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "libfit/recording/hdf5_raw_internal.hpp"

namespace libfit::hdf5 {
namespace {

// Empty where the file ends before, or cannot be read.
RawBytes bytes_at(int descriptor, std::uint64_t position, std::uint64_t count) {
  RawBytes bytes(count);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(position + done));
    if (got <= 0) return {};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

RawFile::RawFile(hid_t object) {
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

const RawBytes& RawFile::page(std::uint64_t index) const {
  Page& slot = pages_[index % kPages];
  if (slot.index != index) {
    const std::uint64_t address = index * kPage;
    slot = {index, bytes_at(descriptor_, base_ + address, std::min(kPage, size_ - address))};
  }
  return slot.bytes;
}

RawBytes RawFile::read(std::uint64_t address, std::uint64_t count) const {
  if (address > size_ || count > size_ - address) return {};
  spend(count);
  RawBytes bytes;
  bytes.reserve(count);
  while (bytes.size() < count) {
    const std::uint64_t at = address + bytes.size();
    const RawBytes& held = page(at / kPage);
    const std::uint64_t first = at % kPage;
    const std::uint64_t end = std::min<std::uint64_t>(held.size(), first + count - bytes.size());
    if (end <= first) return {};
    bytes.insert(bytes.end(), held.begin() + static_cast<std::ptrdiff_t>(first),
                 held.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return bytes;
}

RawBytes RawFile::read_up_to(std::uint64_t address, std::uint64_t most) const {
  return address < size_ ? read(address, std::min(most, size_ - address)) : RawBytes();
}

const RawBytes& RawFile::heap(std::uint64_t address) const {
  if (heap_.empty() || heap_address_ != address) {
    heap_.clear();
    heap_address_ = address;
    const RawBytes head = read(address, 16);
    const auto size = begins_with(head, "GCOL") ? reader_of(head).at<std::uint64_t>(8) : 0;
    if (size <= kMostMetadata) heap_ = read(address, size);
  }
  return heap_;
}

void RawFile::spend(std::uint64_t bytes) const {
  constexpr std::uint64_t kAlways = std::uint64_t{256} << 20;
  constexpr std::uint64_t kRatio = 16;  // an archive of short sweeps is read about once
  spent_ += bytes;
  if (spent_ > kAlways + kRatio * size_) throw TooMuchWork();
}

std::uint64_t whole_number(std::span<const std::byte> bytes, std::size_t at, std::size_t width) {
  const ByteReader reader = reader_of(bytes);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < width; ++i) number |= std::uint64_t{reader.at<std::uint8_t>(at + i)} << (8 * i);
  return number;
}

ObjectPlace place_of_object(const Handle& object) {
  H5O_info_t info;
  if (H5Oget_info2(object.get(), &info, H5O_INFO_BASIC) < 0) return {};
  return {object.get(), info.fileno, info.addr};
}

const RawFile& file_of(const ObjectPlace& place) {
  thread_local std::optional<std::pair<unsigned long, RawFile>> last;
  if (!last || last->first != place.file) last.emplace(place.file, RawFile(place.neighbour));
  return last->second;
}

}  // namespace libfit::hdf5
