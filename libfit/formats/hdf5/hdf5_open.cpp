#include <fstream>
#include <functional>

#include "libfit/formats/hdf5/guarded_read_internal.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"

namespace libfit {
namespace {

SignalFile read_layout(const std::filesystem::path& path, const OpenOptions& options) {
  const hdf5::Silence silence;
  const hdf5::File file = hdf5::open_file(path.string());
  if (!options.voltage_dataset.empty() || !options.current_dataset.empty()) return read_hdf5(file, options);
  if (is_wavesurfer(file)) return read_wavesurfer(file);
  if (!is_nwb(file)) return read_hdf5(file, options);
  NwbOptions nwb = options.nwb;
  nwb.units_stated = !options.voltage_unit.empty() || !options.current_unit.empty();
  return read_nwb(file, nwb);
}

std::vector<std::string> read_roles(const std::filesystem::path& path) {
  const hdf5::Silence silence;
  const hdf5::File file = hdf5::open_file(path.string());
  return is_nwb(file) ? nwb_roles(file) : std::vector<std::string>{};
}

}  // namespace

SignalFile open_hdf5(const std::filesystem::path& path, const OpenOptions& options) {
  return guarded::read<SignalFile>(path.string(), [&] { return read_layout(path, options); });
}

std::vector<std::string> recording_roles(const std::filesystem::path& path) {
  std::vector<char> head(4096);
  std::ifstream stream(path, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  if (!looks_like_hdf5(std::as_bytes(std::span(head)))) return {};
  return guarded::read<std::vector<std::string>>(path.string(), [&] { return read_roles(path); });
}

}  // namespace libfit
