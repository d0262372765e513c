#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"
#include "libfit/formats/nwb/nwb_samples_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

using hdf5::File;
using hdf5::Handle;
using nwb::Contents;
using nwb::Pairing;
using nwb::Series;

// Version 2 has it as an attribute of the root ("2.6.0"), version 1 as a dataset ("NWB-1.0.5").
std::string version_of(const Handle& file) {
  const Handle root = hdf5::open_path(file, "/");
  std::string text = hdf5::read_attribute(root, "nwb_version").text.value_or("");
  if (text.empty()) {
    const Handle dataset = hdf5::open_path(root, "nwb_version");
    if (H5Iget_type(dataset.get()) == H5I_DATASET) text = hdf5::read_value(dataset).text.value_or("");
  }
  const std::size_t digit = text.find_first_of("0123456789");
  return digit == std::string::npos ? "" : text.substr(digit);
}

Contents read_contents(const File& file) {
  const std::string version = version_of(file.handle);
  if (version.empty()) throw InputError(file.path + ": does not say which version of NWB it is");
  Contents contents = version.front() == '1' ? nwb::read_contents_1(file) : nwb::read_contents_2(file);
  contents.version = version;
  return contents;
}

std::string stimulus_of(const Contents& contents, const Pairing& pair) {
  if (!pair.stimulus_name.empty()) return pair.stimulus_name;
  const std::string& name = contents.series[pair.stimulus.series].note.stimulus;
  return name.empty() ? contents.series[pair.response.series].note.stimulus : name;
}

bool tells_roles(const Contents& contents) {
  return std::any_of(contents.sweeps.begin(), contents.sweeps.end(),
                     [](const Pairing& pair) { return !pair.role.empty(); });
}

// Each once, in the order of the file, ten at most.
std::string list_of(std::vector<std::string> names) {
  std::vector<std::string> each;
  for (std::string& name : names) {
    if (!name.empty() && std::find(each.begin(), each.end(), name) == each.end())
      each.push_back(std::move(name));
  }
  if (each.empty()) return "none";
  const bool more = each.size() > 10;
  if (more) each.resize(10);
  return fmt::format("`{}`{}", fmt::join(each, "`, `"), more ? " and more" : "");
}

std::vector<std::size_t> with_stimulus(const File& file, const Contents& contents,
                                       const std::string& wanted) {
  std::vector<std::size_t> picked;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < contents.sweeps.size(); ++i) {
    names.push_back(stimulus_of(contents, contents.sweeps[i]));
    if (lower(trimmed(names.back())) == lower(trimmed(wanted))) picked.push_back(i);
  }
  if (picked.empty()) {
    throw OptionError(fmt::format("--stimulus {}: {} has no sweep of that stimulus; it has {}", wanted,
                                  file.path, list_of(names)));
  }
  return picked;
}

std::vector<std::size_t> with_role(const File& file, const Contents& contents, const std::string& wanted) {
  std::vector<std::size_t> picked;
  std::vector<std::string> roles;
  for (std::size_t i = 0; i < contents.sweeps.size(); ++i) {
    roles.push_back(contents.sweeps[i].role);
    if (lower(roles.back()) == wanted) picked.push_back(i);
  }
  if (picked.empty()) {
    throw DataError(
        fmt::format("{}: no sweep has the role `{}`; its roles are {}, so name the sweeps by --{}-stimulus",
                    file.path, wanted, list_of(roles), wanted));
  }
  return picked;
}

std::vector<std::size_t> pick(const File& file, const Contents& contents, const ReadOptions& options) {
  const Selection& wanted = options.selection;
  if (!wanted.stimulus.empty()) return with_stimulus(file, contents, wanted.stimulus);
  if (!wanted.role.empty() && tells_roles(contents)) return with_role(file, contents, wanted.role);
  std::vector<std::size_t> all(contents.sweeps.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

// The channels of one electrode, voltage first.
struct Electrode {
  std::string name;
  std::vector<std::size_t> sweeps;  // indices into Contents::sweeps
};

std::vector<Electrode> electrodes_of(const Contents& contents, const std::vector<std::size_t>& picked) {
  std::vector<Electrode> electrodes;
  for (const std::size_t i : picked) {
    const std::string& name = contents.series[contents.sweeps[i].response.series].electrode;
    auto found = std::find_if(electrodes.begin(), electrodes.end(),
                              [&](const Electrode& one) { return one.name == name; });
    if (found == electrodes.end()) found = electrodes.insert(electrodes.end(), Electrode{name, {}});
    found->sweeps.push_back(i);
  }
  return electrodes;
}

SweepNote note_of(const Contents& contents, std::size_t index) {
  const Pairing& pair = contents.sweeps[index];
  const Series& response = contents.series[pair.response.series];
  SweepNote note = response.note;
  note.number = index + 1;
  note.name = response.name;
  note.stimulus = stimulus_of(contents, pair);
  note.role = pair.role;
  note.dt_ms = response.dt_ms;
  note.points = pair.response.count;
  note.stimulus_amplitude_pA = pair.amplitude_pA;
  return note;
}

// Values that no cell has, by the rule of a version: the rule may not hold for this file.
void refuse_implausible(const File& file, const Contents& contents, const Series& series,
                        const std::vector<double>& samples) {
  double largest = 0.0;
  for (const double sample : samples) largest = std::max(largest, std::abs(sample));
  const bool voltage = series.kind == nwb::Kind::response;
  const bool plausible =
      voltage ? largest >= 1.0 && largest <= 1e3 : largest == 0.0 || (largest >= 1e-3 && largest <= 1e6);
  if (plausible) return;
  throw DataError(fmt::format(
      "{}: `{}` reaches {:.3g} {}, which no cell does, where `conversion` is {}applied as the version of its "
      "pipeline demands; if the file is sound, state the unit of these numbers with --{}-unit",
      file.path, series.name, largest, voltage ? "mV" : "pA", contents.converted ? "" : "not ",
      voltage ? "voltage" : "current"));
}

// Adds up what is read, against many series that are each within the limit.
class Budget {
 public:
  explicit Budget(const File& file) : file_(file), left_(hdf5::most_bytes(file.size)) {}
  void take(std::uint64_t samples) {
    if (samples > left_ / sizeof(double)) {
      throw InputError(
          fmt::format("{}: its sweeps are more than a file of {} bytes may hold; name some with "
                      "--sweeps or --stimulus",
                      file_.path, file_.size));
    }
    left_ -= samples * sizeof(double);
  }

 private:
  const File& file_;
  std::uint64_t left_;
};

// One half of a sweep, from --from to --to.
std::vector<double> read_half(const File& file, const Contents& contents, nwb::Stretch stretch,
                              const ReadOptions& options, Budget& budget, SweepNote& note) {
  const Series& series = contents.series[stretch.series];
  const nwb::Clock clock = nwb::clock_of(file, series, stretch, options.resample);
  const std::uint64_t count = nwb::regular_count(clock, stretch.count);
  if (note.dt_ms > 0.0 && std::abs(note.dt_ms - clock.dt_ms) > 1e-6 * note.dt_ms) {
    throw DataError(
        fmt::format("{}: `{}` is sampled every {:g} ms but its stimulus every {:g} ms; resample one of "
                    "them",
                    file.path, note.name, note.dt_ms, clock.dt_ms));
  }
  note.dt_ms = clock.dt_ms;
  note.points = count;
  const SampleWindow window =
      options.selection.window(count, clock.dt_ms, fmt::format("{}: `{}`", file.path, series.name));
  note.start_ms = static_cast<double>(window.first) * clock.dt_ms;
  const bool regular = clock.times_s.empty();
  if (regular) stretch = {stretch.series, stretch.first + window.first, window.last - window.first};
  budget.take(stretch.count);
  std::vector<double> samples = nwb::samples_of(file, series, stretch, clock);
  if (!regular) {
    samples.resize(window.last);
    samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(window.first));
  }
  if (contents.conversion_by_version && options.voltage_unit.empty() && options.current_unit.empty())
    refuse_implausible(file, contents, series, samples);
  return samples;
}

void add_channels(const File& file, const Contents& contents, const Electrode& electrode, bool named,
                  const ReadOptions& options, Budget& budget, SignalFile& signal) {
  Channel voltage;
  Channel current;
  const std::string prefix = named ? electrode.name + " " : "";
  voltage.name = prefix + "voltage";
  current.name = prefix + "current";
  voltage.role = ChannelRole::voltage;
  current.role = ChannelRole::current;
  voltage.telegraph = current.telegraph = ClampMode::current_clamp;
  const Pairing& first = contents.sweeps[electrode.sweeps.front()];
  voltage.file_unit = contents.series[first.response.series].unit;
  voltage.to_internal = contents.series[first.response.series].to_internal;
  current.file_unit = contents.series[first.stimulus.series].unit;
  current.to_internal = contents.series[first.stimulus.series].to_internal;
  std::vector<std::string> cuts;
  for (const std::size_t i : electrode.sweeps) {
    const Pairing& pair = contents.sweeps[i];
    SweepNote note = note_of(contents, i);
    voltage.stored.push_back(contents.series[pair.response.series].stored);
    current.stored.push_back(contents.series[pair.stimulus.series].stored);
    std::vector<double> response;
    std::vector<double> stimulus;
    std::string cut = pair.cut;
    if (signal.samples_read) {
      response = read_half(file, contents, pair.response, options, budget, note);
      stimulus = read_half(file, contents, pair.stimulus, options, budget, note);
      const std::size_t both = std::min(response.size(), stimulus.size());
      if (response.size() != stimulus.size()) {
        cut =
            fmt::format("with --resample the response has {} samples, its stimulus {}; used are the first {}",
                        response.size(), stimulus.size(), both);
      }
      response.resize(both);
      stimulus.resize(both);
    } else if (note.dt_ms == 0.0) {
      note.dt_ms = nwb::clock_of(file, contents.series[pair.response.series], pair.response, true).dt_ms;
    }
    if (!cut.empty()) cuts.push_back(fmt::format("sweep {} (`{}`): {}", note.number, note.name, cut));
    voltage.sweeps.push_back(std::move(response));
    current.sweeps.push_back(std::move(stimulus));
    voltage.notes.push_back(note);
    current.notes.push_back(std::move(note));
  }
  if (!cuts.empty()) {
    signal.warnings.push_back(
        fmt::format("{}: {}{}", file.path, cuts.front(),
                    cuts.size() > 1 ? fmt::format(" ({} more sweeps likewise)", cuts.size() - 1) : ""));
  }
  signal.channels.push_back(std::move(voltage));
  signal.channels.push_back(std::move(current));
}

void warn_of_bias(const File& file, SignalFile& signal) {
  for (const Channel& channel : signal.channels) {
    for (const SweepNote& note : channel.notes) {
      if (channel.role != ChannelRole::voltage || !note.bias_current_pA || *note.bias_current_pA == 0.0)
        continue;
      signal.warnings.push_back(fmt::format(
          "{}: sweep {}: a bias current of {:g} pA is noted beside the stimulus and not added to it; if the "
          "stimulus is the command without it, add it with --current-offset",
          file.path, note.number, *note.bias_current_pA));
      return;
    }
  }
}

bool within_limit(const Contents& contents, const std::vector<std::size_t>& picked,
                  const ReadOptions& options) {
  if (!options.listing_limit) return true;
  std::uint64_t points = 0;
  for (const std::size_t i : picked)
    points += 2 * contents.sweeps[i].response.count + ReadOptions::kSweepCost;
  return points <= *options.listing_limit;
}

}  // namespace

bool is_nwb(const File& file) { return !version_of(file.handle).empty(); }

SignalFile read_nwb(const File& file, const ReadOptions& options) {
  Contents contents = read_contents(file);
  SignalFile signal;
  signal.path = file.path;
  signal.format = "NWB " + contents.version;
  signal.left_out = contents.left_out;
  signal.warnings = contents.warnings;
  if (contents.sweeps.empty()) return signal;
  std::vector<std::size_t> picked = pick(file, contents, options);
  std::vector<Electrode> electrodes = electrodes_of(contents, picked);
  if (!options.selection.sweeps.empty() && electrodes.size() == 1) {
    std::vector<std::size_t> chosen;
    for (const std::size_t i : options.selection.indices(picked.size())) chosen.push_back(picked[i]);
    electrodes.front().sweeps = picked = chosen;
    signal.sweeps_chosen = true;
  }
  signal.samples_read = within_limit(contents, picked, options);
  Budget budget(file);
  for (const Electrode& electrode : electrodes)
    add_channels(file, contents, electrode, electrodes.size() > 1, options, budget, signal);
  signal.dt_ms = signal.channels.front().notes.front().dt_ms;
  warn_of_bias(file, signal);
  return signal;
}

std::vector<std::string> nwb_roles(const File& file) {
  std::vector<std::string> roles;
  for (const Pairing& pair : read_contents(file).sweeps) {
    if (!pair.role.empty() && std::find(roles.begin(), roles.end(), pair.role) == roles.end())
      roles.push_back(pair.role);
  }
  return roles;
}

}  // namespace libfit
