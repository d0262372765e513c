// HDF5 by dataset path: one dataset of voltage, one of current, each of shape N or sweeps x N, with units in
// an attribute `unit` or `units` and the step in an attribute that names its unit (dt_ms, rate_Hz, ...) of
// the dataset, its group or the root. Sizes are checked against what the file stores before anything is
// allocated, so a damaged or malicious file costs no more than kDecompressionLimit allows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct Hdf5Options {
  std::string voltage_dataset;  // path within the file; both empty: refused with a list of the datasets
  std::string current_dataset;
  std::string voltage_unit;  // used instead of the attribute when given
  std::string current_unit;
  std::optional<double> dt_ms;  // step of a file without the attribute; must not contradict it
};

// A dataset may hold at most this many bytes, or kDecompressionRatio times the size of the file if that is
// more.
inline constexpr std::uint64_t kDecompressionLimit = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kDecompressionRatio = 100;

// Whether the signature of HDF5 stands at one of the places where it may (0, 512, 1024, 2048).
bool looks_like_hdf5(std::span<const std::byte> head);

// Throws InputError for a file that is damaged, OptionError for a dataset that is not there, DataError for
// content that is no recording.
SignalFile read_hdf5(const std::filesystem::path& path, const Hdf5Options& options);

}  // namespace libfit
