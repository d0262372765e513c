#include <fmt/format.h>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_internal.hpp"
#include "libfit/stimulus/stimulus_hdf5_internal.hpp"

namespace libfit {
namespace {

using hdf5::Handle;

void demand(bool done, std::string_view what) {
  if (!done) throw InputError(fmt::format("HDF5 of the stimulus: {} failed; is there memory left?", what));
}

void add_text(const Handle& object, const char* name, const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  demand(H5Tset_size(type.get(), value.size() + 1) >= 0, name);
  const Handle attribute(H5Acreate2(object.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  demand(attribute.ok() && H5Awrite(attribute.get(), type.get(), value.c_str()) >= 0, name);
}

void add_number(const Handle& object, const char* name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(
      H5Acreate2(object.get(), name, H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  demand(attribute.ok() && H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, &value) >= 0, name);
}

void add_current(const Handle& file, const StimulusTable& table) {
  std::vector<float> samples;
  const hsize_t shape[2] = {table.sweeps_pA.size(), table.sweeps_pA.front().size()};
  samples.reserve(shape[0] * shape[1]);
  for (const auto& sweep : table.sweeps_pA) {
    for (const double value : sweep) samples.push_back(static_cast<float>(value));
  }
  const Handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  demand(H5Pset_obj_track_times(plan.get(), false) >= 0, "the plan");
  const Handle space(H5Screate_simple(2, shape, nullptr), H5Sclose);
  const Handle current(
      H5Dcreate2(file.get(), "current", H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, plan.get(), H5P_DEFAULT),
      H5Dclose);
  demand(current.ok(), "the dataset");
  demand(H5Dwrite(current.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples.data()) >= 0,
         "writing the samples");
  add_text(current, "unit", "pA");
  add_number(current, "dt_ms", table.dt_ms);
  add_text(current, "name", table.name);
  if (!table.comment.empty()) add_text(current, "comment", table.comment);
}

std::string image_of(const Handle& file) {
  demand(H5Fflush(file.get(), H5F_SCOPE_LOCAL) >= 0, "the end");
  const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
  demand(size > 0, "the image");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  demand(H5Fget_file_image(file.get(), bytes.data(), bytes.size()) == size, "the image");
  return bytes;
}

}  // namespace

std::string stimulus_as_hdf5(const StimulusTable& table) {
  const hdf5::Silence silence;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // In memory only: the name is never used.
  demand(H5Pset_fapl_core(access.get(), std::size_t{1} << 20, false) >= 0, "the plan");
  const Handle file(H5Fcreate("stimulus", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  demand(file.ok(), "the file");
  add_current(file, table);
  return image_of(file);
}

}  // namespace libfit
