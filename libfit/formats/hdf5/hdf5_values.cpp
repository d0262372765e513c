#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_values_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMaxText = 4096;
// A file may hold this many bytes of samples, or so many times its size if that is more.
constexpr std::uint64_t kDecompressionLimit = std::uint64_t{256} << 20;
constexpr std::uint64_t kDecompressionRatio = 100;

// Of an attribute or of a dataset.
bool read_into(const Handle& object, hid_t type, void* target) {
  if (H5Iget_type(object.get()) == H5I_ATTR) return H5Aread(object.get(), type, target) >= 0;
  return H5Dread(object.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, target) >= 0;
}

Handle type_of(const Handle& object) {
  const bool attribute = H5Iget_type(object.get()) == H5I_ATTR;
  return {attribute ? H5Aget_type(object.get()) : H5Dget_type(object.get()), H5Tclose};
}

// How many values an attribute or a dataset has; 0 for more than `limit`.
std::size_t count_in(const Handle& object, std::size_t limit) {
  const bool attribute = H5Iget_type(object.get()) == H5I_ATTR;
  const Handle space(attribute ? H5Aget_space(object.get()) : H5Dget_space(object.get()), H5Sclose);
  const hssize_t count = space.ok() ? H5Sget_simple_extent_npoints(space.get()) : 0;
  return count < 1 || static_cast<std::uint64_t>(count) > limit ? 0 : static_cast<std::size_t>(count);
}

std::vector<std::string> variable_texts(const Handle& object, const Handle& type, std::size_t count) {
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
  if (!type.ok() || H5Tget_class(type.get()) != H5T_STRING) return {};
  const std::size_t count = count_in(object, limit);
  if (count == 0) return {};
  const bool variable = H5Tis_variable_str(type.get()) > 0;
  auto texts = variable ? variable_texts(object, type, count) : fixed_texts(object, type, count);
  for (std::string& text : texts) text = to_utf8(trimmed(text));
  return texts;
}

std::vector<double> numbers_in(const Handle& object, std::size_t limit) {
  const Handle type = type_of(object);
  if (!type.ok() || !number_form(type.get())) return {};
  std::vector<double> numbers(count_in(object, limit));
  if (numbers.empty() || !read_into(object, H5T_NATIVE_DOUBLE, numbers.data())) return {};
  return numbers;
}

Value value_in(const Handle& object) {
  Value result;
  if (const auto numbers = numbers_in(object, 1); !numbers.empty()) {
    result.number = numbers.front();
  } else if (auto texts = texts_in(object, 1); !texts.empty()) {
    result.text = std::move(texts.front());
  }
  return result;
}

void check_filters(const Handle& plan, const std::string& place) {
  const int filters = H5Pget_nfilters(plan.get());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned settings = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(plan.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &settings);
    if (filter >= 0 && H5Zfilter_avail(filter) > 0) continue;
    throw InputError(fmt::format(
        "{}: is stored with filter {}, which the HDF5 library here lacks; repack it with gzip (h5repack -f "
        "GZIP=1)",
        place, static_cast<int>(filter)));
  }
}

// Shape of a dataset and of its chunks.
struct Chunks {
  std::vector<hsize_t> shape, chunk;
  std::uint64_t needed = 1;  // to fill the shape
};

// The library divides by sizes of chunks, and walks for ever where they have another rank than the data.
Chunks chunks_of(const Handle& dataset, const Handle& plan, std::uint64_t width, std::uint64_t limit,
                 const std::string& place) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  Chunks result;
  result.shape.resize(H5S_MAX_RANK);
  result.chunk.resize(H5S_MAX_RANK);
  if (rank < 1 || H5Sget_simple_extent_dims(space.get(), result.shape.data(), nullptr) != rank ||
      H5Pget_chunk(plan.get(), H5S_MAX_RANK, result.chunk.data()) != rank)
    throw InputError(fmt::format("{}: its chunks do not fit its shape; the file is damaged", place));
  result.shape.resize(static_cast<std::size_t>(rank));
  result.chunk.resize(static_cast<std::size_t>(rank));
  std::uint64_t size = width;
  for (std::size_t i = 0; i < result.chunk.size(); ++i) {
    const hsize_t side = result.chunk[i];
    if (side == 0 || side > limit / size)
      throw InputError(fmt::format("{}: its chunks are empty or larger than {} bytes", place, limit));
    size *= side;
    result.needed *= (result.shape[i] + side - 1) / side;
  }
  return result;
}

void check_written(const Handle& dataset, const Chunks& chunks, const std::string& place, std::uint64_t first,
                   std::uint64_t count) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  hsize_t written = 0;
  if (H5Dget_num_chunks(dataset.get(), space.get(), &written) < 0)
    throw InputError(fmt::format("{}: its chunks cannot be counted; the file is damaged", place));
  if (written >= chunks.needed) return;
  const std::string unfinished = "the file is damaged or was not written to the end";
  const bool in_row = chunks.shape.size() == 1 || (chunks.shape.size() == 2 && chunks.shape[1] == 1);
  if (!in_row) {
    throw InputError(fmt::format("{}: only {} of its {} chunks were written; {}", place, written,
                                 chunks.needed, unfinished));
  }
  for (std::uint64_t at = first / chunks.chunk[0] * chunks.chunk[0]; at < first + count;
       at += chunks.chunk[0]) {
    const hsize_t corner[2] = {at, 0};
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(dataset.get(), corner, &bytes) >= 0 && bytes > 0) continue;
    throw InputError(
        fmt::format("{}: of its {} samples those from {} on were never written ({} of {} chunks "
                    "exist); {}",
                    place, chunks.shape[0], at, written, chunks.needed, unfinished));
  }
}

// Objects are opened once, from one end of the file to the other: a cache of metadata that grows, as the
// library's does, is filled for nothing.
Handle with_small_cache() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5AC_cache_config_t cache{};
  cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  if (H5Pget_mdc_config(access.get(), &cache) < 0) return access;
  cache.set_initial_size = true;
  cache.initial_size = cache.min_size = cache.max_size = std::size_t{1} << 20;
  cache.incr_mode = H5C_incr__off;
  cache.flash_incr_mode = H5C_flash_incr__off;
  cache.decr_mode = H5C_decr__off;
  H5Pset_mdc_config(access.get(), &cache);
  return access;
}

}  // namespace

File open_file(const std::string& path) {
  Handle handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, with_small_cache().get()), H5Fclose);
  std::error_code unknown;
  const std::uint64_t size = std::filesystem::file_size(path, unknown);
  if (unknown || !handle.ok()) {
    throw InputError(fmt::format(
        "{}: cannot be opened as HDF5; the file is damaged, or its writer is not finished with it", path));
  }
  return {path, size, std::move(handle)};
}

std::string damaged(const std::string& what) {
  return what + "; the file is damaged, or its writer is not finished with it";
}

std::uint64_t most_bytes(std::uint64_t file_size) {
  return std::max(kDecompressionLimit, kDecompressionRatio * file_size);
}

Value read_attribute(const Handle& object, const std::string& name) {
  if (H5Aexists(object.get(), name.c_str()) <= 0) return {};
  const Handle attribute(H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  return attribute.ok() ? value_in(attribute) : Value{};
}

Value read_value(const Handle& dataset) { return value_in(dataset); }

std::vector<std::string> read_texts(const Handle& dataset, std::size_t limit) {
  return texts_in(dataset, limit);
}

std::vector<double> read_numbers(const Handle& dataset, std::size_t limit) {
  return numbers_in(dataset, limit);
}

std::optional<NumberForm> number_form(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return std::nullopt;
  const std::size_t width = H5Tget_size(type);
  const std::size_t precision = H5Tget_precision(type);
  const int offset = H5Tget_offset(type);
  const H5T_order_t order = H5Tget_order(type);
  if (width == 0 || width > 16 || precision == 0 || offset < 0 ||
      static_cast<std::size_t>(offset) + precision > 8 * width ||
      (order != H5T_ORDER_LE && order != H5T_ORDER_BE))
    return std::nullopt;
  if (kind == H5T_INTEGER) return NumberForm{false, H5Tget_sign(type) == H5T_SGN_2, width};
  std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0 ||
      sign >= precision || exponent + exponent_bits > precision || mantissa + mantissa_bits > precision ||
      exponent_bits == 0 || mantissa_bits == 0)
    return std::nullopt;
  return NumberForm{true, true, width};
}

std::optional<NumberForm> number_form_of(const Handle& dataset) {
  const Handle type = type_of(dataset);
  return type.ok() ? number_form(type.get()) : std::nullopt;
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
                   const std::string& place, std::uint64_t first, std::uint64_t count) {
  const std::uint64_t limit = most_bytes(file.size);
  if (samples > limit / std::max<std::uint64_t>(width, 8)) {
    throw InputError(fmt::format("{}: {} samples are more than a file of {} bytes may hold here ({} bytes)",
                                 place, samples, file.size, limit));
  }
  const Handle plan(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (!plan.ok()) throw InputError(fmt::format("{}: its layout cannot be read; the file is damaged", place));
  check_filters(plan, place);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  if (layout == H5D_VIRTUAL)
    throw InputError(fmt::format("{}: is a view of other files, which are not followed", place));
  if (layout == H5D_CHUNKED)
    return check_written(dataset, chunks_of(dataset, plan, width, limit, place), place, first, count);
  if (H5Pget_external_count(plan.get()) > 0)
    throw InputError(fmt::format("{}: is stored in another file, which is not followed", place));
  const std::uint64_t stored = H5Dget_storage_size(dataset.get());
  if (stored > file.size || stored < samples * width) {
    throw InputError(
        fmt::format("{}: {} samples but {} bytes stored; the file is damaged or was not written to the end",
                    place, samples, stored));
  }
}

}  // namespace libfit::hdf5
