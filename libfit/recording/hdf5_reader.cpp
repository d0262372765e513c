#include "libfit/recording/hdf5_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_values_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

using hdf5::check_storage;
using hdf5::damaged;
using hdf5::File;
using hdf5::Handle;
using hdf5::read_attribute;

constexpr std::size_t kMaxListed = 40;
constexpr int kMaxDepth = 12;
// ---- datasets

// Numbers in one or two dimensions, more than a handful: the rest of a file is not worth listing.
bool could_be_samples(const Handle& dataset) {
  constexpr hssize_t kHandful = 16;
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  if (!type.ok() || !space.ok()) return false;
  const H5T_class_t kind = H5Tget_class(type.get());
  const int rank = H5Sget_simple_extent_ndims(space.get());
  return (kind == H5T_INTEGER || kind == H5T_FLOAT) && (rank == 1 || rank == 2) &&
         H5Sget_simple_extent_npoints(space.get()) >= kHandful;
}

void list_datasets(const Handle& group, const std::string& prefix, int depth,
                   std::vector<std::string>& found) {
  H5G_info_t info;
  if (depth > kMaxDepth || H5Gget_info(group.get(), &info) < 0) return;
  const hsize_t count = std::min<hsize_t>(info.nlinks, 1000);
  for (hsize_t i = 0; i < count && found.size() <= kMaxListed; ++i) {
    std::array<char, 1024> name{};
    if (H5Lget_name_by_idx(group.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(),
                           H5P_DEFAULT) < 0)
      return;
    H5L_info_t link;
    // Hard links only: a soft or external one may lead in circles or to another file.
    if (H5Lget_info(group.get(), name.data(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) continue;
    const Handle object(H5Oopen(group.get(), name.data(), H5P_DEFAULT), H5Oclose);
    if (!object.ok()) continue;
    const std::string path = fmt::format("{}/{}", prefix, to_utf8(name.data()));
    const H5I_type_t kind = H5Iget_type(object.get());
    if (kind == H5I_DATASET && could_be_samples(object)) found.push_back(path);
    if (kind == H5I_GROUP) list_datasets(object, path, depth + 1, found);
  }
}

std::string listing(const File& file) {
  const Handle root(H5Gopen2(file.handle.get(), "/", H5P_DEFAULT), H5Gclose);
  std::vector<std::string> found;
  if (root.ok()) list_datasets(root, "", 0, found);
  if (found.empty()) return "it holds no dataset of numbers in one or two dimensions";
  const bool more = found.size() > kMaxListed;
  if (more) found.resize(kMaxListed);
  return fmt::format("datasets of numbers in it: {}{}", fmt::join(found, ", "), more ? ", and more" : "");
}

std::vector<hsize_t> shape_of(const Handle& dataset, const std::string& place) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  if (rank != 1 && rank != 2) {
    throw DataError(
        fmt::format("{}: has {} dimensions; a recording is of shape N or sweeps x N", place, rank));
  }
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  if (H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr) != rank)
    throw InputError(fmt::format("{}: its shape cannot be read; the file is damaged", place));
  if (rank == 1) shape.insert(shape.begin(), 1);
  if (shape[0] == 0 || shape[1] == 0) throw DataError(fmt::format("{}: is empty", place));
  if (shape[0] > shape[1]) {
    throw DataError(
        fmt::format("{}: has shape {} x {}, more sweeps than samples; store it as sweeps x samples", place,
                    shape[0], shape[1]));
  }
  return shape;
}

struct Dataset {
  Handle handle;
  std::string place;  // "<file>: dataset <path>"
};

Dataset open_dataset(const File& file, const std::string& name) {
  const std::string place = fmt::format("{}: dataset {}", file.path, name);
  Handle object(H5Oopen(file.handle.get(), name.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.ok() || H5Iget_type(object.get()) != H5I_DATASET) {
    throw OptionError(fmt::format("{}: is not there; {}", place, listing(file)));
  }
  return {std::move(object), place};
}

void read_samples(const File& file, const Dataset& dataset, Channel& channel) {
  const Handle type(H5Dget_type(dataset.handle.get()), H5Tclose);
  const H5T_class_t kind = type.ok() ? H5Tget_class(type.get()) : H5T_NO_CLASS;
  if (kind != H5T_INTEGER && kind != H5T_FLOAT)
    throw DataError(fmt::format("{}: does not hold real numbers", dataset.place));
  const auto shape = shape_of(dataset.handle, dataset.place);
  if (shape[0] > (std::uint64_t{1} << 40) / shape[1])
    throw InputError(
        fmt::format("{}: a shape of {} x {} is not to be believed", dataset.place, shape[0], shape[1]));
  const auto samples = static_cast<std::size_t>(shape[0] * shape[1]);
  check_storage(file, dataset.handle, samples, H5Tget_size(type.get()), dataset.place);
  std::vector<double> values(samples);
  if (H5Dread(dataset.handle.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw InputError(damaged(file, dataset.place + ": its samples cannot be read"));
  if (channel.to_internal != 1.0) {
    for (double& value : values) value *= channel.to_internal;
  }
  if (shape[0] == 1) {
    channel.sweeps.push_back(std::move(values));
    return;
  }
  const auto length = static_cast<std::ptrdiff_t>(shape[1]);
  for (auto row = values.begin(); row != values.end(); row += length)
    channel.sweeps.emplace_back(row, row + length);
}

// ---- step

// `strict`: an attribute without a unit is refused.
std::optional<double> step_in(const Handle& object, const std::string& place, bool strict) {
  for (const char* unit : {"ms", "s", "us"}) {
    const auto value = read_attribute(object, fmt::format("dt_{}", unit)).number;
    if (value) return *value * *parse_time_unit(unit);
  }
  for (const char* name : {"rate", "sampling_rate", "sample_rate"}) {
    for (const char* unit : {"Hz", "kHz"}) {
      const auto value = read_attribute(object, fmt::format("{}_{}", name, unit)).number;
      if (value) return 1000.0 / (*value * *parse_rate_unit(unit));
    }
  }
  for (const char* name : {"dt", "rate", "sampling_rate", "sample_rate"}) {
    if (strict && read_attribute(object, name).number) {
      throw InputError(
          fmt::format("{}: attribute `{}` does not say its unit; rename it ({}) or pass --dt in ms", place,
                      name, std::string_view(name) == "dt" ? "dt_ms" : fmt::format("{}_Hz", name)));
    }
  }
  return std::nullopt;
}

// The dataset, the groups it lies in, the root.
std::vector<std::string> enclosing(const std::string& name) {
  std::vector<std::string> places{name};
  for (std::size_t mark = name.rfind('/'); mark != std::string::npos && mark > 0;
       mark = name.rfind('/', mark - 1))
    places.push_back(name.substr(0, mark));
  places.emplace_back("/");
  return places;
}

double step_of(const File& file, const std::vector<std::string>& names, std::optional<double> dt_ms) {
  std::optional<double> found;
  std::string found_at;
  for (const std::string& name : names) {
    std::optional<double> step;
    for (const std::string& place : enclosing(name)) {
      const Handle object(H5Oopen(file.handle.get(), place.c_str(), H5P_DEFAULT), H5Oclose);
      if (object.ok() && !step) step = step_in(object, fmt::format("{}: {}", file.path, place), !dt_ms);
    }
    if (!step) continue;
    if (!std::isfinite(*step) || *step <= 0.0)
      throw InputError(
          fmt::format("{}: dataset {}: a sampling step of {} ms; pass --dt in ms", file.path, name, *step));
    if (found && std::abs(*found - *step) > 1e-6 * *found) {
      throw DataError(
          fmt::format("{}: {} is sampled every {:g} ms but {} every {:g} ms; resample one of them", file.path,
                      found_at, *found, name, *step));
    }
    found = step;
    found_at = name;
  }
  if (dt_ms) return agreed_step(file.path, *dt_ms, found);
  if (!found) {
    throw InputError(fmt::format(
        "{}: the sampling step is not in the file (attribute dt_ms or rate_Hz of the dataset, its group "
        "or the root); pass it with --dt in ms",
        file.path));
  }
  return tidy_step(*found);
}

// ---- channels

std::string unit_of(const Dataset& dataset, const std::string& option, ChannelRole role) {
  std::string unit = option;
  for (const char* name : {"unit", "units"}) {
    if (unit.empty()) unit = read_attribute(dataset.handle, name).text.value_or("");
  }
  const auto parsed = parse_electric_unit(unit);
  if (parsed && parsed->role == role) return unit;
  const std::string_view expected = role == ChannelRole::voltage ? "voltage" : "current";
  throw DataError(fmt::format("{}: {}; add an attribute `unit` or pass --{}-unit", dataset.place,
                              unit.empty() ? fmt::format("the {} has no unit", expected)
                                           : fmt::format("`{}` is no unit of {}", unit, expected),
                              expected));
}

void warn_of_scaling(const Dataset& dataset, SignalFile& signal) {
  for (const char* name : {"conversion", "gain", "scale", "scale_factor", "offset"}) {
    const auto value = read_attribute(dataset.handle, name).number;
    const double neutral = std::string_view(name) == "offset" ? 0.0 : 1.0;
    if (value && *value != neutral) {
      signal.warnings.push_back(
          fmt::format("{}: attribute {} = {:g} is not applied; check that the samples are in the stated unit",
                      dataset.place, name, *value));
    }
  }
}

void add_channel(const File& file, const std::string& name, const std::string& unit_option, ChannelRole role,
                 SignalFile& signal) {
  if (name.empty()) return;
  const Dataset dataset = open_dataset(file, name);
  Channel channel;
  channel.name = name;
  channel.file_unit = unit_of(dataset, unit_option, role);
  channel.role = role;
  channel.to_internal = parse_electric_unit(channel.file_unit)->to_internal;
  warn_of_scaling(dataset, signal);
  read_samples(file, dataset, channel);
  signal.channels.push_back(std::move(channel));
}

}  // namespace

bool looks_like_hdf5(std::span<const std::byte> head) {
  constexpr std::array<unsigned char, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  for (const std::size_t place : {0, 512, 1024, 2048}) {
    if (head.size() >= place + kSignature.size() &&
        std::memcmp(head.data() + place, kSignature.data(), kSignature.size()) == 0)
      return true;
  }
  return false;
}

SignalFile read_hdf5(const std::filesystem::path& path, const Hdf5Options& options) {
  const hdf5::Silence silence;
  const File file = hdf5::open_file(path.string());
  if (options.voltage_dataset.empty() && options.current_dataset.empty()) {
    throw OptionError(fmt::format("{}: name the datasets with --voltage-dataset and --current-dataset; {}",
                                  file.path, listing(file)));
  }
  SignalFile signal;
  signal.path = file.path;
  signal.format = "HDF5";
  add_channel(file, options.voltage_dataset, options.voltage_unit, ChannelRole::voltage, signal);
  add_channel(file, options.current_dataset, options.current_unit, ChannelRole::current, signal);
  std::vector<std::string> names;
  for (const Channel& channel : signal.channels) names.push_back(channel.name);
  signal.dt_ms = step_of(file, names, options.dt_ms);
  return signal;
}

}  // namespace libfit
