// Values out of HDF5 files that may be damaged or hostile: attributes, texts and stretches of numbers, each
// checked against what the file stores before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/recording/hdf5_group_internal.hpp"
#include "libfit/recording/hdf5_header_internal.hpp"
#include "libfit/recording/hdf5_internal.hpp"

namespace libfit::hdf5 {

struct File {
  const std::string path;
  const std::uint64_t size;
  const Handle handle;
};

// Throws InputError.
File open_file(const std::string& path);
std::string damaged(const File& file, const std::string& what);

// Text or a number of one element, be it a scalar or an array of one; fixed or variable length.
struct Value {
  std::optional<std::string> text;
  std::optional<double> number;
};
// What a header alone tells of an attribute; nullopt where the library has to be asked.
std::optional<Value> attribute_in(const ObjectHeader& header, const std::string& name);
Value read_attribute(const Handle& object, const std::string& name);
Value read_attribute(const Group& group, const std::string& name);
// The same of a dataset.
Value read_value(const Handle& dataset);

// Texts of a dataset in one dimension, `limit` at most; nothing for other types.
std::vector<std::string> read_texts(const Handle& dataset, std::size_t limit);

// nullopt for data that are not numbers.
std::optional<NumberForm> number_form_of(const Handle& dataset);

// Length of a dataset in one dimension, also of shape N x 1; nullopt for another shape.
std::optional<std::uint64_t> length_of(const Handle& dataset);

// Refuses (InputError) before anything is allocated: filters that the library lacks, chunks or totals beyond
// the limits, data outside of this file, and shapes that the bytes stored in the file cannot fill.
void check_storage(const File& file, const Handle& dataset, std::uint64_t samples, std::uint64_t width,
                   const std::string& place);

}  // namespace libfit::hdf5
