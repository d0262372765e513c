// Texts of variable length, read from an HDF5 file without the library. The library (1.10) trusts what it
// finds there: a text is a reference into a "global heap", and neither the length of the reference nor the
// index and the size of the heap's object are checked against one another, so that one flipped bit reads or
// writes memory that is not the text's. Here everything is checked; what does not fit is no text. Structures:
// HDF5 File Format Specification 3.0, III.E (global heap), IV.A.1 (object headers), IV.A.2.m (attribute
// message).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_internal.hpp"

namespace libfit::hdf5 {

enum class TextSource {
  found,     // here they are
  damaged,   // they are where this reader looks, and make no sense
  elsewhere  // stored in a way that it does not know
};

struct VariableTexts {
  TextSource source = TextSource::elsewhere;
  std::vector<std::string> texts;
};

// The attributes in the header of an object, looked at once: which there are, and the texts of variable
// length among them. A file of an archive has 100,000 attributes, and the library takes ten calls for each.
class AttributeTable {
 public:
  explicit AttributeTable(const Handle& object);
  // Of a dataset that is not opened: a hard link of `parent`, else elsewhere.
  AttributeTable(const Handle& parent, const std::string& member);

  // found: every attribute of the object is in its header, and that makes sense.
  TextSource source() const { return source_; }
  bool has(const std::string& name) const { return find(name) != nullptr; }
  bool is_variable_text(const std::string& name) const;
  // The one element of a dataset that is a number and stands in one piece.
  std::optional<double> element() const { return element_; }
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
  void read(std::uint64_t address);
  const Entry* find(const std::string& name) const;
  std::vector<Entry> entries_;
  std::optional<double> element_;
  TextSource source_ = TextSource::elsewhere;
  hid_t object_ = -1;  // in the same file, for its bytes
};

// `count` texts of a dataset in one dimension or none, stored in one piece or in chunks without filters.
VariableTexts variable_dataset_texts(const Handle& dataset, std::size_t count);

}  // namespace libfit::hdf5
