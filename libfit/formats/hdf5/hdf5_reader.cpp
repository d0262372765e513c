#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_group_internal.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

using hdf5::check_storage;
using hdf5::damaged;
using hdf5::File;
using hdf5::Handle;
using hdf5::read_attribute;

constexpr std::size_t kMaxListed = 40;
constexpr std::size_t kMaxObjects = 100000;
constexpr int kMaxDepth = 12;

// ---- datasets

// Numbers in one or two dimensions, more than a handful: the rest of a file is not worth listing.
bool could_be_samples(const Handle& dataset) {
  constexpr hssize_t kHandful = 16;
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  return hdf5::number_form_of(dataset) && (rank == 1 || rank == 2) &&
         H5Sget_simple_extent_npoints(space.get()) >= kHandful;
}

struct Search {
  std::vector<std::string> found;
  std::unordered_set<haddr_t> visited;  // a group may be linked into itself, or many times into others
};

void list_datasets(const hdf5::Group& group, const std::string& prefix, int depth, Search& search) {
  for (const hdf5::Link& link : group.links()) {
    // Hard links only: a soft or external one leads to what has a path already, or to another file.
    if (link.type != H5L_TYPE_HARD || !search.visited.insert(link.address).second) continue;
    if (search.found.size() > kMaxListed || search.visited.size() > kMaxObjects) return;
    Handle object = group.open(link.name);
    const std::string path = fmt::format("{}/{}", prefix, to_utf8(link.name));
    const H5I_type_t kind = object.ok() ? H5Iget_type(object.get()) : H5I_BADID;
    if (kind == H5I_DATASET && could_be_samples(object)) search.found.push_back(path);
    if (kind == H5I_GROUP && depth < kMaxDepth)
      list_datasets(hdf5::Group(std::move(object), path, kMaxObjects), path, depth + 1, search);
  }
}

std::string listing(const File& file) {
  Search search;
  const hdf5::Group root(hdf5::open_path(file.handle, "/"), file.path, kMaxObjects);
  search.visited.insert(hdf5::address_of(root.handle()));
  list_datasets(root, "", 0, search);
  auto& found = search.found;
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
  Handle object = hdf5::open_path(file.handle, name);
  if (!object.ok() || H5Iget_type(object.get()) != H5I_DATASET) {
    throw OptionError(fmt::format("{}: is not there; {}", place, listing(file)));
  }
  return {std::move(object), place};
}

// Of integers: what makes a count of a converter a value in the dataset's unit. Counts are never taken for
// values.
Encoding encoding_of(const Dataset& dataset, const std::string& unit) {
  Encoding encoding;
  const auto factor = read_attribute(dataset.handle, "conversion").number;
  if (!factor || !std::isfinite(*factor) || *factor == 0.0) {
    throw DataError(fmt::format(
        "{}: holds integers and does not say how they become {}; add an attribute `conversion` ({} for each "
        "count; 1 if they are values already) and `offset` if there is one, or store its samples as floats",
        dataset.place, unit, unit));
  }
  encoding.scale = *factor;
  encoding.offset = read_attribute(dataset.handle, "offset").number.value_or(0.0);
  return encoding;
}

void read_samples(const File& file, const Dataset& dataset, const Encoding& encoding, Channel& channel) {
  const auto form = hdf5::number_form_of(dataset.handle);
  if (!form) throw DataError(fmt::format("{}: does not hold real numbers", dataset.place));
  const auto shape = shape_of(dataset.handle, dataset.place);
  if (shape[0] > (std::uint64_t{1} << 40) / shape[1])
    throw InputError(
        fmt::format("{}: a shape of {} x {} is not to be believed", dataset.place, shape[0], shape[1]));
  const auto samples = static_cast<std::size_t>(shape[0] * shape[1]);
  check_storage(file, dataset.handle, samples, form->width, dataset.place, 0, samples);
  std::vector<double> values(samples);
  if (H5Dread(dataset.handle.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw InputError(damaged(dataset.place + ": its samples cannot be read"));
  const double scale = encoding.scale * channel.to_internal;
  const double offset = encoding.offset * channel.to_internal;
  if (scale != 1.0 || offset != 0.0) {
    for (double& value : values) value = value * scale + offset;
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
      const Handle object = hdf5::open_path(file.handle, place);
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
  Encoding encoding;
  const auto form = hdf5::number_form_of(dataset.handle);
  if (form && !form->real) {
    encoding = encoding_of(dataset, channel.file_unit);
  } else {
    warn_of_scaling(dataset, signal);
  }
  read_samples(file, dataset, encoding, channel);
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

SignalFile read_hdf5(const File& file, const ReadOptions& options) {
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
