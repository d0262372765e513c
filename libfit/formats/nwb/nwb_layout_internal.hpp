// What an NWB file holds before any sample is read: its series, and which response goes with which stimulus.
// Both layouts (NWB 1 and 2) end here; nwb_reader.cpp goes on from here to the samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "libfit/formats/hdf5/hdf5_group_internal.hpp"
#include "libfit/formats/hdf5/hdf5_values_internal.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit::nwb {

enum class Kind { response, stimulus, no_current, voltage_clamp, other };

// One time series. Values are data * conversion + offset in `unit` [NWB core schema, TimeSeries.data]; the
// field `gain` is information about the amplifier and never applied.
struct Series {
  std::string path;
  std::string name;
  Kind kind = Kind::other;
  std::string unit;          // as in the file
  double to_internal = 1.0;  // factor from `unit` to mV or pA
  Encoding stored;           // to mV or pA
  std::uint64_t points = 0;
  double dt_ms = 0.0;  // 0: times of samples are in `timestamps`
  // Of the first sample, and from sample to sample in the mean; where the file states them.
  std::optional<double> start_s;
  double step_s = 0.0;
  std::string electrode;
  std::optional<std::int64_t> sweep_number;
  SweepNote note;  // stimulus name and settings of the amplifier
  // Where its group, its samples and their times stand in the file.
  haddr_t address = HADDR_UNDEF;
  haddr_t data = HADDR_UNDEF;
  haddr_t timestamps = HADDR_UNDEF;
};

struct Stretch {
  std::size_t series = 0;  // index into Contents::series
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

struct Pairing {
  Stretch response;
  Stretch stimulus;
  std::string stimulus_name;  // where the table has it
  std::string role;
  std::optional<double> amplitude_pA;
  // What of response and stimulus is left out because the other has none of it; empty: nothing.
  std::string cut;
};

struct Contents {
  std::string version;
  std::vector<Series> series;
  std::vector<Pairing> sweeps;
  std::vector<std::string> left_out;  // "`AD_vc` (voltage clamp)"
  std::vector<std::string> warnings;
  bool conversion_by_version = false;  // NWB 1 of the Allen Institute: a rule, to be doubted where it gives
  bool converted = true;               // values that no cell has
};

// What a file may hold at most, against damage that would make a reader go on for ever.
inline constexpr std::size_t kMaxSeries = 200000;

// Opens a member without following links into other files: throws DataError for such a
// link, InputError for one that leads nowhere. `place` begins the sentence.
hdf5::Handle open_member(const hdf5::Group& group, const std::string& name, const std::string& place);
// The same of a member that is a group; nullopt where there is none of the name, or it is another object.
std::optional<hdf5::Group> open_group(const hdf5::Group& parent, const std::string& name,
                                      const std::string& place, std::size_t most = hdf5::Group::kMostLinks);

// The group of all series, epochs or the like at a path from the root ("/epochs"); nullopt where there is
// none. Throws InputError where it, or one above it, is damaged or has more than kMaxSeries members.
std::optional<hdf5::Group> open_listed(const hdf5::File& file, const std::string& path);

// Series by their path and by their place in the file: links and references of tables lead to them.
class SeriesIndex {
 public:
  explicit SeriesIndex(const Contents& contents);
  // A reference to an object is its address in the file.
  std::optional<std::size_t> at(haddr_t reference) const;
  // That a link of a group leads to. Throws as open_member does.
  std::optional<std::size_t> linked(const hdf5::Group& group, const std::string& name,
                                    const std::string& place) const;

 private:
  std::unordered_map<std::string, std::size_t> by_path_;
  std::unordered_map<haddr_t, std::size_t> by_address_;
};

// Number or text of a member that is a dataset of one element; nothing where it is not there.
hdf5::Value member_value(const hdf5::Group& group, const std::string& name);

// `data` or `timestamps` of a series. Throws as open_member does, and DataError where it is no dataset.
hdf5::Handle open_dataset(const hdf5::Group& group, const std::string& name, const std::string& place);

// The parts that both layouts share: unit, conversion, length, step, settings of the amplifier. Throws
// InputError for damage, DataError for what makes this series unreadable.
Series read_series(const hdf5::File& file, const hdf5::Group& parent, const std::string& group,
                   const std::string& name);
// Unit, role and encoding from data@unit, @conversion and @offset.
void read_scaling(const hdf5::Handle& data, bool apply_conversion, const std::string& place, Series& series);
// Refuses a length that the file cannot hold (InputError), a shape or length that is none (DataError).
void read_length(const hdf5::File& file, const hdf5::Handle& data, const std::string& place, Series& series);
void read_settings(const hdf5::Group& group, Series& series);
void read_clock(const hdf5::File& file, const hdf5::Group& group, const std::string& place, Series& series);

Contents read_contents_2(const hdf5::File& file);
Contents read_contents_1(const hdf5::File& file);

// Response and stimulus of each sweep by the tables of the file; nothing without one [NWB core schema,
// IntracellularRecordingsTable, SweepTable].
std::vector<Pairing> pair_by_recordings_table(const hdf5::File& file, Contents& contents);
std::vector<Pairing> pair_by_sweep_table(const hdf5::File& file, Contents& contents);
// Of the series that `taken` does not name: by sweep number and electrode, then by electrode and the number
// in their names, then by electrode, start and length.
std::vector<Pairing> pair_by_metadata(const Contents& contents, std::vector<bool> taken);

// Cuts response and stimulus of each sweep to the time that both have, by their clocks where both state when
// they begin, and to the same length. Sweeps whose halves have no time in common are left out, which is
// warned of. `indices_rule`: the file pairs sample with sample (epochs of NWB 1), so clocks that contradict
// it only cause a warning.
void align_sweeps(const hdf5::File& file, bool indices_rule, Contents& contents);

}  // namespace libfit::nwb
