// What the header of an HDF5 object says, read without the library, which takes far longer to open an object.
// Structures: HDF5 File Format Specification 3.0, IV.A.1 (object headers), IV.A.2 (messages b: dataspace, d:
// datatype, i: layout, m: attribute).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_links_internal.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"
#include "libfit/recording/hdf5_texts_internal.hpp"

namespace libfit::hdf5 {

// How numbers stand in a file.
struct NumberForm {
  bool real = false;
  bool is_signed = false;
  std::size_t width = 0;  // bytes
  std::endian order = std::endian::little;
};

// What the header of an object says, looked at once: its attributes, the texts of variable length among them,
// and of a dataset its length and type. A file of an archive has 100,000 attributes, and the library takes
// ten calls for each.
class ObjectHeader {
 public:
  // The object itself need not be open. Nothing is found (`elsewhere`) without an address.
  explicit ObjectHeader(const ObjectPlace& place);

  ObjectPlace place() const { return place_; }
  // found: every attribute of the object is in its header, and that makes sense.
  TextSource source() const { return source_; }
  bool has(const std::string& name) const { return find(name) != nullptr; }
  bool is_variable_text(const std::string& name) const;
  // The one element of a dataset that stands in one piece: a number, or a text of variable length that is not
  // damaged.
  std::optional<double> element() const { return element_; }
  std::optional<std::string> element_text() const { return element_text_; }
  const StoredLinks& links() const { return links_; }
  // Of a dataset in one dimension, also of shape N x 1.
  std::optional<std::uint64_t> length() const { return length_; }
  // Of a dataset of whole numbers or IEEE floats.
  std::optional<NumberForm> number_form() const { return form_; }
  // The one number of an attribute that is a whole number or IEEE float; nullopt for anything else.
  std::optional<double> number(const std::string& name) const;
  // The one text of an attribute; nullopt where it is none, or damaged.
  std::optional<std::string> text(const std::string& name) const;

 private:
  struct Entry {
    std::string name;
    bool variable_text = false;
    std::optional<double> number;
    std::vector<std::byte> value;
  };
  void read();
  std::optional<std::string> text_behind(std::span<const std::byte> reference) const;
  const Entry* find(const std::string& name) const;
  std::vector<Entry> entries_;
  std::optional<double> element_;
  std::optional<std::string> element_text_;
  std::optional<std::uint64_t> length_;
  std::optional<NumberForm> form_;
  TextSource source_ = TextSource::elsewhere;
  StoredLinks links_;
  ObjectPlace place_;
};

}  // namespace libfit::hdf5
