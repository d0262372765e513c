// Whole files of every format, small and readable: what the tests damage, and what the fuzzers begin with.
#pragma once

#include <cstddef>
#include <string>

#include "libfit/formats/open.hpp"
#include "tests/formats/written_files.hpp"

namespace libfit::fuzz {

struct WholeFile {
  std::string name;
  written::Bytes bytes;
  ReadOptions options;
  bool on_disk = false;  // formats that HDF5 reads are opened by path
};

WholeFile abf1(std::size_t samples);
WholeFile abf2(std::size_t samples);
WholeFile igor_wave(std::size_t samples);
WholeFile text(std::size_t samples);
WholeFile axon_text(std::size_t samples);
WholeFile igor_text(std::size_t samples);
WholeFile hdf5(std::size_t samples, unsigned gzip);
WholeFile nwb(std::size_t samples, bool checksums);

// Two inputs, two sweeps, a command of two epochs, a table of the sweeps.
written::AbfFile abf_file(std::size_t samples);
// A voltage of float32.
written::IgorWave wave(std::size_t samples, std::endian order = std::endian::little);

}  // namespace libfit::fuzz
