#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_layout_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;
using hdf5::Group;
using hdf5::Handle;

constexpr const char* kResponses = "/acquisition/timeseries";
constexpr const char* kStimuli = "/stimulus/presentation";

struct Version {
  int major_number = 0;
  int minor_number = 0;
};

// The version of the pipeline that wrote the file: general/generated_by lists keys and values in turn.
Version pipeline_version(const File& file) {
  Version version;
  const auto general = open_listed(file, "/general");
  if (!general || !general->has("generated_by")) return version;
  const Handle info = open_member(*general, "generated_by", file.path);
  if (H5Iget_type(info.get()) != H5I_DATASET) return version;
  const auto words = hdf5::read_texts(info, 1000);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (lower(words[i]) != "version") continue;
    const std::string& text = words[i + 1];
    const char* end = text.data() + text.size();
    const auto [dot, problem] = std::from_chars(text.data(), end, version.major_number);
    if (problem == std::errc() && dot != end && *dot == '.')
      std::from_chars(dot + 1, end, version.minor_number);
  }
  return version;
}

// Up to pipeline version 1.0 the attribute `conversion` was wrong and samples were in SI units already
// [AllenSDK, NwbDataSet.get_sweep; docs/formats/nwb.md]. Files of other laboratories have no such version.
bool conversion_applies(const File& file, bool allen) {
  const Version version = pipeline_version(file);
  return !allen || version.major_number > 1 || (version.major_number == 1 && version.minor_number > 0);
}

Series read_series_1(const File& file, const Group& parent, const std::string& group, const std::string& name,
                     bool convert) {
  Series series;
  series.path = group + "/" + name;
  series.name = to_utf8(name);
  const bool response = group == kResponses;
  const std::string place = fmt::format("{}: {} `{}`", file.path, response ? "response" : "stimulus", name);
  const auto opened = open_group(parent, name, place);
  if (!opened || !opened->has("data")) return series;
  const Group& members = *opened;
  const Handle data = open_dataset(members, "data", place);
  const auto unit = parse_electric_unit(hdf5::read_attribute(data, "unit").text.value_or(""));
  // Current clamp answers in volts to a stimulus in amperes; the other way round it is voltage clamp.
  const ChannelRole wanted = response ? ChannelRole::voltage : ChannelRole::current;
  series.kind = response ? Kind::response : Kind::stimulus;
  if (unit && unit->role != wanted) {
    series.kind = Kind::voltage_clamp;
    return series;
  }
  series.address = hdf5::address_of(members.handle());
  series.data = hdf5::address_of(data);
  read_length(file, data, place, series);
  read_scaling(data, convert, place, series);
  read_clock(file, members, place, series);
  series.electrode = member_value(members, "electrode_name").text.value_or("");
  for (const char* member : {"aibs_stimulus_name", "stimulus_description"}) {
    if (series.note.stimulus.empty()) series.note.stimulus = member_value(members, member).text.value_or("");
  }
  series.note.stimulus_amplitude_pA = member_value(members, "aibs_stimulus_amplitude_pa").number;
  if (response) read_settings(members, series);
  return series;
}

void add_series(const File& file, const std::string& group, bool convert, Contents& contents) {
  const auto parent = open_listed(file, group);
  if (!parent) return;
  for (const hdf5::Link& link : parent->links()) {
    const std::string& name = link.name;
    try {
      Series series = read_series_1(file, *parent, group, name, convert);
      if (series.kind == Kind::voltage_clamp && group == kResponses)
        contents.left_out.push_back(fmt::format("`{}` (voltage clamp)", series.name));
      if (series.kind == Kind::response || series.kind == Kind::stimulus)
        contents.series.push_back(std::move(series));
    } catch (const DataError& problem) {
      contents.left_out.push_back(fmt::format("`{}` ({})", name, problem.what()));
    }
  }
}

std::optional<std::int64_t> number_after(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  std::int64_t number = 0;
  const char* begin = name.data() + prefix.size();
  const char* end = name.data() + name.size();
  const auto [stop, problem] = std::from_chars(begin, end, number);
  return problem == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// One half of an epoch: the stretch of a series from idx_start on, `count` samples of it.
std::optional<Stretch> stretch_in(const Group& epoch, const std::string& half, const std::string& place,
                                  const SeriesIndex& index, const Contents& contents) {
  if (!epoch.has(half)) return std::nullopt;
  const auto part = open_group(epoch, half, place);
  if (!part || !part->has("timeseries")) return std::nullopt;
  const Group& group = *part;
  const std::string path = place + "/" + half;
  const auto series = index.linked(group, "timeseries", path);
  const auto first = member_value(group, "idx_start").number;
  const auto count = member_value(group, "count").number;
  if (!series || !first || !count || !(*first >= 0.0) || !(*count >= 1.0)) return std::nullopt;
  const auto points = static_cast<double>(contents.series[*series].points);
  if (!(*first + *count <= points)) {
    throw DataError(fmt::format("{} ends at sample {:.0f} of {:.0f}; the file is damaged", path,
                                *first + *count, points));
  }
  return Stretch{*series, static_cast<std::uint64_t>(*first), static_cast<std::uint64_t>(*count)};
}

// Sweep_N is all that was recorded; Experiment_N leaves out the test pulse before it and, where a sweep was
// stopped early, what follows. A sweep without an experiment is used whole.
void pair_by_epochs(const File& file, const Group& epochs, const std::vector<std::int64_t>& numbers,
                    Contents& contents) {
  const SeriesIndex index(contents);
  for (const std::int64_t number : numbers) {
    std::string name = fmt::format("Experiment_{}", number);
    if (!epochs.has(name)) name = fmt::format("Sweep_{}", number);
    const std::string place = fmt::format("{}: /epochs/{}", file.path, name);
    const auto epoch = open_group(epochs, name, place);
    if (!epoch) continue;
    const auto response = stretch_in(*epoch, "response", place, index, contents);
    const auto stimulus = stretch_in(*epoch, "stimulus", place, index, contents);
    if (!response || !stimulus || contents.series[response->series].kind != Kind::response ||
        contents.series[stimulus->series].kind != Kind::stimulus)
      continue;
    contents.sweeps.push_back({*response, *stimulus, "", "", {}, ""});
  }
}

}  // namespace

Contents read_contents_1(const File& file) {
  Contents contents;
  std::vector<std::int64_t> numbers;
  const auto epochs = open_listed(file, "/epochs");
  for (const hdf5::Link& link : epochs ? epochs->links() : std::span<const hdf5::Link>()) {
    if (const auto number = number_after(link.name, "Sweep_")) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  const bool convert = conversion_applies(file, !numbers.empty());
  add_series(file, kResponses, convert, contents);
  add_series(file, kStimuli, convert, contents);
  if (numbers.empty()) {
    contents.sweeps = pair_by_metadata(contents, std::vector<bool>(contents.series.size(), false));
  } else {
    pair_by_epochs(file, *epochs, numbers, contents);
  }
  align_sweeps(file, !numbers.empty(), contents);
  for (Pairing& pair : contents.sweeps) {
    const SweepNote& note = contents.series[pair.stimulus.series].note;
    pair.stimulus_name = note.stimulus;
    pair.amplitude_pA = note.stimulus_amplitude_pA;
  }
  contents.conversion_by_version = !numbers.empty();
  contents.converted = convert;
  return contents;
}

}  // namespace libfit::nwb
