#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_group_internal.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

using hdf5::File;
using hdf5::Group;
using hdf5::Handle;

constexpr std::size_t kMostSweeps = 200000;
constexpr std::size_t kMostChannels = 256;
constexpr std::size_t kMostCoefficients = 16;

// How a row of counts becomes a channel.
struct Scaling {
  std::vector<double> coefficients;  // of the channel's unit, lowest power first
  double to_internal = 1.0;

  double at(double count) const {
    double value = 0.0;
    for (std::size_t i = coefficients.size(); i-- > 0;) value = value * count + coefficients[i];
    return value * to_internal;
  }
};

// False where it has another number of dimensions.
bool shape_of_table(const Handle& dataset, std::array<hsize_t, 2>& shape) {
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  return space.ok() && H5Sget_simple_extent_ndims(space.get()) == 2 &&
         H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr) == 2;
}

std::vector<double> header_numbers(const Group& header, const std::string& name) {
  const Handle dataset = header.open(name);
  return dataset.ok() ? hdf5::read_numbers(dataset, kMostChannels * kMostCoefficients)
                      : std::vector<double>{};
}

// The rows of a table of two dimensions.
std::vector<std::vector<double>> header_rows(const Group& header, const std::string& name) {
  const auto all = header_numbers(header, name);
  std::array<hsize_t, 2> shape{};
  if (all.empty() || !shape_of_table(header.open(name), shape)) return {};
  std::vector<std::vector<double>> rows;
  for (auto at = all.begin(); at != all.end(); at += static_cast<std::ptrdiff_t>(shape[1]))
    rows.emplace_back(at, at + static_cast<std::ptrdiff_t>(shape[1]));
  return rows;
}

std::vector<std::string> header_texts(const Group& header, const std::string& name) {
  const Handle dataset = header.open(name);
  return dataset.ok() ? hdf5::read_texts(dataset, kMostChannels) : std::vector<std::string>{};
}

[[noreturn]] void refuse_header(const File& file, const std::string& what) {
  throw DataError(
      fmt::format("{}: a WaveSurfer file whose header {}, so that its counts cannot become volts or amperes; "
                  "load it with WaveSurfer's loadDataFile and save the scaled samples as text",
                  file.path, what));
}

// Channels that were switched off are in the header but not in the sweeps.
template <typename T>
std::vector<T> of_active(const std::vector<T>& all, const std::vector<double>& active) {
  if (all.size() != active.size()) return all;
  std::vector<T> some;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (active[i] != 0.0) some.push_back(all[i]);
  }
  return some;
}

// The channels of the sweeps, empty, and how each is scaled.
std::vector<Scaling> read_header(const File& file, const Group& header, SignalFile& signal) {
  const auto active = header_numbers(header, "IsAIChannelActive");
  const auto names = of_active(header_texts(header, "AIChannelNames"), active);
  const auto units = of_active(header_texts(header, "AIChannelUnits"), active);
  const auto scales = of_active(header_numbers(header, "AIChannelScales"), active);
  const auto rates = header_numbers(header, "AcquisitionSampleRate");
  const std::size_t count = names.size();
  if (count == 0 || units.size() != count || scales.size() != count)
    refuse_header(file, "does not give name, unit and scale (AIChannelScales) of each channel");
  auto polynomials = of_active(header_rows(header, "AIScalingCoefficients"), active);
  if (polynomials.size() != count) refuse_header(file, "has no AIScalingCoefficients for each channel");
  if (rates.size() != 1 || !std::isfinite(rates[0]) || rates[0] <= 0.0)
    refuse_header(file, "has no AcquisitionSampleRate");
  signal.dt_ms = tidy_step(1000.0 / rates[0]);
  std::vector<Scaling> scalings;
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isfinite(scales[i]) || scales[i] == 0.0)
      refuse_header(file, fmt::format("gives channel `{}` a scale of {}", names[i], scales[i]));
    Channel channel;
    channel.name = names[i];
    channel.file_unit = units[i];
    if (const auto unit = parse_electric_unit(units[i])) {
      channel.role = unit->role;
      channel.to_internal = unit->to_internal;
    }
    for (double& coefficient : polynomials[i]) coefficient /= scales[i];
    scalings.push_back({polynomials[i], channel.to_internal});
    signal.channels.push_back(std::move(channel));
  }
  return scalings;
}

void read_sweep(const File& file, const Handle& scans, const std::string& place,
                const std::vector<Scaling>& scalings, std::uint64_t& left, SignalFile& signal) {
  std::array<hsize_t, 2> shape{};
  const auto form = hdf5::number_form_of(scans);
  if (!form || form->real || !shape_of_table(scans, shape) || shape[0] != scalings.size())
    throw DataError(fmt::format("{}: its scans are not counts of {} channels", place, scalings.size()));
  if (shape[1] == 0 || shape[1] > left / (8 * shape[0]))
    throw InputError(
        fmt::format("{}: {} scans are none, or with the other sweeps more than a file of {} bytes "
                    "may hold",
                    place, shape[1], file.size));
  const std::size_t samples = shape[0] * shape[1];
  left -= 8 * samples;
  hdf5::check_storage(file, scans, samples, form->width, place, 0, samples);
  std::vector<double> counts(samples);
  if (H5Dread(scans.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, counts.data()) < 0)
    throw InputError(hdf5::damaged(place + ": its samples cannot be read"));
  const auto length = static_cast<std::ptrdiff_t>(shape[1]);
  auto row = counts.begin();
  for (std::size_t i = 0; i < scalings.size(); ++i, row += length) {
    auto& sweep = signal.channels[i].sweeps.emplace_back(row, row + length);
    for (double& sample : sweep) sample = scalings[i].at(sample);
  }
}

}  // namespace

bool is_wavesurfer(const File& file) {
  try {
    const Group root(hdf5::open_path(file.handle, "/"), file.path);
    const auto sweep = [](const hdf5::Link& link) { return link.name.starts_with("sweep_"); };
    if (!root.has("header") || std::ranges::none_of(root.links(), sweep)) return false;
    const Handle header = root.open("header");
    return H5Iget_type(header.get()) == H5I_GROUP &&
           H5Lexists(header.get(), "VersionString", H5P_DEFAULT) > 0;
  } catch (const InputError&) {
    return false;  // its members cannot be listed
  }
}

SignalFile read_wavesurfer(const File& file) {
  const Group root(hdf5::open_path(file.handle, "/"), file.path, kMostSweeps);
  const Group header(root.open("header"), file.path + ": /header");
  SignalFile signal;
  signal.path = file.path;
  signal.format = "WaveSurfer " + hdf5::read_value(header.open("VersionString")).text.value_or("");
  const std::vector<Scaling> scalings = read_header(file, header, signal);
  std::uint64_t left = hdf5::most_bytes(file.size);
  for (const hdf5::Link& link : root.links()) {
    if (!link.name.starts_with("sweep_")) continue;
    const std::string place = fmt::format("{}: {}", file.path, to_utf8(link.name));
    const Group sweep(root.open(link.name), place);
    const Handle scans = sweep.open("analogScans");
    if (H5Iget_type(scans.get()) != H5I_DATASET) {
      signal.left_out.push_back(fmt::format("`{}` (no analogScans in it)", to_utf8(link.name)));
      continue;
    }
    read_sweep(file, scans, place, scalings, left, signal);
  }
  return signal;
}

}  // namespace libfit
