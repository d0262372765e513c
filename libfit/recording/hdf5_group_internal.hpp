// A group of an HDF5 file with the list of its links.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_internal.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"

namespace libfit::hdf5 {

struct Link {
  std::string name;
  H5L_type_t type = H5L_TYPE_ERROR;
  haddr_t address = HADDR_UNDEF;  // of the object, where the link is a hard one
};

// The links are listed by one walk over them: a look-up by the library goes down the tree of names from its
// root each time, and an archive has a group with half a dozen members for each series.
class Group {
 public:
  static constexpr std::size_t kFewLinks = 64;

  // A group with more links than `most`, or with a damaged tree, is not listed: look-ups ask the library.
  explicit Group(Handle group, std::size_t most = kFewLinks);
  // Of a group whose address is known.
  Group(Handle group, const ObjectPlace& place, std::size_t most = kFewLinks);

  const Handle& handle() const { return group_; }
  ObjectPlace place() const { return place_; }
  bool listed() const { return listed_; }
  std::span<const Link> links() const { return links_; }  // by name; of a group that is listed

  std::optional<Link> find(const std::string& name) const;
  bool has(const std::string& name) const { return find(name).has_value(); }
  // Of a hard link; elsewhere for any other.
  ObjectPlace place_of(const std::string& name) const;
  // The path that a soft link names; nullopt for another link, or a path of thousands of characters.
  std::optional<std::string> target_of(const std::string& name) const;

 private:
  Handle group_;
  ObjectPlace place_;
  std::vector<Link> links_;
  bool listed_ = false;
};

}  // namespace libfit::hdf5
