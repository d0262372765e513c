#include "libfit/formats/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/channel_choice.hpp"
#include "libfit/recording/clamp_mode.hpp"
#include "libfit/recording/dead_stretches.hpp"
#include "libfit/recording/file_numbers.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// One channel of one file, ready to be read as current or voltage.
struct Half {
  const SignalFile* file = nullptr;
  ChosenChannel chosen;
  const Channel& channel() const { return file->channels[chosen.index]; }
};

struct Pair {
  Half voltage;
  Half current;
};

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void check_pair(const Pair& pair) {
  const SignalFile& voltage = *pair.voltage.file;
  const SignalFile& current = *pair.current.file;
  if (std::abs(voltage.dt_ms - current.dt_ms) > 1e-6 * voltage.dt_ms) {
    throw DataError(
        fmt::format("{} is sampled every {:g} ms but {}, its pair by order, every {:g} ms; list the voltage "
                    "files and the current files in the same order",
                    voltage.path, voltage.dt_ms, current.path, current.dt_ms));
  }
  const auto& first = pair.voltage.channel().sweeps;
  const auto& second = pair.current.channel().sweeps;
  if (first.size() != second.size()) {
    throw DataError(fmt::format(
        "{} has {} of voltage but {} has {} of current; list matching files in the same order", voltage.path,
        count_of(first.size(), "sweep"), current.path, count_of(second.size(), "sweep")));
  }
  const auto& numbers = pair.voltage.channel().sweep_numbers;
  const auto& others = pair.current.channel().sweep_numbers;
  if (!numbers.empty() && !others.empty() && numbers != others) {
    throw DataError(
        fmt::format("{} has sweeps of voltage with the numbers {} but {} sweeps of current with the numbers "
                    "{}; give files "
                    "whose sweeps have the same numbers",
                    voltage.path, fmt::join(numbers, ", "), current.path, fmt::join(others, ", ")));
  }
  for (std::size_t s = 0; s < first.size(); ++s) {
    if (first[s].size() == second[s].size()) continue;
    throw DataError(
        fmt::format("sweep {}: {} has {} samples of voltage but {} has {} of current; list matching files "
                    "in the same order",
                    s + 1, voltage.path, first[s].size(), current.path, second[s].size()));
  }
}

void check_same_step(const std::vector<Pair>& pairs) {
  for (const Pair& pair : pairs) {
    const SignalFile& first = *pairs.front().voltage.file;
    const SignalFile& other = *pair.voltage.file;
    if (std::abs(first.dt_ms - other.dt_ms) <= 1e-6 * first.dt_ms) continue;
    throw DataError(
        fmt::format("{} is sampled every {:g} ms but {} every {:g} ms; one recording has one step, treat "
                    "them one by one",
                    first.path, first.dt_ms, other.path, other.dt_ms));
  }
}

// A file that states a step for each sweep (NWB) may hold several.
void check_same_step(const std::vector<Sweep>& sweeps) {
  for (const Sweep& sweep : sweeps) {
    const Sweep& first = sweeps.front();
    if (std::abs(first.dt_ms - sweep.dt_ms) <= 1e-6 * first.dt_ms) continue;
    throw DataError(
        fmt::format("{}: sweep {} is sampled every {:g} ms but sweep {} every {:g} ms; one recording has one "
                    "step, pick sweeps with --sweeps or --stimulus",
                    sweep.voltage_source.file, first.number, first.dt_ms, sweep.number, sweep.dt_ms));
  }
}

[[noreturn]] void refuse_missing(const SignalFile& file, ChannelRole role, const std::string& why) {
  throw DataError(
      fmt::format("{}: no channel is a {}: {}; {}", file.path, role_name(role), list_channels(file), why));
}

[[noreturn]] void refuse_without_channels(const SignalFile& file) {
  throw DataError(fmt::format(
      "{}: holds no current-clamp response with its stimulus{}; give a recording with both", file.path,
      file.left_out.empty() ? "" : fmt::format(", but {}", fmt::join(file.left_out, ", "))));
}

std::vector<std::string> paths_of(const std::vector<Half>& halves) {
  std::vector<std::string> paths;
  paths.reserve(halves.size());
  for (const Half& half : halves) paths.push_back(half.file->path);
  return paths;
}

// Files with both channels stand for themselves; halves are paired. The place of the voltage counts.
std::vector<Pair> pair_files(std::span<const SignalFile> files, const ReadOptions& options) {
  std::vector<Pair> pairs;
  std::vector<Half> voltages;
  std::vector<Half> currents;
  std::vector<std::size_t> places;  // of the pairs that wait for their current
  for (const SignalFile& file : files) {
    if (file.channels.empty()) refuse_without_channels(file);
    auto voltage = choose_channel(file, ChannelRole::voltage, options.voltage_channel, options.voltage_unit);
    auto current = choose_channel(file, ChannelRole::current, options.current_channel, options.current_unit);
    if (!voltage && !current) {
      refuse_missing(
          file, ChannelRole::voltage,
          "nor a current; name them with --voltage-channel and --current-channel and state their units");
    }
    if (voltage && current && voltage->index == current->index)
      throw OptionError(fmt::format("{}: channel {} cannot be both current and voltage", file.path,
                                    channel_label(file, voltage->index)));
    if (voltage) {
      if (!current) places.push_back(pairs.size());
      pairs.push_back({{&file, *voltage}, {&file, current.value_or(ChosenChannel{})}});
      if (!current) voltages.push_back({&file, *voltage});
    } else {
      currents.push_back({&file, *current});
    }
  }
  if (currents.empty() && !voltages.empty()) {
    refuse_missing(*voltages.front().file, ChannelRole::current,
                   "give the recorded current as a channel or as a second file (a command waveform of the "
                   "protocol is not a recorded channel)");
  }
  if (voltages.empty() && !currents.empty()) {
    refuse_missing(*currents.front().file, ChannelRole::voltage,
                   "give the recorded voltage as a channel or as a second file");
  }
  if (voltages.size() != currents.size()) {
    throw DataError(
        fmt::format("{} of voltage and {} of current cannot be paired; give one current for each voltage",
                    count_of(voltages.size(), "file"), count_of(currents.size(), "file")));
  }
  const auto paired = pair_by_number(paths_of(voltages), paths_of(currents));
  for (std::size_t k = 0; k < places.size(); ++k) pairs[places[k]].current = currents[paired[k]];
  return pairs;
}

// `spare`: the file's own samples, which may be taken instead of copied; null where the file is to stay
// whole.
std::vector<double> cut(const Half& half, std::size_t sweep, SampleWindow window, double offset,
                        std::vector<double>* spare) {
  const auto& source = half.channel().sweeps[sweep];
  std::vector<double> samples;
  if (spare != nullptr && window.first == 0 && window.last == source.size()) {
    samples = std::move(*spare);
  } else {
    const auto begin = source.begin() + static_cast<std::ptrdiff_t>(window.first);
    samples.assign(begin, source.begin() + static_cast<std::ptrdiff_t>(window.last));
  }
  const double factor = half.chosen.factor;
  if (factor != 1.0 || offset != 0.0) {
    for (double& sample : samples) sample = sample * factor + offset;
  }
  return samples;
}

ChannelSource source_of(const Half& half, std::size_t sweep, double offset) {
  Encoding stored = encoding_of(half.channel(), sweep);
  if (half.chosen.factor != 1.0) stored.scale *= half.chosen.factor;
  if (half.chosen.factor != 1.0) stored.offset *= half.chosen.factor;
  return {half.file->path, half.channel().name, half.chosen.unit, half.chosen.to_internal, offset, stored};
}

std::string place_of(const Half& half, std::size_t number) {
  return fmt::format("{}: sweep {}, channel {}", half.file->path, number,
                     channel_label(*half.file, half.chosen.index));
}

void refuse_not_finite(const std::vector<double>& samples, const Sweep& sweep, const std::string& place) {
  const auto bad =
      std::find_if(samples.begin(), samples.end(), [](double value) { return !std::isfinite(value); });
  if (bad == samples.end()) return;
  const auto index = static_cast<double>(bad - samples.begin());
  const auto count =
      std::count_if(samples.begin(), samples.end(), [](double value) { return !std::isfinite(value); });
  throw DataError(
      fmt::format("{}: {} samples are not finite, the first at {:g} s; leave them out with --from, --to or "
                  "--sweeps",
                  place, count, (sweep.start_ms + index * sweep.dt_ms) / 1000.0));
}

bool is_flat(const std::vector<double>& samples) {
  return std::all_of(samples.begin(), samples.end(), [&](double value) { return value == samples[0]; });
}

// A voltage that is constant in every sweep, or a current that is the same throughout.
void refuse_flat(const std::vector<Sweep>& sweeps, const Pair& first) {
  const auto refuse = [&](const Half& half, double value, std::string_view unit) {
    throw DataError(fmt::format(
        "{}: is flat ({:g} {} throughout{}): the input was not connected or not driven; choose "
        "another channel, or leave the sweep out with --sweeps",
        place_of(half, sweeps[0].number), value, unit, sweeps.size() > 1 ? ", as in every other sweep" : ""));
  };
  if (std::ranges::all_of(sweeps, [](const Sweep& sweep) { return is_flat(sweep.voltage_mV); }))
    refuse(first.voltage, sweeps[0].voltage_mV[0], "mV");
  const double held = sweeps[0].current_pA[0];
  if (std::ranges::all_of(sweeps, [&](const Sweep& sweep) {
        return sweep.current_pA[0] == held && is_flat(sweep.current_pA);
      }))
    refuse(first.current, held, "pA");
}

// A held or stepped voltage under a fluctuating current: the voltage is the command.
void refuse_commanded_voltage(const Sweep& sweep, const std::string& place) {
  if (is_flat(sweep.voltage_mV)) return;  // it is left out, unless all of it is to be kept
  constexpr std::size_t kFew = 8;
  const Spread voltage = spread_of(sweep.voltage_mV);
  const Spread current = spread_of(sweep.current_pA);
  const bool stepped =
      count_levels(sweep.voltage_mV, kFew + 1) <= kFew && count_levels(sweep.current_pA, kFew + 1) > kFew;
  const bool held = voltage.sd < 0.1 && current.sd > 10.0;
  if (!stepped && !held) return;
  throw DataError(fmt::format(
      "{}: the voltage {} while the current fluctuates (SD {:.3g} pA): this is voltage clamp, whose "
      "current is the response; give a current-clamp recording, or pass --clamp current if this is one",
      place, stepped ? "holds a few constant levels" : "is held", current.sd));
}

// The samples of a chosen channel, for taking; null when the files are to stay as they are.
std::vector<double>* spare_samples(std::span<SignalFile> spare, const Half& half, std::size_t sweep) {
  for (SignalFile& file : spare) {
    if (&file == half.file) return &file.channels[half.chosen.index].sweeps[sweep];
  }
  return nullptr;
}

Sweep read_sweep(const Pair& pair, std::size_t index, const ReadOptions& options,
                 std::span<SignalFile> spare) {
  Sweep sweep;
  sweep.number = index + 1;
  sweep.dt_ms = pair.voltage.file->dt_ms;
  const auto& notes = pair.voltage.channel().notes;
  if (index < notes.size()) {
    sweep.note = notes[index];
    sweep.number = sweep.note.number;
    sweep.dt_ms = sweep.note.dt_ms;
  }
  const std::string place = place_of(pair.voltage, sweep.number);
  // Times count from the beginning of the sweep, also where the reader left out what comes before the start.
  const auto left_out = static_cast<std::size_t>(std::llround(sweep.note.start_ms / sweep.dt_ms));
  const std::size_t size = left_out + pair.voltage.channel().sweeps[index].size();
  SampleWindow window = options.selection.window(size, sweep.dt_ms, place);
  window.first = std::max(window.first, left_out);
  sweep.start_ms = static_cast<double>(window.first) * sweep.dt_ms;
  window = {window.first - left_out, window.last - left_out};
  sweep.voltage_mV =
      cut(pair.voltage, index, window, options.voltage_offset_mV, spare_samples(spare, pair.voltage, index));
  sweep.current_pA =
      cut(pair.current, index, window, options.current_offset_pA, spare_samples(spare, pair.current, index));
  sweep.voltage_source = source_of(pair.voltage, index, options.voltage_offset_mV);
  sweep.current_source = source_of(pair.current, index, options.current_offset_pA);
  const std::string current_place = place_of(pair.current, sweep.number);
  refuse_not_finite(sweep.voltage_mV, sweep, place);
  refuse_not_finite(sweep.current_pA, sweep, current_place);
  if (!pair.voltage.file->stated_current_clamp) refuse_commanded_voltage(sweep, place);
  return sweep;
}

// Traps in what was taken, one sentence a channel of a file, and what was stated against the file.
void add_warnings(const Pair& pair, const std::vector<const Sweep*>& sweeps,
                  std::vector<std::string>& warnings) {
  for (const bool voltage : {true, false}) {
    const Half& half = voltage ? pair.voltage : pair.current;
    if (!half.chosen.contradiction.empty()) warnings.push_back(half.chosen.contradiction);
    std::vector<std::span<const double>> traces;
    traces.reserve(sweeps.size());
    for (const Sweep* sweep : sweeps) traces.emplace_back(voltage ? sweep->voltage_mV : sweep->current_pA);
    const std::string place =
        fmt::format("{}: channel {}", half.file->path, channel_label(*half.file, half.chosen.index));
    const auto found = trace_traps(voltage ? ChannelRole::voltage : ChannelRole::current, place, traces);
    warnings.insert(warnings.end(), found.begin(), found.end());
  }
}

// `spare`: the same files, where their samples may be taken; else empty. Every sweep of a file is used once
// at most, since a selection names none twice.
Recording assemble(std::span<const SignalFile> files, const ReadOptions& options,
                   std::span<SignalFile> spare) {
  require(!files.empty(), "assemble_recording: no files");
  options.validate();
  const std::vector<Pair> pairs = pair_files(files, options);
  std::vector<std::pair<std::size_t, std::size_t>> all;  // pair and sweep
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    check_pair(pairs[p]);
    refuse_voltage_clamp(*pairs[p].voltage.file, pairs[p].voltage.channel(), pairs[p].current.channel());
    for (std::size_t s = 0; s < pairs[p].voltage.channel().sweeps.size(); ++s) all.emplace_back(p, s);
  }
  check_same_step(pairs);
  Selection left = options.selection;
  if (files.size() == 1 && files.front().sweeps_chosen) left.sweeps.clear();
  const std::vector<std::size_t> chosen = left.indices(all.size());
  std::vector<Sweep> whole;
  whole.reserve(chosen.size());
  for (const std::size_t i : chosen)
    whole.push_back(read_sweep(pairs[all[i].first], all[i].second, options, spare));
  check_same_step(whole);
  if (!whole.empty()) refuse_flat(whole, pairs[all[chosen.front()].first]);
  LivingSweeps living = without_dead_stretches(std::move(whole), !options.keep_dead_stretches);
  if (living.sweeps.empty() && !living.warnings.empty())
    throw DataError(living.warnings.front() + ", and nothing remains");
  Recording recording;
  recording.sweeps = std::move(living.sweeps);
  for (const SignalFile& file : files)
    recording.warnings.insert(recording.warnings.end(), file.warnings.begin(), file.warnings.end());
  recording.warnings.insert(recording.warnings.end(), living.warnings.begin(), living.warnings.end());
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    std::vector<const Sweep*> sweeps;
    for (std::size_t i = 0; i < recording.sweeps.size(); ++i) {
      if (all[chosen[living.origin[i]]].first == p) sweeps.push_back(&recording.sweeps[i]);
    }
    if (!sweeps.empty()) add_warnings(pairs[p], sweeps, recording.warnings);
  }
  return recording;
}

}  // namespace

Recording assemble_recording(std::span<const SignalFile> files, const ReadOptions& options) {
  return assemble(files, options, {});
}

Recording assemble_taking(std::vector<SignalFile> files, const ReadOptions& options) {
  return assemble(files, options, files);
}

Recording read_recording(const std::vector<std::filesystem::path>& paths, const ReadOptions& options) {
  require(!paths.empty(), "read_recording: no files");
  return assemble_taking(open_signal_files(paths, options), options);
}

}  // namespace libfit
