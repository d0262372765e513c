// A group of an HDF5 file with the list of its links, made once when it is opened.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libfit/formats/hdf5/hdf5_internal.hpp"

namespace libfit::hdf5 {

struct Link {
  std::string name;
  H5L_type_t type = H5L_TYPE_ERROR;
  haddr_t address = HADDR_UNDEF;  // of the object, where the link is a hard one
  std::string target;             // the path that a soft link names
};

class Group {
 public:
  static constexpr std::size_t kMostLinks = 4096;  // more than any group but those of all series

  // `where` begins the sentence of an error. Throws InputError where the group is not open, cannot be listed,
  // or has more than `most` links.
  Group(Handle group, const std::string& where, std::size_t most = kMostLinks);

  const Handle& handle() const { return group_; }
  std::span<const Link> links() const { return links_; }  // by name
  // nullptr where there is none.
  const Link* find(const std::string& name) const;
  bool has(const std::string& name) const { return find(name) != nullptr; }
  // The object that a link leads to, by its address where the link has it. Not ok() where there is none, or
  // it is in another file.
  Handle open(const std::string& name) const;

 private:
  Handle group_;
  std::vector<Link> links_;
};

// An object by a path from another one, never in another file.
Handle open_path(const Handle& from, const std::string& path);
// Where an open object stands in its file; HADDR_UNDEF where that is not known.
haddr_t address_of(const Handle& object);

}  // namespace libfit::hdf5
