// The samples of an Axon Binary Format file, of either version: interleaved int16 or float32, channel by
// channel within a sampling sequence, sweep after sweep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/formats/byte_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Gain chain of one input [ABF notes of the manufacturer: ADC range / resolution over all gains].
struct AbfGains {
  double adc_range_V = 0.0;
  double adc_resolution = 0.0;
  double instrument_scale = 0.0;  // this and the next may be negative: a signal turned round on purpose
  double signal_gain = 0.0;
  double programmable_gain = 0.0;
  double telegraphed_gain = 1.0;  // 1 when the telegraph is off
  double scale() const;
};

// int16 samples are raw * gains.scale() + offset in the channel's unit; float32 samples are in the unit
// already.
struct AbfChannel {
  std::string name;
  std::string unit;
  AbfGains gains;
  double offset = 0.0;
  ClampMode telegraph = ClampMode::unknown;
};

enum class AbfMode : std::int16_t {
  variable_length_events = 1,
  fixed_length_events = 2,
  gap_free = 3,
  oscilloscope = 4,
  episodic = 5
};

// A row of the table of sweeps, the synch array.
struct AbfSweep {
  std::int32_t start = 0;   // in AbfLayout::start_unit_ms
  std::int32_t length = 0;  // samples over all channels
};

constexpr std::string_view kAbfSweepTable = "table of sweeps";

// A part of the file that is no samples, in bytes.
struct AbfPart {
  std::string_view name;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct AbfLayout {
  std::string format;  // "ABF1", "ABF2"
  double dt_ms = 0.0;
  int data_format = 0;  // 0: int16, 1: float32
  AbfMode mode = AbfMode::gap_free;
  std::size_t data_offset = 0;       // bytes
  std::size_t bytes_per_sample = 0;  // by the section table; 0 where the format has none
  std::size_t sample_count = 0;      // over all channels
  std::size_t episode_count = 0;
  std::size_t samples_per_episode = 0;  // over all channels; 0 where not stated
  std::vector<AbfSweep> sweeps;         // empty where there is no table
  double start_unit_ms = 0.0;           // 0 where the starts are counted in samples
  std::vector<AbfPart> parts;
  std::vector<AbfChannel> channels;
  std::vector<std::string> command_units;  // of the analog outputs that carried a waveform
  ClampMode experiment = ClampMode::unknown;

  bool float32() const { return data_format == 1; }
  std::size_t sample_size() const { return float32() ? 4 : 2; }
  std::size_t data_end() const { return data_offset + sample_count * sample_size(); }
};

// ---- what the header says of itself (abf_layout.cpp)

// Throws InputError for a layout that does not fit into the file or contradicts itself: gains that no
// converter has, a format of the samples against their size, samples that lie over other parts of the file.
// Returns what is odd but not wrong, in sentences.
std::vector<std::string> check_abf_layout(const ByteReader& bytes, const AbfLayout& layout);

// Lengths of the sweeps in samples over all channels: by the table of sweeps, which must add up to the
// samples; without one by the samples per sweep of the header, or in equal parts. Throws InputError where the
// table, the counts and the sampling step contradict each other.
std::vector<std::size_t> abf_sweep_lengths(const std::string& file, const AbfLayout& layout,
                                           std::vector<std::string>& warnings);

// ---- samples (abf_samples.cpp)

// Throws InputError when the layout does not fit into the file or makes no sense.
SignalFile read_abf_samples(const ByteReader& bytes, const AbfLayout& layout);

// Mode of a telegraphing MultiClamp (0 voltage clamp, 1 current clamp, 2 I = 0); other amplifiers leave the
// field at zero, which would read as voltage clamp, so they say nothing.
ClampMode telegraphed_mode(bool enabled, int instrument, int mode);
// What the header calls the experiment: 1 is current clamp. 0 is voltage clamp, but also what is left when
// nobody chose, and 2 is neither, so these say nothing.
ClampMode experiment_mode(int type);

}  // namespace libfit
