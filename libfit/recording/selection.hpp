// Which part of recordings is used. Readers may leave out what is not selected; formats/assemble cuts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace libfit {

// Samples of a sweep: from `first` on and before `last`.
struct SampleWindow {
  std::size_t first = 0;
  std::size_t last = 0;
};

struct Selection {
  std::string sweeps;           // counted from 1 through all files in order, as in 1-3,5; empty: all
  double from_ms = 0.0;         // >= 0; start within each sweep
  std::optional<double> to_ms;  // > from_ms; end within each sweep; absent: its end
  // Of NWB files: sweeps whose stimulus has this name; empty: all. Case and blanks around do not count.
  std::string stimulus;
  // Of NWB files that record roles: sweeps of the role "electrode", "training" or "test", if no stimulus is
  // named; empty: all. `sweeps` counts those that stimulus or role pick.
  std::string role;

  void validate() const;  // throws OptionError

  // Indices from 0 of `sweeps` out of `count`, in the order written. Throws OptionError for a number that is
  // not there, one that is named twice, or anything that is no selection.
  std::vector<std::size_t> indices(std::size_t count) const;

  // The samples within from_ms and to_ms of a sweep of `size` samples, one every `dt_ms`; at least one.
  // Throws DataError, which names the sweep as `place`, where there is none.
  SampleWindow window(std::size_t size, double dt_ms, const std::string& place) const;
};

}  // namespace libfit
