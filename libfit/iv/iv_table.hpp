// The inner loop of gather_iv_moments(): samples of one block of time into a table of bins that grows with
// the voltages it meets, so that the recording is read once and its range need not be known before. Bins are
// counted from a common origin, so tables of different blocks agree. Cost: docs/performance.md.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

// What every block of a recording shares.
struct IvScale {
  double origin_bins = 0.0;   // a whole number: bin 0 begins at this many widths, below every voltage
  double bin_width_mV = 1.0;  // > 0
  double current_reference_pA = 0.0;
};

class IvTable {
 public:
  static constexpr std::size_t kMaxBins = 20000;
  using Moments = std::array<double, 8>;  // in the order of IvMoments

  explicit IvTable(const IvScale& scale) : scale_(scale) {}

  // The pairs of samples (k, k+1), k in `pairs`, of a sweep; always the same one.
  void add(const Sweep& sweep, Stretch pairs);

  // Range of the voltage, in bins from the origin; low above high when nothing was added.
  double low() const { return low_; }
  double high() const { return high_; }
  bool too_wide() const { return too_wide_; }  // more than kMaxBins: nothing was binned from there on
  std::size_t first_bin() const { return first_bin_; }
  std::vector<Moments> moments() const;  // one per bin, from first_bin() on

  // Sums of one bin, four times over: neighbouring samples fall into the same bin, and adding to one cell
  // twice in a row would wait for the first sum to be stored. Two vectors of four doubles a cell:
  // D I, V, D, I and 1, V^2, D^2, I^2.
  struct alignas(64) Cell {
    std::array<std::array<double, 8>, 4> sums{};
  };

 private:
  void widen(double low, double high);

  IvScale scale_;
  double dt_ms_ = 1.0;
  std::vector<Cell> cells_;
  std::size_t first_bin_ = 0;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  bool too_wide_ = false;
};

}  // namespace libfit
