#include "tests/fuzz/whole_files.hpp"

#include <span>

#include "libfit/core/file.hpp"
#include "libfit/stimulus/stimulus_writer.hpp"
#include "tests/formats/nwb_files.hpp"

namespace libfit::fuzz {
namespace {

using written::Bytes;
using written::Folder;

Bytes bytes_of(const std::string& text) {
  const auto raw = std::as_bytes(std::span(text));
  return {raw.begin(), raw.end()};
}

WholeFile stimulus(std::size_t samples, StimulusFormat format) {
  const auto current = written::current_trace(samples);
  return {std::string(stimulus_extension(format)),
          bytes_of(stimulus_file({"train", "a test", 0.1, {current, current}}, format)),
          {}};
}

}  // namespace

written::AbfFile abf_file(std::size_t samples) {
  written::AbfFile file;
  file.inputs = {{"IN 0", "pA"}, {"IN 1", "mV"}};
  file.inputs[0].instrument_scale = 0.01F;
  file.inputs[1].instrument_scale = 0.01F;
  file.inputs[1].physical = 1;
  file.command_units = {"pA"};
  file.epochs = {{0.0F, 0.0F, 50}, {-20.0F, 10.0F, 100}};
  file.episodes = 2;
  const auto sweep = static_cast<std::int32_t>(samples);
  file.synch_lengths = {sweep, sweep};
  file.synch_starts = {1000, 1000 + 2 * sweep};
  file.synch_unit_us = file.interval_us;
  file.samples_per_episode = sweep;
  const auto voltage = written::voltage_trace(samples);
  const auto current = written::current_trace(samples);
  for (std::size_t k = 0; k < samples; ++k) {
    file.raw.push_back(static_cast<std::int16_t>(32.768 * current[k]));
    file.raw.push_back(static_cast<std::int16_t>(32.768 * voltage[k]));
  }
  return file;
}

written::IgorWave wave(std::size_t samples, std::endian order) {
  written::IgorWave wave;
  wave.rows = static_cast<std::int32_t>(samples);
  std::vector<float> volts;
  for (const double value : written::voltage_trace(samples))
    volts.push_back(static_cast<float>(value / 1000.0));
  wave.data = written::packed(volts, order);
  return wave;
}

WholeFile abf1(std::size_t samples) { return {"ABF1", written::abf1(abf_file(samples)), {}}; }
WholeFile abf2(std::size_t samples) { return {"ABF2", written::abf2(abf_file(samples)), {}}; }

WholeFile igor_wave(std::size_t samples) {
  return {"IBW", written::igor5(wave(samples), std::endian::little), {}};
}

WholeFile text(std::size_t samples) {
  std::string text = "# made by a test\ntime_ms,I0_pA,V0_mV\n";
  const auto voltage = written::voltage_trace(samples);
  const auto current = written::current_trace(samples);
  for (std::size_t k = 0; k < samples; ++k)
    text += std::to_string(0.1 * static_cast<double>(k)) + "," + std::to_string(current[k]) + "," +
            std::to_string(voltage[k]) + "\n";
  return {"text", bytes_of(text), {}};
}

WholeFile axon_text(std::size_t samples) { return stimulus(samples, StimulusFormat::atf); }
WholeFile igor_text(std::size_t samples) { return stimulus(samples, StimulusFormat::itx); }

WholeFile hdf5(std::size_t samples, unsigned gzip) {
  const Folder folder;
  written::Hdf5File file;
  for (const double value : written::voltage_trace(samples))
    file.voltage.push_back(static_cast<float>(value));
  for (const double value : written::current_trace(samples))
    file.current.push_back(static_cast<float>(value));
  file.sweeps = 2;
  file.gzip = gzip;
  written::hdf5(folder / "h", file);
  WholeFile result{gzip > 0 ? "HDF5 compressed" : "HDF5", read_file(folder / "h"), {}, true};
  result.options.voltage_dataset = "/cell/voltage";
  result.options.current_dataset = "/cell/current";
  return result;
}

WholeFile nwb(std::size_t samples, bool checksums) {
  const Folder folder;
  written::NwbFile file;
  file.checksums = checksums;
  file.series = {written::response("V", samples), written::stimulus("I", samples)};
  written::nwb(folder / "n", file);
  return {checksums ? "NWB with checksums" : "NWB", read_file(folder / "n"), {}, true};
}

}  // namespace libfit::fuzz
