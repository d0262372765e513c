// A current to inject, as files that rigs read: Axon text (ATF, for Clampex), Igor text (ITX), HDF5 and
// delimited text. Samples are float32 in pA, written with as many digits as bring back the same float32, so
// that every format holds the same numbers and a stimulus written and read back is identical. The bytes
// depend on nothing but the arguments: no date, no name of a machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace libfit {

struct StimulusTable {
  // A letter, then letters, digits and _, 24 at most: the name of Igor's waves, to which sweeps add a number.
  std::string name;
  std::string comment;                         // one line, written in every format; may be empty
  double dt_ms = 0.0;                          // > 0
  std::vector<std::vector<double>> sweeps_pA;  // one or more, of equal length, 2 samples or more
};

enum class StimulusFormat { text, atf, itx, hdf5 };

// "text", "atf", "itx", "hdf5". Throws OptionError for a name that is none.
StimulusFormat stimulus_format(std::string_view name);
// The end of a file's name: ".txt", ".atf", ".itx", ".h5".
std::string_view stimulus_extension(StimulusFormat format);

// The content of the file; HDF5 holds a dataset /current, sweeps x samples, with attributes unit and dt_ms.
// Throws ContractError for a table that is not as above, DataError for a sample that float32 cannot hold.
std::string stimulus_file(const StimulusTable& table, StimulusFormat format);

}  // namespace libfit
