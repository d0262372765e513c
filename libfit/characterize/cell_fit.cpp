#include "libfit/characterize/cell_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "libfit/characterize/gif_stage.hpp"
#include "libfit/characterize/memory_fit.hpp"
#include "libfit/characterize/rig_errors_internal.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"

namespace libfit {
namespace {

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// The electrode sweep's own capacitance is a second opinion; the training trace's kernel is not: it has the
// same active currents in it as the regression.
std::optional<ElectrodeKernel> independent_kernel(const Membrane& membrane) {
  return membrane.compensation == Compensation::electrode_sweep ? membrane.electrode : std::nullopt;
}

SpikeParameters spike_parameters(const Membrane& membrane, const std::optional<ResetEstimate>& reset) {
  SpikeParameters spikes;
  spikes.V_spike_mV = membrane.criterion.level_mV;
  if (membrane.shape) {
    spikes.V_onset_mV = membrane.shape->median_onset_mV;
    spikes.peak_slope_mV_per_ms = membrane.shape->median_peak_slope_mV_per_ms;
  }
  if (reset) spikes.reset = {reset->V_reset_mV, reset->t_ref_ms};
  return spikes;
}

void set_reset_intervals(CellFit& cell) {
  if (!cell.reset) return;
  for (ModelFit& fit : cell.models) {
    for (ParameterEstimate& parameter : fit.parameters) {
      if (parameter.quantity == &quantities::V_reset_mV && !is_stochastic(fit.model))
        parameter.ci95 = cell.reset->V_reset_ci95_mV;
    }
  }
}

// Beside those of the curve. Side by side: each has long parts on one thread.
void add_others(const Membrane& membrane, CellFit& cell, const CellFitOptions& options) {
  const ModelFit& eif = *std::ranges::find_if(
      cell.models, [](const ModelFit& fit) { return std::holds_alternative<Eif>(fit.model); });
  MemoryFits memory;
  GifFamily gifs;
  parallel_for(2, options.threads, [&](std::size_t i) {
    if (i == 0) {
      // What keeps the models of the curve from firing is reported once, there.
      if (cell.reset && membrane.spike_count() > 0)
        gifs = fit_gif_family(membrane, cell.models, cell.capacitance.result.value_pF, cell.spikes.reset,
                              options);
    } else {
      memory = fit_models_with_memory(membrane, eif, cell.bootstrap.capacitance_pF, options);
    }
  });
  std::ranges::move(memory.models, std::back_inserter(cell.models));
  cell.post_spike = std::move(memory.post_spike);
  std::ranges::move(gifs.models, std::back_inserter(cell.models));
  cell.gifs = std::move(gifs.fits);
  cell.thresholds = std::move(gifs.thresholds);
  if (cell.gifs) append(cell.warnings, cell.gifs->warnings);
}

void add_tuned(const Membrane& membrane, CellFit& cell, const CellFitOptions& options) {
  const SpikeTuningOptions tuning{options.tuning_window_ms, options.gif.folds, options.gif.block_ms,
                                  options.threads};
  for (TunedFit& tuned : tune_to_spikes(membrane, cell.models, tuning)) {
    cell.models.push_back(std::move(tuned.fit));
    cell.tunings.push_back(std::move(tuned.tuning));
  }
}

// One warning a reason: what keeps one model from being fitted often keeps all.
void warn_of_fits(CellFit& cell) {
  std::vector<std::pair<std::string, std::string>> names_by_reason;
  for (const ModelFit& fit : cell.models) {
    if (fit.status == FitStatus::ok) continue;
    const std::string reason =
        fmt::format("{}: {} [model.{}]", status_words(fit.status), fit.reason, status_name(fit.status));
    const auto known = std::find_if(names_by_reason.begin(), names_by_reason.end(),
                                    [&](const auto& entry) { return entry.second == reason; });
    if (known == names_by_reason.end()) {
      names_by_reason.emplace_back(fit_name(fit), reason);
    } else {
      known->first += fmt::format(", {}", fit_name(fit));
    }
  }
  for (const auto& [names, reason] : names_by_reason)
    cell.warnings.push_back(fmt::format("{}: {}", names, reason));
}

}  // namespace

void CellFitOptions::validate() const {
  capacitance.validate();
  iv.validate();
  fit.validate();
  gif.validate();
  if (capacitance_pF) check_options({{"capacitance_pF", *capacitance_pF, *capacitance_pF > 0.0, "> 0"}});
  check_options({{"bootstrap_draws", static_cast<double>(bootstrap_draws),
                  bootstrap_draws == 0 || bootstrap_draws >= 20, "0, or 20 or more"}});
}

CellFit measure_curve(const Membrane& membrane, const CellFitOptions& options) {
  options.validate();
  CellFit cell;
  const auto blocks = make_blocks(membrane.recording, options.iv.block_ms);
  if (options.capacitance_pF) {
    cell.capacitance.result.value_pF = *options.capacitance_pF;
    cell.capacitance.result.method = CapacitanceMethod::given;
    cell.capacitance.result.reason = "given by option";
  } else {
    CapacitanceOptions capacitance = options.capacitance;
    capacitance.bootstrap_draws = options.bootstrap_draws == 0 ? 100 : options.bootstrap_draws;
    capacitance.seed = options.seed;
    capacitance.threads = options.threads;
    cell.capacitance = estimate_capacitance(membrane.recording, membrane.spikes_ms, blocks,
                                            independent_kernel(membrane), capacitance);
  }
  append(cell.warnings, cell.capacitance.result.warnings);
  cell.moments =
      gather_iv_moments(membrane.recording, membrane.spikes_ms, blocks, options.iv, options.threads);
  cell.rig_errors = rig_errors(membrane, cell, blocks, options);
  widen_by_rig_errors(cell.capacitance.result, cell.rig_errors);
  cell.iv = dynamic_iv(cell.moments, cell.capacitance.result.value_pF, options.iv);
  append(cell.warnings, cell.iv.warnings);
  return cell;
}

void fit_cell(const Membrane& membrane, CellFit& cell, const CellFitOptions& options) {
  cell.reset = estimate_reset(membrane.recording, membrane.spikes_ms, cell.capacitance.result.value_pF);
  cell.spikes = spike_parameters(membrane, cell.reset);
  if (membrane.shape && !cell.reset) {
    // Fewer than five spikes do not determine a reset: without one, no model that fires.
    cell.spikes.peak_slope_mV_per_ms.reset();
    cell.warnings.push_back(fmt::format(
        "{} spikes are too few to determine reset and refractory period; only the passive membrane is fitted "
        "[model.too_few_spikes]",
        membrane.spike_count()));
  }
  cell.models = fit_models(cell.iv, cell.spikes, options.fit);
  FitBootstrapOptions bootstrap;
  bootstrap.draws = options.bootstrap_draws;
  bootstrap.seed = options.seed;
  bootstrap.threads = options.threads;
  bootstrap.progress = options.bootstrap_progress;
  cell.bootstrap = bootstrap_fits(cell.capacitance, cell.moments, cell.iv, options.iv, cell.models, bootstrap,
                                  cell.rig_errors);
  if (!options.curve_models_only) add_others(membrane, cell, options);
  set_reset_intervals(cell);
  if (!options.curve_models_only) add_tuned(membrane, cell, options);
  cell.simulation = check_simulation(membrane, cell.models, options.seed, options.threads);
  tell_fits(cell.simulation, cell.models);
  for (const ModelFit& fit : cell.models) append(cell.warnings, fit.warnings);
  warn_of_fits(cell);
}

const GifFit* gif_fit_of(const CellFit& cell, const Model& model) {
  const auto* gif = std::get_if<Gif>(&model);
  if (gif == nullptr || !cell.gifs) return nullptr;
  for (const GifFit& fit : cell.gifs->fits) {
    if (fit.kind == gif->kind) return &fit;
  }
  return nullptr;
}

}  // namespace libfit
