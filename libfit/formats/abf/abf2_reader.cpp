#include "libfit/formats/abf/abf2_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/abf/abf_samples.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kAbf2Block = 512;
// Places of the section table, in the order of the format.
enum SectionPlace : std::size_t {
  kProtocol = 76,
  kAdc = 92,
  kDac = 108,
  kEpochPerDac = 156,
  kStrings = 220,
  kData = 236,
  kTags = 252,
  kSynch = 316
};

struct Section {
  std::size_t offset;
  std::size_t entry_size;
  std::size_t count;
};

Section section(const ByteReader& bytes, SectionPlace place) {
  const auto block = bytes.at<std::uint32_t>(place);
  const auto size = bytes.at<std::uint32_t>(place + 4);
  const auto count = bytes.at<std::int64_t>(place + 8);
  if (count < 0) {
    throw InputError(
        fmt::format("{}: the section table counts {} entries; the header is damaged", bytes.file(), count));
  }
  return {block * kAbf2Block, size, static_cast<std::size_t>(count)};
}

// A table of fixed-size entries, checked to lie in the file.
Section table(const ByteReader& bytes, SectionPlace place, std::size_t smallest_entry) {
  const Section found = section(bytes, place);
  if (found.count == 0) return found;
  if (found.entry_size < smallest_entry || found.count > bytes.size() / found.entry_size) {
    throw InputError(fmt::format(
        "{}: a section of the header does not fit into the file; it is cut or damaged", bytes.file()));
  }
  bytes.slice(found.offset, found.entry_size * found.count);
  return found;
}

// Strings are numbered from 1; 0 means none. A header of 44 bytes precedes them.
std::vector<std::string> read_strings(const ByteReader& bytes) {
  const Section strings = section(bytes, kStrings);
  constexpr std::size_t kHeader = 44;
  std::vector<std::string> list{""};
  if (strings.entry_size <= kHeader) return list;
  const auto raw = bytes.slice(strings.offset, strings.entry_size).subspan(kHeader);
  std::string current;
  for (const std::byte byte : raw) {
    if (byte == std::byte{0}) {
      list.push_back(to_utf8(trimmed(current)));
      current.clear();
    } else {
      current += static_cast<char>(byte);
    }
  }
  return list;
}

// The parts that are read, and the tags. Others are left out: recording programs write places of some that
// the file does not hold.
std::vector<AbfPart> parts_of(const ByteReader& bytes) {
  std::vector<AbfPart> parts{{"header", 0, kAbf2Block}};
  for (const auto& [place, name] : {std::pair<SectionPlace, std::string_view>{kProtocol, "protocol"},
                                    {kAdc, "inputs"},
                                    {kDac, "outputs"},
                                    {kEpochPerDac, "epochs"},
                                    {kStrings, "names"},
                                    {kTags, "tags"},
                                    {kSynch, kAbfSweepTable}}) {
    const Section found = section(bytes, place);
    if (found.offset == 0 || found.count == 0) continue;
    const std::size_t count = place == kStrings ? 1 : found.count;  // all of them are one entry
    if (count > bytes.size()) continue;                             // the table is refused where it is read
    parts.push_back({name, found.offset, found.offset + count * found.entry_size});
  }
  return parts;
}

std::string string_at(const std::vector<std::string>& strings, std::int32_t index) {
  return index > 0 && static_cast<std::size_t>(index) < strings.size()
             ? strings[static_cast<std::size_t>(index)]
             : std::string();
}

AbfChannel read_channel(const ByteReader& bytes, std::size_t adc, std::size_t protocol,
                        const std::vector<std::string>& strings) {
  AbfChannel channel;
  AbfGains& gains = channel.gains;
  gains.adc_range_V = bytes.at<float>(protocol + 110);
  gains.adc_resolution = bytes.at<std::int32_t>(protocol + 118);
  gains.instrument_scale = bytes.at<float>(adc + 40);
  gains.signal_gain = bytes.at<float>(adc + 48);
  gains.programmable_gain = bytes.at<float>(adc + 28);
  const bool telegraph = bytes.at<std::int16_t>(adc + 2) != 0;
  if (telegraph) gains.telegraphed_gain = bytes.at<float>(adc + 6);
  channel.name = string_at(strings, bytes.at<std::int32_t>(adc + 74));
  channel.unit = string_at(strings, bytes.at<std::int32_t>(adc + 78));
  channel.offset = double{bytes.at<float>(adc + 44)} - double{bytes.at<float>(adc + 52)};
  channel.telegraph =
      telegraphed_mode(telegraph, bytes.at<std::int16_t>(adc + 4), bytes.at<std::int16_t>(adc + 18));
  return channel;
}

// ---- the command: epochs of a waveform, one after the other from a 64th of the sweep on

struct Epoch {
  std::int16_t number = 0;
  bool is_step = false;
  double level = 0.0, level_step = 0.0;  // of the first sweep, and from sweep to sweep
  double samples = 0.0;
  bool grows = false;  // from sweep to sweep
};

std::vector<Epoch> epochs_of(const ByteReader& bytes, std::int16_t output) {
  const Section entries = table(bytes, kEpochPerDac, 30);
  std::vector<Epoch> epochs;
  for (std::size_t i = 0; i < std::min<std::size_t>(entries.count, 1024); ++i) {
    const std::size_t at = entries.offset + i * entries.entry_size;
    const auto kind = bytes.at<std::int16_t>(at + 4);
    if (bytes.at<std::int16_t>(at + 2) != output || kind == 0) continue;
    epochs.push_back({bytes.at<std::int16_t>(at), kind == 1, double{bytes.at<float>(at + 6)},
                      double{bytes.at<float>(at + 10)}, static_cast<double>(bytes.at<std::int32_t>(at + 14)),
                      bytes.at<std::int32_t>(at + 18) != 0});
  }
  std::ranges::sort(epochs, {}, &Epoch::number);
  return epochs;
}

// The first epoch whose level changes from sweep to sweep, where all before it have a fixed length. What
// comes later (a second step upon a pulse, say) is another experiment.
std::optional<CommandedSteps> steps_of(const std::vector<Epoch>& epochs, double holding, double to_pA,
                                       const Channel& recorded, double dt_ms) {
  CommandedSteps steps;
  double before = holding;
  const std::size_t first_sample = recorded.sweeps.front().size() / 64;
  auto at = static_cast<double>(first_sample);
  for (const Epoch& epoch : epochs) {
    const bool changes = epoch.level_step != 0.0;
    if (epoch.grows || !(epoch.samples > 0.0) || !std::isfinite(epoch.level) || (changes && !epoch.is_step))
      return std::nullopt;
    if (changes) {
      steps.begin_ms = at * dt_ms;
      steps.end_ms = (at + epoch.samples) * dt_ms;
      for (std::size_t s = 0; s < recorded.sweeps.size(); ++s)
        steps.amplitude_pA.push_back(to_pA *
                                     (epoch.level + static_cast<double>(s) * epoch.level_step - before));
      return steps;
    }
    before = epoch.level;
    at += epoch.samples;
  }
  return std::nullopt;
}

// Of the one output that plays epochs of current.
std::optional<CommandedSteps> commanded_steps(const ByteReader& bytes,
                                              const std::vector<std::string>& strings,
                                              const SignalFile& file) {
  if (file.channels.empty() || file.channels.front().sweeps.empty()) return std::nullopt;
  const Section outputs = table(bytes, kDac, 44);
  std::optional<CommandedSteps> steps;
  int playing = 0;
  for (std::size_t i = 0; i < outputs.count; ++i) {
    const std::size_t dac = outputs.offset + i * outputs.entry_size;
    const auto unit = parse_electric_unit(string_at(strings, bytes.at<std::int32_t>(dac + 28)));
    if (bytes.at<std::int16_t>(dac + 40) == 0 || !unit || unit->role != ChannelRole::current) continue;
    ++playing;
    constexpr std::int16_t kFromEpochs = 1;
    if (bytes.at<std::int16_t>(dac + 42) != kFromEpochs) continue;
    steps = steps_of(epochs_of(bytes, bytes.at<std::int16_t>(dac)), double{bytes.at<float>(dac + 12)},
                     unit->to_internal, file.channels.front(), file.dt_ms);
  }
  return playing == 1 ? steps : std::nullopt;
}

}  // namespace

SignalFile read_abf2(std::span<const std::byte> content, const std::string& path) {
  const ByteReader bytes(content, std::endian::little, path);
  const std::size_t protocol = section(bytes, kProtocol).offset;
  const auto strings = read_strings(bytes);
  AbfLayout layout;
  layout.format = "ABF2";
  layout.data_format = bytes.at<std::int16_t>(30);
  layout.episode_count = bytes.at<std::uint32_t>(12);
  layout.mode = static_cast<AbfMode>(bytes.at<std::int16_t>(protocol));
  layout.dt_ms = tidy_step(bytes.at<float>(protocol + 2) / 1000.0);
  const Section data = section(bytes, kData);
  layout.data_offset = data.offset;
  layout.bytes_per_sample = data.entry_size;
  layout.sample_count = data.count;
  layout.samples_per_episode = static_cast<std::size_t>(std::max(bytes.at<std::int32_t>(protocol + 22), 0));
  layout.experiment = experiment_mode(bytes.at<std::int16_t>(protocol + 126));
  layout.parts = parts_of(bytes);

  const Section inputs = table(bytes, kAdc, 82);
  for (std::size_t i = 0; i < std::min<std::size_t>(inputs.count, 1024); ++i) {
    layout.channels.push_back(read_channel(bytes, inputs.offset + i * inputs.entry_size, protocol, strings));
  }
  const Section synch = table(bytes, kSynch, 8);
  for (std::size_t i = 0; i < synch.count; ++i) {
    const std::size_t at = synch.offset + i * synch.entry_size;
    layout.sweeps.push_back({bytes.at<std::int32_t>(at), bytes.at<std::int32_t>(at + 4)});
  }
  layout.start_unit_ms = double{bytes.at<float>(protocol + 14)} / 1000.0;
  // Outputs play their waveform only in episodic mode; the switch may be left on in the others.
  const Section outputs = table(bytes, kDac, 42);
  for (std::size_t i = 0; i < outputs.count && layout.mode == AbfMode::episodic; ++i) {
    const std::size_t dac = outputs.offset + i * outputs.entry_size;
    if (bytes.at<std::int16_t>(dac + 40) != 0)
      layout.command_units.push_back(string_at(strings, bytes.at<std::int32_t>(dac + 28)));
  }
  SignalFile file = read_abf_samples(bytes, layout);
  if (layout.mode == AbfMode::episodic) file.commanded_steps = commanded_steps(bytes, strings, file);
  return file;
}

}  // namespace libfit
