#include "libfit/formats/hdf5/guarded_read_internal.hpp"
#include "libfit/formats/hdf5/hdf5_readers_internal.hpp"

namespace libfit {
namespace {

SignalFile read_layout(const std::filesystem::path& path, const ReadOptions& options) {
  const hdf5::Silence silence;
  const hdf5::File file = hdf5::open_file(path.string());
  if (!options.voltage_dataset.empty() || !options.current_dataset.empty()) return read_hdf5(file, options);
  if (is_wavesurfer(file)) return read_wavesurfer(file);
  if (!is_nwb(file)) return read_hdf5(file, options);
  return read_nwb(file, options);
}

std::vector<std::string> read_roles(const std::filesystem::path& path) {
  const hdf5::Silence silence;
  const hdf5::File file = hdf5::open_file(path.string());
  return is_nwb(file) ? nwb_roles(file) : std::vector<std::string>{};
}

}  // namespace

SignalFile open_hdf5(const std::filesystem::path& path, const ReadOptions& options) {
  return guarded::read<SignalFile>(path.string(), [&] { return read_layout(path, options); });
}

std::vector<std::string> hdf5_roles(const std::filesystem::path& path) {
  return guarded::read<std::vector<std::string>>(path.string(), [&] { return read_roles(path); });
}

}  // namespace libfit
