#include "data/abf2_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "libfit/core/error.hpp"

namespace dyniv_data {
namespace {

constexpr std::size_t block_bytes = 512;
constexpr double converter_range_V = 10.0;
constexpr std::uint32_t converter_resolution = 32768;

// Places of the sections in the table that begins at byte 76, 16 bytes each.
enum class SectionPlace : std::size_t { protocol = 0, adc = 1, strings = 9, data = 10, synch_array = 15 };

class Bytes {
 public:
  explicit Bytes(std::size_t size = 0) : bytes_(size, '\0') {}
  void put(std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) bytes_[at + i] = static_cast<char>((value >> (8 * i)) & 0xff);
  }
  void put16(std::size_t at, std::int64_t value) { put(at, static_cast<std::uint64_t>(value), 2); }
  void put32(std::size_t at, std::int64_t value) { put(at, static_cast<std::uint64_t>(value), 4); }
  void put_float(std::size_t at, double value) {
    put(at, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  }
  // Grows to whole blocks.
  std::size_t append_block(const std::string& content) {
    const std::size_t block = bytes_.size() / block_bytes;
    bytes_ += content;
    bytes_.resize((bytes_.size() + block_bytes - 1) / block_bytes * block_bytes, '\0');
    return block;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string protocol_section(const libfit::Sweep& sweep, std::size_t sweep_count) {
  Bytes p(block_bytes);
  p.put16(0, sweep_count > 1 ? 5 : 3);  // operation mode: episodic, gap-free
  p.put_float(2, sweep.dt_ms * 1000.0);
  p.put_float(14, sweep.dt_ms * 1000.0 / 2.0);  // unit of the synch array: one multiplexed sample
  p.put32(22, static_cast<std::int64_t>(2 * sweep.size()));
  p.put32(30, static_cast<std::int64_t>(sweep_count));
  p.put32(34, 1);
  p.put32(38, 1);
  p.put_float(110, converter_range_V);
  p.put_float(114, converter_range_V);
  p.put32(118, converter_resolution);
  p.put32(122, converter_resolution);
  return p.take();
}

std::string adc_section(const std::array<Abf2Channel, 2>& channels) {
  Bytes entries(std::size_t{2} * 128);
  for (std::size_t c = 0; c < 2; ++c) {
    const std::size_t at = 128 * c;
    const auto number = static_cast<std::int64_t>(c);
    entries.put16(at, number);
    entries.put16(at + 24, number);
    entries.put16(at + 26, number);
    entries.put_float(at + 28, 1.0);                                         // programmable gain
    entries.put_float(at + 32, 1.0);                                         // display amplification
    entries.put_float(at + 40, converter_range_V / channels[c].full_scale);  // volts per unit
    entries.put_float(at + 48, 1.0);                                         // signal gain
    entries.put32(at + 74, 2 + 2 * number);                                  // name and unit, counted from 1
    entries.put32(at + 78, 3 + 2 * number);
  }
  return entries.take();
}

std::string strings_section(const std::array<Abf2Channel, 2>& channels) {
  std::string text;
  std::size_t longest = 0;
  for (const std::string& s : {std::string("dyniv_generate"), channels[0].name, channels[0].unit,
                               channels[1].name, channels[1].unit}) {
    text += s + '\0';
    longest = std::max(longest, s.size());
  }
  Bytes head(44);
  head.put(0, 0x48435353, 4);  // "SSCH"
  head.put32(4, 1);
  head.put32(8, 5);
  head.put32(12, static_cast<std::int64_t>(longest));
  head.put32(16, static_cast<std::int64_t>(text.size()));
  return head.take() + text;
}

std::int64_t counts_of(double value, const Abf2Channel& channel) {
  const double counts = std::round(value / channel.full_scale * converter_resolution);
  if (!(counts >= -32768.0 && counts <= 32767.0)) {
    throw libfit::DataError(fmt::format("ABF2 channel {}: {:g} {} is beyond the full scale of {:g}; raise it",
                                        channel.name, value, channel.unit, channel.full_scale));
  }
  return static_cast<std::int64_t>(counts);
}

std::string data_section(std::span<const libfit::Sweep> sweeps, const std::array<Abf2Channel, 2>& channels) {
  Bytes data(sweeps.size() * sweeps[0].size() * 4);
  std::size_t at = 0;
  for (const libfit::Sweep& sweep : sweeps) {
    for (std::size_t k = 0; k < sweep.size(); ++k, at += 4) {
      data.put16(at, counts_of(sweep.voltage_mV[k], channels[0]));
      data.put16(at + 2, counts_of(sweep.current_pA[k], channels[1]));
    }
  }
  return data.take();
}

std::string synch_section(std::size_t sweep_count, std::size_t points) {
  Bytes rows(8 * sweep_count);
  for (std::size_t s = 0; s < sweep_count; ++s) {
    rows.put32(8 * s, static_cast<std::int64_t>(2 * points * s));
    rows.put32(8 * s + 4, static_cast<std::int64_t>(2 * points));
  }
  return rows.take();
}

Bytes header(std::size_t sweep_count) {
  Bytes h(block_bytes);
  h.put(0, 0x32464241, 4);  // "ABF2"
  h.put(4, 0x02000000, 4);  // version 2.0.0.0
  h.put32(8, block_bytes);
  h.put32(12, static_cast<std::int64_t>(sweep_count > 1 ? sweep_count : 0));
  h.put32(16, 20240101);  // date: constant, so that a seed gives the same bytes on any day
  h.put16(28, 1);         // ABF
  h.put16(30, 0);         // int16
  h.put32(60, 1);         // creator: string 1
  return h;
}

}  // namespace

std::string abf2_bytes(std::span<const libfit::Sweep> sweeps, const Abf2Channel& voltage,
                       const Abf2Channel& current) {
  libfit::require(!sweeps.empty() && sweeps[0].size() > 0, "abf2_bytes: no samples");
  for (const libfit::Sweep& s : sweeps) {
    libfit::require(
        s.size() == sweeps[0].size() && s.current_pA.size() == s.size() && s.dt_ms == sweeps[0].dt_ms,
        "abf2_bytes: sweeps of unequal length or rate");
  }
  const std::array<Abf2Channel, 2> channels = {voltage, current};
  Bytes file = header(sweeps.size());
  const auto add = [&file](SectionPlace place, const std::string& content, std::size_t item_bytes) {
    const std::size_t block = file.append_block(content);
    const std::size_t entry = 76 + 16 * static_cast<std::size_t>(place);
    file.put(entry, block, 4);
    file.put(entry + 4, item_bytes, 4);
    file.put(entry + 8, content.size() / item_bytes, 8);
  };
  add(SectionPlace::protocol, protocol_section(sweeps[0], sweeps.size()), block_bytes);
  add(SectionPlace::adc, adc_section(channels), 128);
  const std::string strings = strings_section(channels);
  add(SectionPlace::strings, strings, strings.size());
  file.put(76 + 16 * static_cast<std::size_t>(SectionPlace::strings) + 8, 5, 8);  // items are the strings
  add(SectionPlace::data, data_section(sweeps, channels), 2);
  if (sweeps.size() > 1) add(SectionPlace::synch_array, synch_section(sweeps.size(), sweeps[0].size()), 8);
  return file.take();
}

}  // namespace dyniv_data
