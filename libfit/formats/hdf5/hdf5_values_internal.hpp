// Values out of HDF5 files that may be damaged or hostile: attributes, strings and stretches of numbers, each
// checked against what the file stores before anything is allocated. The library (1.10) believes what types
// and layouts claim; what it makes of the rest of a damaged file is caught by guarded_read_internal.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/formats/hdf5/hdf5_internal.hpp"

namespace libfit::hdf5 {

struct File {
  const std::string path;
  const std::uint64_t size;
  const Handle handle;
};

// Throws InputError.
File open_file(const std::string& path);
// The sentence that `what` begins with its place.
std::string damaged(const std::string& what);
// Bytes of samples that a file of this size may hold, all together.
std::uint64_t most_bytes(std::uint64_t file_size);

// Text or a number of one element, be it a scalar or an array of one; fixed or variable length.
struct Value {
  std::optional<std::string> text;
  std::optional<double> number;
};
Value read_attribute(const Handle& object, const std::string& name);
// The same of a dataset.
Value read_value(const Handle& dataset);

// Texts of a dataset, `limit` at most; nothing for other types.
std::vector<std::string> read_texts(const Handle& dataset, std::size_t limit);
// Numbers of a small dataset of any shape, `limit` at most; nothing for other types.
std::vector<double> read_numbers(const Handle& dataset, std::size_t limit);

// How numbers stand in a file.
struct NumberForm {
  bool real = false;
  bool is_signed = false;
  std::size_t width = 0;  // bytes
};
// nullopt for types that are no numbers, or claim bits that they do not have.
std::optional<NumberForm> number_form(hid_t type);
std::optional<NumberForm> number_form_of(const Handle& dataset);

// Length of a dataset in one dimension, also of shape N x 1; nullopt for another shape.
std::optional<std::uint64_t> length_of(const Handle& dataset);

// Refuses (InputError) before anything is allocated: filters that the library lacks, chunks or totals beyond
// the limits, data outside of this file, and samples that were never written, which the library would read as
// zeros: of the whole dataset, or of `count` samples from `first` on of one in one dimension.
void check_storage(const File& file, const Handle& dataset, std::uint64_t samples, std::uint64_t width,
                   const std::string& place, std::uint64_t first, std::uint64_t count);

}  // namespace libfit::hdf5
