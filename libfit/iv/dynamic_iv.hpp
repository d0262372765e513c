// The dynamic I-V curve [Badel et al. 2008a, J Neurophysiol 99:656; 2008b, Biol Cybern 99:361]: at every
// voltage the mean ionic current is what is left of the injected current when the capacitive current C dV/dt
// is taken away. Here as F(V) = <dV/dt - I/C | V> [mV/ms], so that dV/dt = F(V) + I/C. Derivative and voltage
// are taken at the midpoint of two samples: noise on V enters (V[k+1]-V[k])/dt and (V[k]+V[k+1])/2
// independently, where the forward difference binned at V[k] is biased by sigma^2/dt d ln p/dV. Standard
// errors come from blocks of time. Cost: one pass over the samples, then sums over bins and blocks only.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/iv/blocks.hpp"
#include "libfit/recording/recording.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {

struct DynamicIvOptions {
  double bin_width_mV =
      0.5;  // > 0; wider: smaller errors, but the upstroke of a sharp cell fits into two bins
  double exclude_after_spike_ms =
      200;                         // >= 0; shrinks by itself, with a warning, when too few samples are left
  double min_fraction_left = 0.3;  // 0 to 1; of all samples, below which the exclusion shrinks
  double shortest_exclusion_ms = 30.0;  // >= 0; below this it shrinks only where that leaves under 5 %
  double block_ms = 1000.0;             // > 0
  std::size_t min_blocks = 15;          // a bin seen in fewer blocks is flagged as unsupported
  void validate() const;                // throws OptionError
};

// Per block and bin: count, V, D, I, V^2, D^2, D I, I^2, all relative to a reference so that nothing cancels.
struct IvMoments {
  static constexpr std::size_t kMoments = 8;
  using Cell = std::array<double, kMoments>;

  double bin_width_mV = 1.0;
  double first_edge_mV = 0.0;
  double current_reference_pA = 0.0;
  std::size_t bin_count = 0;
  std::size_t block_count = 0;
  std::vector<Cell> cells;  // [block * bin_count + bin]; V relative to the bin's centre
  double exclusion_ms = 0.0;
  double fraction_used = 0.0;
  std::vector<std::string> warnings;

  double centre_mV(std::size_t bin) const {
    return first_edge_mV + (static_cast<double>(bin) + 0.5) * bin_width_mV;
  }
};

struct IvBin {
  double V_mV = 0.0;            // mean voltage of the bin's samples
  double V_variance_mV2 = 0.0;  // within the bin
  double F_mV_per_ms = 0.0;
  double se_mV_per_ms = 0.0;  // from blocks
  double sd_mV_per_ms = 0.0;  // of single samples: noise of dV/dt at this voltage
  std::size_t count = 0;
  std::size_t blocks = 0;        // blocks that have samples here
  double effective_count = 0.0;  // independent samples that the standard error amounts to
  bool supported = false;        // seen in enough blocks
};

struct DynamicIv {
  double capacitance_pF = 0.0;
  std::vector<IvBin> bins;  // ascending in V, bins without samples left out
  double exclusion_ms = 0.0;
  double fraction_used = 0.0;
  std::size_t block_count = 0;
  std::vector<std::string> warnings;
};

// One pass over the recording. Samples from each spike to the end of the exclusion are left out; the upstroke
// before it is kept. Throws DataError when no sample is left.
IvMoments gather_iv_moments(const Recording& recording, const SpikeTrains& spikes_ms,
                            std::span<const Block> blocks, const DynamicIvOptions& options = {},
                            unsigned threads = 0);

// The same over stretches that the caller has chosen, one list a sweep; no bins where they are all empty.
IvMoments gather_iv_moments_of(const Recording& recording, const std::vector<std::vector<Stretch>>& stretches,
                               std::span<const Block> blocks, double bin_width_mV, unsigned threads = 0);

// The curve for a capacitance, from moments; `weights`, one per block, for a bootstrap draw (empty: each
// block once).
DynamicIv dynamic_iv(const IvMoments& moments, double capacitance_pF, const DynamicIvOptions& options = {},
                     std::span<const double> weights = {});

// Both steps at once.
DynamicIv estimate_dynamic_iv(const Recording& recording, const SpikeTrains& spikes_ms, double capacitance_pF,
                              const DynamicIvOptions& options = {}, unsigned threads = 0);

}  // namespace libfit
