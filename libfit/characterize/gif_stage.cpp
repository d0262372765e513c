#include "libfit/characterize/gif_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/characterize/prediction.hpp"
#include "libfit/simulate/gif_trials.hpp"

namespace libfit {
namespace {

constexpr std::size_t rate_trials = 32;

// The leak of the curve where there is one, else a membrane of ordinary size.
Gif start_of(std::span<const ModelFit> curve_models, double capacitance_pF, const Reset& reset) {
  Gif start;
  start.C_pF = capacitance_pF;
  start.g_nS = start.C_pF / 20.0;
  start.E_mV = -65.0;
  for (const ModelFit& fit : curve_models) {
    const auto* eif = std::get_if<Eif>(&fit.model);
    if (eif != nullptr && fit.status == FitStatus::ok) {
      start.drive.V_T_mV = eif->V_T_mV;
      start.drive.Delta_T_mV = eif->Delta_T_mV;
    }
    const auto* passive = std::get_if<Passive>(&fit.model);
    if (passive == nullptr || fit.status == FitStatus::failed) continue;
    start.g_nS = passive->g_nS;
    start.E_mV = passive->E_mV;
  }
  start.reset = reset;
  return start;
}

void set_membrane_intervals(ModelFit& fit, const MembraneIntervals& ci95) {
  estimate_of<Gif>(fit, &Gif::C_pF).ci95 = ci95.C_pF;
  estimate_of<Gif>(fit, &Gif::g_nS).ci95 = ci95.g_nS;
  estimate_of<Gif>(fit, &Gif::E_mV).ci95 = ci95.E_mV;
  estimate_of<Gif>(fit, &Reset::V_reset_mV).ci95 = ci95.V_reset_mV;
}

double rate_ratio(const Gif& model, const Membrane& membrane, const CellFitOptions& options) {
  double simulated = 0.0, recorded = 0.0;
  for (std::size_t s = 0; s < membrane.recording.sweeps.size(); ++s) {
    const Sweep& sweep = membrane.recording.sweeps[s];
    const GifTrials trials = simulate_gif_trials(
        model, sweep.current_pA, sweep.dt_ms, {rate_trials, s * rate_trials, options.seed, options.threads});
    for (const auto& train : trials.spikes_ms)
      simulated += static_cast<double>(train.size()) / static_cast<double>(rate_trials);
    recorded += static_cast<double>(membrane.spikes_ms[s].size());
  }
  return simulated / recorded;
}

void check_rate(GifFit& fit, const Membrane& membrane, const CellFitOptions& options) {
  if (fit.status == FitStatus::failed) return;
  const double ratio = rate_ratio(fit.model, membrane, options);
  fit.training_rate_ratio = ratio;
  if (is_like_rate(ratio)) return;
  fit.status = FitStatus::not_identified;
  fit.reason = fmt::format(
      "its own simulation of the training current has {:.2f} times the cell's spikes: it fits each spike "
      "given "
      "the recorded ones and runs away without them",
      ratio);
}

}  // namespace

GifFamily fit_gif_family(const Membrane& membrane, std::span<const ModelFit> curve_models,
                         double capacitance_pF, const Reset& reset, const CellFitOptions& options) {
  GifFamily family;
  GifFitOptions gif = options.gif;
  gif.threads = options.threads;
  if (options.gif_progress) gif.progress = options.gif_progress;
  GifFits fits = fit_gifs(membrane.recording, membrane.spikes_ms, membrane.criterion.level_mV,
                          start_of(curve_models, capacitance_pF, reset), gif);
  for (GifFit& fit : fits.fits) {
    check_rate(fit, membrane, options);
    ModelFit entry;
    fit.model.kind = fit.kind;
    entry.model = fit.model;
    entry.status = fit.status;
    entry.reason = fit.reason;
    if (fit.status != FitStatus::failed) {
      entry.parameters = estimates_of(entry.model);
      if (fits.membrane.ci95) set_membrane_intervals(entry, *fits.membrane.ci95);
    }
    family.models.push_back(std::move(entry));
  }
  family.thresholds = study_thresholds(membrane, fits.fits, options.seed, options.threads);
  family.fits = std::move(fits);
  return family;
}

}  // namespace libfit
