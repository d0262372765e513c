#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_samples_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;
using hdf5::Handle;

// `count` numbers from `first` on of a dataset in one dimension (or N x 1).
std::vector<double> read_stretch(const File& file, const Handle& dataset, std::uint64_t first,
                                 std::uint64_t count, const std::string& place) {
  const auto form = hdf5::number_form_of(dataset);
  const auto length = hdf5::length_of(dataset);
  if (!form || !length || first + count > *length)
    throw InputError(hdf5::damaged(place + ": its samples cannot be read"));
  hdf5::check_storage(file, dataset, *length, form->width, place, first, count);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const hsize_t start[2] = {first, 0};
  const hsize_t size[2] = {count, 1};
  const Handle memory(H5Screate_simple(1, size, nullptr), H5Sclose);
  if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, size, nullptr) < 0)
    throw InputError(hdf5::damaged(place + ": its samples cannot be read"));
  std::vector<double> values(count);
  if (H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, memory.get(), space.get(), H5P_DEFAULT, values.data()) < 0)
    throw InputError(hdf5::damaged(place + ": its samples cannot be read"));
  return values;
}

// Opened by the address that it had when the series was read.
Handle dataset_at(const File& file, haddr_t address, const std::string& place) {
  Handle dataset(H5Oopen_by_addr(file.handle.get(), address), H5Oclose);
  if (!dataset.ok()) throw InputError(hdf5::damaged(place + " cannot be opened"));
  return dataset;
}

std::string place_of(const File& file, const Series& series) {
  return fmt::format("{}: `{}`", file.path, series.name);
}

double median_step(const std::vector<double>& times_s) {
  std::vector<double> steps(times_s.size() - 1);
  for (std::size_t k = 0; k < steps.size(); ++k) steps[k] = times_s[k + 1] - times_s[k];
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  return steps[steps.size() / 2];
}

// The first sample that is off the grid by more than a quarter of a step: by more, a sample was lost.
std::optional<std::size_t> first_off_grid(const std::vector<double>& times_s, double step_s) {
  for (std::size_t k = 0; k < times_s.size(); ++k) {
    if (!(std::abs(times_s[k] - times_s[0] - static_cast<double>(k) * step_s) <= 0.25 * step_s)) return k;
  }
  return std::nullopt;
}

// Interpolated onto the grid; times must rise.
std::vector<double> on_grid(const std::vector<double>& times_s, const std::vector<double>& values,
                            double step_s) {
  const auto count = static_cast<std::size_t>((times_s.back() - times_s.front()) / step_s + 1e-6) + 1;
  std::vector<double> result(count);
  std::size_t before = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double time_s = times_s.front() + static_cast<double>(k) * step_s;
    while (before + 2 < times_s.size() && times_s[before + 1] <= time_s) ++before;
    const double share = (time_s - times_s[before]) / (times_s[before + 1] - times_s[before]);
    result[k] = values[before] + std::clamp(share, 0.0, 1.0) * (values[before + 1] - values[before]);
  }
  return result;
}

void refuse_unresamplable(const std::vector<double>& times_s, double step_s, const std::string& place) {
  constexpr double kLongestGap = 10.0;  // steps; a line across more is no recording
  for (std::size_t k = 1; k < times_s.size(); ++k) {
    const double apart_s = times_s[k] - times_s[k - 1];
    if (apart_s > 0.0 && apart_s <= kLongestGap * step_s) continue;
    throw DataError(fmt::format(
        "{}: sample {} comes {:g} ms after the one before, which is no gap to interpolate over; use "
        "one of the two parts with --from and --to",
        place, k, 1000.0 * apart_s));
  }
}

}  // namespace

std::vector<double> times_of(const File& file, const Series& series, const Stretch& stretch) {
  const std::string place = place_of(file, series) + ": timestamps";
  return read_stretch(file, dataset_at(file, series.timestamps, place), stretch.first, stretch.count, place);
}

Clock clock_of(const File& file, const Series& series, const Stretch& stretch, bool resample) {
  Clock clock;
  clock.dt_ms = series.dt_ms;
  if (series.dt_ms > 0.0) return clock;
  const std::string place = place_of(file, series);
  if (stretch.count < 2) throw DataError(place + ": one sample has no step");
  clock.times_s = times_of(file, series, stretch);
  const double median_s = median_step(clock.times_s);
  const double step_s =
      (clock.times_s.back() - clock.times_s.front()) / static_cast<double>(clock.times_s.size() - 1);
  if (!std::isfinite(step_s) || step_s <= 0.0 || !(median_s > 0.0))
    throw DataError(place + ": its timestamps do not rise");
  const auto off = first_off_grid(clock.times_s, step_s);
  if (!off) {
    clock.times_s.clear();
    clock.dt_ms = tidy_step(1000.0 * step_s);
    return clock;
  }
  if (!resample) {
    throw DataError(
        fmt::format("{}: its timestamps are not regular (sample {}, at {:g} s, is off by more than a quarter "
                    "of a step of "
                    "{:g} ms); pass --resample to interpolate",
                    place, *off, clock.times_s[*off], 1000.0 * median_s));
  }
  refuse_unresamplable(clock.times_s, median_s, place);
  clock.dt_ms = tidy_step(1000.0 * median_s);
  return clock;
}

std::uint64_t regular_count(const Clock& clock, std::uint64_t count) {
  if (clock.times_s.empty()) return count;
  const double duration_s = clock.times_s.back() - clock.times_s.front();
  return static_cast<std::uint64_t>(1000.0 * duration_s / clock.dt_ms + 1e-6) + 1;
}

std::vector<double> samples_of(const File& file, const Series& series, const Stretch& stretch,
                               const Clock& clock) {
  const std::string place = place_of(file, series);
  const Handle data = dataset_at(file, series.data, place);
  std::vector<double> values = read_stretch(file, data, stretch.first, stretch.count, place);
  const Encoding& stored = series.stored;
  if (stored.scale != 1.0 || stored.offset != 0.0) {
    for (double& value : values) value = value * stored.scale + stored.offset;
  }
  if (clock.times_s.empty()) return values;
  return on_grid(clock.times_s, values, clock.dt_ms / 1000.0);
}

}  // namespace libfit::nwb
