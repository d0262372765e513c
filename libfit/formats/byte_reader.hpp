// A bounds-checked view of the bytes of a binary file, for every reader of one. Nothing is read, copied or
// allocated beyond what the file holds, whatever its header claims.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace libfit {

template <typename Number>
Number swap_bytes(Number value) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(Number)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<Number>(bytes);
}

bool begins_with(std::span<const std::byte> bytes, std::string_view text);

class ByteReader {
 public:
  // `file` is named in errors.
  ByteReader(std::span<const std::byte> bytes, std::endian order, std::string file)
      : bytes_(bytes), order_(order), file_(std::move(file)) {}

  // The number at byte `offset`. Throws InputError beyond the end.
  template <typename Number>
  Number at(std::size_t offset) const {
    Number value;
    std::memcpy(&value, slice(offset, sizeof(Number)).data(), sizeof(Number));
    return order_ == std::endian::native ? value : swap_bytes(value);
  }

  // `count` bytes from `offset` on. Throws InputError beyond the end.
  std::span<const std::byte> slice(std::size_t offset, std::size_t count) const;

  // Text of at most `count` bytes that ends at the first zero byte, blanks around it removed, as UTF-8 (bytes
  // that are not UTF-8 are taken as Latin-1). Throws InputError beyond the end.
  std::string text(std::size_t offset, std::size_t count) const;

  std::size_t size() const { return bytes_.size(); }
  std::endian order() const { return order_; }
  const std::string& file() const { return file_; }

 private:
  std::span<const std::byte> bytes_;
  std::endian order_;
  std::string file_;
};

}  // namespace libfit
