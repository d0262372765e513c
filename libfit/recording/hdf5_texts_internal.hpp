// Texts of variable length, read from an HDF5 file without the library. The library (1.10) trusts what it
// finds there: a text is a reference into a "global heap", and neither the length of the reference nor the
// index and the size of the heap's object are checked against one another, so that one flipped bit reads or
// writes memory that is not the text's. Here everything is checked; what does not fit is no text. Structures:
// HDF5 File Format Specification 3.0, III.E (global heap).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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

class RawFile;

// Texts behind references as they stand in attributes and datasets.
inline constexpr std::size_t kTextReference = 16;  // bytes: length, place of the heap, index in it
VariableTexts referred_texts(const RawFile& file, std::span<const std::byte> references, std::size_t count);

// `count` texts of a dataset in one dimension or none, stored in one piece or in chunks without filters.
VariableTexts variable_dataset_texts(const Handle& dataset, std::size_t count);

}  // namespace libfit::hdf5
