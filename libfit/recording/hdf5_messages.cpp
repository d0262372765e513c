#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_messages_internal.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMostPieces = 4096;
constexpr std::size_t kChecksum = 4;  // bytes
constexpr unsigned kNothing = 0x00;
constexpr unsigned kContinuation = 0x10;

struct Format {
  bool is_new = false;
  bool tracks_order = false;
};

// Where the messages of a piece stand.
struct Extent {
  std::size_t first = 0;
  std::size_t end = 0;
};

// Jenkins' lookup3: `hashlittle` from 0, of one byte at least (burtleburtle.net/bob/c/lookup3.c, 2006).
std::uint32_t metadata_checksum(std::span<const std::byte> bytes) {
  constexpr std::size_t kBlock = 12;
  constexpr std::array<int, 6> kMix{4, 6, 8, 16, 19, 4};
  constexpr std::array<int, 7> kLast{14, 11, 25, 16, 4, 14, 24};
  std::array<std::uint32_t, 3> state;
  state.fill(0xdeadbeefU + static_cast<std::uint32_t>(bytes.size()));
  while (!bytes.empty()) {
    const auto block = bytes.first(std::min(kBlock, bytes.size()));
    bytes = bytes.subspan(block.size());
    for (std::size_t i = 0; i < block.size(); ++i)
      state[i / 4] += std::to_integer<std::uint32_t>(block[i]) << (8 * (i % 4));
    if (bytes.empty()) break;
    for (std::size_t i = 0; i < kMix.size(); ++i) {
      std::uint32_t& mixed = state[i % 3];
      const std::uint32_t with = state[(i + 2) % 3];
      mixed = (mixed - with) ^ std::rotl(with, kMix[i]);
      state[(i + 2) % 3] += state[(i + 1) % 3];
    }
  }
  // The last block, which may be a whole one, is mixed in another way.
  for (std::size_t i = 0; i < kLast.size(); ++i) {
    const std::uint32_t with = state[(i + 1) % 3];
    state[(i + 2) % 3] = (state[(i + 2) % 3] ^ with) - std::rotl(with, kLast[i]);
  }
  return state[2];
}

void check(std::span<const std::byte> piece, std::size_t end) {
  if (metadata_checksum(piece.first(end)) != reader_of(piece).at<std::uint32_t>(end))
    throw InputError("the checksum of a header is wrong");
}

void add_messages(std::span<const std::byte> piece, Extent extent, Format format,
                  std::vector<HeaderMessage>& messages) {
  const ByteReader bytes = reader_of(piece);
  const std::size_t head = format.is_new ? 4U + (format.tracks_order ? 2U : 0U) : 8U;
  for (std::size_t at = extent.first; at + head <= extent.end;) {
    HeaderMessage message;
    message.type = format.is_new ? bytes.at<std::uint8_t>(at) : bytes.at<std::uint16_t>(at);
    const std::size_t size = bytes.at<std::uint16_t>(at + (format.is_new ? 1 : 2));
    message.shared = (bytes.at<std::uint8_t>(at + (format.is_new ? 3 : 4)) & 2U) != 0;
    if (size > extent.end - at - head) throw InputError("a message of a header is longer than the header");
    message.data = bytes.slice(at + head, size);
    if (message.type != kNothing) messages.push_back(message);
    at += head + size;
  }
}

struct FirstPiece {
  RawBytes bytes;
  Extent extent;
  Format format;
};

FirstPiece first_piece(const RawFile& file, std::uint64_t address) {
  constexpr std::size_t kUsual = 512;  // most headers are not longer
  FirstPiece piece{file.read_up_to(address, kUsual), {}, {}};
  const ByteReader bytes = reader_of(piece.bytes);
  piece.format.is_new = begins_with(piece.bytes, "OHDR");
  std::size_t first = 16;
  std::uint64_t size = 0;
  if (piece.format.is_new) {
    const unsigned flags = bytes.at<std::uint8_t>(5);
    piece.format.tracks_order = (flags & 4U) != 0;
    const std::size_t at = 6 + ((flags & 32U) != 0 ? 16U : 0U) + ((flags & 16U) != 0 ? 4U : 0U);
    const std::size_t width = std::size_t{1} << (flags & 3U);
    size = whole_number(piece.bytes, at, width);
    first = at + width;
  } else {
    if (bytes.at<std::uint8_t>(0) != 1) throw InputError("no header where an object should be");
    size = bytes.at<std::uint32_t>(8);
  }
  if (size > kMostMetadata) throw InputError("a header is too long");
  piece.extent = {first, first + size};
  const std::size_t all = piece.extent.end + (piece.format.is_new ? kChecksum : 0);
  if (piece.bytes.size() < all) piece.bytes = file.read(address, all);
  if (piece.bytes.size() < all) throw InputError("a header ends beyond the file");
  if (piece.format.is_new) check(piece.bytes, piece.extent.end);
  return piece;
}

}  // namespace

HeaderMessages messages_at(const RawFile& file, std::uint64_t address) {
  FirstPiece first = first_piece(file, address);
  const Format format = first.format;
  HeaderMessages header;
  header.pieces.push_back(std::move(first.bytes));  // bytes that messages look at stay where they are
  add_messages(header.pieces.back(), first.extent, format, header.messages);
  std::uint64_t total = first.extent.end;
  for (std::size_t m = 0; m < header.messages.size(); ++m) {
    if (header.messages[m].type != kContinuation) continue;
    const ByteReader where = reader_of(header.messages[m].data);
    const auto size = where.at<std::uint64_t>(8);
    total = size > kMostMetadata ? size : total + size;
    if (header.pieces.size() >= kMostPieces || total > kMostMetadata)
      throw InputError("a header is too long");
    RawBytes piece = file.read(where.at<std::uint64_t>(0), size);
    if (piece.size() < size) throw InputError("a header ends beyond the file");
    Extent extent{0, piece.size()};
    if (format.is_new) {  // a signature in front, a checksum behind
      if (piece.size() < 4 + kChecksum || !begins_with(piece, "OCHK"))
        throw InputError("no continuation where a header leads");
      extent = {4, piece.size() - kChecksum};
      check(piece, extent.end);
    }
    header.pieces.push_back(std::move(piece));
    add_messages(header.pieces.back(), extent, format, header.messages);
  }
  return header;
}

}  // namespace libfit::hdf5
