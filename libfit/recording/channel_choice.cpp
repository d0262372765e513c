#include "libfit/recording/channel_choice.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// A channel whose name is the option; else the option as a number from 1.
std::optional<std::size_t> find_channel(const SignalFile& file, ChannelRole role, const std::string& option) {
  std::vector<std::size_t> named;
  for (const bool exact : {true, false}) {
    if (!named.empty()) break;
    for (std::size_t c = 0; c < file.channels.size(); ++c) {
      const std::string& name = file.channels[c].name;
      if (exact ? name == option : lower(name) == lower(option)) named.push_back(c);
    }
  }
  if (named.size() > 1) {
    throw DataError(fmt::format("{}: {} channels are named `{}`; give the number with --{}-channel: {}",
                                file.path, named.size(), option, role_name(role), list_channels(file)));
  }
  if (!named.empty()) return named.front();
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(option.data(), option.data() + option.size(), number);
  const bool numeric = problem == std::errc() && end == option.data() + option.size();
  if (numeric && number >= 1 && number <= file.channels.size()) return number - 1;
  return std::nullopt;
}

std::vector<std::size_t> candidates(const SignalFile& file, ChannelRole role) {
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    if (file.channels[c].role == role) found.push_back(c);
  }
  return found;
}

std::optional<std::size_t> pick(const SignalFile& file, ChannelRole role, const std::string& option) {
  const auto fitting = candidates(file, role);
  if (option.empty()) {
    if (fitting.size() > 1) {
      throw DataError(
          fmt::format("{}: {} channels could be the {}; choose one with --{}-channel NAME or NUMBER: {}",
                      file.path, fitting.size(), role_name(role), role_name(role), list_channels(file)));
    }
    return fitting.empty() ? std::nullopt : std::optional(fitting.front());
  }
  const auto found = find_channel(file, role, option);
  if (!found && !fitting.empty()) {
    throw OptionError(fmt::format("--{}-channel {}: {} has no such channel; it has {}", role_name(role),
                                  option, file.path, list_channels(file)));
  }
  return found;
}

}  // namespace

std::string list_channels(const SignalFile& file) {
  std::string text;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const std::string& unit = file.channels[c].file_unit;
    text +=
        fmt::format("{}{} [{}]", c == 0 ? "" : ", ", channel_label(file, c), unit.empty() ? "no unit" : unit);
  }
  return text;
}

std::optional<ChosenChannel> choose_channel(const SignalFile& file, ChannelRole role,
                                            const std::string& option, const std::string& stated_unit) {
  const auto index = pick(file, role, option);
  if (!index) return std::nullopt;
  const Channel& channel = file.channels[*index];
  ChosenChannel chosen{*index, channel.file_unit, 1.0, channel.to_internal, ""};
  if (!stated_unit.empty()) {
    const auto stated = parse_electric_unit(stated_unit);
    if (!stated || stated->role != role)
      throw OptionError(
          fmt::format("{}-unit = {}: must be a unit of {}", role_name(role), stated_unit, role_name(role)));
    const auto told = parse_electric_unit(channel.file_unit);
    const bool same = told && told->role == role && told->to_internal == stated->to_internal;
    if (!same && !channel.file_unit.empty()) {
      chosen.contradiction = fmt::format(
          "{}: channel {} is in {} by the file but read as {} by --{}-unit [unit.stated]", file.path,
          channel_label(file, *index), channel.file_unit, stated_unit, role_name(role));
    }
    chosen.unit = stated_unit;
    chosen.to_internal = stated->to_internal;
    chosen.factor = same ? 1.0 : stated->to_internal / channel.to_internal;
  } else if (channel.role != role) {
    throw DataError(fmt::format("{}: channel {} {}, so it is not known to be a {}; if it is, pass --{}-unit",
                                file.path, channel_label(file, *index),
                                channel.file_unit.empty() ? "has no unit" : "carries " + channel.file_unit,
                                role_name(role), role_name(role)));
  }
  return chosen;
}

}  // namespace libfit
