#include "tests/formats/written_files.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <span>

namespace libfit::written {
namespace {

template <typename Number>
void put(Bytes& bytes, std::size_t offset, Number value, std::endian order = std::endian::little) {
  Bytes raw;
  append(raw, value, order);
  if (bytes.size() < offset + raw.size()) bytes.resize(offset + raw.size());
  std::copy(raw.begin(), raw.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

void put_text(Bytes& bytes, std::size_t offset, std::string_view text, std::size_t width, char fill) {
  for (std::size_t i = 0; i < width; ++i) put(bytes, offset + i, i < text.size() ? text[i] : fill);
}

Bytes samples_of(const AbfFile& file) { return file.values.empty() ? packed(file.raw) : packed(file.values); }

std::size_t sample_count(const AbfFile& file) {
  return file.values.empty() ? file.raw.size() : file.values.size();
}

void pad_to_block(Bytes& bytes) { bytes.resize((bytes.size() + 511) / 512 * 512); }

// Makes the 16-bit words of the header add up to zero.
void balance(Bytes& bytes, std::size_t header, std::size_t place, std::endian order) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < header; i += 2) {
    const auto high = std::to_integer<unsigned>(bytes[order == std::endian::little ? i + 1 : i]);
    const auto low = std::to_integer<unsigned>(bytes[order == std::endian::little ? i : i + 1]);
    sum += high << 8 | low;
  }
  put(bytes, place, static_cast<std::uint16_t>(0x10000U - (sum & 0xFFFFU)), order);
}

}  // namespace

Folder::Folder() {
  static std::atomic<int> counter{0};
  path_ = std::filesystem::temp_directory_path() /
          ("dyniv_written_" + std::to_string(::getpid()) + "_" + std::to_string(counter++));
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Folder::write(const std::string& name, const Bytes& content) const {
  return write(name, std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

std::filesystem::path Folder::write(const std::string& name, std::string_view content) const {
  std::ofstream(path_ / name, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
  return path_ / name;
}

Bytes abf2(const AbfFile& file) {
  Bytes bytes(512);
  put_text(bytes, 0, "ABF2", 4, '\0');
  put(bytes, 4, std::uint32_t{0x02060000});
  put(bytes, 12, file.episodes);
  put(bytes, 30, static_cast<std::uint16_t>(file.values.empty() ? 0 : 1));
  const auto begin_section = [&](std::size_t place, std::uint32_t entry_size, std::size_t count) {
    pad_to_block(bytes);
    const std::size_t start = bytes.size();
    put(bytes, place, static_cast<std::uint32_t>(start / 512));
    put(bytes, place + 4, entry_size);
    put(bytes, place + 8, static_cast<std::int64_t>(count));
    return start;
  };
  const std::size_t protocol = begin_section(76, 512, 1);
  put(bytes, protocol, file.mode);
  put(bytes, protocol + 2, file.interval_us);
  put(bytes, protocol + 14, file.synch_unit_us);
  put(bytes, protocol + 22, file.samples_per_episode);
  put(bytes, protocol + 110, 10.0F);
  put(bytes, protocol + 126, file.experiment);
  put(bytes, protocol + 118, std::int32_t{32768});
  bytes.resize(protocol + 512);

  std::vector<std::string> strings;
  const auto index = [&](const std::string& text) {
    strings.push_back(text);
    return static_cast<std::int32_t>(strings.size());
  };
  const std::size_t adc = begin_section(92, 128, file.inputs.size());
  bytes.resize(adc + 128 * file.inputs.size());
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    const AbfInput& input = file.inputs[i];
    const std::size_t at = adc + 128 * i;
    put(bytes, at + 2, static_cast<std::int16_t>(input.telegraph));
    put(bytes, at + 4, input.telegraph_instrument);
    put(bytes, at + 6, input.telegraphed_gain);
    put(bytes, at + 18, input.telegraph_mode);
    put(bytes, at + 28, input.programmable_gain);
    put(bytes, at + 40, input.instrument_scale);
    put(bytes, at + 44, input.instrument_offset);
    put(bytes, at + 48, input.signal_gain);
    put(bytes, at + 52, input.signal_offset);
    put(bytes, at + 74, index(input.name));
    put(bytes, at + 78, index(input.unit));
  }
  const std::size_t dac = begin_section(108, 256, file.command_units.size());
  bytes.resize(dac + 256 * file.command_units.size());
  for (std::size_t i = 0; i < file.command_units.size(); ++i) {
    put(bytes, dac + 256 * i + 28, index(file.command_units[i]));
    put(bytes, dac + 256 * i, static_cast<std::int16_t>(i));
    put(bytes, dac + 256 * i + 12, file.holding_level);
    put(bytes, dac + 256 * i + 40, std::int16_t{1});
    put(bytes, dac + 256 * i + 42, std::int16_t{1});
  }
  if (!file.epochs.empty()) {
    const std::size_t epochs = begin_section(156, 48, file.epochs.size());
    bytes.resize(epochs + 48 * file.epochs.size());
    for (std::size_t i = 0; i < file.epochs.size(); ++i) {
      put(bytes, epochs + 48 * i, static_cast<std::int16_t>(i));
      put(bytes, epochs + 48 * i + 4, file.epochs[i].kind);
      put(bytes, epochs + 48 * i + 6, file.epochs[i].level);
      put(bytes, epochs + 48 * i + 10, file.epochs[i].level_step);
      put(bytes, epochs + 48 * i + 14, file.epochs[i].samples);
    }
  }
  std::string block = "SSCH" + std::string(40, '\0');
  for (const std::string& text : strings) block += text + '\0';
  const std::size_t text = begin_section(220, static_cast<std::uint32_t>(block.size()), strings.size());
  put_text(bytes, text, block, block.size(), '\0');
  if (!file.synch_lengths.empty()) {
    const std::size_t synch = begin_section(316, 8, file.synch_lengths.size());
    for (std::size_t i = 0; i < file.synch_lengths.size(); ++i) {
      put(bytes, synch + 8 * i, file.synch_starts.empty() ? 0 : file.synch_starts[i]);
      put(bytes, synch + 8 * i + 4, file.synch_lengths[i]);
    }
  }
  begin_section(236, file.values.empty() ? 2 : 4, sample_count(file));
  const Bytes samples = samples_of(file);
  bytes.insert(bytes.end(), samples.begin(), samples.end());
  return bytes;
}

Bytes abf1(const AbfFile& file, std::int32_t blocks) {
  Bytes bytes(static_cast<std::size_t>(blocks) * 512);
  const bool long_header = blocks >= 12;
  put_text(bytes, 0, "ABF ", 4, '\0');
  put(bytes, 4, long_header ? 1.83F : 1.3F);
  put(bytes, 8, file.mode);
  put(bytes, 10, static_cast<std::int32_t>(sample_count(file)));
  put(bytes, 16, static_cast<std::int32_t>(file.episodes));
  put(bytes, 40, blocks);
  put(bytes, 100, static_cast<std::int16_t>(file.values.empty() ? 0 : 1));
  put(bytes, 120, static_cast<std::int16_t>(file.inputs.size()));
  put(bytes, 122, file.interval_us / static_cast<float>(file.inputs.size()));
  put(bytes, 130, file.synch_unit_us);
  put(bytes, 138, file.samples_per_episode);
  put(bytes, 244, 10.0F);
  put(bytes, 252, std::int32_t{32768});
  put(bytes, 260, file.experiment);
  for (std::size_t i = 0; i < 16; ++i) put(bytes, 410 + 2 * i, std::int16_t{-1});
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    const AbfInput& input = file.inputs[i];
    const auto slot = static_cast<std::size_t>(input.physical);
    put(bytes, 410 + 2 * i, input.physical);
    put_text(bytes, 442 + 10 * slot, input.name, 10, ' ');
    put_text(bytes, 602 + 8 * slot, input.unit, 8, ' ');
    put(bytes, 730 + 4 * slot, input.programmable_gain);
    put(bytes, 922 + 4 * slot, input.instrument_scale);
    put(bytes, 986 + 4 * slot, input.instrument_offset);
    put(bytes, 1050 + 4 * slot, input.signal_gain);
    put(bytes, 1114 + 4 * slot, input.signal_offset);
    if (!long_header) continue;
    put(bytes, 4512 + 2 * slot, static_cast<std::int16_t>(input.telegraph));
    put(bytes, 4544 + 2 * slot, input.telegraph_instrument);
    put(bytes, 4576 + 4 * slot, input.telegraphed_gain);
    put(bytes, 4768 + 2 * slot, input.telegraph_mode);
  }
  for (std::size_t i = 0; i < file.command_units.size() && long_header; ++i) {
    put_text(bytes, 1346 + 8 * i, file.command_units[i], 8, ' ');
    put(bytes, 2296 + 2 * i, std::int16_t{1});
  }
  const Bytes samples = samples_of(file);
  bytes.insert(bytes.end(), samples.begin(), samples.end());
  if (file.synch_lengths.empty()) return bytes;
  pad_to_block(bytes);
  put(bytes, 92, static_cast<std::int32_t>(bytes.size() / 512));
  put(bytes, 96, static_cast<std::int32_t>(file.synch_lengths.size()));
  for (std::size_t i = 0; i < file.synch_lengths.size(); ++i) {
    append(bytes, file.synch_starts.empty() ? 0 : file.synch_starts[i]);
    append(bytes, file.synch_lengths[i]);
  }
  return bytes;
}

Bytes igor5(const IgorWave& wave, std::endian order) {
  Bytes bytes(64 + 320);
  put(bytes, 0, std::int16_t{5}, order);
  put(bytes, 4, static_cast<std::int32_t>(320 + wave.data.size()), order);
  const std::size_t at = 64;
  const std::int32_t columns = std::max(wave.columns, 1);
  put(bytes, at + 12, wave.rows * columns, order);
  put(bytes, at + 16, wave.type, order);
  put_text(bytes, at + 28, wave.name, 32, '\0');
  put(bytes, at + 68, wave.rows, order);
  put(bytes, at + 72, wave.columns, order);
  put(bytes, at + 84, wave.step, order);
  const bool long_unit = wave.unit.size() > 3;
  if (!long_unit) put_text(bytes, at + 148, wave.unit, 4, '\0');
  put_text(bytes, at + 152, wave.dimension_unit, 4, '\0');
  if (long_unit) put(bytes, 16, static_cast<std::int32_t>(wave.unit.size()), order);
  balance(bytes, 384, 2, order);
  bytes.insert(bytes.end(), wave.data.begin(), wave.data.end());
  if (long_unit) put_text(bytes, bytes.size(), wave.unit, wave.unit.size(), '\0');
  return bytes;
}

Bytes igor2(const IgorWave& wave, std::endian order, int version) {
  const std::size_t at = version == 1 ? 8 : version == 2 ? 16 : 20;
  Bytes bytes(at + 110);
  put(bytes, 0, static_cast<std::int16_t>(version), order);
  put(bytes, 2, static_cast<std::int32_t>(126 + wave.data.size()), order);
  put(bytes, at, wave.type, order);
  put_text(bytes, at + 6, wave.name, 20, '\0');
  put_text(bytes, at + 34, wave.unit, 4, '\0');
  put_text(bytes, at + 38, wave.dimension_unit, 4, '\0');
  put(bytes, at + 42, wave.rows, order);
  put(bytes, at + 48, wave.step, order);
  bytes.insert(bytes.end(), wave.data.begin(), wave.data.end());
  bytes.resize(bytes.size() + 16);
  balance(bytes, at + 126, at - 2, order);
  return bytes;
}

namespace {

void attach(hid_t object, const char* name, const std::string& text) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, text.size());
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_GE(H5Awrite(attribute, type, text.data()), 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

void add_dataset(hid_t group, const char* name, const std::vector<float>& values, const Hdf5File& file,
                 const std::string& unit) {
  if (values.empty()) return;
  const std::array<hsize_t, 2> shape{file.sweeps, values.size() / file.sweeps};
  const bool flat = file.sweeps == 1;
  const hid_t space = H5Screate_simple(flat ? 1 : 2, flat ? &shape[1] : shape.data(), nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  if (file.gzip > 0) {
    H5Pset_chunk(plan, flat ? 1 : 2, flat ? &shape[1] : shape.data());
    H5Pset_deflate(plan, file.gzip);
  }
  const hid_t dataset = H5Dcreate2(group, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  EXPECT_GE(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  if (!unit.empty()) attach(dataset, "unit", unit);
  H5Dclose(dataset);
  H5Pclose(plan);
  H5Sclose(space);
}

}  // namespace

void hdf5(const std::filesystem::path& path, const Hdf5File& file) {
  // Before any other call of the library: at exit it would print of what damaged files kept open.
  [[maybe_unused]] static const herr_t no_clean_up = H5dont_atexit();
  const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(id, "cell", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  add_dataset(group, "voltage", file.voltage, file, file.voltage_unit);
  add_dataset(group, "current", file.current, file, file.current_unit);
  if (!file.step_attribute.empty()) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate2(id, file.step_attribute.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &file.step), 0);
    H5Aclose(attribute);
    H5Sclose(space);
  }
  H5Gclose(group);
  H5Fclose(id);
}

void hdf5_unwritten(const std::filesystem::path& path, std::size_t samples, bool chunked) {
  const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(id, "cell", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t size = samples;
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t chunk = 1024;
  if (chunked) {
    H5Pset_chunk(plan, 1, &chunk);
    H5Pset_deflate(plan, 1);
  }
  const hid_t dataset = H5Dcreate2(group, "voltage", H5T_IEEE_F32LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  attach(dataset, "unit", "mV");
  H5Dclose(dataset);
  H5Pclose(plan);
  H5Sclose(space);
  H5Gclose(group);
  H5Fclose(id);
}

std::vector<double> voltage_trace(std::size_t size) {
  std::vector<double> trace(size);
  for (std::size_t k = 0; k < size; ++k) {
    const auto t = static_cast<double>(k);
    trace[k] = -65.0 + 5.0 * std::sin(0.11 * t) + 3.0 * std::sin(0.0371 * t * std::sqrt(2.0));
  }
  return trace;
}

std::vector<double> current_trace(std::size_t size) {
  std::vector<double> trace(size);
  for (std::size_t k = 0; k < size; ++k) {
    const auto t = static_cast<double>(k);
    trace[k] = 20.0 + 60.0 * std::sin(0.21 * t) + 40.0 * std::sin(0.0571 * t * std::sqrt(3.0));
  }
  return trace;
}

AbfFile abf_recording(std::size_t size) {
  AbfFile file;
  file.inputs = {{"IN 0", "pA"}, {"IN 1", "mV"}};
  file.inputs[1].physical = 1;
  const auto voltage = voltage_trace(size);
  const auto current = current_trace(size);
  for (std::size_t k = 0; k < size; ++k) {
    file.values.push_back(static_cast<float>(current[k]));
    file.values.push_back(static_cast<float>(voltage[k]));
  }
  return file;
}

}  // namespace libfit::written
