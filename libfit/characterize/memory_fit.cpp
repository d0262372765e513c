#include "libfit/characterize/memory_fit.hpp"

#include <utility>

#include "libfit/core/parallel.hpp"
#include "libfit/fit/adex_fit.hpp"
#include "libfit/fit/refractory_fit.hpp"

namespace libfit {
namespace {

// Slices are cut in two for the joint fit: within half of one the parameters hardly move.
constexpr std::size_t kPartsOfSlice = 2;

ModelFit refractory(const Membrane& membrane, const ModelFit& eif,
                    std::span<const double> capacitance_draws_pF, std::span<const Block> blocks,
                    const CellFitOptions& options, std::optional<PostSpike>& found) {
  if (eif.status == FitStatus::failed) return fit_refractory({}, eif);
  const Eif& base = std::get<Eif>(eif.model);
  PostSpikeOptions post_spike;
  post_spike.block_ms = options.iv.block_ms;
  const std::vector<double> edges = post_spike_edges(membrane.spikes_ms, base.reset.t_ref_ms, post_spike);
  if (edges.empty()) return fit_refractory({}, eif);
  const double C = base.C_pF;
  const auto gather = [&](std::span<const double> at) {
    return gather_post_spike(membrane.recording, membrane.spikes_ms, at, blocks, post_spike, options.threads);
  };
  const PostSpikeMoments fine = gather(finer_edges(edges, kPartsOfSlice));
  ModelFit fit = fit_refractory(post_spike_curves(fine, C, post_spike), eif);
  bootstrap_refractory(fit, fine, capacitance_draws_pF, {options.seed, options.threads, post_spike});
  PostSpike slices;
  slices.curves = post_spike_curves(gather(edges), C, post_spike);
  const bool joint = fit.status != FitStatus::failed;
  const double Delta_T = joint ? std::get<RefractoryEif>(fit.model).Delta_T_mV : base.Delta_T_mV;
  slices.slices = fit_slices(slices.curves, Delta_T, eif.curve->limit_mV_per_ms);
  found = std::move(slices);
  return fit;
}

}  // namespace

MemoryFits fit_models_with_memory(const Membrane& membrane, const ModelFit& eif,
                                  std::span<const double> capacitance_draws_pF,
                                  const CellFitOptions& options) {
  const std::vector<Block> blocks = make_blocks(membrane.recording, options.iv.block_ms);
  AdexFitOptions adex;
  adex.curve = options.iv;
  adex.seed = options.seed;
  adex.threads = options.threads;
  MemoryFits fits;
  fits.models.resize(2);
  // Side by side: each has long parts on one thread.
  parallel_for(2, options.threads, [&](std::size_t i) {
    if (i == 0) {
      fits.models[0] = refractory(membrane, eif, capacitance_draws_pF, blocks, options, fits.post_spike);
    } else {
      fits.models[1] =
          fit_adex(membrane.recording, membrane.spikes_ms, blocks, eif, capacitance_draws_pF, adex);
    }
  });
  return fits;
}

}  // namespace libfit
