// Opens a recording of any format that is read (docs/formats.md), recognised by its content, never by its
// name. What a file does not say is never guessed: the options say it, or the file is refused with a sentence
// that tells how to.
//
//     const SignalFile file = open_signal_file("cell07.abf");
//     for (const Channel& channel : file.channels) std::cout << channel.name << channel.file_unit << "\n";
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "libfit/formats/nwb/nwb_reader.hpp"
#include "libfit/recording/signal_file.hpp"

namespace libfit {

struct OpenOptions {
  // Sampling step [ms], > 0; for text, HDF5 and Igor files that do not tell it. Files that tell it otherwise
  // by more than 1 % are refused.
  std::optional<double> dt_ms;
  // What the columns of a text file hold: in their order ("skip,current_pA,voltage_mV") or by number from 1
  // ("2=current_pA,3=voltage_mV"); empty: the header of the file says it.
  std::string columns;
  std::string current_unit;  // unit of a current whose unit the file does not tell ("pA"); empty: none stated
  std::string voltage_unit;  // likewise ("mV")
  std::string voltage_dataset;  // path within an HDF5 file
  std::string current_dataset;
  bool current_clamp = false;  // whatever the file says of its clamp, it is current clamp
  NwbOptions nwb;              // which part of an NWB file; files of other formats are read whole

  void validate() const;  // throws OptionError
};

// Throws InputError for a file that cannot be read or understood, DataError for content that is no recording,
// OptionError for options that are wrong or missing.
SignalFile open_signal_file(const std::filesystem::path& path, const OpenOptions& options = {});

// The same for the content of a file that is in memory already, of every format but HDF5; `path` is the name
// that errors and the result bear.
SignalFile parse_signal_file(std::span<const std::byte> content, const std::string& path,
                             const OpenOptions& options = {});

}  // namespace libfit
