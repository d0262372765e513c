#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_reader.hpp"
#include "libfit/recording/hdf5_values_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMaxText = 4096;
// A chunk of deflate expands by this factor at most; what other filters do is bounded by the limits alone.
constexpr std::uint64_t kDeflateRatio = 1032;

// Of an attribute or of a dataset.
bool read_into(const Handle& object, hid_t type, void* target) {
  if (H5Iget_type(object.get()) == H5I_ATTR) return H5Aread(object.get(), type, target) >= 0;
  return H5Dread(object.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, target) >= 0;
}

Handle type_of(const Handle& object) {
  const bool attribute = H5Iget_type(object.get()) == H5I_ATTR;
  return {attribute ? H5Aget_type(object.get()) : H5Dget_type(object.get()), H5Tclose};
}

Handle space_of(const Handle& object) {
  const bool attribute = H5Iget_type(object.get()) == H5I_ATTR;
  return {attribute ? H5Aget_space(object.get()) : H5Dget_space(object.get()), H5Sclose};
}

// By the library, for texts stored in ways that hdf5_texts.cpp does not know: attributes of an object with
// more than a header holds, filtered chunks.
std::vector<std::string> library_texts(const Handle& object, const Handle& type, std::size_t count) {
  const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(memory.get(), H5T_VARIABLE);
  H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
  std::vector<char*> raw(count, nullptr);
  std::vector<std::string> texts;
  const bool read = read_into(object, memory.get(), raw.data());
  for (char* text : raw) {
    if (read) texts.push_back(text == nullptr ? "" : std::string(text, ::strnlen(text, kMaxText)));
    if (text != nullptr) H5free_memory(text);
  }
  return texts;
}

std::vector<std::string> fixed_texts(const Handle& object, const Handle& type, std::size_t count) {
  const std::size_t size = H5Tget_size(type.get());
  if (size == 0 || size > kMaxText) return {};
  std::string raw(size * count, '\0');
  if (!read_into(object, type.get(), raw.data())) return {};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = raw.substr(i * size, size);
    texts.push_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

std::vector<std::string> texts_in(const Handle& object, std::size_t limit) {
  const Handle type = type_of(object);
  const Handle space = space_of(object);
  if (!type.ok() || !space.ok() || H5Tget_class(type.get()) != H5T_STRING) return {};
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (count < 1 || static_cast<std::uint64_t>(count) > limit) return {};
  const auto size = static_cast<std::size_t>(count);
  VariableTexts texts;
  if (H5Tis_variable_str(type.get()) > 0) {
    if (H5Iget_type(object.get()) == H5I_DATASET) texts = variable_dataset_texts(object, size);
    if (texts.source == TextSource::elsewhere) texts.texts = library_texts(object, type, size);
  } else {
    texts.texts = fixed_texts(object, type, size);
  }
  for (std::string& text : texts.texts) text = to_utf8(trimmed(text));
  return std::move(texts.texts);
}

Value value_in(const Handle& object) {
  Value result;
  const Handle type = type_of(object);
  if (!type.ok()) return result;
  const H5T_class_t kind = H5Tget_class(type.get());
  if (kind == H5T_STRING) {
    auto texts = texts_in(object, 1);
    if (!texts.empty()) result.text = std::move(texts.front());
  }
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return result;
  const Handle space = space_of(object);
  if (!space.ok() || H5Sget_simple_extent_npoints(space.get()) != 1) return result;
  double value = 0.0;
  if (read_into(object, H5T_NATIVE_DOUBLE, &value)) result.number = value;
  return result;
}

bool is_variable_text(const Handle& attribute) {
  const Handle type = type_of(attribute);
  return type.ok() && H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) > 0;
}

std::uint64_t expansion_of(const Handle& plan, const std::string& place) {
  std::uint64_t expansion = 1;
  const int filters = H5Pget_nfilters(plan.get());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned settings = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(plan.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &settings);
    if (filter < 0 || H5Zfilter_avail(filter) <= 0) {
      throw InputError(fmt::format(
          "{}: is stored with filter {}, which the HDF5 library here lacks; repack it with gzip (h5repack -f "
          "GZIP=1)",
          place, static_cast<int>(filter)));
    }
    if (filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32) continue;
    expansion = filter == H5Z_FILTER_DEFLATE && expansion <= kDeflateRatio ? kDeflateRatio : UINT64_MAX;
  }
  return expansion;
}

void check_chunks(const Handle& plan, std::uint64_t width, std::uint64_t limit, const std::string& place) {
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  const int rank = H5Pget_chunk(plan.get(), static_cast<int>(chunk.size()), chunk.data());
  std::uint64_t size = width;
  for (int i = 0; i < rank; ++i) {
    if (chunk[static_cast<std::size_t>(i)] > limit / size)
      throw InputError(fmt::format("{}: its chunks are larger than {} bytes", place, limit));
    size *= std::max<hsize_t>(chunk[static_cast<std::size_t>(i)], 1);
  }
}

// What the header does not tell.
Value library_attribute(const Handle& object, const ObjectHeader& header, const std::string& name) {
  if (H5Aexists(object.get(), name.c_str()) <= 0) return {};
  const Handle attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.ok()) return {};
  // The library would follow a reference out of a header that makes no sense.
  if (header.source() == TextSource::damaged && is_variable_text(attribute)) return {};
  return value_in(attribute);
}

}  // namespace

File open_file(const std::string& path) {
  Handle handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  std::error_code unknown;
  const std::uint64_t size = std::filesystem::file_size(path, unknown);
  if (unknown || !handle.ok()) {
    throw InputError(fmt::format(
        "{}: cannot be opened as HDF5; the file is damaged, or its writer is not finished with it", path));
  }
  return {path, size, std::move(handle)};
}

std::string damaged(const File& file, const std::string& what) {
  return fmt::format("{}: {}; the file is damaged, or its writer is not finished with it", file.path, what);
}

std::optional<Value> attribute_in(const ObjectHeader& header, const std::string& name) {
  if (header.source() == TextSource::found && !header.has(name)) return Value{};
  if (const auto number = header.number(name)) return Value{std::nullopt, number};
  if (!header.is_variable_text(name)) return std::nullopt;
  Value value;
  value.text = header.text(name);
  if (value.text) value.text = to_utf8(trimmed(*value.text));
  return value;
}

Value read_attribute(const Group& group, const std::string& name) {
  if (auto value = attribute_in(group.header(), name)) return *std::move(value);
  return library_attribute(group.handle(), group.header(), name);
}

Value read_attribute(const Handle& object, const std::string& name) {
  const ObjectHeader header(place_of_object(object));
  if (auto value = attribute_in(header, name)) return *std::move(value);
  return library_attribute(object, header, name);
}

Value read_value(const Handle& dataset) { return value_in(dataset); }

std::vector<std::string> read_texts(const Handle& dataset, std::size_t limit) {
  return texts_in(dataset, limit);
}

std::optional<NumberForm> number_form_of(const Handle& dataset) {
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const H5T_class_t kind = type.ok() ? H5Tget_class(type.get()) : H5T_NO_CLASS;
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return std::nullopt;
  return NumberForm{kind == H5T_FLOAT, kind == H5T_FLOAT || H5Tget_sign(type.get()) == H5T_SGN_2,
                    H5Tget_size(type.get()),
                    H5Tget_order(type.get()) == H5T_ORDER_BE ? std::endian::big : std::endian::little};
}

std::optional<std::uint64_t> length_of(const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  if (!space.ok()) return std::nullopt;
  const int rank = H5Sget_simple_extent_ndims(space.get());
  std::array<hsize_t, 2> shape{0, 1};
  if ((rank != 1 && rank != 2) || H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr) != rank)
    return std::nullopt;
  if (shape[1] != 1) return std::nullopt;
  return shape[0];
}

void check_storage(const File& file, const Handle& dataset, std::uint64_t samples, std::uint64_t width,
                   const std::string& place) {
  const std::uint64_t limit = std::max(kDecompressionLimit, kDecompressionRatio * file.size);
  const std::uint64_t stored = H5Dget_storage_size(dataset.get());
  if (width == 0 || width > 16 || samples > limit / std::max<std::uint64_t>(width, 8)) {
    throw InputError(fmt::format("{}: {} samples are more than a file of {} bytes may hold here ({} bytes)",
                                 place, samples, file.size, limit));
  }
  const Handle plan(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (!plan.ok()) throw InputError(fmt::format("{}: its layout cannot be read; the file is damaged", place));
  const std::uint64_t expansion = expansion_of(plan, place);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  if (layout == H5D_CHUNKED) check_chunks(plan, width, limit, place);
  if (layout != H5D_CHUNKED && H5Pget_external_count(plan.get()) > 0)
    throw InputError(fmt::format("{}: is stored in another file, which is not followed", place));
  if (layout == H5D_VIRTUAL)
    throw InputError(fmt::format("{}: is a view of other files, which are not followed", place));
  if (stored > file.size || stored == 0 || samples * width / expansion > stored) {
    throw InputError(
        fmt::format("{}: {} samples but {} bytes stored; the file is damaged or was not written to the end",
                    place, samples, stored));
  }
}

}  // namespace libfit::hdf5
