#include "libfit/signal/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

#include "libfit/recording/dead_stretches.hpp"
#include "libfit/recording/repetitions.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {
namespace {

bool all_finite(const std::vector<std::vector<double>>& sweeps) {
  return std::all_of(sweeps.begin(), sweeps.end(), [](const auto& sweep) {
    return std::all_of(sweep.begin(), sweep.end(), [](double sample) { return std::isfinite(sample); });
  });
}

// The current of a voltage's sweeps, where there is no choice.
const Channel* only_current_beside(const SignalFile& file, std::size_t voltage) {
  const Channel* found = nullptr;
  for (const Channel& channel : file.channels) {
    if (channel.role != ChannelRole::current) continue;
    if (found != nullptr) return nullptr;
    found = &channel;
  }
  const auto size = [](const std::vector<double>& sweep) { return sweep.size(); };
  const bool alike =
      found != nullptr && std::ranges::equal(found->sweeps, file.channels[voltage].sweeps, {}, size, size);
  return alike ? found : nullptr;
}

std::vector<std::vector<std::size_t>> repeats_of(const SignalFile& file) {
  std::vector<std::vector<std::size_t>> all(file.channels.size());
  if (!file.samples_read) return all;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    if (channel.role != ChannelRole::current || channel.notes.empty()) continue;
    const std::vector<std::span<const double>> currents(channel.sweeps.begin(), channel.sweeps.end());
    for (const std::size_t first : repeated_currents(currents)) all[c].push_back(channel.notes[first].number);
  }
  // A voltage repeats what its current, the channel behind it, repeats.
  for (std::size_t c = 0; c + 1 < all.size(); ++c) {
    if (all[c].empty()) all[c] = all[c + 1];
  }
  return all;
}

// Spikes of each sweep of a voltage channel, and warnings, which begin with `place`. The samples are moved
// from.
std::vector<std::string> count_spikes(Channel& channel, const Channel* current, double dt_ms,
                                      const std::string& place, InspectedChannel& inspected) {
  if (channel.role != ChannelRole::voltage || !all_finite(channel.sweeps)) return {};
  Recording recording;
  for (auto& samples : channel.sweeps) {
    const std::size_t s = recording.sweeps.size();
    Sweep& sweep = recording.sweeps.emplace_back();
    sweep.voltage_mV = std::move(samples);
    const bool noted = s < channel.notes.size();
    sweep.dt_ms = noted ? channel.notes[s].dt_ms : dt_ms;
    sweep.number = noted ? channel.notes[s].number : s + 1;
    sweep.voltage_source.file = place;
  }
  auto found = find_spikes(recording, choose_spike_criterion(recording));
  for (std::size_t s = 0; s < found.spikes_ms.size(); ++s)
    inspected.sweeps[s].spikes = found.spikes_ms[s].size();
  std::vector<std::string> warnings =
      dead_stretch_warnings(recording.sweeps, current != nullptr ? &current->sweeps : nullptr);
  std::ranges::move(found.warnings, std::back_inserter(warnings));
  return warnings;
}

InspectedSweep inspect_sweep(const SignalFile& file, const Channel& channel, std::size_t number) {
  const std::vector<double>& samples = channel.sweeps[number];
  InspectedSweep sweep;
  sweep.points = file.samples_read ? samples.size() : channel.notes[number].points;
  if (samples.empty()) return sweep;
  sweep.first = samples.front();
  sweep.last = samples.back();
  sweep.spread = spread_of(samples);
  return sweep;
}

}  // namespace

Inspection inspect_file(SignalFile given) {
  Inspection result{std::move(given), {}, {}};
  SignalFile& file = result.file;
  std::vector<std::string>& warnings = result.warnings = file.warnings;
  const auto repeats = repeats_of(file);
  if (!file.samples_read)
    warnings.push_back(fmt::format(
        "{}: its samples were not read, as they are many; look at some with --sweeps, --stimulus, "
        "--from and --to",
        file.path));
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    Channel& channel = file.channels[c];
    InspectedChannel& inspected = result.channels.emplace_back();
    inspected.repeats = repeats[c];
    for (std::size_t s = 0; s < channel.sweeps.size(); ++s)
      inspected.sweeps.push_back(inspect_sweep(file, channel, s));
    const std::string place = fmt::format("{}: channel {}", file.path, channel_label(file, c));
    if (!all_finite(channel.sweeps)) warnings.push_back(place + ": holds samples that are not finite");
    const std::vector<std::span<const double>> traces(channel.sweeps.begin(), channel.sweeps.end());
    std::ranges::move(trace_traps(channel.role, place, traces), std::back_inserter(warnings));
    if (!file.samples_read) continue;
    const Channel* current = only_current_beside(file, c);
    std::ranges::move(count_spikes(channel, current, file.dt_ms, place, inspected),
                      std::back_inserter(warnings));
  }
  for (Channel& channel : file.channels) {
    for (auto& samples : channel.sweeps) samples = {};
  }
  return result;
}

PooledSweeps pool(const InspectedChannel& channel) {
  PooledSweeps pooled;
  std::size_t points = 0;
  for (const InspectedSweep& sweep : channel.sweeps) {
    if (!sweep.spread) continue;
    points += sweep.points;
    pooled.mean += static_cast<double>(sweep.points) * sweep.spread->mean;
    if (sweep.spikes) pooled.spikes = pooled.spikes.value_or(0) + *sweep.spikes;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(points, 1));
  pooled.mean /= count;
  for (const InspectedSweep& sweep : channel.sweeps) {
    if (!sweep.spread) continue;
    const double apart = sweep.spread->mean - pooled.mean;
    pooled.sd += static_cast<double>(sweep.points) * (sweep.spread->sd * sweep.spread->sd + apart * apart);
  }
  pooled.sd = std::sqrt(pooled.sd / count);
  return pooled;
}

SweepLengths sweep_lengths(const Inspection& inspection) {
  SweepLengths lengths{std::numeric_limits<double>::infinity(), 0.0};
  for (std::size_t c = 0; c < inspection.channels.size(); ++c) {
    const std::vector<SweepNote>& notes = inspection.file.channels[c].notes;
    const std::vector<InspectedSweep>& sweeps = inspection.channels[c].sweeps;
    for (std::size_t s = 0; s < (notes.empty() ? sweeps.size() : notes.size()); ++s) {
      const double length_ms = notes.empty() ? static_cast<double>(sweeps[s].points) * inspection.file.dt_ms
                                             : static_cast<double>(notes[s].points) * notes[s].dt_ms;
      lengths.shortest_ms = std::min(lengths.shortest_ms, length_ms);
      lengths.longest_ms = std::max(lengths.longest_ms, length_ms);
    }
  }
  return lengths;
}

std::size_t sweep_count(const SignalFile& file) {
  std::size_t count = 0;
  for (const Channel& channel : file.channels) count = std::max(count, channel.sweeps.size());
  return count;
}

}  // namespace libfit
