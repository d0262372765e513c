#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_header_internal.hpp"
#include "libfit/recording/hdf5_messages_internal.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"
#include "libfit/recording/hdf5_texts_internal.hpp"

namespace libfit::hdf5 {
namespace {

constexpr unsigned kAttribute = 0x0C;
constexpr unsigned kAttributeInfo = 0x15;

// The shape that a dataspace message tells; nullopt for one without elements or of an unknown version.
std::optional<std::vector<std::uint64_t>> shape_of(std::span<const std::byte> space) {
  const ByteReader bytes = reader_of(space);
  const unsigned version = bytes.at<std::uint8_t>(0);
  const unsigned rank = bytes.at<std::uint8_t>(1);
  constexpr unsigned kNothing = 2;
  if (version < 1 || version > 2 || (version == 2 && bytes.at<std::uint8_t>(3) == kNothing))
    return std::nullopt;
  std::vector<std::uint64_t> shape;
  for (unsigned i = 0; i < rank; ++i)
    shape.push_back(bytes.at<std::uint64_t>((version == 1 ? 8U : 4U) + 8 * std::size_t{i}));
  return shape;
}

bool is_one_element(std::span<const std::byte> space) {
  const auto shape = shape_of(space);
  return shape && std::ranges::all_of(*shape, [](std::uint64_t count) { return count == 1; });
}

// Of a datatype message: whole numbers of 1 to 8 bytes without padding, IEEE floats.
std::optional<NumberForm> form_of(std::span<const std::byte> type) {
  const ByteReader bytes = reader_of(type);
  if (type.size() < 12) return std::nullopt;
  const unsigned kind = bytes.at<std::uint8_t>(0) & 15U;
  const unsigned flags = bytes.at<std::uint8_t>(1);
  const auto size = bytes.at<std::uint32_t>(4);
  const auto order = (flags & 1U) != 0 ? std::endian::big : std::endian::little;
  if (bytes.at<std::uint16_t>(8) != 0 || bytes.at<std::uint16_t>(10) != 8 * size) return std::nullopt;
  if (kind == 0 && (size == 1 || size == 2 || size == 4 || size == 8))
    return NumberForm{false, (flags & 8U) != 0, size, order};
  constexpr unsigned kVaxOrder = 64;
  if (kind != 1 || (flags & kVaxOrder) != 0 || type.size() < 20) return std::nullopt;
  // Places and sizes of exponent and mantissa, and the exponent's bias.
  struct Ieee {
    unsigned exponent_at, exponent_bits, mantissa_bits;
    std::uint32_t bias;
    bool operator==(const Ieee&) const = default;
  };
  const Ieee layout{bytes.at<std::uint8_t>(12), bytes.at<std::uint8_t>(13), bytes.at<std::uint8_t>(15),
                    bytes.at<std::uint32_t>(16)};
  const bool ieee =
      (size == 4 && layout == Ieee{23, 8, 23, 127}) || (size == 8 && layout == Ieee{52, 11, 52, 1023});
  return ieee ? std::optional(NumberForm{true, true, size, order}) : std::nullopt;
}

double number_in(std::span<const std::byte> value, NumberForm form) {
  const ByteReader bytes(value, form.order, "HDF5");
  const auto stored = [&bytes](auto zero) { return static_cast<double>(bytes.at<decltype(zero)>(0)); };
  if (form.real) return form.width == 4 ? stored(float{}) : stored(double{});
  if (form.width == 1) return form.is_signed ? stored(std::int8_t{}) : stored(std::uint8_t{});
  if (form.width == 2) return form.is_signed ? stored(std::int16_t{}) : stored(std::uint16_t{});
  if (form.width == 4) return form.is_signed ? stored(std::int32_t{}) : stored(std::uint32_t{});
  return form.is_signed ? stored(std::int64_t{}) : stored(std::uint64_t{});
}

std::optional<double> number_of(std::span<const std::byte> type, std::span<const std::byte> value) {
  const auto form = form_of(type);
  return form ? std::optional(number_in(value, *form)) : std::nullopt;
}

bool is_variable_text_type(std::span<const std::byte> type) {
  constexpr unsigned kVariableLength = 9, kText = 1;
  const ByteReader bytes = reader_of(type);
  return type.size() >= 2 && (bytes.at<std::uint8_t>(0) & 15U) == kVariableLength &&
         (bytes.at<std::uint8_t>(1) & 15U) == kText;
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
  attribute.value = message.data.subspan(value_at);
  // A flag of shared types and spaces, which stand elsewhere; version 1 had none.
  if (version > 1 && (bytes.at<std::uint8_t>(1) & 3U) != 0) return attribute;
  const auto type = bytes.slice(type_at, type_size);
  if (space_size >= 4 && is_one_element(bytes.slice(type_at + padded(type_size), space_size)))
    attribute.number = number_of(type, attribute.value);
  attribute.variable_text = is_variable_text_type(type);
  return attribute;
}

// What the header of a dataset says of its elements.
struct StoredDataset {
  RawBytes space, type, layout;

  void take(const HeaderMessage& message) {
    constexpr unsigned kSpace = 0x01, kType = 0x03, kLayout = 0x08;
    if (message.type == kSpace) space.assign(message.data.begin(), message.data.end());
    if (message.type == kType) type.assign(message.data.begin(), message.data.end());
    if (message.type == kLayout) layout.assign(message.data.begin(), message.data.end());
  }

  // The bytes of the one element, if it is not longer than a number or the reference of a text; else empty.
  RawBytes element(const RawFile& file) const {
    constexpr unsigned kOnePiece = 1;
    if (space.empty() || type.size() < 8 || layout.size() < 18 || !is_one_element(space)) return {};
    const ByteReader bytes = reader_of(layout);
    const auto version = bytes.at<std::uint8_t>(0);
    if ((version != 3 && version != 4) || bytes.at<std::uint8_t>(1) != kOnePiece) return {};
    const auto size = reader_of(type).at<std::uint32_t>(4);
    return size <= kTextReference ? file.read(bytes.at<std::uint64_t>(2), size) : RawBytes();
  }
};

// Whether an attribute info message leads to attributes outside the header.
bool leads_elsewhere(const HeaderMessage& message) {
  const ByteReader bytes = reader_of(message.data);
  const std::size_t at = 2 + ((bytes.at<std::uint8_t>(1) & 1U) != 0 ? 2U : 0U);
  return bytes.at<std::uint64_t>(at) != UINT64_MAX;
}

// The length of one dimension, also of shape N x 1.
std::optional<std::uint64_t> one_dimension(const std::optional<std::vector<std::uint64_t>>& shape) {
  if (!shape || shape->empty() || shape->size() > 2 || (shape->size() == 2 && shape->back() != 1))
    return std::nullopt;
  return shape->front();
}

}  // namespace

ObjectHeader::ObjectHeader(const ObjectPlace& place) : place_(place) {
  if (place_.known() && file_of(place_).usable()) read();
}

void ObjectHeader::read() {
  const RawFile& file = file_of(place_);
  try {
    StoredDataset dataset;
    const HeaderMessages header = messages_at(file, place_.address);
    links_ = StoredLinks(header);
    for (const HeaderMessage& message : header.messages) {
      if (message.type == kAttributeInfo && leads_elsewhere(message)) return;
      if (!message.shared) dataset.take(message);
      if (message.type != kAttribute) continue;
      if (message.shared) return;
      const StoredAttribute stored = attribute_in(message);
      entries_.push_back({stored.name, stored.variable_text, stored.number, {}});
      if (stored.variable_text) entries_.back().value.assign(stored.value.begin(), stored.value.end());
    }
    const RawBytes element = dataset.element(file);
    if (!element.empty()) element_ = number_of(dataset.type, element);
    if (!element.empty() && is_variable_text_type(dataset.type)) element_text_ = text_behind(element);
    if (!dataset.space.empty()) length_ = one_dimension(shape_of(dataset.space));
    if (!dataset.type.empty()) form_ = form_of(dataset.type);
    source_ = TextSource::found;
  } catch (const TooMuchWork&) {
    throw;
  } catch (const InputError&) {
    entries_.clear();
    element_.reset();
    element_text_.reset();
    length_.reset();
    form_.reset();
    source_ = TextSource::damaged;
  }
}

const ObjectHeader::Entry* ObjectHeader::find(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<double> ObjectHeader::number(const std::string& name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::nullopt : entry->number;
}

bool ObjectHeader::is_variable_text(const std::string& name) const {
  const Entry* entry = find(name);
  return entry != nullptr && entry->variable_text;
}

std::optional<std::string> ObjectHeader::text(const std::string& name) const {
  const Entry* entry = find(name);
  if (entry == nullptr || !entry->variable_text || entry->value.size() >= 2 * kTextReference)
    return std::nullopt;
  return text_behind(entry->value);
}

std::optional<std::string> ObjectHeader::text_behind(std::span<const std::byte> reference) const {
  VariableTexts texts = referred_texts(file_of(place_), reference, 1);
  if (texts.source != TextSource::found) return std::nullopt;
  return std::move(texts.texts.front());
}

}  // namespace libfit::hdf5
