// The refractory EIF from post-spike curves [Badel et al. 2008a,b; Harrison et al. 2015, PLoS Comput Biol
// 11:e1004165]: one weighted least-squares fit of the bins of all slices, in which leak, reversal and
// threshold are exponentials of the time since the spike, with what the cell is long after one among the
// parameters. Exponentials that the data do not ask for are left out, one by one, by the Bayesian information
// criterion. Slices must be so short that the parameters hardly move within one (finer_edges()).
// docs/methods/post-spike.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/fit/iv_fit.hpp"
#include "libfit/fit/post_spike_slices.hpp"
#include "libfit/iv/post_spike.hpp"

namespace libfit {

struct RefractoryFitOptions {
  double widest_Delta_T_mV = 5.0;          // > 0; above, the exponential is not identified
  double widest_error = 1.0;               // > 0; standard error of a time constant over its value, at most
  double widest_threshold_error_mV = 3.0;  // > 0; standard error of V_T, at most
  std::size_t min_bins = 24;               // >= 13; over all slices
  void validate() const;                   // throws OptionError
};

// `eif`, fitted to the whole curve, gives C, spike parameters, fit limit and where the fit starts. The result
// is an ModelFit like the others: `failed` with the reason when there is no EIF or too little data,
// `not_identified` when the EIF is not or when a time course is not determined.
ModelFit fit_refractory(std::span<const PostSpikeCurve> curves, const ModelFit& eif,
                        const RefractoryFitOptions& options = {});

struct RefractoryBootstrapOptions {
  std::uint64_t seed = 1;  // of the blocks: as in bootstrap_fits(), so that its draws of C belong to these
  unsigned threads = 0;
  PostSpikeOptions curves;
};

// Fills ci95: each draw of C with its blocks. Parameters that were left out have none.
void bootstrap_refractory(ModelFit& fit, const PostSpikeMoments& moments,
                          std::span<const double> capacitance_pF, const RefractoryBootstrapOptions& options);

}  // namespace libfit
