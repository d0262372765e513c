#include "libfit/fit/gif_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {
namespace {

constexpr double few_states_share = 0.01;  // of the ridge: one state is not one of 42
constexpr double history_end_ms = 500.0;
constexpr double history_growth = 1.4;
constexpr std::array<double, 7> dictionary_tau_ms = {1.5, 4.0, 8.0, 16.0, 32.0, 100.0, 300.0};
constexpr std::array<double, 6> dictionary_quantiles = {0.10, 0.30, 0.50, 0.70, 0.85, 0.95};
constexpr std::array<double, 6> filter_tau_ms = {0.0, 4.0, 12.0, 35.0, 100.0, 300.0};

double refractory_time(const SpikeTrains& crossings_ms, double bin_ms) {
  std::vector<double> intervals;
  for (const auto& train : crossings_ms) {
    for (std::size_t i = 1; i < train.size(); ++i) intervals.push_back(train[i] - train[i - 1]);
  }
  const double shortest = quantile(intervals, 0.01).value_or(8.0);
  return std::max(1.0, std::floor(std::clamp(shortest, 2.0, 8.0) / bin_ms)) * bin_ms;
}

double median_lead(const SpikeTrains& onsets_ms, const SpikeTrains& crossings_ms) {
  std::vector<double> leads;
  for (std::size_t s = 0; s < onsets_ms.size(); ++s) {
    for (std::size_t i = 0; i < onsets_ms[s].size(); ++i)
      leads.push_back(std::max(0.0, crossings_ms[s][i] - onsets_ms[s][i]));
  }
  return median(leads).value_or(0.0);
}

std::vector<HistoryStep> history_steps(double t_ref_ms, double bin_ms) {
  std::vector<HistoryStep> steps;
  double begin = t_ref_ms + bin_ms;
  while (begin < history_end_ms) {
    const double end = std::min(std::max(history_growth * begin, begin + bin_ms), history_end_ms);
    steps.push_back({begin, end, 0.0});
    begin = end;
  }
  return steps;
}

std::vector<double> drive_voltage(const Gif& model, const BinnedRecording& data) {
  std::vector<double> all;
  for (const BinnedSweep& sweep : data.sweeps) {
    const VoltagePass pass = voltage_pass(model, sweep, false);
    all.insert(all.end(), pass.voltage_mV.begin(), pass.voltage_mV.end());
  }
  return all;
}

// What every member of the family starts from: the fitted membrane, V itself, the history of spikes.
Gif plain_start(const Gif& membrane, const BinnedRecording& data, const std::vector<double>& voltage_mV) {
  Gif m = membrane;
  m.kind = GifKind::gif;
  m.reference_mV = *median(voltage_mV);
  m.filters = {{0.0, 0.0}};
  m.thresholds.clear();
  m.history = history_steps(m.reset.t_ref_ms, m.bin_ms);
  m.log_rate_per_ms =
      std::log(static_cast<double>(data.spikes) / (static_cast<double>(data.bins) * m.bin_ms));
  return m;
}

Gif with_upstroke(const Gif& plain, const HazardDrive& curve) {
  Gif m = plain;
  m.kind = GifKind::exp_gif;
  m.drive.V_T_mV = curve.V_T_mV;
  m.drive.Delta_T_mV = curve.Delta_T_mV;
  return m;
}

// The fitted plain GIF, moved as a whole to below the upstroke, where that does nothing yet.
Gif below_upstroke(const Gif& fitted, const HazardDrive& curve, const BinnedRecording& data) {
  constexpr double kBelow = 3.0;  // Delta_T, of the highest U
  const double highest_mV = std::ranges::max(drive_voltage(fitted, data));
  const double down_mV = std::max(0.0, highest_mV - (curve.V_T_mV - kBelow * curve.Delta_T_mV));
  Gif m = with_upstroke(fitted, curve);
  m.drive.E_mV -= down_mV;
  m.drive.V_reset_mV -= down_mV;
  for (const VoltageFilter& filter : m.filters) m.log_rate_per_ms += filter.weight_per_mV * down_mV;
  return m;
}

Gif dictionary_start(const Gif& plain, const std::vector<double>& voltage_mV, double softness_mV) {
  Gif m = plain;
  m.kind = GifKind::history_gif;
  m.filters.clear();
  for (const double tau : filter_tau_ms) m.filters.push_back({tau, 0.0});
  for (const double tau : dictionary_tau_ms) {
    for (const double q : dictionary_quantiles)
      m.thresholds.push_back({tau, *quantile(voltage_mV, q), softness_mV, 1.0, 0.0});
  }
  return m;
}

HazardFitOptions hazard_options(const Gif& start, const GifFitOptions& options,
                                const BinSelection& selection) {
  HazardFitOptions hazard;
  hazard.ridge = options.ridge;
  if (start.kind != GifKind::history_gif) hazard.ridge.threshold *= few_states_share;
  if (start.kind == GifKind::exp_gif) hazard.max_iterations *= 2;  // it may come from far off
  hazard.selection = selection;
  hazard.threads = 1;
  return hazard;
}

// The weights first, where there is one maximum; then the drive, and the states' own constants, with them.
// `prior`: has the drive that the priors are centred at, where that is not the start's.
HazardFit fit_fully(const Gif& start, const BinnedRecording& data, const GifFitOptions& options,
                    const BinSelection& selection, unsigned threads, const Gif* prior = nullptr) {
  HazardFitOptions hazard = hazard_options(start, options, selection);
  hazard.threads = threads;
  HazardFit fit = fit_hazard(start, data, hazard);
  hazard.refine_shape = true;
  hazard.refine_states = !start.thresholds.empty() && start.kind != GifKind::history_gif;
  if (prior != nullptr) hazard.prior_shape = shape_of(*prior, hazard.refine_states);
  return fit_hazard(fit.model, data, hazard);
}

// A state is nonlinear in its constants, so that several starts are tried.
std::vector<Gif> starts_with_state(const Gif& base, GifKind kind, double direction, double softness_mV,
                                   const std::vector<double>& voltage_mV) {
  std::vector<Gif> starts;
  for (const double tau : {8.0, 30.0}) {
    for (const double q : {0.4, 0.8}) {
      Gif m = base;
      m.kind = kind;
      m.thresholds.push_back(
          {tau, *quantile(voltage_mV, direction > 0.0 ? q : 1.0 - q), softness_mV, direction, 0.0});
      starts.push_back(m);
    }
  }
  return starts;
}

HazardFit best_of(const std::vector<Gif>& starts, const BinnedRecording& data, const GifFitOptions& options,
                  const Gif* prior = nullptr) {
  std::vector<HazardFit> fits(starts.size());
  parallel_for(starts.size(), options.threads,
               [&](std::size_t i) { fits[i] = fit_fully(starts[i], data, options, {}, 1, prior); });
  return *std::max_element(fits.begin(), fits.end(), [](const HazardFit& a, const HazardFit& b) {
    return a.trace.back() < b.trace.back();
  });
}

void describe(GifFit& fit, const HazardFit& hazard, const BinnedRecording& data) {
  fit.model = hazard.model;
  fit.log_likelihood = hazard.log_likelihood;
  fit.bits_per_spike = hazard_likelihood(hazard.model, data).bits_per_spike();
  fit.effective_parameters = hazard.effective_parameters;
  fit.aic = 2.0 * hazard.effective_parameters - 2.0 * hazard.log_likelihood;
  fit.bic =
      std::log(static_cast<double>(hazard.rows)) * hazard.effective_parameters - 2.0 * hazard.log_likelihood;
  fit.weight_se = hazard.weight_se;
  fit.iterations = static_cast<int>(hazard.trace.size()) - 1;
  fit.status = FitStatus::ok;
  if (!hazard.converged) {
    fit.status = FitStatus::not_identified;
    fit.reason = "the likelihood was still rising when the iterations ended";
  }
}

// The folds of every fit, all side by side.
void cross_validate(std::vector<GifFit>& fits, const std::vector<Gif>& starts, const BinnedRecording& data,
                    const GifFitOptions& options) {
  struct Piece {
    std::size_t fit;
    int fold;
  };
  std::vector<Piece> pieces;
  for (std::size_t f = fits.size(); f-- > 0;) {  // the dearest first
    if (fits[f].status == FitStatus::failed) continue;
    fits[f].fold_models.resize(static_cast<std::size_t>(options.folds));
    for (int k = 0; k < options.folds; ++k) pieces.push_back({f, k});
  }
  std::vector<HazardLikelihood> outside(pieces.size());
  parallel_for(pieces.size(), options.threads, [&](std::size_t p) {
    const auto [f, k] = pieces[p];
    const BinSelection kept{options.folds, k, false, options.block_ms};
    const BinSelection left_out{options.folds, k, true, options.block_ms};
    const HazardFit hazard = fit_fully(starts[f], data, options, kept, 1);
    fits[f].fold_models[static_cast<std::size_t>(k)] = hazard.model;
    outside[p] = hazard_likelihood(hazard.model, data, left_out);
  });
  for (std::size_t f = 0; f < fits.size(); ++f) {
    HazardLikelihood sum;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      if (pieces[p].fit != f) continue;
      sum.log_likelihood += outside[p].log_likelihood;
      sum.poisson_log_likelihood += outside[p].poisson_log_likelihood;
      sum.spikes += outside[p].spikes;
    }
    if (sum.spikes > 0 && !fits[f].fold_models.empty()) fits[f].cv_bits_per_spike = sum.bits_per_spike();
  }
}

// Every fold has to leave spikes to fit, and spikes to judge by.
bool folds_have_spikes(const BinnedRecording& data, const GifFitOptions& options) {
  for (int k = 0; k < options.folds; ++k) {
    const BinSelection inside{options.folds, k, true, options.block_ms};
    std::size_t in = 0;
    double time_ms = 0.0;
    for (const BinnedSweep& sweep : data.sweeps) {
      for (const auto spike : sweep.spike) {
        in += spike != 0 && inside.contains(time_ms) ? 1 : 0;
        time_ms += data.bin_ms;
      }
    }
    if (in < 3 || data.spikes - in < 10) return false;
  }
  return true;
}

// Fits of several kinds to the same data: what exp_gif and igif2 start from is fitted once.
struct KindFits {
  const Gif& plain;
  const BinnedRecording& data;
  const std::vector<double>& voltage;  // of the drive
  const HazardDrive& curve;            // with the upstroke that exp_gif takes over
  const GifFitOptions& options;
  std::optional<HazardFit> gif, igif;

  const HazardFit& fitted_gif() {
    if (!gif) gif = fit_fully(plain, data, options, {}, options.threads);
    return *gif;
  }
  const HazardFit& fitted_igif() {
    if (!igif)
      igif =
          best_of(starts_with_state(plain, GifKind::igif, 1.0, options.softness_mV, voltage), data, options);
    return *igif;
  }

  HazardFit fit(GifKind kind) {
    switch (kind) {
      case GifKind::exp_gif:  // which of the two ends higher differs from cell to cell
        return best_of({with_upstroke(plain, curve), below_upstroke(fitted_gif().model, curve, data)}, data,
                       options, &plain);
      case GifKind::history_gif:
        return fit_fully(dictionary_start(plain, voltage, options.softness_mV), data, options, {},
                         options.threads);
      case GifKind::igif:
        return fitted_igif();
      case GifKind::igif2:
        return best_of(
            starts_with_state(fitted_igif().model, GifKind::igif2, -1.0, options.softness_mV, voltage), data,
            options);
      case GifKind::gif:
        break;
    }
    return fitted_gif();
  }
};

}  // namespace

void GifFitOptions::validate() const {
  check_options(
      {{"bin_ms", bin_ms, bin_ms > 0.0 && bin_ms <= 10.0, "above 0, 10 at most"},
       {"softness_mV", softness_mV, softness_mV > 0.0, "> 0"},
       {"folds", static_cast<double>(folds), folds == 0 || (folds >= 2 && folds <= 20), "0, or 2 to 20"},
       {"block_ms", block_ms, block_ms > 0.0, "> 0"}});
  if (t_ref_ms) check_options({{"t_ref_ms", *t_ref_ms, *t_ref_ms > 0.0, "> 0"}});
}

GifFits fit_gifs(const Recording& recording, const SpikeTrains& crossings_ms, double V_spike_mV,
                 const Gif& given, const GifFitOptions& options) {
  options.validate();
  GifFits result;
  if (options.kinds.empty()) return result;
  const auto onsets = options.at_onset ? spike_onsets(recording, crossings_ms) : crossings_ms;
  result.data = bin_recording(recording, onsets, options.bin_ms);
  for (const GifKind kind : options.kinds) result.fits.emplace_back().kind = kind;
  const auto refuse = [&](const std::string& reason) {
    for (GifFit& fit : result.fits) fit.reason = reason;
  };
  if (result.data.spikes < options.min_spikes) {
    refuse(fmt::format("{} spikes in training are too few for a hazard; {} are needed", result.data.spikes,
                       options.min_spikes));
    return result;
  }
  Gif start = given;
  start.bin_ms = result.data.bin_ms;
  start.reset.t_ref_ms = options.t_ref_ms.value_or(refractory_time(crossings_ms, start.bin_ms));
  start.spike_lead_ms = median_lead(onsets, crossings_ms);
  start.V_spike_mV = V_spike_mV;
  start.currents = {{20.0, 20.0}, {5.0, 200.0}};
  adopt_membrane_as_drive(start);
  if (bins_outside_spikes(start, result.data, {}) < 1000) {
    refuse("fewer than 1,000 bins lie outside spikes: the voltage between them cannot be fitted");
    return result;
  }
  result.membrane = fit_membrane(start, result.data);
  const std::vector<double> voltage = drive_voltage(result.membrane.model, result.data);
  const Gif plain = plain_start(result.membrane.model, result.data, voltage);

  KindFits kinds{plain, result.data, voltage, given.drive, options, {}, {}};
  std::vector<Gif> fold_starts;
  for (std::size_t f = 0; f < result.fits.size(); ++f) {
    GifFit& fit = result.fits[f];
    if (fit.kind == GifKind::exp_gif && given.drive.Delta_T_mV <= 0.0) {
      fit.reason = "the curve has no identified EIF whose upstroke it could take over";
      fold_starts.push_back(plain);
      continue;
    }
    const HazardFit hazard = kinds.fit(fit.kind);
    describe(fit, hazard, result.data);
    fold_starts.push_back(hazard.model);  // each converges from there to a maximum of its own
    if (options.progress)
      options.progress(0.5 * static_cast<double>(f + 1) / static_cast<double>(result.fits.size()));
  }
  if (options.folds > 0) {
    if (folds_have_spikes(result.data, options)) {
      cross_validate(result.fits, fold_starts, result.data, options);
    } else {
      result.warnings.push_back(
          "gif: a fold of the training recording holds too few spikes for cross-validation; spikes are "
          "too few or too unevenly spread [gif.folds]");
    }
  }
  if (options.progress) options.progress(1.0);
  return result;
}

}  // namespace libfit
