#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_layout_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;
using hdf5::Handle;

constexpr const char* kRecordings = "/general/intracellular_ephys/intracellular_recordings";
constexpr const char* kSweeps = "/general/intracellular_ephys/sweep_table";

// A reference of a table to a stretch of a series [TimeSeriesReferenceVectorData]. -1: there is none.
struct Reference {
  std::int32_t first;
  std::int32_t count;
  hobj_ref_t series;
};

// A column, with its length; nullopt where there is none that a table of sweeps could have.
std::optional<std::pair<Handle, std::size_t>> column(const File& file, const std::string& table,
                                                     const std::string& name) {
  const auto group = open_listed(file, table);
  if (!group || !group->has(name)) return std::nullopt;
  Handle dataset = open_member(*group, name, fmt::format("{}: {}", file.path, table));
  if (H5Iget_type(dataset.get()) != H5I_DATASET) return std::nullopt;
  const auto rows = hdf5::length_of(dataset);
  if (!rows || *rows == 0 || *rows > kMaxSeries) return std::nullopt;
  return std::pair(std::move(dataset), static_cast<std::size_t>(*rows));
}

bool is_reference(hid_t type) {
  return H5Tget_class(type) == H5T_REFERENCE && H5Tget_size(type) == sizeof(hobj_ref_t);
}

// The three members that a reference has, each inside of the type: the library would copy from anywhere.
bool holds_references(const Handle& type) {
  if (!type.ok() || H5Tget_class(type.get()) != H5T_COMPOUND) return false;
  for (const char* name : {"idx_start", "count", "timeseries"}) {
    const int index = H5Tget_member_index(type.get(), name);
    if (index < 0) return false;
    const auto member = static_cast<unsigned>(index);
    const Handle part(H5Tget_member_type(type.get(), member), H5Tclose);
    if (!part.ok() ||
        !(name[0] == 't' ? is_reference(part.get()) : hdf5::number_form(part.get()).has_value()) ||
        H5Tget_member_offset(type.get(), member) + H5Tget_size(part.get()) > H5Tget_size(type.get()))
      return false;
  }
  return true;
}

std::vector<Reference> read_references(const File& file, const std::string& table, const std::string& name) {
  const auto found = column(file, table, name);
  if (!found) return {};
  const Handle type(H5Dget_type(found->first.get()), H5Tclose);
  if (!holds_references(type)) return {};
  const Handle memory(H5Tcreate(H5T_COMPOUND, sizeof(Reference)), H5Tclose);
  H5Tinsert(memory.get(), "idx_start", HOFFSET(Reference, first), H5T_NATIVE_INT32);
  H5Tinsert(memory.get(), "count", HOFFSET(Reference, count), H5T_NATIVE_INT32);
  H5Tinsert(memory.get(), "timeseries", HOFFSET(Reference, series), H5T_STD_REF_OBJ);
  std::vector<Reference> rows(found->second, Reference{-1, -1, 0});
  if (H5Dread(found->first.get(), memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()) < 0)
    throw InputError(hdf5::damaged(fmt::format("{}: {} cannot be read", file.path, table)));
  return rows;
}

template <typename Number>
std::vector<Number> read_numbers(const File& file, const std::string& table, const std::string& name,
                                 hid_t type) {
  const auto found = column(file, table, name);
  if (!found) return {};
  const Handle stored(H5Dget_type(found->first.get()), H5Tclose);
  const bool references = H5Tget_class(type) == H5T_REFERENCE;
  if (!stored.ok() ||
      !(references ? is_reference(stored.get()) : hdf5::number_form(stored.get()).has_value()))
    return {};
  std::vector<Number> rows(found->second);
  if (H5Dread(found->first.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()) < 0) return {};
  return rows;
}

std::vector<std::string> read_column_texts(const File& file, const std::string& table,
                                           const std::string& name) {
  const auto found = column(file, table, name);
  return found ? hdf5::read_texts(found->first, kMaxSeries) : std::vector<std::string>{};
}

// The stretch that a row names, if it lies in its series and is of the kind that the column should hold.
std::optional<Stretch> stretch_of(const Reference& row, Kind kind, const SeriesIndex& index,
                                  const Contents& contents) {
  if (row.first < 0 || row.count <= 0) return std::nullopt;
  const auto series = index.at(row.series);
  if (!series || contents.series[*series].kind != kind) return std::nullopt;
  const auto first = static_cast<std::uint64_t>(row.first);
  const auto count = static_cast<std::uint64_t>(row.count);
  if (first + count > contents.series[*series].points) return std::nullopt;
  return Stretch{*series, first, count};
}

}  // namespace

std::vector<Pairing> pair_by_recordings_table(const File& file, Contents& contents) {
  const std::string table = kRecordings;
  const auto responses = read_references(file, table + "/responses", "response");
  const auto stimuli = read_references(file, table + "/stimuli", "stimulus");
  const auto roles = read_column_texts(file, table, "role");
  const auto names = read_column_texts(file, table, "stimulus_name");
  if (responses.empty() || stimuli.empty()) return {};
  const SeriesIndex index(contents);
  std::vector<Pairing> pairs;
  std::size_t skipped = 0;
  for (std::size_t row = 0; row < std::min(responses.size(), stimuli.size()); ++row) {
    const auto response = stretch_of(responses[row], Kind::response, index, contents);
    const auto stimulus = stretch_of(stimuli[row], Kind::stimulus, index, contents);
    skipped += response && stimulus ? 0 : 1;
    if (!response || !stimulus) continue;
    Pairing& pair = pairs.emplace_back(Pairing{*response, *stimulus, "", "", {}, ""});
    if (roles.size() == responses.size()) pair.role = roles[row];
    if (names.size() == responses.size()) pair.stimulus_name = names[row];
  }
  if (skipped > 0 && !pairs.empty()) {
    contents.warnings.push_back(
        fmt::format("{}: {} of {} rows of the table of intracellular recordings name no current-clamp "
                    "response with its stimulus and are left out",
                    file.path, skipped, responses.size()));
  }
  return pairs;
}

std::vector<Pairing> pair_by_sweep_table(const File& file, Contents& contents) {
  const auto numbers = read_numbers<std::int64_t>(file, kSweeps, "sweep_number", H5T_NATIVE_INT64);
  const auto series = read_numbers<hobj_ref_t>(file, kSweeps, "series", H5T_STD_REF_OBJ);
  const auto ends = read_numbers<std::uint64_t>(file, kSweeps, "series_index", H5T_NATIVE_UINT64);
  if (numbers.empty() || ends.size() != numbers.size()) return {};
  // The table gives each series its number; the pairing by numbers does the rest.
  const SeriesIndex index(contents);
  Contents numbered;
  numbered.series = contents.series;
  for (Series& one : numbered.series) one.sweep_number.reset();
  std::vector<bool> taken(contents.series.size(), true);
  std::uint64_t begin = 0;
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const std::uint64_t end = std::min<std::uint64_t>(ends[row], series.size());
    for (; begin < end; ++begin) {
      const auto place = index.at(series[begin]);
      if (!place) continue;
      numbered.series[*place].sweep_number = numbers[row];
      taken[*place] = false;
    }
  }
  return pair_by_metadata(numbered, std::move(taken));
}

}  // namespace libfit::nwb
