#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_writing_internal.hpp"

namespace libfit::nwb {
namespace {

using hdf5::Handle;

constexpr std::size_t kChunk = 1 << 15;

void demand(bool done, const std::string& what) {
  if (!done) throw InputError(fmt::format("the NWB file: {} cannot be written; is there memory left?", what));
}

// FNV-1a, twice with other beginnings: an id needs to differ, not to resist anybody.
std::uint64_t hash_of(const std::string& text, std::uint64_t begin) {
  std::uint64_t hash = begin;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
  return hash;
}

Handle variable_text() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Handle plan(hid_t kind) {
  Handle list(H5Pcreate(kind), H5Pclose);
  H5Pset_obj_track_times(list.get(), false);
  return list;
}

// The image is caught when the file is closed, since H5Fget_file_image (1.10.8) clears a flag of the
// superblock without renewing its checksum: readers then refuse the file.
constexpr std::size_t kEndOfFile = 28;  // place of the end's address in a superblock of version 2

void* allocate(std::size_t size, H5FD_file_image_op_t, void* image) {
  static_cast<Image*>(image)->allocated = size;
  return std::malloc(size);
}

void* copy(void* target, const void* source, std::size_t size, H5FD_file_image_op_t, void*) {
  return std::memcpy(target, source, size);
}

void* reallocate(void* place, std::size_t size, H5FD_file_image_op_t, void* image) {
  static_cast<Image*>(image)->allocated = size;
  return std::realloc(place, size);
}

herr_t release(void* place, H5FD_file_image_op_t operation, void* target) {
  Image& image = *static_cast<Image*>(target);
  if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE && image.allocated > kEndOfFile + sizeof(std::uint64_t)) {
    std::uint64_t end = 0;
    std::memcpy(&end, static_cast<const char*>(place) + kEndOfFile, sizeof(end));
    if (end <= image.allocated) image.bytes.assign(static_cast<const char*>(place), end);
  }
  std::free(place);
  return 0;
}

void* same_image(void* image) { return image; }
herr_t keep_image(void*) { return 0; }

Handle memory_file(Image& image) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5FD_file_image_callbacks_t callbacks{allocate, copy, reallocate, release, same_image, keep_image, &image};
  H5Pset_file_image_callbacks(access.get(), &callbacks);
  H5Pset_fapl_core(access.get(), std::size_t{1} << 22, false);
  // Headers with checksums, readable by every HDF5 since 1.8.
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18);
  const Handle create = plan(H5P_FILE_CREATE);
  Handle file(H5Fcreate("nwb", H5F_ACC_TRUNC, create.get(), access.get()), H5Fclose);
  demand(file.ok(), "the beginning");
  return file;
}

Handle list_space(std::size_t count) {
  const hsize_t size = count;
  return {H5Screate_simple(1, &size, nullptr), H5Sclose};
}

// The numbers that `how` makes the values from, if there are such numbers for all of them.
template <typename Raw>
std::optional<std::vector<Raw>> encoded(std::span<const double> values, const Encoding& how) {
  std::vector<Raw> raw(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    double number = (values[k] - how.offset) / how.scale;
    if constexpr (std::numeric_limits<Raw>::is_integer) number = std::nearbyint(number);
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<Raw>::max()))) return std::nullopt;
    raw[k] = static_cast<Raw>(number);
    if (static_cast<double>(raw[k]) * how.scale + how.offset != values[k]) return std::nullopt;
  }
  return raw;
}

}  // namespace

// A UUID of version 8 (of the application's own making, RFC 9562).
std::string object_id(const std::string& identifier, const std::string& path) {
  const std::uint64_t a = hash_of(identifier + "\n" + path, 14695981039346656037ULL);
  const std::uint64_t b = hash_of(path + "\n" + identifier, 11400714819323198485ULL);
  return fmt::format("{:08x}-{:04x}-8{:03x}-{:x}{:03x}-{:012x}", a >> 32, (a >> 16) & 0xFFFF, a & 0xFFF,
                     8 + ((b >> 62) & 3), (b >> 48) & 0xFFF, b & 0xFFFFFFFFFFFF);
}

FileInMemory::FileInMemory(std::string identifier)
    : identifier_(std::move(identifier)), file_(memory_file(image_)) {}

Handle FileInMemory::open(const std::string& path) {
  Handle object(H5Oopen(file_->get(), path.c_str(), H5P_DEFAULT), H5Oclose);
  demand(object.ok(), path);
  return object;
}

void FileInMemory::group(const std::string& path) {
  const Handle create = plan(H5P_GROUP_CREATE);
  const Handle made(H5Gcreate2(file_->get(), path.c_str(), H5P_DEFAULT, create.get(), H5P_DEFAULT), H5Gclose);
  demand(made.ok(), path);
}

void FileInMemory::typed(const std::string& path, const std::string& type, const std::string& space) {
  text_attribute(path, "namespace", space);
  text_attribute(path, "neurodata_type", type);
  text_attribute(path, "object_id", object_id(identifier_, path));
}

void FileInMemory::typed_group(const std::string& path, const std::string& type, const std::string& space) {
  if (path != "/") group(path);
  typed(path, type, space);
}

void FileInMemory::link(const std::string& path, const std::string& target) {
  demand(H5Lcreate_soft(target.c_str(), file_->get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0, path);
}

void FileInMemory::dataset(const std::string& path, hid_t type, hid_t memory, const void* values,
                           std::size_t count, bool scalar) {
  const Handle create = plan(H5P_DATASET_CREATE);
  const Handle space = scalar ? Handle(H5Screate(H5S_SCALAR), H5Sclose) : list_space(count);
  const Handle made(
      H5Dcreate2(file_->get(), path.c_str(), type, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT),
      H5Dclose);
  demand(made.ok() && H5Dwrite(made.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, path);
}

void FileInMemory::text(const std::string& path, const std::string& value) {
  const Handle type = variable_text();
  const char* raw = value.c_str();
  dataset(path, type.get(), type.get(), &raw, 1, true);
}

void FileInMemory::texts(const std::string& path, const std::vector<std::string>& values) {
  const Handle type = variable_text();
  std::vector<const char*> raw(values.size());
  std::transform(values.begin(), values.end(), raw.begin(),
                 [](const std::string& value) { return value.c_str(); });
  dataset(path, type.get(), type.get(), raw.data(), raw.size());
}

void FileInMemory::number(const std::string& path, double value) {
  dataset(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, 1, true);
}

void FileInMemory::text_attribute(const std::string& path, const std::string& name,
                                  const std::string& value) {
  const Handle object = open(path);
  const Handle type = variable_text();
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle made(H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  const char* raw = value.c_str();
  demand(made.ok() && H5Awrite(made.get(), type.get(), &raw) >= 0, path + "@" + name);
}

void FileInMemory::texts_attribute(const std::string& path, const std::string& name,
                                   const std::vector<std::string>& values) {
  const Handle object = open(path);
  const Handle type = variable_text();
  const Handle space = list_space(values.size());
  const Handle made(H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  std::vector<const char*> raw(values.size());
  std::transform(values.begin(), values.end(), raw.begin(),
                 [](const std::string& value) { return value.c_str(); });
  demand(made.ok() && (raw.empty() || H5Awrite(made.get(), type.get(), raw.data()) >= 0), path + "@" + name);
}

void FileInMemory::number_attribute(const std::string& path, const std::string& name, double value) {
  const Handle object = open(path);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle made(
      H5Acreate2(object.get(), name.c_str(), H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  demand(made.ok() && H5Awrite(made.get(), H5T_NATIVE_DOUBLE, &value) >= 0, path + "@" + name);
}

void FileInMemory::integer_attribute(const std::string& path, const std::string& name, std::uint32_t value) {
  const Handle object = open(path);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle made(
      H5Acreate2(object.get(), name.c_str(), H5T_STD_U32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  demand(made.ok() && H5Awrite(made.get(), H5T_NATIVE_UINT32, &value) >= 0, path + "@" + name);
}

hobj_ref_t FileInMemory::reference(const std::string& target) {
  hobj_ref_t made = 0;
  demand(H5Rcreate(&made, file_->get(), target.c_str(), H5R_OBJECT, -1) >= 0, "a reference to " + target);
  return made;
}

void FileInMemory::reference_attribute(const std::string& path, const std::string& name,
                                       const std::string& target) {
  const Handle object = open(path);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle made(
      H5Acreate2(object.get(), name.c_str(), H5T_STD_REF_OBJ, space.get(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  const hobj_ref_t raw = reference(target);
  demand(made.ok() && H5Awrite(made.get(), H5T_STD_REF_OBJ, &raw) >= 0, path + "@" + name);
}

template <typename Raw>
bool FileInMemory::packed_samples(const std::string& path, std::span<const double> values,
                                  const Encoding& how, hid_t type) {
  const auto raw = encoded<Raw>(values, how);
  if (!raw) return false;
  // Little-endian in the file, as every machine that this is built for has it in memory.
  const Handle create = plan(H5P_DATASET_CREATE);
  const hsize_t chunk = std::min(kChunk, values.size());
  H5Pset_chunk(create.get(), 1, &chunk);
  H5Pset_deflate(create.get(), 1);
  const Handle space = list_space(values.size());
  const Handle made(
      H5Dcreate2(file_->get(), path.c_str(), type, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT),
      H5Dclose);
  const Handle memory(H5Tget_native_type(type, H5T_DIR_ASCEND), H5Tclose);
  demand(made.ok() && H5Dwrite(made.get(), memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, raw->data()) >= 0,
         path);
  return true;
}

Encoding FileInMemory::samples(const std::string& path, std::span<const double> values,
                               const Encoding& original) {
  const bool usable =
      std::isfinite(original.scale) && original.scale != 0.0 && std::isfinite(original.offset);
  const auto fits = [&](SampleType type) { return usable && original.type == type; };
  if (fits(SampleType::int16) && packed_samples<std::int16_t>(path, values, original, H5T_STD_I16LE))
    return original;
  if (fits(SampleType::int32) && packed_samples<std::int32_t>(path, values, original, H5T_STD_I32LE))
    return original;
  if (fits(SampleType::float32) && packed_samples<float>(path, values, original, H5T_IEEE_F32LE))
    return original;
  demand(packed_samples<double>(path, values, {}, H5T_IEEE_F64LE), path);
  return {};
}

void FileInMemory::table(const std::string& path, const std::string& type, const std::string& description,
                         const std::vector<std::string>& columns, std::size_t rows) {
  typed_group(path, type, type == "DynamicTable" ? "hdmf-common" : "core");
  text_attribute(path, "description", description);
  texts_attribute(path, "colnames", columns);
  std::vector<std::int64_t> ids(rows);
  for (std::size_t row = 0; row < rows; ++row) ids[row] = static_cast<std::int64_t>(row);
  dataset(path + "/id", H5T_STD_I64LE, H5T_NATIVE_INT64, ids.data(), rows);
  typed(path + "/id", "ElementIdentifiers", "hdmf-common");
}

void FileInMemory::text_column(const std::string& path, const std::string& description,
                               const std::vector<std::string>& values) {
  texts(path, values);
  typed(path, "VectorData", "hdmf-common");
  text_attribute(path, "description", description);
}

void FileInMemory::object_column(const std::string& path, const std::string& description,
                                 const std::vector<std::string>& targets) {
  std::vector<hobj_ref_t> raw;
  raw.reserve(targets.size());
  for (const std::string& target : targets) raw.push_back(reference(target));
  dataset(path, H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, raw.data(), raw.size());
  typed(path, "VectorData", "hdmf-common");
  text_attribute(path, "description", description);
}

void FileInMemory::stretch_column(const std::string& path, const std::string& description,
                                  const std::vector<std::pair<std::string, std::size_t>>& series) {
  std::vector<StretchReference> raw;
  raw.reserve(series.size());
  for (const auto& [target, count] : series)
    raw.push_back({0, static_cast<std::int32_t>(count), reference(target)});
  const Handle type(H5Tcreate(H5T_COMPOUND, sizeof(StretchReference)), H5Tclose);
  H5Tinsert(type.get(), "idx_start", HOFFSET(StretchReference, first), H5T_STD_I32LE);
  H5Tinsert(type.get(), "count", HOFFSET(StretchReference, count), H5T_STD_I32LE);
  H5Tinsert(type.get(), "timeseries", HOFFSET(StretchReference, series), H5T_STD_REF_OBJ);
  dataset(path, type.get(), type.get(), raw.data(), raw.size());
  typed(path, "TimeSeriesReferenceVectorData", "core");
  text_attribute(path, "description", description);
}

void FileInMemory::region_column(const std::string& path, const std::string& description,
                                 const std::string& table, const std::vector<std::uint32_t>& rows,
                                 const std::vector<std::uint32_t>& ends) {
  const std::vector<std::int64_t> numbers(rows.begin(), rows.end());
  dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, numbers.data(), numbers.size());
  typed(path, "DynamicTableRegion", "hdmf-common");
  text_attribute(path, "description", description);
  reference_attribute(path, "table", table);
  const std::string index = path + "_index";
  dataset(index, H5T_STD_U32LE, H5T_NATIVE_UINT32, ends.data(), ends.size());
  typed(index, "VectorIndex", "hdmf-common");
  text_attribute(index, "description", "ends of the rows");
  reference_attribute(index, "target", path);
}

std::string FileInMemory::bytes() {
  file_.reset();
  demand(!image_.bytes.empty(), "the end");
  return std::move(image_.bytes);
}

}  // namespace libfit::nwb
