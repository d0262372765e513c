#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_links_internal.hpp"

namespace libfit::hdf5 {
namespace {

std::string text_in(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The walk through the tree of a symbol table.
class TreeOfNames {
 public:
  TreeOfNames(const RawFile& file, RawBytes names, std::size_t most)
      : file_(file), names_(std::move(names)), most_(most) {}

  void add_tree(std::uint64_t address, std::optional<unsigned> expected_level) {
    const RawBytes head = structure(address, "TREE", 24);
    const ByteReader bytes = reader_of(head);
    const unsigned level = bytes.at<std::uint8_t>(5);
    const std::size_t children = bytes.at<std::uint16_t>(6);
    constexpr unsigned kNames = 0;
    if (bytes.at<std::uint8_t>(4) != kNames || (expected_level && level != *expected_level))
      throw InputError("a tree of names is of another kind");
    const RawBytes places = file_.read(address + 24, 16 * children);  // a key before each
    if (places.size() < 16 * children) throw InputError("a tree of names ends beyond the file");
    const ByteReader at = reader_of(places);
    for (std::size_t i = 0; i < children; ++i) {
      const auto child = at.at<std::uint64_t>(16 * i + 8);
      if (level == 0) {
        add_node(child);
      } else {
        add_tree(child, level - 1);
      }
    }
  }

  std::vector<Link> links() && { return std::move(links_); }

 private:
  void add_node(std::uint64_t address) {
    const RawBytes head = structure(address, "SNOD", 8);
    const std::size_t count = reader_of(head).at<std::uint16_t>(6);
    constexpr std::size_t kEntry = 40;
    const RawBytes entries = file_.read(address + 8, kEntry * count);
    if (entries.size() < kEntry * count) throw InputError("a list of names ends beyond the file");
    if (count > most_ - links_.size()) refuse_more_than(most_);
    const ByteReader bytes = reader_of(entries);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t entry = kEntry * i;
      Link link{name(bytes.at<std::uint64_t>(entry)), H5L_TYPE_HARD, HADDR_UNDEF, {}};
      constexpr unsigned kSoft = 2;
      if (bytes.at<std::uint32_t>(entry + 16) == kSoft) {
        link.type = H5L_TYPE_SOFT;
        link.target = name(bytes.at<std::uint32_t>(entry + 24));
      } else {
        link.address = bytes.at<std::uint64_t>(entry + 8);
      }
      links_.push_back(std::move(link));
    }
  }

  RawBytes structure(std::uint64_t address, std::string_view signature, std::size_t size) {
    // Each leaf has a name, and each node above a leaf.
    if (++nodes_ > 2 * most_ + 100) throw InputError("a tree of names has more nodes than names");
    RawBytes bytes = file_.read(address, size);
    if (!begins_with(bytes, signature)) throw InputError("a tree of names leads nowhere");
    return bytes;
  }

  std::string name(std::uint64_t offset) {
    if (offset >= names_.size()) throw InputError("a name is not among the names of its group");
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto end = std::find(begin, names_.end(), std::byte{0});
    if (end == names_.end()) throw InputError("a name does not end");
    // Each name has a place of its own.
    spent_ += static_cast<std::size_t>(end - begin) + 1;
    if (spent_ > names_.size()) throw InputError("names of a group are one another");
    return text_in(std::span(begin, end));
  }

  const RawFile& file_;
  const RawBytes names_;
  const std::size_t most_;
  std::vector<Link> links_;
  std::size_t nodes_ = 0;
  std::size_t spent_ = 0;  // of the names
};

// nullopt for a version that is not known.
std::optional<Link> link_in(const HeaderMessage& message) {
  const ByteReader bytes = reader_of(message.data);
  if (bytes.at<std::uint8_t>(0) != 1) return std::nullopt;
  const unsigned flags = bytes.at<std::uint8_t>(1);
  std::size_t at = 2;
  unsigned type = H5L_TYPE_HARD;
  if ((flags & 8U) != 0) type = bytes.at<std::uint8_t>(at++);
  if ((flags & 4U) != 0) at += 8;   // when it was made
  if ((flags & 16U) != 0) at += 1;  // its character set
  const std::size_t width = std::size_t{1} << (flags & 3U);
  const std::uint64_t size = whole_number(message.data, at, width);
  at += width;
  Link link{text_in(bytes.slice(at, size)), static_cast<H5L_type_t>(type), HADDR_UNDEF, {}};
  at += size;
  if (type == H5L_TYPE_HARD) link.address = bytes.at<std::uint64_t>(at);
  if (type == H5L_TYPE_SOFT) link.target = text_in(bytes.slice(at + 2, bytes.at<std::uint16_t>(at)));
  return link;
}

}  // namespace

void refuse_more_than(std::size_t most) {
  throw InputError(fmt::format("it has more than {} members", most));
}

StoredLinks::StoredLinks(const HeaderMessages& header) {
  for (const HeaderMessage& message : header.messages) take(message);
}

void StoredLinks::take(const HeaderMessage& message) {
  constexpr unsigned kLinkInfo = 0x02, kLink = 0x06, kSymbolTable = 0x11;
  if (message.type != kLinkInfo && message.type != kLink && message.type != kSymbolTable) return;
  const ByteReader bytes = reader_of(message.data);
  if (message.shared) {
    elsewhere_ = true;
  } else if (message.type == kSymbolTable) {
    table_ = Table{bytes.at<std::uint64_t>(0), bytes.at<std::uint64_t>(8)};
  } else if (message.type == kLink) {
    in_messages_ = true;
    if (auto link = link_in(message)) {
      links_.push_back(*std::move(link));
    } else {
      elsewhere_ = true;
    }
  } else {
    in_messages_ = true;
    const bool numbered = (bytes.at<std::uint8_t>(1) & 1U) != 0;
    elsewhere_ = elsewhere_ || bytes.at<std::uint64_t>(numbered ? 10 : 2) != UINT64_MAX;
  }
}

std::optional<std::vector<Link>> StoredLinks::list(const RawFile& file, std::size_t most) const {
  std::vector<Link> links = links_;
  if (table_) {  // never by the library, which does not see a tree that leads back to itself
    const RawBytes head = file.read(table_->names, 32);
    if (!begins_with(head, "HEAP")) throw InputError("a group has no names");
    const ByteReader heap = reader_of(head);
    const auto size = heap.at<std::uint64_t>(8);
    RawBytes names = file.read(heap.at<std::uint64_t>(24), size);
    if (names.size() < size) throw InputError("the names of a group end beyond the file");
    TreeOfNames walk(file, std::move(names), most);
    walk.add_tree(table_->tree, std::nullopt);
    links = std::move(walk).links();
  } else if (elsewhere_ || !in_messages_) {
    return std::nullopt;
  }
  if (links.size() > most) refuse_more_than(most);
  return links;
}

}  // namespace libfit::hdf5
