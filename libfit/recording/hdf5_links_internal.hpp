// The links of a group as they stand in an HDF5 file: names of members and where these are. Structures: HDF5
// File Format Specification 3.0, IV.A.2.r (symbol table message), III.A.1, III.B, III.D (its tree, nodes and
// names), IV.A.2.c and g (link info, link).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_messages_internal.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"

namespace libfit::hdf5 {

struct Link {
  std::string name;
  H5L_type_t type = H5L_TYPE_ERROR;
  haddr_t address = HADDR_UNDEF;  // of the object, where the link is a hard one
  std::string target;             // the path that a soft link names
};

// Throws InputError: a group has more than `most` links.
[[noreturn]] void refuse_more_than(std::size_t most);

// What the header of a group tells of its links.
class StoredLinks {
 public:
  StoredLinks() = default;  // no group
  // Throws InputError for a message that makes no sense.
  explicit StoredLinks(const HeaderMessages& header);

  bool is_group() const { return table_ || in_messages_ || elsewhere_; }
  // nullopt where they are stored in a way that only the library knows. Throws InputError for damage, or more
  // than `most`.
  std::optional<std::vector<Link>> list(const RawFile& file, std::size_t most) const;

 private:
  void take(const HeaderMessage& message);
  struct Table {
    std::uint64_t tree = 0;
    std::uint64_t names = 0;
  };
  std::optional<Table> table_;
  std::vector<Link> links_;
  bool in_messages_ = false;
  bool elsewhere_ = false;
};

}  // namespace libfit::hdf5
