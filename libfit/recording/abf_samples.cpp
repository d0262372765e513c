#include "libfit/recording/abf_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxChannels = 64;
constexpr int kMultiClamp = 24;

void check_layout(const std::string& file, const AbfLayout& layout) {
  if (layout.channels.empty() || layout.channels.size() > kMaxChannels) {
    throw InputError(fmt::format("{}: {} channels in the header; the file is damaged or holds no data", file,
                                 layout.channels.size()));
  }
  if (!std::isfinite(layout.dt_ms) || layout.dt_ms <= 0.0) {
    throw InputError(
        fmt::format("{}: sampling step of {} ms in the header; it is damaged", file, layout.dt_ms));
  }
  for (const AbfChannel& channel : layout.channels) {
    if (!layout.float32 && (!std::isfinite(channel.scale) || channel.scale == 0.0)) {
      throw InputError(fmt::format(
          "{}: channel `{}` has a gain of zero or none; the header is damaged or from a faulty setup", file,
          channel.name));
    }
    if (!std::isfinite(channel.offset)) {
      throw InputError(fmt::format(
          "{}: channel `{}` has an offset that is not a number; the header is damaged", file, channel.name));
    }
  }
}

// Lengths of the sweeps in samples over all channels. The synch array decides where it covers the data;
// without it, sweeps are of equal length.
std::vector<std::size_t> sweep_lengths(const std::string& file, const AbfLayout& layout,
                                       std::vector<std::string>& warnings) {
  const auto& synch = layout.synch_lengths;
  std::size_t sum = 0;
  for (const std::size_t length : synch) {
    if (length > layout.sample_count - sum) {
      sum = 0;
      break;
    }
    sum += length;
  }
  if (!synch.empty() && sum == layout.sample_count) return synch;
  if (layout.mode == AbfMode::variable_length_events) {
    throw InputError(fmt::format(
        "{}: sweeps of varying length without a table of their lengths that fits the data; the file is "
        "damaged",
        file));
  }
  if (layout.mode == AbfMode::gap_free) return {layout.sample_count};
  const std::size_t count = std::max<std::size_t>(layout.episode_count, 1);
  const std::size_t channels = layout.channels.size();
  const std::size_t length = layout.sample_count / count / channels * channels;
  if (length == 0) {
    throw InputError(fmt::format("{}: {} sweeps for {} samples in the header; the file is damaged", file,
                                 count, layout.sample_count));
  }
  if (length * count != layout.sample_count) {
    warnings.push_back(fmt::format("{}: the last {} samples do not make a sweep and are left out", file,
                                   layout.sample_count - length * count));
  }
  std::vector<std::size_t> lengths(count, length);
  return lengths;
}

Encoding encoding_of_input(const AbfChannel& input, bool float32, double factor) {
  if (float32) return {SampleType::float32, factor, 0.0};
  return {SampleType::int16, input.scale * factor, input.offset * factor};
}

template <typename Raw>
void deinterleave(const std::byte* source, std::size_t stride, double scale, double offset,
                  std::span<double> target) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    Raw raw;
    std::memcpy(&raw, source + i * stride * sizeof(Raw), sizeof(Raw));
    target[i] = static_cast<double>(raw) * scale + offset;
  }
}

}  // namespace

double AbfGains::scale() const {
  return adc_range_V / adc_resolution /
         (instrument_scale * signal_gain * programmable_gain * telegraphed_gain);
}

ClampMode telegraphed_mode(bool enabled, int instrument, int mode) {
  if (!enabled || instrument != kMultiClamp) return ClampMode::unknown;
  if (mode == 0) return ClampMode::voltage_clamp;
  return mode == 1 || mode == 2 ? ClampMode::current_clamp : ClampMode::unknown;
}

ClampMode commanded_mode(const std::string& unit) {
  const auto parsed = parse_electric_unit(unit);
  if (!parsed) return ClampMode::unknown;
  return parsed->role == ChannelRole::voltage ? ClampMode::voltage_clamp : ClampMode::current_clamp;
}

SignalFile read_abf_samples(const ByteReader& bytes, const AbfLayout& layout) {
  check_layout(bytes.file(), layout);
  const std::size_t width = layout.float32 ? 4 : 2;
  if (layout.sample_count == 0) throw InputError(fmt::format("{}: holds no samples", bytes.file()));
  if (layout.sample_count > bytes.size() / width) {
    throw InputError(fmt::format("{}: {} samples in the header but only {} bytes in the file; it is cut",
                                 bytes.file(), layout.sample_count, bytes.size()));
  }
  const auto data = bytes.slice(layout.data_offset, layout.sample_count * width);
  SignalFile file;
  file.path = bytes.file();
  file.format = layout.format;
  file.dt_ms = layout.dt_ms;
  const auto lengths = sweep_lengths(bytes.file(), layout, file.warnings);
  const std::size_t stride = layout.channels.size();
  for (std::size_t c = 0; c < stride; ++c) {
    const AbfChannel& input = layout.channels[c];
    const auto unit = parse_electric_unit(input.unit);
    Channel& channel = file.channels.emplace_back();
    channel.name = input.name;
    channel.file_unit = input.unit;
    channel.role = unit ? unit->role : ChannelRole::other;
    channel.to_internal = unit ? unit->to_internal : 1.0;
    channel.telegraph = input.telegraph;
    channel.stored = {encoding_of_input(input, layout.float32, channel.to_internal)};
    std::size_t start = 0;
    for (const std::size_t length : lengths) {
      auto& samples = channel.sweeps.emplace_back(length / stride);
      const std::byte* first = data.data() + (start + c) * width;
      const Encoding& stored = channel.stored.front();
      if (!samples.empty() && layout.float32)
        deinterleave<float>(first, stride, stored.scale, stored.offset, samples);
      if (!samples.empty() && !layout.float32)
        deinterleave<std::int16_t>(first, stride, stored.scale, stored.offset, samples);
      start += length;
    }
  }
  // Outputs in both kinds of unit say nothing about which of them drove this cell.
  const auto& commands = layout.commands;
  if (!commands.empty() &&
      std::all_of(commands.begin(), commands.end(), [&](ClampMode mode) { return mode == commands.front(); }))
    file.command = commands.front();
  return file;
}

}  // namespace libfit
