#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_raw_internal.hpp"
#include "libfit/recording/hdf5_texts_internal.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMostText = 4096;

// Throws InputError where the heap makes no sense.
std::string heap_text(const RawFile& file, std::uint64_t address, std::uint32_t index, std::uint32_t length) {
  const RawBytes& heap = file.heap(address);
  const ByteReader bytes = reader_of(heap);
  for (std::size_t at = 16; at + 16 <= heap.size();) {
    file.spend(16);
    const auto number = bytes.at<std::uint16_t>(at);
    const auto size = bytes.at<std::uint64_t>(at + 8);
    if (number == 0 || size > heap.size() - at - 16) break;
    if (number == index) {
      if (size < length) break;
      const auto text = bytes.slice(at + 16, std::min<std::size_t>(length, kMostText));
      const auto* begin = reinterpret_cast<const char*>(text.data());
      return {begin, std::find(begin, begin + text.size(), '\0')};
    }
    at += 16 + (size + 7) / 8 * 8;
  }
  throw InputError("a text is not in its heap");
}

}  // namespace

VariableTexts referred_texts(const RawFile& file, std::span<const std::byte> references, std::size_t count) {
  VariableTexts result;
  result.source = TextSource::damaged;
  if (references.size() < count * kTextReference) return result;
  const ByteReader bytes = reader_of(references);
  try {
    for (std::size_t i = 0; i < count; ++i) {
      const auto length = bytes.at<std::uint32_t>(i * kTextReference);
      const auto address = bytes.at<std::uint64_t>(i * kTextReference + 4);
      const auto index = bytes.at<std::uint32_t>(i * kTextReference + 12);
      const bool empty = length == 0 || address == 0 || address == UINT64_MAX;
      result.texts.push_back(empty ? "" : heap_text(file, address, index, length));
    }
    result.source = TextSource::found;
  } catch (const TooMuchWork&) {
    throw;
  } catch (const InputError&) {
    result.texts.clear();
  }
  return result;
}

VariableTexts variable_dataset_texts(const Handle& dataset, std::size_t count) {
  const ObjectPlace place = place_of_object(dataset);
  const Handle plan(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (!place.known() || !file_of(place).usable() || !plan.ok()) return {};
  const RawFile& file = file_of(place);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  if (layout == H5D_CONTIGUOUS) {
    const haddr_t address = H5Dget_offset(dataset.get());
    if (address == HADDR_UNDEF || address < file.base()) return {};
    return referred_texts(file, file.read(address - file.base(), count * kTextReference), count);
  }
  std::array<hsize_t, 1> chunk{};
  if (layout != H5D_CHUNKED || H5Pget_nfilters(plan.get()) != 0 ||
      H5Pget_chunk(plan.get(), 1, chunk.data()) != 1)
    return {};
  RawBytes references;
  for (hsize_t first = 0; first < count; first += chunk[0]) {
    hsize_t stored = 0;
    std::uint32_t mask = 0;
    if (H5Dget_chunk_storage_size(dataset.get(), &first, &stored) < 0 ||
        stored != chunk[0] * kTextReference || stored > kMostMetadata)
      return {TextSource::damaged, {}};
    references.resize(references.size() + stored);
    if (H5Dread_chunk(dataset.get(), H5P_DEFAULT, &first, &mask,
                      references.data() + references.size() - stored) < 0)
      return {TextSource::damaged, {}};
  }
  return referred_texts(file, references, count);
}

}  // namespace libfit::hdf5
