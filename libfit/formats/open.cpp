#include "libfit/formats/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/text.hpp"
#include "libfit/formats/abf/abf1_reader.hpp"
#include "libfit/formats/abf/abf2_reader.hpp"
#include "libfit/formats/foreign_formats.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"
#include "libfit/formats/igor/igor_reader.hpp"
#include "libfit/formats/igor/igor_text_reader.hpp"
#include "libfit/formats/text/axon_text_reader.hpp"
#include "libfit/formats/text/text_reader.hpp"
#include "libfit/recording/traps.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// 100 MHz to one sample in 100 s: what lies outside is a damaged header.
constexpr double kShortestStep_ms = 1e-5;
constexpr double kLongestStep_ms = 1e5;

std::vector<std::byte> read_head(const std::filesystem::path& path) {
  std::vector<std::byte> head(4096);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return head;
}

// What a format is recognised by.
class Content {
 public:
  Content(std::span<const std::byte> all, const std::string& name) : bytes(all), path(name) {}
  std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  bool is_text() {
    if (!is_text_) is_text_ = looks_like_utf16(raw()) || looks_like_text(bytes);
    return *is_text_;
  }
  // In UTF-8; throws InputError where that cannot be.
  std::string_view text() {
    if (!text_) text_ = decoded_text(raw(), path, storage_);
    return *text_;
  }

  const std::span<const std::byte> bytes;
  const std::string& path;

 private:
  std::optional<bool> is_text_;
  std::optional<std::string_view> text_;
  std::string storage_;
};

// A format that is read from memory: a folder with its reader, and one line of the table below.
struct Format {
  std::string_view name;
  bool (*recognises)(Content& content);
  SignalFile (*read)(Content& content, const ReadOptions& options);
};

// The first that recognises the content reads it: signatures before looks, what any text could be last.
constexpr std::array kFormats{
    Format{"ABF 2", [](Content& c) { return begins_with(c.bytes, "ABF2"); },
           [](Content& c, const ReadOptions&) { return read_abf2(c.bytes, c.path); }},
    Format{"ABF 1", [](Content& c) { return begins_with(c.bytes, "ABF "); },
           [](Content& c, const ReadOptions&) { return read_abf1(c.bytes, c.path); }},
    Format{"Igor binary wave",
           [](Content& c) { return is_igor_wave(c.bytes) || looks_like_igor_wave(c.bytes); },
           [](Content& c, const ReadOptions& o) { return read_igor_wave(c.bytes, c.path, o.dt_ms); }},
    Format{"Axon text", [](Content& c) { return c.is_text() && looks_like_axon_text(c.text()); },
           [](Content& c, const ReadOptions& o) { return read_axon_text(c.text(), c.path, o.dt_ms); }},
    Format{"Igor text", [](Content& c) { return c.is_text() && looks_like_igor_text(c.text()); },
           [](Content& c, const ReadOptions& o) { return read_igor_text(c.text(), c.path, o.dt_ms); }},
    Format{"delimited text", [](Content& c) { return c.is_text(); },
           [](Content& c, const ReadOptions& o) {
             return read_text(c.text(), c.path, {o.dt_ms, o.columns, {o.current_unit, o.voltage_unit}});
           }},
};

SignalFile read_bytes(std::span<const std::byte> bytes, const std::string& path, const ReadOptions& options) {
  if (bytes.empty()) throw InputError(fmt::format("{}: is empty", path));
  Content content(bytes, path);
  if (const auto foreign = is_igor_wave(bytes) || content.is_text() ? std::nullopt : foreign_format(bytes))
    throw InputError(fmt::format("{}: {}", path, *foreign));
  std::string names;
  for (const Format& format : kFormats) {
    if (format.recognises(content)) return format.read(content, options);
    names += fmt::format("{}, ", format.name);
  }
  throw InputError(fmt::format("{}: is of no format that is read ({}NWB, HDF5)", path, names));
}

void refuse_stimulus(const std::string& path, const ReadOptions& options) {
  if (options.selection.stimulus.empty()) return;
  throw OptionError(fmt::format(
      "--stimulus {}: {} is no NWB file, and files of its format name no stimuli; pick sweeps with --sweeps",
      options.selection.stimulus, path));
}

void check_step(const SignalFile& file, const ReadOptions& options) {
  if (file.channels.empty()) return;  // an NWB file without a sweep to read
  if (!(file.dt_ms >= kShortestStep_ms && file.dt_ms <= kLongestStep_ms)) {
    throw InputError(
        fmt::format("{}: a sampling step of {:g} ms is not to be believed; the file is damaged or its unit "
                    "of time is wrong",
                    file.path, file.dt_ms));
  }
  // ABF files state their own step; the other readers have compared already.
  if (options.dt_ms) agreed_step(file.path, *options.dt_ms, file.dt_ms);
}

SignalFile checked(SignalFile file, const ReadOptions& options) {
  check_step(file, options);
  file.stated_current_clamp = options.current_clamp;
  for (std::string& trap : file_traps(file)) file.warnings.push_back(std::move(trap));
  return file;
}

}  // namespace

SignalFile open_signal_file(const std::filesystem::path& path, const ReadOptions& options) {
  options.validate();
  std::error_code problem;
  const bool regular = std::filesystem::is_regular_file(path, problem);
  if (!regular || !looks_like_hdf5(read_head(path)))
    return parse_signal_file(read_file(path), path.string(), options);
  SignalFile file = open_hdf5(path, options);
  if (!file.format.starts_with("NWB")) refuse_stimulus(path.string(), options);
  return checked(std::move(file), options);
}

SignalFile parse_signal_file(std::span<const std::byte> content, const std::string& path,
                             const ReadOptions& options) {
  options.validate();
  refuse_stimulus(path, options);
  return checked(read_bytes(content, path, options), options);
}

std::vector<SignalFile> open_signal_files(const std::vector<std::filesystem::path>& paths,
                                          const ReadOptions& options) {
  ReadOptions each = options;
  if (paths.size() > 1) each.selection.sweeps.clear();
  std::vector<SignalFile> files;
  files.reserve(paths.size());
  for (const auto& path : paths) files.push_back(open_signal_file(path, each));
  return files;
}

std::vector<std::string> recording_roles(const std::filesystem::path& path) {
  return looks_like_hdf5(read_head(path)) ? hdf5_roles(path) : std::vector<std::string>{};
}

}  // namespace libfit
