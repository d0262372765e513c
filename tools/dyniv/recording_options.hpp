// The options of every command that reads recordings, under the same names everywhere.
#pragma once

#include <boost/program_options.hpp>
#include <string>

#include "libfit/formats/read_options.hpp"

namespace dyniv {

// Each fills `options` in CommandLine::parse(), so that it must outlive it.

// How to read files: step, columns, units, datasets.
boost::program_options::options_description opening_options(libfit::ReadOptions& options);

// --sweeps, --from and --to, with `prefix` ("training-") before the name where they are of one role only.
void add_selection(boost::program_options::options_description& group, const std::string& prefix,
                   libfit::Selection& selection, const std::string& about_sweeps);

// How to read files, and which channels, sweeps and times to use.
boost::program_options::options_description recording_options(libfit::ReadOptions& options);

}  // namespace dyniv
