#include "command_inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "command_line.hpp"
#include "inspect_sweeps.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/version.hpp"
#include "libfit/draw/text_escape.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/recording/dead_stretches.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"
#include "libfit/report/warnings.hpp"
#include "libfit/signal/spikes.hpp"
#include "plain_output.hpp"
#include "recording_options.hpp"

namespace dyniv {
namespace {

using libfit::Channel;
using libfit::ChannelRole;
using libfit::SignalFile;
using nlohmann::json;

// Files of more samples than this are listed only: about a second of reading.
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 26;

struct SweepSummary {
  std::size_t points = 0;
  double first = 0.0;
  double last = 0.0;
  std::optional<libfit::Spread> spread;  // absent for a sweep without samples
  std::optional<std::size_t> spikes;     // of a voltage
};

struct ChannelSummary {
  std::vector<SweepSummary> sweeps;
};

struct FileSummary {
  std::vector<ChannelSummary> channels;
  std::vector<std::vector<std::size_t>> repeats;  // by channel
  std::vector<std::string> warnings;
};

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

// Spikes a sweep of a voltage channel, at one level for all of its sweeps, and warnings, which begin with
// `place`. The samples are moved from.
std::vector<std::string> count_spikes(Channel& channel, const Channel* current, double dt_ms,
                                      const std::string& place, ChannelSummary& summary) {
  if (channel.role != ChannelRole::voltage || !all_finite(channel.sweeps)) return {};
  libfit::Recording recording;
  for (auto& samples : channel.sweeps) {
    libfit::Sweep& sweep = recording.sweeps.emplace_back();
    sweep.voltage_mV = std::move(samples);
    const std::size_t place_in_file = recording.sweeps.size() - 1;
    const bool noted = place_in_file < channel.notes.size();
    sweep.dt_ms = noted ? channel.notes[place_in_file].dt_ms : dt_ms;
    sweep.number = noted ? channel.notes[place_in_file].number : place_in_file + 1;
    sweep.voltage_source.file = place;
  }
  auto found = libfit::find_spikes(recording, libfit::choose_spike_criterion(recording));
  for (std::size_t s = 0; s < found.spikes_ms.size(); ++s)
    summary.sweeps[s].spikes = found.spikes_ms[s].size();
  std::vector<std::string> warnings =
      libfit::dead_stretch_warnings(recording.sweeps, current != nullptr ? &current->sweeps : nullptr);
  std::ranges::move(found.warnings, std::back_inserter(warnings));
  return warnings;
}

// Samples are not needed any more afterwards.
FileSummary summarise(SignalFile& file) {
  FileSummary summary;
  summary.repeats = repeats_of(file);
  summary.warnings = file.warnings;
  if (!file.samples_read)
    summary.warnings.push_back(fmt::format(
        "{}: its samples were not read, as they are many; look at some with --sweeps, --stimulus, "
        "--from and --to",
        file.path));
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    Channel& channel = file.channels[c];
    ChannelSummary& row = summary.channels.emplace_back();
    std::vector<std::span<const double>> traces;
    for (const auto& samples : channel.sweeps) {
      SweepSummary& sweep = row.sweeps.emplace_back();
      const std::size_t number = row.sweeps.size() - 1;
      sweep.points = file.samples_read ? samples.size() : channel.notes[number].points;
      traces.emplace_back(samples);
      if (samples.empty()) continue;
      sweep.first = samples.front();
      sweep.last = samples.back();
      sweep.spread = libfit::spread_of(samples);
    }
    const std::string place = fmt::format("{}: channel {}", file.path, libfit::channel_label(file, c));
    if (!all_finite(channel.sweeps))
      summary.warnings.push_back(place + ": holds samples that are not finite");
    for (std::string& trap : libfit::trace_traps(channel.role, place, traces))
      summary.warnings.push_back(std::move(trap));
    if (!file.samples_read) continue;
    const Channel* current = only_current_beside(file, c);
    for (std::string& warning : count_spikes(channel, current, file.dt_ms, place, row))
      summary.warnings.push_back(std::move(warning));
  }
  return summary;
}

json number_or_null(bool present, double value) {
  return present && std::isfinite(value) ? json(value) : json();
}

json to_json(const SweepSummary& sweep) {
  const bool any = sweep.spread.has_value();
  return {{"points", sweep.points},
          {"first", number_or_null(any, sweep.first)},
          {"last", number_or_null(any, sweep.last)},
          {"mean", number_or_null(any, any ? sweep.spread->mean : 0.0)},
          {"sd", number_or_null(any, any ? sweep.spread->sd : 0.0)},
          {"spikes", sweep.spikes ? json(*sweep.spikes) : json()}};
}

std::size_t sweep_count(const SignalFile& file) {
  std::size_t count = 0;
  for (const Channel& channel : file.channels) count = std::max(count, channel.sweeps.size());
  return count;
}

json to_json(const SignalFile& file, const FileSummary& summary) {
  json channels = json::array();
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    json sweeps = json::array();
    for (const SweepSummary& sweep : summary.channels[c].sweeps) sweeps.push_back(to_json(sweep));
    const Channel& channel = file.channels[c];
    channels.push_back({{"name", channel.name},
                        {"unit", channel.file_unit},
                        {"samples_unit", std::string(libfit::samples_unit(channel))},
                        {"role", std::string(libfit::role_name(channel.role))},
                        {"sweeps", std::move(sweeps)}});
    if (!channel.notes.empty()) channels.back()["notes"] = notes_json(channel, summary.repeats[c]);
  }
  return {{"path", file.path},
          {"sha256", libfit::sha256_of_file(file.path)},
          {"format", file.format},
          {"rate_Hz", number_or_null(file.dt_ms > 0.0, file.rate_Hz())},
          {"sweep_count", sweep_count(file)},
          {"commanded_steps", commanded_json(file)},
          {"left_out", file.left_out},
          {"warnings", summary.warnings},
          {"channels", std::move(channels)}};
}

// Mean and SD over all sweeps of a channel, from those of each.
struct Pooled {
  std::size_t points = 0;
  double mean = 0.0;
  double sd = 0.0;
  std::optional<std::size_t> spikes;
};

Pooled pool(const ChannelSummary& channel) {
  Pooled pooled;
  for (const SweepSummary& sweep : channel.sweeps) {
    if (!sweep.spread) continue;
    pooled.points += sweep.points;
    pooled.mean += static_cast<double>(sweep.points) * sweep.spread->mean;
    if (sweep.spikes) pooled.spikes = pooled.spikes.value_or(0) + *sweep.spikes;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(pooled.points, 1));
  pooled.mean /= count;
  for (const SweepSummary& sweep : channel.sweeps) {
    if (!sweep.spread) continue;
    const double apart = sweep.spread->mean - pooled.mean;
    pooled.sd += static_cast<double>(sweep.points) * (sweep.spread->sd * sweep.spread->sd + apart * apart);
  }
  pooled.sd = std::sqrt(pooled.sd / count);
  return pooled;
}

std::string durations(const SignalFile& file) {
  double shortest = INFINITY;
  double longest = 0.0;
  const auto meet = [&](std::size_t points, double dt_ms) {
    const double duration_s = static_cast<double>(points) * dt_ms / 1000.0;
    shortest = std::min(shortest, duration_s);
    longest = std::max(longest, duration_s);
  };
  for (const Channel& channel : file.channels) {
    for (const libfit::SweepNote& note : channel.notes) meet(note.points, note.dt_ms);
    for (const auto& row : channel.sweeps) {
      if (channel.notes.empty()) meet(row.size(), file.dt_ms);
    }
  }
  if (shortest >= longest) return fmt::format("{:g} s", longest);
  return fmt::format("{:g} to {:g} s", shortest, longest);
}

// Files that are read whole are shown whole.
void refuse_parts(const SignalFile& file, const libfit::NwbOptions& part) {
  const bool sweeps = !part.sweeps.empty() && !file.sweeps_chosen;
  const bool times = (part.from_ms > 0.0 || part.to_ms) && !file.times_chosen;
  if (!sweeps && !times) return;
  throw libfit::OptionError(fmt::format(
      "{}: --sweeps, --from and --to pick from NWB files of one electrode only; leave them out", file.path));
}

void print_channels(const SignalFile& file, const FileSummary& summary, const std::string& duration) {
  std::size_t width = 4;
  for (const Channel& channel : file.channels)
    width = std::max(width, libfit::character_count(shown(channel.name)));
  const std::size_t sweeps = sweep_count(file);
  std::cout << fmt::format("{:g} Hz (every {:g} ms), {} {} of {}\n", file.rate_Hz(), file.dt_ms, sweeps,
                           sweeps == 1 ? "sweep" : "sweeps", duration);
  std::cout << fmt::format("  {:>2}  {:<{}}  {:<8}{:<9}{:>11}{:>11}  {:<6}{:>8}\n", "#", "name", width,
                           "unit", "role", "mean", "SD", "in", "spikes");
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    const Pooled pooled = pool(summary.channels[c]);
    std::cout << fmt::format(
        "  {:>2}  {:<{}}  {:<8}{:<9}{:>11.5g}{:>11.5g}  {:<6}{:>8}\n", c + 1, shown(channel.name), width,
        channel.file_unit.empty() ? "none" : shown(channel.file_unit), libfit::role_name(channel.role),
        pooled.mean, pooled.sd, libfit::samples_unit(channel),
        pooled.spikes ? fmt::format("{}", *pooled.spikes) : "");
  }
}

void print_table(const SignalFile& file, const FileSummary& summary, const std::string& duration) {
  std::cout << fmt::format("{}\n  {}, ", shown(file.path), file.format);
  if (file.channels.empty()) {
    std::cout << "no sweep of voltage and current\n";
  } else {
    print_channels(file, summary, duration);
  }
  std::cout << commanded_line(file) << notes_table(file, summary.repeats);
  // The file is named above.
  for (const libfit::WarningGroup& group : libfit::group_warnings(summary.warnings)) {
    const bool named = group.headline.starts_with(file.path + ": ");
    std::cout << "  warning: " << shown(group.headline.substr(named ? file.path.size() + 2 : 0)) << "\n";
  }
}

}  // namespace

int command_inspect(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  RecordingArguments recording;
  std::vector<std::string> paths;
  CommandLine line(
      "inspect", "inspect [options] FILE...",
      "Shows what is in recordings: sweeps, channels, units, rate, spikes and traps. Means and SDs are in\n"
      "mV for voltages, pA for currents, the file's unit for the rest. Files that cannot be read are\n"
      "reported after the others and make the exit status 1.");
  po::options_description files("Files");
  files.add_options()("file", po::value(&paths)->value_name("FILE"), "recording to read");
  line.add(files);
  line.add(opening_options(recording));
  line.add(part_options(recording));
  line.positional("file");
  line.parse(arguments);
  if (paths.empty()) throw libfit::OptionError("no file is named; see `dyniv inspect --help`");
  recording.open.validate();
  recording.open.nwb.listing_limit = kMostSamples;

  json listed = json::array();
  std::vector<std::string> problems;
  bool usage = false;
  for (const std::string& path : paths) {
    try {
      SignalFile file = libfit::open_signal_file(path, recording.open);
      refuse_parts(file, recording.open.nwb);
      const std::string duration = durations(file);
      const FileSummary summary = summarise(file);
      if (line.common().json) {
        listed.push_back(to_json(file, summary));
      } else {
        print_table(file, summary, duration);
      }
    } catch (const libfit::OptionError& problem) {
      problems.emplace_back(problem.what());
      usage = true;
    } catch (const libfit::Error& problem) {
      problems.emplace_back(problem.what());
    }
  }
  if (line.common().json) {
    const json document = {{"schema", "dyniv.inspect"},
                           {"version", 1},
                           {"dyniv", std::string(libfit::kVersion)},
                           {"options", line.in_force()},
                           {"files", std::move(listed)}};
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  }
  for (const std::string& problem : problems) std::cerr << "dyniv: " << shown(problem) << "\n";
  if (problems.empty()) return kDone;
  return usage ? kWrongUsage : kDataDoNotAllow;
}

}  // namespace dyniv
