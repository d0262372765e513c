#include "libfit/formats/abf/abf_samples.hpp"

#include <cstring>

#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr int kMultiClamp = 24;

Encoding encoding_of_input(const AbfChannel& input, bool float32, double factor) {
  if (float32) return {SampleType::float32, factor, 0.0};
  return {SampleType::int16, input.gains.scale() * factor, input.offset * factor};
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

ClampMode experiment_mode(int type) { return type == 1 ? ClampMode::current_clamp : ClampMode::unknown; }

SignalFile read_abf_samples(const ByteReader& bytes, const AbfLayout& layout) {
  SignalFile file;
  file.path = bytes.file();
  file.format = layout.format;
  file.dt_ms = layout.dt_ms;
  file.warnings = check_abf_layout(bytes, layout);
  file.command_units = layout.command_units;
  file.experiment = layout.experiment;
  const auto lengths = abf_sweep_lengths(bytes.file(), layout, file.warnings);
  const std::size_t width = layout.sample_size();
  const auto data = bytes.slice(layout.data_offset, layout.sample_count * width);
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
    channel.stored = {encoding_of_input(input, layout.float32(), channel.to_internal)};
    std::size_t start = 0;
    for (const std::size_t length : lengths) {
      auto& samples = channel.sweeps.emplace_back(length / stride);
      const std::byte* first = data.data() + (start + c) * width;
      const Encoding& stored = channel.stored.front();
      if (!samples.empty() && layout.float32())
        deinterleave<float>(first, stride, stored.scale, stored.offset, samples);
      if (!samples.empty() && !layout.float32())
        deinterleave<std::int16_t>(first, stride, stored.scale, stored.offset, samples);
      start += length;
    }
  }
  return file;
}

}  // namespace libfit
