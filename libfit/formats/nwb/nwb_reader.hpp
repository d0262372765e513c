// What is read of files of Neurodata Without Borders: NWB 2 (intracellular series with their stimuli) and NWB
// 1 as the Allen Cell Types database has it. Which response goes with which stimulus is what the file says:
// the table of intracellular recordings, the sweep table, sweep numbers, electrodes and names, in this order
// (docs/formats/nwb.md). Only the sweeps and times that are asked for are read; sizes are checked against
// what the file stores before anything is allocated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace libfit {

struct NwbOptions {
  // Sweeps whose stimulus has this name; empty: all. Case and blanks around do not count.
  std::string stimulus;
  // "electrode", "training" or "test": its sweeps, if the file states roles and no stimulus is named.
  std::string role;
  std::string sweeps;           // of those picked by stimulus or role, as in 1-3,5; empty: all
  double from_ms = 0.0;         // >= 0; start within each sweep
  std::optional<double> to_ms;  // end within each sweep; absent: its end
  bool resample = false;        // put irregular timestamps on a grid of their median step by interpolation
  bool samples = true;          // false: what is in the file, without a sample of it
  // Reads no samples when the sweeps cost more than this: two samples count for one sample of a sweep, and
  // kSweepCost for opening it. Absent: no limit but that of the file's size.
  std::optional<std::uint64_t> listing_limit;
  static constexpr std::uint64_t kSweepCost = 20000;
  bool units_stated = false;  // the person states units, so implausible values are not refused
};

// The roles that the sweeps of a file have, each once; empty for files that state none, and for any other
// format.
std::vector<std::string> recording_roles(const std::filesystem::path& path);

}  // namespace libfit
