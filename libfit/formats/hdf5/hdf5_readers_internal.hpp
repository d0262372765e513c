// The layouts of HDF5 that are read, each from an open file, in the process that asks: only the child of
// guarded_read_internal.hpp does.
//
// Plain HDF5: one dataset of voltage, one of current, named by path, each of shape N or sweeps x N, with
// units in an attribute `unit` or `units` and the step in an attribute that names its unit (dt_ms, rate_Hz,
// ...) of the dataset, its group or the root.
//
// WaveSurfer (Janelia): a group /header and one group /sweep_NNNN a sweep, whose analogScans are counts of
// the converter, channels x scans. Volts are the polynomial of the counts with the channel's
// AIScalingCoefficients (lowest power first); divided by AIChannelScales they are samples in AIChannelUnits.
//
// Neurodata Without Borders: NWB 2 (intracellular series with their stimuli) and NWB 1 as the Allen Cell
// Types database has it. Which response goes with which stimulus is what the file says: the table of
// intracellular recordings, the sweep table, sweep numbers, electrodes and names, in this order
// (docs/formats/nwb.md). Only what is selected is read; sizes are checked against what the file stores before
// anything is allocated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "libfit/formats/hdf5/hdf5_values_internal.hpp"
#include "libfit/formats/read_options.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Whether the signature of HDF5 stands at one of the places where it may (0, 512, 1024, 2048).
bool looks_like_hdf5(std::span<const std::byte> head);

// Which layout it is, and its reader; in a child process. Throws as open_signal_file does.
SignalFile open_hdf5(const std::filesystem::path& path, const ReadOptions& options);

// Each throws InputError for a file that is damaged, OptionError for a dataset, stimulus, role or sweep that
// is not there, DataError for content that is no recording.
SignalFile read_nwb(const hdf5::File& file, const ReadOptions& options);
SignalFile read_wavesurfer(const hdf5::File& file);
SignalFile read_hdf5(const hdf5::File& file, const ReadOptions& options);

// Whether a file says that it is NWB.
bool is_nwb(const hdf5::File& file);
bool is_wavesurfer(const hdf5::File& file);
// The roles that the sweeps of an NWB file have, each once; hdf5_roles() in a child process, and none for
// another layout.
std::vector<std::string> hdf5_roles(const std::filesystem::path& path);
std::vector<std::string> nwb_roles(const hdf5::File& file);

}  // namespace libfit
