#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/abf/abf_samples.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxChannels = 64;
constexpr std::size_t kBlock = 512;

[[noreturn]] void refuse(const std::string& file, std::string_view what) {
  throw InputError(
      fmt::format("{}: {}; the header is damaged, copy the file again from its source", file, what));
}

// Programmable and telegraphed gains amplify, and a converter has a range and steps. Only what a person
// enters may be negative.
void check_gains(const std::string& file, const AbfChannel& channel, std::vector<std::string>& warnings) {
  const AbfGains& gains = channel.gains;
  const double scale = gains.scale();
  if (!std::isfinite(scale) || scale == 0.0) {
    throw InputError(fmt::format(
        "{}: channel `{}` has a gain of zero or none; the header is damaged or from a faulty setup", file,
        channel.name));
  }
  for (const auto& [name, value] : {std::pair{"a programmable gain", gains.programmable_gain},
                                    {"a telegraphed gain", gains.telegraphed_gain},
                                    {"a converter's range", gains.adc_range_V},
                                    {"a converter's resolution", gains.adc_resolution}}) {
    if (value < 0.0) refuse(file, fmt::format("channel `{}` has {} of {:g}", channel.name, name, value));
  }
  if (scale < 0.0)
    warnings.push_back(fmt::format(
        "{}: channel `{}` has a negative scale factor ({:g} V per unit): its sign is turned round, as "
        "the header says",
        file, channel.name, gains.instrument_scale * gains.signal_gain));
}

void check_data(const ByteReader& bytes, const AbfLayout& layout) {
  const std::string& file = bytes.file();
  if (layout.data_format != 0 && layout.data_format != 1)
    refuse(file, fmt::format("samples of format {}, which does not exist", layout.data_format));
  const std::size_t width = layout.sample_size();
  if (layout.bytes_per_sample != 0 && layout.bytes_per_sample != width)
    refuse(file, fmt::format("samples of {} bytes in the section table but of {} by their format",
                             layout.bytes_per_sample, width));
  if (layout.sample_count == 0) throw InputError(fmt::format("{}: holds no samples", file));
  if (layout.sample_count > bytes.size() / width) {
    throw InputError(fmt::format("{}: {} samples in the header but only {} bytes in the file; it is cut",
                                 file, layout.sample_count, bytes.size()));
  }
  bytes.slice(layout.data_offset, layout.sample_count * width);
  for (const AbfPart& part : layout.parts) {
    if (part.begin >= layout.data_end() || part.end <= layout.data_offset) continue;
    refuse(file, fmt::format("the samples (bytes {} to {}) lie over the {} (bytes {} to {})",
                             layout.data_offset, layout.data_end(), part.name, part.begin, part.end));
  }
}

std::vector<std::size_t> lengths_of_table(const std::string& file, const AbfLayout& layout) {
  std::vector<std::size_t> lengths;
  std::size_t sum = 0;
  for (const AbfSweep& sweep : layout.sweeps) {
    lengths.push_back(static_cast<std::size_t>(std::max(sweep.length, 0)));
    sum += lengths.back();
    if (lengths.back() % layout.channels.size() != 0)
      refuse(file, fmt::format("sweep {} has {} samples for {} channels", lengths.size(), lengths.back(),
                               layout.channels.size()));
  }
  if (sum != layout.sample_count)
    refuse(file, fmt::format("{} samples, but the table of its {} sweeps adds up to {}", layout.sample_count,
                             lengths.size(), sum));
  return lengths;
}

// Episodes are recorded one after the other: none begins while the one before lasts.
void check_times(const std::string& file, const AbfLayout& layout) {
  if (layout.mode != AbfMode::episodic || !(layout.start_unit_ms > 0.0)) return;
  constexpr double kRounding = 0.01;
  for (std::size_t i = 0; i + 1 < layout.sweeps.size(); ++i) {
    // The counter of the starts has 32 bits and may run over.
    const auto apart = static_cast<std::uint32_t>(layout.sweeps[i + 1].start) -
                       static_cast<std::uint32_t>(layout.sweeps[i].start);
    const double apart_ms = static_cast<double>(apart) * layout.start_unit_ms;
    const double lasts_ms = static_cast<double>(layout.sweeps[i].length) /
                            static_cast<double>(layout.channels.size()) * layout.dt_ms;
    if (apart_ms < (1.0 - kRounding) * lasts_ms - layout.dt_ms)
      refuse(file,
             fmt::format("sweep {} lasts {:g} s at {:g} ms a sample, but sweep {} begins {:g} s after it",
                         i + 1, lasts_ms / 1000.0, layout.dt_ms, i + 2, apart_ms / 1000.0));
  }
}

bool has_table(const AbfLayout& layout) {
  return std::any_of(layout.sweeps.begin(), layout.sweeps.end(),
                     [](const AbfSweep& sweep) { return sweep.length > 0; });
}

std::vector<std::size_t> lengths_without_table(const std::string& file, const AbfLayout& layout) {
  if (layout.mode == AbfMode::variable_length_events) {
    throw InputError(fmt::format(
        "{}: sweeps of varying length without a table of their lengths; the file is damaged", file));
  }
  const std::size_t channels = layout.channels.size();
  const std::size_t whole = layout.sample_count / channels * channels;
  if (layout.mode == AbfMode::gap_free) return {whole};
  std::size_t count = std::max<std::size_t>(layout.episode_count, 1);
  std::size_t length = whole / count / channels * channels;
  if (layout.mode == AbfMode::episodic && layout.samples_per_episode > 0) {
    length = layout.samples_per_episode;
    if (length % channels != 0)
      refuse(file, fmt::format("sweeps of {} samples for {} channels", length, channels));
    count = std::min(count, layout.sample_count / length);
  }
  if (length == 0 || count == 0) {
    refuse(file, fmt::format("{} sweeps for {} samples", layout.episode_count, layout.sample_count));
  }
  std::vector<std::size_t> lengths(count, length);
  return lengths;
}

}  // namespace

std::vector<std::string> check_abf_layout(const ByteReader& bytes, const AbfLayout& layout) {
  const std::string& file = bytes.file();
  std::vector<std::string> warnings;
  if (layout.channels.empty() || layout.channels.size() > kMaxChannels) {
    throw InputError(fmt::format("{}: {} channels in the header; the file is damaged or holds no data", file,
                                 layout.channels.size()));
  }
  if (!std::isfinite(layout.dt_ms) || layout.dt_ms <= 0.0)
    refuse(file, fmt::format("a sampling step of {} ms", layout.dt_ms));
  check_data(bytes, layout);
  for (const AbfChannel& channel : layout.channels) {
    if (!std::isfinite(channel.offset))
      refuse(file, fmt::format("channel `{}` has an offset that is not a number", channel.name));
    if (!layout.float32()) check_gains(file, channel, warnings);
  }
  // Recording programs begin the next part with the next block.
  for (const AbfPart& part : layout.parts) {
    if (part.name != kAbfSweepTable || part.begin < layout.data_end() + kBlock) continue;
    warnings.push_back(fmt::format(
        "{}: {} bytes between the samples and the table of sweeps belong to neither; the samples may "
        "begin in the wrong place",
        file, part.begin - layout.data_end()));
  }
  return warnings;
}

std::vector<std::size_t> abf_sweep_lengths(const std::string& file, const AbfLayout& layout,
                                           std::vector<std::string>& warnings) {
  if (has_table(layout)) {
    auto lengths = lengths_of_table(file, layout);
    check_times(file, layout);
    if (layout.mode == AbfMode::episodic && layout.episode_count != lengths.size())
      warnings.push_back(
          fmt::format("{}: {} sweeps by the header but {} by the table of sweeps, which is taken", file,
                      layout.episode_count, lengths.size()));
    return lengths;
  }
  auto lengths = lengths_without_table(file, layout);
  const std::size_t used = lengths.size() * lengths.front();
  if (layout.mode == AbfMode::episodic && lengths.size() < layout.episode_count)
    warnings.push_back(fmt::format("{}: {} sweeps by the header but samples for {}", file,
                                   layout.episode_count, lengths.size()));
  if (used != layout.sample_count)
    warnings.push_back(fmt::format("{}: the last {} samples do not make a sweep and are left out", file,
                                   layout.sample_count - used));
  return lengths;
}

}  // namespace libfit
