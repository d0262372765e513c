#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_layout_internal.hpp"
#include "libfit/recording/units.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;
using hdf5::Group;
using hdf5::Handle;

// Conversions in the file are to SI; the same to mV or pA, rounded once, may stand beside them.
constexpr double kSameConversion = 1e-9;

Kind kind_of(const Group& group) {
  const std::string type = hdf5::read_attribute(group.handle(), "neurodata_type").text.value_or("");
  if (type.ends_with("IZeroClampSeries")) return Kind::no_current;
  if (type.ends_with("CurrentClampSeries")) return Kind::response;
  if (type.ends_with("CurrentClampStimulusSeries")) return Kind::stimulus;
  if (type.ends_with("VoltageClampSeries") || type.ends_with("VoltageClampStimulusSeries"))
    return Kind::voltage_clamp;
  return Kind::other;
}

SampleType sample_type(hdf5::NumberForm form) {
  if (form.real) return form.width <= 4 ? SampleType::float32 : SampleType::float64;
  if (form.width == 1 || (form.width == 2 && form.is_signed)) return SampleType::int16;
  return form.width == 2 || (form.width == 4 && form.is_signed) ? SampleType::int32 : SampleType::float64;
}

// "v" and "a", which are too short to be a unit anywhere else, are volts and amperes here.
std::optional<ElectricUnit> unit_of(const std::string& unit) {
  if (unit == "v" || unit == "a") return parse_electric_unit(unit == "v" ? "V" : "A");
  return parse_electric_unit(unit);
}

// Of the object that a member is or leads to. Throws as open_member does.
haddr_t address_of(const Group& group, const std::string& name, const std::string& place) {
  const hdf5::Link* link = group.find(name);
  if (link != nullptr && link->address != HADDR_UNDEF) return link->address;
  return hdf5::address_of(open_member(group, name, place));
}

// The link to the electrode gives its name without being followed. NWB 1 has the name as text.
std::string electrode_of(const Group& group, const std::string& place) {
  const hdf5::Link* link = group.find("electrode");
  if (link == nullptr) return member_value(group, "electrode_name").text.value_or("");
  if (!link->target.empty()) return to_utf8(link->target.substr(link->target.rfind('/') + 1));
  return fmt::format("object {:x}", address_of(group, "electrode", place));
}

// Refuses what the file cannot hold.
std::uint64_t checked_length(const File& file, std::optional<std::uint64_t> length,
                             const std::string& place) {
  if (!length) throw DataError(fmt::format("{}: its data are not in one dimension", place));
  if (*length > hdf5::most_bytes(file.size) / sizeof(double)) {
    throw InputError(fmt::format("{}: claims {} samples in a file of {} bytes; the file is damaged", place,
                                 *length, file.size));
  }
  return *length;
}

// A conversion to mV or pA that stands beside the one to SI is the same number, rounded once instead of
// twice: with it, samples come back with their last bit (docs/formats/nwb.md). One that says something else
// was left behind by a change of the other and is not used.
double exact_or(const std::optional<double>& exact, double computed) {
  const bool same = exact && std::abs(*exact - computed) <= kSameConversion * std::abs(computed);
  return same ? *exact : computed;
}

}  // namespace

Handle open_member(const Group& group, const std::string& name, const std::string& place) {
  Handle object = group.open(name);
  if (object.ok()) return object;
  const hdf5::Link* link = group.find(name);
  if (link == nullptr)
    throw InputError(fmt::format("{}: `{}` is missing; the file is damaged or no NWB file", place, name));
  if (link->type == H5L_TYPE_HARD)
    throw InputError(fmt::format("{}: `{}` cannot be opened; the file is damaged", place, name));
  throw DataError(fmt::format(
      "{}: `{}` {}; copy what it points at into this file (h5repack does)", place, name,
      link->type == H5L_TYPE_SOFT ? "is a link that leads nowhere in this file"
                                  : "is an external link into another file, which is not followed"));
}

std::optional<Group> open_group(const Group& parent, const std::string& name, const std::string& place,
                                std::size_t most) {
  if (!parent.has(name)) return std::nullopt;
  Handle opened = open_member(parent, name, place);
  if (H5Iget_type(opened.get()) != H5I_GROUP) return std::nullopt;
  return Group(std::move(opened), place, most);
}

std::optional<Group> open_listed(const File& file, const std::string& path) {
  std::string place = file.path;
  std::optional<Group> group(std::in_place, hdf5::open_path(file.handle, "/"), place, kMaxSeries);
  for (const std::string name : std::filesystem::path(path).relative_path()) {
    place += (place == file.path ? ": /" : "/") + name;
    auto next = open_group(*group, name, place, kMaxSeries);
    if (!next) return std::nullopt;
    group.emplace(*std::move(next));
  }
  return group;
}

SeriesIndex::SeriesIndex(const Contents& contents) {
  for (std::size_t i = 0; i < contents.series.size(); ++i) {
    by_path_[contents.series[i].path] = i;
    by_address_[contents.series[i].address] = i;
  }
}

std::optional<std::size_t> SeriesIndex::at(haddr_t reference) const {
  const auto found = by_address_.find(reference);
  return found == by_address_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> SeriesIndex::linked(const Group& group, const std::string& name,
                                               const std::string& place) const {
  if (const hdf5::Link* link = group.find(name); link != nullptr && !link->target.empty()) {
    if (const auto found = by_path_.find(link->target); found != by_path_.end()) return found->second;
  }
  return at(address_of(group, name, place));
}

hdf5::Value member_value(const Group& group, const std::string& name) {
  const Handle dataset = group.open(name);
  if (!dataset.ok() || H5Iget_type(dataset.get()) != H5I_DATASET) return {};
  return hdf5::read_value(dataset);
}

Handle open_dataset(const Group& group, const std::string& name, const std::string& place) {
  Handle dataset = open_member(group, name, place);
  if (H5Iget_type(dataset.get()) != H5I_DATASET)
    throw DataError(fmt::format("{}: `{}` is no dataset", place, name));
  return dataset;
}

void read_scaling(const Handle& data, bool apply_conversion, const std::string& place, Series& series) {
  series.unit = hdf5::read_attribute(data, "unit").text.value_or("");
  const auto unit = unit_of(series.unit);
  const ChannelRole role = series.kind == Kind::response ? ChannelRole::voltage : ChannelRole::current;
  if (!unit || unit->role != role) {
    throw DataError(fmt::format("{}: `{}` is no unit of {}", place, series.unit, role_name(role)));
  }
  const auto number = [&](const std::string& name) { return hdf5::read_attribute(data, name).number; };
  const auto told = number("conversion");
  const double conversion = apply_conversion ? told.value_or(1.0) : 1.0;
  const double offset = apply_conversion ? number("offset").value_or(0.0) : 0.0;
  if (!std::isfinite(conversion) || conversion == 0.0 || !std::isfinite(offset))
    throw DataError(fmt::format("{}: conversion {} and offset {} are none", place, conversion, offset));
  const auto form = hdf5::number_form_of(data);
  if (!form) throw DataError(fmt::format("{}: its data are not numbers", place));
  if (!form->real && !told) {
    throw DataError(
        fmt::format("{}: its data are integers without a `conversion` to {}; add that attribute to `data`",
                    place, series.unit));
  }
  series.to_internal = unit->to_internal;
  const std::string internal = role == ChannelRole::voltage ? "mV" : "pA";
  series.stored.type = sample_type(*form);
  series.stored.scale = exact_or(number("conversion_to_" + internal), conversion * unit->to_internal);
  series.stored.offset = exact_or(number("offset_" + internal), offset * unit->to_internal);
}

void read_length(const File& file, const Handle& data, const std::string& place, Series& series) {
  series.points = checked_length(file, hdf5::length_of(data), place);
  if (series.points == 0) throw DataError(place + ": is empty");
}

void read_settings(const Group& group, Series& series) {
  const auto setting = [&](const char* name, double factor) -> std::optional<double> {
    const auto number = member_value(group, name).number;
    return number && std::isfinite(*number) ? std::optional(*number * factor) : std::nullopt;
  };
  series.note.bridge_balance_MOhm = setting("bridge_balance", 1e-6);
  series.note.capacitance_compensation_pF = setting("capacitance_compensation", 1e12);
  series.note.bias_current_pA = setting("bias_current", 1e12);
}

void read_clock(const File& file, const Group& group, const std::string& place, Series& series) {
  if (group.has("starting_time")) {
    const Handle start = open_member(group, "starting_time", place);
    const auto rate_Hz = hdf5::read_attribute(start, "rate").number;
    if (!rate_Hz || !std::isfinite(*rate_Hz) || *rate_Hz <= 0.0)
      throw DataError(fmt::format("{}: its starting time has no rate", place));
    series.start_s = hdf5::read_value(start).number;
    series.dt_ms = exact_or(hdf5::read_attribute(start, "dt_ms").number, tidy_step(1000.0 / *rate_Hz));
    series.step_s = series.dt_ms / 1000.0;
    return;
  }
  if (!group.has("timestamps"))
    throw DataError(fmt::format("{}: has neither a starting time with a rate nor timestamps", place));
  const Handle times = open_dataset(group, "timestamps", place);
  const auto count = hdf5::length_of(times);
  if (!count || *count != series.points)
    throw DataError(fmt::format("{}: its timestamps do not match its samples", place));
  checked_length(file, count, place);
  series.timestamps = hdf5::address_of(times);
}

Series read_series(const File& file, const Group& parent, const std::string& group, const std::string& name) {
  Series series;
  series.path = group + "/" + name;
  series.name = to_utf8(name);
  const std::string place = fmt::format("{}: `{}`", file.path, series.name);
  const auto opened = open_group(parent, name, place);
  if (!opened) return series;
  const Group& members = *opened;
  series.kind = kind_of(members);
  if (series.kind != Kind::response && series.kind != Kind::stimulus) return series;
  series.address = hdf5::address_of(members.handle());
  const Handle data = open_dataset(members, "data", place);
  series.data = hdf5::address_of(data);
  read_length(file, data, place, series);
  read_scaling(data, true, place, series);
  read_clock(file, members, place, series);
  series.electrode = electrode_of(members, place);
  if (const auto number = hdf5::read_attribute(members.handle(), "sweep_number").number)
    series.sweep_number = static_cast<std::int64_t>(std::clamp(*number, -1e15, 1e15));
  const std::string about = hdf5::read_attribute(members.handle(), "stimulus_description").text.value_or("");
  if (about != "N/A" && about != "NA") series.note.stimulus = about;
  if (series.kind == Kind::response) read_settings(members, series);
  return series;
}

}  // namespace libfit::nwb
