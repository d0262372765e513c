// Tiny files of every format, written by the tests themselves from the published layouts, so that the readers
// are tested without any recording at hand.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace libfit::written {

using Bytes = std::vector<std::byte>;

// A folder of its own that goes with the object.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  // Writes a file and returns its path.
  std::filesystem::path write(const std::string& name, const Bytes& content) const;
  std::filesystem::path write(const std::string& name, std::string_view content) const;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct AbfInput {
  std::string name;
  std::string unit;
  float instrument_scale = 1.0F;
  float signal_gain = 1.0F;
  float programmable_gain = 1.0F;
  float instrument_offset = 0.0F;
  float signal_offset = 0.0F;
  bool telegraph = false;
  float telegraphed_gain = 1.0F;
  std::int16_t telegraph_instrument = 0;
  std::int16_t telegraph_mode = 0;
  std::int16_t physical = 0;  // ABF1: slot of the input in the header
};

// Of the command of the first output, in ABF 2.
struct AbfEpoch {
  float level = 0.0F;
  float level_step = 0.0F;  // from sweep to sweep
  std::int32_t samples = 0;
  std::int16_t kind = 1;  // 1: step, 2: ramp
};

struct AbfFile {
  std::int16_t mode = 5;
  float interval_us = 100.0F;  // between samples of one channel
  std::vector<AbfInput> inputs;
  std::vector<std::string> command_units;  // of outputs with a waveform
  float holding_level = 0.0F;
  std::vector<AbfEpoch> epochs;
  std::uint32_t episodes = 1;
  std::vector<std::int32_t> synch_lengths;
  std::vector<std::int32_t> synch_starts;  // empty: all 0
  float synch_unit_us = 0.0F;              // 0: starts are counted in samples
  std::int32_t samples_per_episode = 0;    // 0: not told
  std::int16_t experiment = 0;             // 1: current clamp
  std::vector<std::int16_t> raw;           // interleaved
  std::vector<float> values;               // interleaved; written instead of raw when not empty
};

// ADC range 10 V, resolution 32768.
Bytes abf2(const AbfFile& file);
// `blocks` of 512 bytes for the header: 12 (long) or 4 (short).
Bytes abf1(const AbfFile& file, std::int32_t blocks = 12);

struct IgorWave {
  std::string name = "wave0";
  std::string unit = "V";
  std::string dimension_unit = "s";
  double step = 1e-4;
  std::uint16_t type = 2;  // float32
  std::int32_t rows = 0;
  std::int32_t columns = 0;  // 0: one-dimensional
  Bytes data;                // in the byte order of the file
};

Bytes igor5(const IgorWave& wave, std::endian order);
// Versions 1 to 3, as Igor writes them: 16 unused bytes behind the samples, and a checksum over what comes
// before the samples and 16 bytes more.
Bytes igor2(const IgorWave& wave, std::endian order, int version = 2);

// Numbers in a byte order.
template <typename Number>
void append(Bytes& bytes, Number value, std::endian order = std::endian::little) {
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(Number)>>(value);
  if (order == std::endian::native) {
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  } else {
    bytes.insert(bytes.end(), raw.rbegin(), raw.rend());
  }
}
template <typename Number>
Bytes packed(const std::vector<Number>& values, std::endian order = std::endian::little) {
  Bytes bytes;
  for (const Number value : values) append(bytes, value, order);
  return bytes;
}

struct Hdf5File {
  std::vector<float> voltage;
  std::vector<float> current;
  std::size_t sweeps = 1;
  std::string voltage_unit = "mV";
  std::string current_unit = "pA";
  std::string step_attribute = "dt_ms";  // of the root; empty: none
  double step = 0.1;
  unsigned gzip = 0;  // level; 0: contiguous
};

// Datasets /cell/voltage and /cell/current.
void hdf5(const std::filesystem::path& path, const Hdf5File& file);
// Dataset /cell/voltage that claims `samples` but of which no byte was written.
void hdf5_unwritten(const std::filesystem::path& path, std::size_t samples, bool chunked);

// A voltage [mV] and a current [pA] that look like a recording: `size` samples without a repeated pattern.
std::vector<double> voltage_trace(std::size_t size);
std::vector<double> current_trace(std::size_t size);
// One sweep of both, the current as first channel.
AbfFile abf_recording(std::size_t size);

}  // namespace libfit::written
