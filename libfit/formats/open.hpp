// Opens a recording of any format that is read (docs/formats.md), recognised by its content, never by its
// name. What neither the file nor an option states is refused with a sentence that says how to state it.
//
//     const SignalFile file = open_signal_file("cell07.abf");
//     for (const Channel& channel : file.channels) std::cout << channel.name << channel.file_unit << "\n";
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "libfit/formats/read_options.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

// Throws InputError for a file that cannot be read or understood, DataError for content that is no recording,
// OptionError for options that are wrong or missing. Of NWB files only what is selected is read.
SignalFile open_signal_file(const std::filesystem::path& path, const ReadOptions& options = {});

// The same for the content of a file that is in memory already, of every format but HDF5; `path` is the name
// that errors and the result bear.
SignalFile parse_signal_file(std::span<const std::byte> content, const std::string& path,
                             const ReadOptions& options = {});

// Opens the files of one recording. Sweeps are counted through all files, so that of several files each has
// all of its sweeps.
std::vector<SignalFile> open_signal_files(const std::vector<std::filesystem::path>& paths,
                                          const ReadOptions& options);

// The roles that the sweeps of a file have, each once; empty for files that record none, and for any format
// but NWB.
std::vector<std::string> recording_roles(const std::filesystem::path& path);

}  // namespace libfit
