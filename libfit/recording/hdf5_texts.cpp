#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"
#include "libfit/recording/hdf5_texts_internal.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMostText = 4096;
constexpr std::size_t kReferenceSize = 16;  // length, place of the heap, index in it
constexpr std::size_t kMostPieces = 64;

bool begins_with(const ByteReader& bytes, const char* signature) {
  for (std::size_t i = 0; i < 4; ++i)
    if (bytes.at<char>(i) != signature[i]) return false;
  return true;
}

// Throws InputError where the heap makes no sense.
std::string heap_text(const RawFile& file, std::uint64_t address, std::uint32_t index, std::uint32_t length) {
  const RawBytes& heap = file.heap(address);
  const ByteReader bytes = reader_of(heap);
  for (std::size_t at = 16; at + 16 <= heap.size();) {
    const auto number = bytes.at<std::uint16_t>(at);
    const auto size = bytes.at<std::uint64_t>(at + 8);
    if (number == 0 || size > heap.size() - at - 16) break;
    if (number == index) {
      if (size < length) break;
      const auto text = bytes.slice(at + 16, std::min<std::size_t>(length, kMostText));
      const auto* begin = reinterpret_cast<const char*>(text.data());
      return {begin, std::find(begin, begin + text.size(), '\0')};
    }
    at += 16 + (size + 7) / 8 * 8;
  }
  throw InputError("a text is not in its heap");
}

VariableTexts texts_of(const RawFile& file, std::span<const std::byte> references, std::size_t count) {
  VariableTexts result;
  result.source = TextSource::damaged;
  if (references.size() < count * kReferenceSize) return result;
  const ByteReader bytes = reader_of(references);
  try {
    for (std::size_t i = 0; i < count; ++i) {
      const auto length = bytes.at<std::uint32_t>(i * kReferenceSize);
      const auto address = bytes.at<std::uint64_t>(i * kReferenceSize + 4);
      const auto index = bytes.at<std::uint32_t>(i * kReferenceSize + 12);
      const bool empty = length == 0 || address == 0 || address == UINT64_MAX;
      result.texts.push_back(empty ? "" : heap_text(file, address, index, length));
    }
    result.source = TextSource::found;
  } catch (const InputError&) {
    result.texts.clear();
  }
  return result;
}

// ---- attributes, in the header of their object

struct HeaderMessage {
  unsigned type = 0;
  bool shared = false;
  std::span<const std::byte> data;
};

constexpr unsigned kContinuation = 0x10;
constexpr unsigned kAttribute = 0x0C;
constexpr unsigned kAttributeInfo = 0x15;

// One piece of a header of the old (1) or new (2) format, from the first message on.
struct HeaderPiece {
  RawBytes bytes;
  std::size_t first = 0;
  std::size_t end = 0;
};

struct HeaderFormat {
  bool is_new = false;
  bool tracks_order = false;
};

std::vector<HeaderMessage> messages_of(const HeaderPiece& piece, HeaderFormat format) {
  std::vector<HeaderMessage> messages;
  const ByteReader bytes = reader_of(piece.bytes);
  const std::size_t head = format.is_new ? 4U + (format.tracks_order ? 2U : 0U) : 8U;
  for (std::size_t at = piece.first; at + head <= piece.end;) {
    HeaderMessage message;
    message.type = format.is_new ? bytes.at<std::uint8_t>(at) : bytes.at<std::uint16_t>(at);
    const std::size_t size = bytes.at<std::uint16_t>(at + (format.is_new ? 1 : 2));
    message.shared = (bytes.at<std::uint8_t>(at + (format.is_new ? 3 : 4)) & 2U) != 0;
    if (size > piece.end - at - head) throw InputError("a message of a header is longer than the header");
    message.data = bytes.slice(at + head, size);
    messages.push_back(message);
    at += head + size;
  }
  return messages;
}

HeaderPiece first_piece(const RawFile& file, std::uint64_t address, HeaderFormat& format) {
  constexpr std::size_t kUsual = 512;  // most headers are not longer
  RawBytes head = file.read_up_to(address, kUsual);
  const ByteReader bytes = reader_of(head);
  format.is_new = begins_with(bytes, "OHDR");
  std::size_t first = 16;
  std::uint64_t size = 0;
  if (format.is_new) {
    const unsigned flags = bytes.at<std::uint8_t>(5);
    format.tracks_order = (flags & 4U) != 0;
    const std::size_t at = 6 + ((flags & 32U) != 0 ? 16U : 0U) + ((flags & 16U) != 0 ? 4U : 0U);
    const std::size_t width = std::size_t{1} << (flags & 3U);
    for (std::size_t i = 0; i < width; ++i) size |= std::uint64_t{bytes.at<std::uint8_t>(at + i)} << (8 * i);
    first = at + width;
  } else {
    if (bytes.at<std::uint8_t>(0) != 1) throw InputError("no header where an object should be");
    size = bytes.at<std::uint32_t>(8);
  }
  if (size > kMostMetadata) throw InputError("a header is too long");
  if (head.size() < first + size) head = file.read(address, first + size);
  return {std::move(head), first, first + size};
}

std::vector<HeaderPiece> header_of(const RawFile& file, std::uint64_t address, HeaderFormat& format) {
  std::vector<HeaderPiece> pieces{first_piece(file, address, format)};
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    if (pieces[p].bytes.size() < pieces[p].end) throw InputError("a header ends beyond the file");
    for (const HeaderMessage& message : messages_of(pieces[p], format)) {
      if (message.type != kContinuation) continue;
      if (pieces.size() >= kMostPieces) throw InputError("a header is in too many pieces");
      const ByteReader bytes = reader_of(message.data);
      const auto size = bytes.at<std::uint64_t>(8);
      // New pieces have a signature in front and a checksum behind.
      HeaderPiece next{file.read(bytes.at<std::uint64_t>(0), size), format.is_new ? 4U : 0U, size};
      if (format.is_new) next.end -= std::min<std::size_t>(4, next.end);
      pieces.push_back(std::move(next));  // the bytes that `message` looks at stay where they are
    }
  }
  return pieces;
}

// Whether a dataspace message is that of one element.
bool is_one_element(std::span<const std::byte> space) {
  const ByteReader bytes = reader_of(space);
  const unsigned version = bytes.at<std::uint8_t>(0);
  const unsigned rank = bytes.at<std::uint8_t>(1);
  constexpr unsigned kNothing = 2;
  if (version < 1 || version > 2 || (version == 2 && bytes.at<std::uint8_t>(3) == kNothing)) return false;
  for (unsigned i = 0; i < rank; ++i)
    if (bytes.at<std::uint64_t>((version == 1 ? 8U : 4U) + 8 * std::size_t{i}) != 1) return false;
  return true;
}

template <typename Number>
double stored_number(std::span<const std::byte> value, std::endian order) {
  return static_cast<double>(ByteReader(value, order, "HDF5").at<Number>(0));
}

// Of a datatype message: whole numbers of 1 to 8 bytes without padding, IEEE floats.
std::optional<double> number_of(std::span<const std::byte> type, std::span<const std::byte> value) {
  const ByteReader bytes = reader_of(type);
  if (type.size() < 12) return std::nullopt;
  const unsigned kind = bytes.at<std::uint8_t>(0) & 15U;
  const unsigned flags = bytes.at<std::uint8_t>(1);
  const auto size = bytes.at<std::uint32_t>(4);
  const auto order = (flags & 1U) != 0 ? std::endian::big : std::endian::little;
  if (bytes.at<std::uint16_t>(8) != 0 || bytes.at<std::uint16_t>(10) != 8 * size) return std::nullopt;
  if (kind == 0) {
    const bool is_signed = (flags & 8U) != 0;
    if (size == 1)
      return is_signed ? stored_number<std::int8_t>(value, order) : stored_number<std::uint8_t>(value, order);
    if (size == 2)
      return is_signed ? stored_number<std::int16_t>(value, order)
                       : stored_number<std::uint16_t>(value, order);
    if (size == 4)
      return is_signed ? stored_number<std::int32_t>(value, order)
                       : stored_number<std::uint32_t>(value, order);
    if (size == 8)
      return is_signed ? stored_number<std::int64_t>(value, order)
                       : stored_number<std::uint64_t>(value, order);
  }
  constexpr unsigned kVaxOrder = 64;
  if (kind != 1 || (flags & kVaxOrder) != 0 || type.size() < 20) return std::nullopt;
  // Places and sizes of exponent and mantissa, and the exponent's bias.
  struct Ieee {
    unsigned exponent_at, exponent_bits, mantissa_bits;
    std::uint32_t bias;
  };
  const Ieee layout{bytes.at<std::uint8_t>(12), bytes.at<std::uint8_t>(13), bytes.at<std::uint8_t>(15),
                    bytes.at<std::uint32_t>(16)};
  const auto is = [&layout](const Ieee& other) {
    return layout.exponent_at == other.exponent_at && layout.exponent_bits == other.exponent_bits &&
           layout.mantissa_bits == other.mantissa_bits && layout.bias == other.bias;
  };
  if (size == 4 && is({23, 8, 23, 127})) return stored_number<float>(value, order);
  if (size == 8 && is({52, 11, 52, 1023})) return stored_number<double>(value, order);
  return std::nullopt;
}

struct StoredAttribute {
  std::string name;
  bool variable_text = false;
  std::optional<double> number;
  std::span<const std::byte> value;
};

StoredAttribute attribute_in(const HeaderMessage& message) {
  const ByteReader bytes = reader_of(message.data);
  const unsigned version = bytes.at<std::uint8_t>(0);
  if (version < 1 || version > 3) throw InputError("an attribute of an unknown version");
  const auto padded = [version](std::size_t size) { return version == 1 ? (size + 7) / 8 * 8 : size; };
  const std::size_t name_size = bytes.at<std::uint16_t>(2);
  const std::size_t type_size = bytes.at<std::uint16_t>(4);
  const std::size_t space_size = bytes.at<std::uint16_t>(6);
  const std::size_t name_at = version == 3 ? 9 : 8;
  const std::size_t type_at = name_at + padded(name_size);
  const std::size_t value_at = type_at + padded(type_size) + padded(space_size);
  if (value_at > message.data.size()) throw InputError("an attribute is longer than its message");
  const auto stored = bytes.slice(name_at, name_size);
  const auto* begin = reinterpret_cast<const char*>(stored.data());
  StoredAttribute attribute{{begin, std::find(begin, begin + stored.size(), '\0')}, false, {}, {}};
  constexpr unsigned kVariableLength = 9, kText = 1;
  attribute.variable_text = type_size >= 2 && (bytes.at<std::uint8_t>(type_at) & 15U) == kVariableLength &&
                            (bytes.at<std::uint8_t>(type_at + 1) & 15U) == kText;
  attribute.value = message.data.subspan(value_at);
  // A flag of shared types and spaces, which stand elsewhere; version 1 had none.
  const bool shared = version > 1 && (bytes.at<std::uint8_t>(1) & 3U) != 0;
  if (!shared && space_size >= 4 && is_one_element(bytes.slice(type_at + padded(type_size), space_size)))
    attribute.number = number_of(bytes.slice(type_at, type_size), attribute.value);
  attribute.variable_text = attribute.variable_text && !shared;
  return attribute;
}

// What the header of a dataset says of its one element.
struct StoredDataset {
  RawBytes space, type, layout;

  void take(const HeaderMessage& message) {
    constexpr unsigned kSpace = 0x01, kType = 0x03, kLayout = 0x08;
    if (message.type == kSpace) space.assign(message.data.begin(), message.data.end());
    if (message.type == kType) type.assign(message.data.begin(), message.data.end());
    if (message.type == kLayout) layout.assign(message.data.begin(), message.data.end());
  }

  std::optional<double> element(const RawFile& file) const {
    constexpr unsigned kOnePiece = 1;
    if (space.empty() || type.empty() || layout.size() < 18 || !is_one_element(space)) return std::nullopt;
    const ByteReader bytes = reader_of(layout);
    const auto version = bytes.at<std::uint8_t>(0);
    if ((version != 3 && version != 4) || bytes.at<std::uint8_t>(1) != kOnePiece) return std::nullopt;
    const RawBytes value = file.read_up_to(bytes.at<std::uint64_t>(2), 8);
    return value.empty() ? std::nullopt : number_of(type, value);
  }
};

// Whether an attribute info message leads to attributes outside the header.
bool leads_elsewhere(const HeaderMessage& message) {
  const ByteReader bytes = reader_of(message.data);
  const std::size_t at = 2 + ((bytes.at<std::uint8_t>(1) & 1U) != 0 ? 2U : 0U);
  return bytes.at<std::uint64_t>(at) != UINT64_MAX;
}

}  // namespace

AttributeTable::AttributeTable(const Handle& object) : object_(object.get()) {
  if (const auto info = about(object_)) read(info->addr);
}

AttributeTable::AttributeTable(const Handle& parent, const std::string& member) : object_(parent.get()) {
  H5L_info_t link;
  if (H5Lget_info(object_, member.c_str(), &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD)
    read(link.u.address);
}

void AttributeTable::read(std::uint64_t address) {
  const auto info = about(object_);
  if (!info || !file_of(object_, *info).usable()) return;
  const RawFile& file = file_of(object_, *info);
  try {
    HeaderFormat format;
    StoredDataset dataset;
    for (const HeaderPiece& piece : header_of(file, address, format)) {
      for (const HeaderMessage& message : messages_of(piece, format)) {
        if (message.type == kAttributeInfo && leads_elsewhere(message)) return;
        if (!message.shared) dataset.take(message);
        if (message.type != kAttribute) continue;
        if (message.shared) return;
        const StoredAttribute stored = attribute_in(message);
        entries_.push_back({stored.name, stored.variable_text, stored.number, {}});
        if (stored.variable_text) entries_.back().value.assign(stored.value.begin(), stored.value.end());
      }
    }
    element_ = dataset.element(file);
    source_ = TextSource::found;
  } catch (const InputError&) {
    entries_.clear();
    source_ = TextSource::damaged;
  }
}

const AttributeTable::Entry* AttributeTable::find(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<double> AttributeTable::number(const std::string& name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::nullopt : entry->number;
}

bool AttributeTable::is_variable_text(const std::string& name) const {
  const Entry* entry = find(name);
  return entry != nullptr && entry->variable_text;
}

std::optional<std::string> AttributeTable::text(const std::string& name) const {
  const Entry* entry = find(name);
  if (entry == nullptr || !entry->variable_text || entry->value.size() >= 2 * kReferenceSize)
    return std::nullopt;
  const auto info = about(object_);
  if (!info) return std::nullopt;
  VariableTexts texts = texts_of(file_of(object_, *info), entry->value, 1);
  if (texts.source != TextSource::found) return std::nullopt;
  return std::move(texts.texts.front());
}

VariableTexts variable_dataset_texts(const Handle& dataset, std::size_t count) {
  const auto info = about(dataset.get());
  const Handle plan(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (!info || !file_of(dataset.get(), *info).usable() || !plan.ok()) return {};
  const RawFile& file = file_of(dataset.get(), *info);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  if (layout == H5D_CONTIGUOUS) {
    const haddr_t address = H5Dget_offset(dataset.get());
    if (address == HADDR_UNDEF || address < file.base()) return {};
    return texts_of(file, file.read(address - file.base(), count * kReferenceSize), count);
  }
  std::array<hsize_t, 1> chunk{};
  if (layout != H5D_CHUNKED || H5Pget_nfilters(plan.get()) != 0 ||
      H5Pget_chunk(plan.get(), 1, chunk.data()) != 1)
    return {};
  RawBytes references;
  for (hsize_t first = 0; first < count; first += chunk[0]) {
    hsize_t stored = 0;
    std::uint32_t mask = 0;
    if (H5Dget_chunk_storage_size(dataset.get(), &first, &stored) < 0 ||
        stored != chunk[0] * kReferenceSize || stored > kMostMetadata)
      return {TextSource::damaged, {}};
    references.resize(references.size() + stored);
    if (H5Dread_chunk(dataset.get(), H5P_DEFAULT, &first, &mask,
                      references.data() + references.size() - stored) < 0)
      return {TextSource::damaged, {}};
  }
  return texts_of(file, references, count);
}

}  // namespace libfit::hdf5
