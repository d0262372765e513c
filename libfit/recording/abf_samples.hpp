// The samples of an Axon Binary Format file, of either version: interleaved int16 or float32, channel by
// channel within a sampling sequence, sweep after sweep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libfit/recording/byte_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// int16 samples are raw * scale + offset in the channel's unit; float32 samples are in the unit already.
struct AbfChannel {
  std::string name;
  std::string unit;
  double scale = 1.0;
  double offset = 0.0;
  ClampMode telegraph = ClampMode::unknown;
};

// Gain chain of one input [ABF notes of the manufacturer: ADC range / resolution over all gains].
struct AbfGains {
  double adc_range_V = 0.0;
  double adc_resolution = 0.0;
  double instrument_scale = 0.0;
  double signal_gain = 0.0;
  double programmable_gain = 0.0;
  double telegraphed_gain = 1.0;  // 1 when the telegraph is off
  double scale() const;
};

enum class AbfMode : std::int16_t {
  variable_length_events = 1,
  fixed_length_events = 2,
  gap_free = 3,
  oscilloscope = 4,
  episodic = 5
};

struct AbfLayout {
  std::string format;  // "ABF1", "ABF2"
  double dt_ms = 0.0;
  bool float32 = false;
  AbfMode mode = AbfMode::gap_free;
  std::size_t data_offset = 0;   // bytes
  std::size_t sample_count = 0;  // over all channels
  std::size_t episode_count = 0;
  std::vector<std::size_t> synch_lengths;  // samples over all channels, one a sweep; empty when there is none
  std::vector<AbfChannel> channels;
  std::vector<ClampMode> commands;  // one per analog output that carried a waveform
};

// Throws InputError when the layout does not fit into the file or makes no sense.
SignalFile read_abf_samples(const ByteReader& bytes, const AbfLayout& layout);

// Mode of a telegraphing MultiClamp (0 voltage clamp, 1 current clamp, 2 I = 0); other amplifiers leave the
// field at zero, which would read as voltage clamp, so they say nothing.
ClampMode telegraphed_mode(bool enabled, int instrument, int mode);
// Mode that a command in `unit` means.
ClampMode commanded_mode(const std::string& unit);

}  // namespace libfit
