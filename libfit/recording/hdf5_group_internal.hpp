// A group of an HDF5 file with its attributes and the list of its links.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_header_internal.hpp"
#include "libfit/recording/hdf5_internal.hpp"
#include "libfit/recording/hdf5_links_internal.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"

namespace libfit::hdf5 {

// An archive has a group for each series, and half a dozen members in it. The library takes longer to open,
// list and close a group than all that is read of it, so it is asked only where the header does not tell.
class Group {
 public:
  static constexpr std::size_t kMostLinks = 4096;  // more than any group but those of all series

  // The object of the header must be a group; it need not be open. `where` begins the sentence of an error.
  // Throws InputError where the links are damaged, or more than `most`.
  Group(ObjectHeader header, std::string where, std::size_t most = kMostLinks);

  // Opened when it is first asked for. Throws InputError where it cannot be.
  const Handle& handle() const;
  const ObjectHeader& header() const { return header_; }
  ObjectPlace place() const { return header_.place(); }
  std::span<const Link> links() const { return links_; }  // by name

  // nullptr where there is none.
  const Link* find(const std::string& name) const;
  bool has(const std::string& name) const { return find(name) != nullptr; }
  // Of a hard link; elsewhere for any other.
  ObjectPlace place_of(const std::string& name) const;

 private:
  mutable std::optional<Handle> group_;
  ObjectHeader header_;
  std::string where_;
  std::vector<Link> links_;
};

}  // namespace libfit::hdf5
