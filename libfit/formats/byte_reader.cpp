#include "libfit/formats/byte_reader.hpp"

#include <fmt/format.h>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {

bool begins_with(std::span<const std::byte> bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

std::span<const std::byte> ByteReader::slice(std::size_t offset, std::size_t count) const {
  if (offset > bytes_.size() || count > bytes_.size() - offset) {
    throw InputError(
        fmt::format("{}: {} bytes are expected at byte {} but the file ends at {}; it is cut or damaged, "
                    "copy it again from its source",
                    file_, count, offset, bytes_.size()));
  }
  return bytes_.subspan(offset, count);
}

std::string ByteReader::text(std::size_t offset, std::size_t count) const {
  std::string raw;
  for (const std::byte byte : slice(offset, count)) {
    if (byte == std::byte{0}) break;
    raw += static_cast<char>(byte);
  }
  return to_utf8(trimmed(raw));
}

}  // namespace libfit
