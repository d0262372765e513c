// The grammar of NWB in HDF5, for the writer: typed groups with object ids, strings, numbers, references,
// tables and their columns. Everything goes into memory; bytes() ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libfit/formats/hdf5/hdf5_internal.hpp"
#include "libfit/recording/sweep_note.hpp"

namespace libfit::nwb {

// A reference to samples first .. first + count of a series.
struct StretchReference {
  std::int32_t first;
  std::int32_t count;
  hobj_ref_t series;
};

// The file as the library keeps it, caught when it is closed.
struct Image {
  std::size_t allocated = 0;
  std::string bytes;
};

// A UUID that follows from two strings.
std::string object_id(const std::string& identifier, const std::string& path);

class FileInMemory {
 public:
  // `identifier` seeds the object ids.
  explicit FileInMemory(std::string identifier);

  // Groups and datasets by absolute path; the parents are there already.
  void group(const std::string& path);
  void typed_group(const std::string& path, const std::string& type, const std::string& space = "core");
  void link(const std::string& path, const std::string& target);
  void text(const std::string& path, const std::string& value);
  void texts(const std::string& path, const std::vector<std::string>& values);
  void number(const std::string& path, double value);

  void text_attribute(const std::string& path, const std::string& name, const std::string& value);
  // The zero-length list of a table without columns of its own is one as well.
  void texts_attribute(const std::string& path, const std::string& name,
                       const std::vector<std::string>& values);
  void number_attribute(const std::string& path, const std::string& name, double value);
  void integer_attribute(const std::string& path, const std::string& name, std::uint32_t value);
  void reference_attribute(const std::string& path, const std::string& name, const std::string& target);

  // Samples as the original stored them where that gives them back exactly, else as float64: returns how.
  Encoding samples(const std::string& path, std::span<const double> values, const Encoding& original);

  // A table with its rows numbered from 0, and columns of it.
  void table(const std::string& path, const std::string& type, const std::string& description,
             const std::vector<std::string>& columns, std::size_t rows);
  void text_column(const std::string& path, const std::string& description,
                   const std::vector<std::string>& values);
  void object_column(const std::string& path, const std::string& description,
                     const std::vector<std::string>& targets);
  void stretch_column(const std::string& path, const std::string& description,
                      const std::vector<std::pair<std::string, std::size_t>>& series);
  // Rows `rows` of `table`, of which row k takes those up to ends[k].
  void region_column(const std::string& path, const std::string& description, const std::string& table,
                     const std::vector<std::uint32_t>& rows, const std::vector<std::uint32_t>& ends);

  // Ends the file: nothing can be added any more.
  std::string bytes();

 private:
  void typed(const std::string& path, const std::string& type, const std::string& space);
  hobj_ref_t reference(const std::string& target);
  void dataset(const std::string& path, hid_t type, hid_t memory, const void* values, std::size_t count,
               bool scalar = false);
  template <typename Raw>
  bool packed_samples(const std::string& path, std::span<const double> values, const Encoding& how,
                      hid_t type);
  hdf5::Handle open(const std::string& path);

  std::string identifier_;
  hdf5::Silence silence_;
  Image image_;
  std::optional<hdf5::Handle> file_;
};

}  // namespace libfit::nwb
