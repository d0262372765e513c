// The options of every command that reads recordings, under the same names everywhere.
#pragma once

#include <boost/program_options.hpp>

#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"

namespace dyniv {

struct RecordingArguments {
  libfit::OpenOptions open;
  libfit::AssembleOptions assemble;
};

// How to read files: step, columns, units, datasets. `arguments` is filled by CommandLine::parse() and must
// outlive it.
boost::program_options::options_description opening_options(RecordingArguments& arguments);

// Which part of an NWB file: sweeps and times. For commands that do not assemble a recording.
boost::program_options::options_description part_options(RecordingArguments& arguments);

// Both, and which channels, sweeps and times to use.
boost::program_options::options_description recording_options(RecordingArguments& arguments);

}  // namespace dyniv
