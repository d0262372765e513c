#include "libfit/formats/abf/abf1_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/formats/abf/abf_samples.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr std::size_t kAbf1Block = 512;
constexpr std::size_t kInputs = 16;
// Only headers of this size hold the fields of version 1.6 and later.
constexpr std::size_t kLongHeader = 4880;

std::size_t count_at(const ByteReader& bytes, std::size_t offset, std::string_view what) {
  const auto value = bytes.at<std::int32_t>(offset);
  if (value < 0) {
    throw InputError(fmt::format("{}: {} of {} in the header; it is damaged", bytes.file(), what, value));
  }
  return static_cast<std::size_t>(value);
}

AbfChannel read_channel(const ByteReader& bytes, std::size_t input, bool long_header) {
  AbfChannel channel;
  AbfGains& gains = channel.gains;
  gains.adc_range_V = bytes.at<float>(244);
  gains.adc_resolution = bytes.at<std::int32_t>(252);
  gains.programmable_gain = bytes.at<float>(730 + 4 * input);
  gains.instrument_scale = bytes.at<float>(922 + 4 * input);
  gains.signal_gain = bytes.at<float>(1050 + 4 * input);
  if (long_header && bytes.at<std::int16_t>(4512 + 2 * input) != 0) {
    gains.telegraphed_gain = bytes.at<float>(4576 + 4 * input);
    channel.telegraph = telegraphed_mode(true, bytes.at<std::int16_t>(4544 + 2 * input),
                                         bytes.at<std::int16_t>(4768 + 2 * input));
  }
  channel.name = bytes.text(442 + 10 * input, 10);
  channel.unit = bytes.text(602 + 8 * input, 8);
  channel.offset = double{bytes.at<float>(986 + 4 * input)} - double{bytes.at<float>(1114 + 4 * input)};
  return channel;
}

void read_sweeps(const ByteReader& bytes, AbfLayout& layout) {
  constexpr std::size_t kRow = 8;
  const std::size_t begin = count_at(bytes, 92, "place of the table of sweeps") * kAbf1Block;
  const std::size_t count = count_at(bytes, 96, "length of the table of sweeps");
  if (begin == 0 || count == 0) return;
  bytes.slice(begin, count * kRow);
  layout.parts.push_back({kAbfSweepTable, begin, begin + count * kRow});
  for (std::size_t i = 0; i < count; ++i)
    layout.sweeps.push_back(
        {bytes.at<std::int32_t>(begin + i * kRow), bytes.at<std::int32_t>(begin + i * kRow + 4)});
  layout.start_unit_ms = double{bytes.at<float>(130)} / 1000.0;
}

}  // namespace

SignalFile read_abf1(std::span<const std::byte> content, const std::string& path) {
  const ByteReader bytes(content, std::endian::little, path);
  AbfLayout layout;
  layout.format = "ABF1";
  layout.mode = static_cast<AbfMode>(bytes.at<std::int16_t>(8));
  layout.data_format = bytes.at<std::int16_t>(100);
  layout.experiment = experiment_mode(bytes.at<std::int16_t>(260));
  layout.sample_count = count_at(bytes, 10, "number of samples");
  layout.episode_count = count_at(bytes, 16, "number of sweeps");
  const std::size_t header = count_at(bytes, 40, "place of the data") * kAbf1Block;
  const auto ignored = bytes.at<std::int16_t>(14);
  layout.data_offset = header + (ignored > 0 ? static_cast<std::size_t>(ignored) : 0) * layout.sample_size();
  const bool long_header = header >= kLongHeader;

  const auto channels = bytes.at<std::int16_t>(120);
  if (channels < 1 || channels > static_cast<std::int16_t>(kInputs)) {
    throw InputError(fmt::format("{}: {} channels in the header; it is damaged", path, channels));
  }
  layout.dt_ms = tidy_step(double{bytes.at<float>(122)} * channels / 1000.0);
  for (std::int16_t i = 0; i < channels; ++i) {
    const auto input = bytes.at<std::int16_t>(410 + 2 * static_cast<std::size_t>(i));
    if (input < 0 || input >= static_cast<std::int16_t>(kInputs)) {
      throw InputError(
          fmt::format("{}: input {} in the sampling sequence; the header is damaged", path, input));
    }
    layout.channels.push_back(read_channel(bytes, static_cast<std::size_t>(input), long_header));
  }
  layout.samples_per_episode = static_cast<std::size_t>(std::max(bytes.at<std::int32_t>(138), 0));
  constexpr std::size_t kShortestHeader = 2048;
  layout.parts.push_back({"header", 0, kShortestHeader});
  read_sweeps(bytes, layout);
  // Two outputs can carry a waveform, and only in episodic mode.
  for (std::size_t dac = 0; dac < 2 && long_header && layout.mode == AbfMode::episodic; ++dac) {
    if (bytes.at<std::int16_t>(2296 + 2 * dac) != 0)
      layout.command_units.push_back(bytes.text(1346 + 8 * dac, 8));
  }
  return read_abf_samples(bytes, layout);
}

}  // namespace libfit
