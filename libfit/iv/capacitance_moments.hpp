// Moments behind the capacitance regressions: the membrane equation integrated over a short window of m
// samples (weak form, so that noise on V is divided by the window and not by dt), block by block in bins of
// voltage:
//   (V[k+m]-V[k])/(m dt)  on  mean I,  mean V,  (I[k+m-j]-I[k-j])/(m dt), j = 0..2.
// The differences of the current take up a residual electrode and a late monitor: with V = V_m + R I the
// slope on mean I is a = 1/C - b R, where b is the slope on V and R the sum of the last three, so 1/C = a + b
// R.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libfit/iv/blocks.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct CapacitanceMoments {
  static constexpr std::size_t kVariables = 6;  // I, V, three differences of I, and dV/dt last
  static constexpr std::size_t kMoments = (kVariables + 1) * (kVariables + 2) / 2;
  using Cell = std::array<double, kMoments>;  // lower triangle of the products of (1, variables)

  double bin_width_mV = 1.0;
  double first_edge_mV = 0.0;
  double current_reference_pA = 0.0;
  double window_ms = 0.0;
  std::size_t bin_count = 0;
  std::size_t block_count = 0;
  std::vector<Cell> cells;  // [block * bin_count + bin]; V relative to the bin's centre

  double centre_mV(std::size_t bin) const {
    return first_edge_mV + (static_cast<double>(bin) + 0.5) * bin_width_mV;
  }
};

// One pass over the samples in `stretches` (one list a sweep). The window is `window_ms` to the nearest
// sample, one sample at least. Empty bins when no window fits.
CapacitanceMoments gather_capacitance_moments(const Recording& recording,
                                              const std::vector<std::vector<Stretch>>& stretches,
                                              std::span<const Block> blocks, double window_ms,
                                              double bin_width_mV, unsigned threads = 0);

// Bins [first, last) over all blocks; each bin with its own mean when `demean_bins`, else one mean for all.
struct WeakFormFit {
  double capacitance_pF = 0.0;
  double slope_on_voltage_per_ms = 0.0;   // b: F' where the curve is straight
  double residual_resistance_MOhm = 0.0;  // R
  double leak_reversal_mV = 0.0;  // where the regression crosses zero at I = 0; meaningful without demeaning
  double count = 0.0;
};
// nullopt where the current does not determine C (singular, or 1/C <= 0).
std::optional<WeakFormFit> fit_weak_form(const CapacitanceMoments& moments, std::size_t first,
                                         std::size_t last, bool demean_bins,
                                         std::span<const double> weights = {});

}  // namespace libfit
