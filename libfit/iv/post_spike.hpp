// The dynamic I-V in slices of the time since the last spike [Badel et al. 2008a, J Neurophysiol 99:656;
// 2008b, Biol Cybern 99:361]: how leak, reversal and threshold differ shortly after a spike from what they
// are later. Moments are gathered as for the whole curve (dynamic_iv.hpp), block by block, so that a
// bootstrap draw is a sum. The slices adapt to the cell: the first begins when the refractory period is over,
// and the last, which is open, begins where spikes get few. docs/methods/post-spike.md.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/iv/blocks.hpp"
#include "libfit/iv/dynamic_iv.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct PostSpikeOptions {
  // Ascending, > 0: where slices begin and end; the last one ends at the next spike.
  std::vector<double> edges_ms{5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0};
  double bin_width_mV = 1.0;    // > 0; wider: fewer bins with more samples, a coarser upstroke
  std::size_t min_spikes = 30;  // a slice that fewer spikes reach is joined to the one before it
  std::size_t min_blocks = 15;  // a bin seen in fewer blocks of time is not supported
  double block_ms = 1000.0;     // > 0; as for the whole curve
  void validate() const;        // throws OptionError
};

struct PostSpikeSlice {
  double begin_ms = 0.0;  // after the spike
  double end_ms = 0.0;    // infinity: until the next spike
  double mean_ms = 0.0;   // of its samples
  std::size_t spikes = 0;
  IvMoments moments;
};

struct PostSpikeMoments {
  std::vector<PostSpikeSlice> slices;  // ascending; empty when too few spikes reach the second slice
  std::size_t spikes = 0;
};

// The edges for a cell: those after its refractory period (and the end of it, where that is later than the
// first) that min_spikes intervals exceed. Empty when there are fewer than two.
std::vector<double> post_spike_edges(const SpikeTrains& spikes_ms, double t_ref_ms,
                                     const PostSpikeOptions& options);

// Every slice cut into `parts` of equal ratio of end to begin: what a fit of time courses needs, over which
// parameters hardly move within a slice.
std::vector<double> finer_edges(std::span<const double> edges_ms, std::size_t parts);

// Moments of the slices between `edges_ms` and after the last. Time before the first spike of a sweep is in
// none.
PostSpikeMoments gather_post_spike(const Recording& recording, const SpikeTrains& spikes_ms,
                                   std::span<const double> edges_ms, std::span<const Block> blocks,
                                   const PostSpikeOptions& options = {}, unsigned threads = 0);

// F(V) of one slice for a capacitance.
struct PostSpikeCurve {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  double mean_ms = 0.0;
  std::size_t spikes = 0;
  DynamicIv iv;
};

// Of every slice.
std::vector<PostSpikeCurve> post_spike_curves(const PostSpikeMoments& moments, double capacitance_pF,
                                              const PostSpikeOptions& options = {});
// How their bins are made.
DynamicIvOptions curve_options(const PostSpikeOptions& options);

}  // namespace libfit
