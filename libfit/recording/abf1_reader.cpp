#include "libfit/recording/abf1_reader.hpp"

#include <fmt/format.h>

#include "libfit/core/error.hpp"
#include "libfit/recording/abf_samples.hpp"
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
  AbfGains gains;
  gains.adc_range_V = bytes.at<float>(244);
  gains.adc_resolution = bytes.at<std::int32_t>(252);
  gains.programmable_gain = bytes.at<float>(730 + 4 * input);
  gains.instrument_scale = bytes.at<float>(922 + 4 * input);
  gains.signal_gain = bytes.at<float>(1050 + 4 * input);
  AbfChannel channel;
  if (long_header && bytes.at<std::int16_t>(4512 + 2 * input) != 0) {
    gains.telegraphed_gain = bytes.at<float>(4576 + 4 * input);
    channel.telegraph = telegraphed_mode(true, bytes.at<std::int16_t>(4544 + 2 * input),
                                         bytes.at<std::int16_t>(4768 + 2 * input));
  }
  channel.name = bytes.text(442 + 10 * input, 10);
  channel.unit = bytes.text(602 + 8 * input, 8);
  channel.scale = gains.scale();
  channel.offset = double{bytes.at<float>(986 + 4 * input)} - double{bytes.at<float>(1114 + 4 * input)};
  return channel;
}

std::vector<std::size_t> read_synch(const ByteReader& bytes) {
  const std::size_t block = count_at(bytes, 92, "place of the sweep table");
  const std::size_t count = count_at(bytes, 96, "length of the sweep table");
  std::vector<std::size_t> lengths;
  if (block == 0 || count == 0) return lengths;
  bytes.slice(block * kAbf1Block, count * 8);
  for (std::size_t i = 0; i < count; ++i) {
    const auto length = bytes.at<std::int32_t>(block * kAbf1Block + 8 * i + 4);
    lengths.push_back(length > 0 ? static_cast<std::size_t>(length) : 0);
  }
  return lengths;
}

}  // namespace

SignalFile read_abf1(std::span<const std::byte> content, const std::string& path) {
  const ByteReader bytes(content, std::endian::little, path);
  AbfLayout layout;
  layout.format = "ABF1";
  layout.mode = static_cast<AbfMode>(bytes.at<std::int16_t>(8));
  layout.float32 = bytes.at<std::int16_t>(100) == 1;
  layout.sample_count = count_at(bytes, 10, "number of samples");
  layout.episode_count = count_at(bytes, 16, "number of sweeps");
  const std::size_t header = count_at(bytes, 40, "place of the data") * kAbf1Block;
  const auto ignored = bytes.at<std::int16_t>(14);
  layout.data_offset =
      header + (ignored > 0 ? static_cast<std::size_t>(ignored) : 0) * (layout.float32 ? 4 : 2);
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
  layout.synch_lengths = read_synch(bytes);
  // Two outputs can carry a waveform, and only in episodic mode.
  for (std::size_t dac = 0; dac < 2 && long_header && layout.mode == AbfMode::episodic; ++dac) {
    const ClampMode mode = commanded_mode(bytes.text(1346 + 8 * dac, 8));
    if (bytes.at<std::int16_t>(2296 + 2 * dac) != 0 && mode != ClampMode::unknown)
      layout.commands.push_back(mode);
  }
  return read_abf_samples(bytes, layout);
}

}  // namespace libfit
