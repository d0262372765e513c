#include "libfit/formats/single_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/recording/channel_choice.hpp"
#include "libfit/recording/clamp_mode.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

std::optional<ChosenChannel> choose(const SignalFile& file, ChannelRole role, const ReadOptions& options) {
  return role == ChannelRole::voltage
             ? choose_channel(file, role, options.voltage_channel, options.voltage_unit)
             : choose_channel(file, role, options.current_channel, options.current_unit);
}

struct Source {
  const SignalFile* file = nullptr;
  ChosenChannel chosen;
  std::size_t sweep = 0;
};

// Every sweep of every file, in order.
std::vector<Source> sources_of(std::span<const SignalFile> files, ChannelRole role,
                               const ReadOptions& options) {
  std::vector<Source> sources;
  for (const SignalFile& file : files) {
    const auto chosen = choose(file, role, options);
    if (!chosen) {
      throw DataError(fmt::format("{}: no channel is a {}: {}; name it with --{}-channel and state its unit",
                                  file.path, role_name(role), list_channels(file), role_name(role)));
    }
    const Channel& channel = file.channels[chosen->index];
    refuse_voltage_clamp(file, channel, channel);
    if (std::abs(file.dt_ms - files.front().dt_ms) > 1e-6 * file.dt_ms) {
      throw DataError(fmt::format("{} is sampled every {:g} ms but {} every {:g} ms; treat them one by one",
                                  files.front().path, files.front().dt_ms, file.path, file.dt_ms));
    }
    for (std::size_t s = 0; s < channel.sweeps.size(); ++s) sources.push_back({&file, *chosen, s});
  }
  return sources;
}

ChannelSweep read_sweep(const Source& source, double offset, const ReadOptions& options) {
  const auto& samples = source.file->channels[source.chosen.index].sweeps[source.sweep];
  const double dt_ms = source.file->dt_ms;
  const std::string place = fmt::format("{}: sweep {}, channel {}", source.file->path, source.sweep + 1,
                                        channel_label(*source.file, source.chosen.index));
  const auto [first, last] = options.selection.window(samples.size(), dt_ms, place);
  ChannelSweep sweep{{}, dt_ms, static_cast<double>(first) * dt_ms, source.sweep + 1};
  sweep.samples.reserve(last - first);
  for (std::size_t k = first; k < last; ++k) {
    sweep.samples.push_back(samples[k] * source.chosen.factor + offset);
    if (!std::isfinite(sweep.samples.back())) {
      throw DataError(
          fmt::format("{}: the sample at {:g} s is not finite; leave it out with --from, --to or "
                      "--sweeps",
                      place, static_cast<double>(k) * dt_ms / 1000.0));
    }
  }
  return sweep;
}

}  // namespace

bool holds_channel(std::span<const SignalFile> files, ChannelRole role, const ReadOptions& options) {
  return std::ranges::any_of(files,
                             [&](const SignalFile& file) { return choose(file, role, options).has_value(); });
}

ChannelSweeps read_channel(std::span<const SignalFile> files, ChannelRole role, const ReadOptions& options) {
  require(!files.empty(), "read_channel: no files");
  require(role != ChannelRole::other, "read_channel: a current or a voltage");
  options.validate();
  const std::vector<Source> sources = sources_of(files, role, options);
  const double offset = role == ChannelRole::voltage ? options.voltage_offset_mV : options.current_offset_pA;
  ChannelSweeps result;
  for (const std::size_t i : options.selection.indices(sources.size()))
    result.sweeps.push_back(read_sweep(sources[i], offset, options));
  for (const SignalFile& file : files)
    result.warnings.insert(result.warnings.end(), file.warnings.begin(), file.warnings.end());
  return result;
}

ChannelSweeps read_currents(const std::vector<std::filesystem::path>& paths, const ReadOptions& options) {
  require(!paths.empty(), "read_currents: no files");
  std::vector<SignalFile> files = open_signal_files(paths, options);
  if (!holds_channel(files, ChannelRole::voltage, options))
    return read_channel(files, ChannelRole::current, options);
  Recording recording = assemble_taking(std::move(files), options);
  ChannelSweeps result{{}, std::move(recording.warnings)};
  for (Sweep& sweep : recording.sweeps)
    result.sweeps.push_back({std::move(sweep.current_pA), sweep.dt_ms, sweep.start_ms, sweep.number});
  return result;
}

}  // namespace libfit
