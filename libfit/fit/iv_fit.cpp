#include "libfit/fit/iv_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/fit/curve_starts.hpp"
#include "libfit/fit/least_squares.hpp"
#include "libfit/model/catalogue.hpp"

namespace libfit {
namespace {

Eif eif_from(const std::array<double, 4>& p, double C, const SpikeParameters& spikes) {
  return {C, C * std::exp(-p[0]), p[1], p[2], std::exp(p[3]), spikes.V_spike_mV, spikes.reset};
}

Qif qif_from(const std::array<double, 3>& p, double C, const SpikeParameters& spikes) {
  return {C, C * std::exp(p[0]), p[1], p[2], spikes.V_spike_mV, spikes.reset};
}

template <class M, std::size_t N>
ModelFit described(const M& model, const LeastSquaresFit<N>& found, const std::vector<IvBin>& bins,
                   const std::array<double M::*, N>& members) {
  ModelFit fit;
  fit.model = model;
  fit.status = FitStatus::ok;
  fit.parameters = estimates_of(fit.model);
  CurveFit& curve = fit.curve.emplace();
  curve.chi_square = found.chi_square;
  curve.bins_used = bins.size();
  curve.degrees_of_freedom = static_cast<int>(bins.size()) - static_cast<int>(N);
  curve.upper_V_mV = bins.back().V_mV;
  curve.iterations = found.iterations;
  if (found.se) set_errors(fit, members, *found.se);
  for (std::size_t i = 0; i < N; ++i) {
    if (!found.on_bound[i]) continue;
    fit.warnings.push_back(fmt::format(
        "{}: {} ended on its bound; the shape of the model does not fit the curve there [fit.bound]",
        model_name(fit.model), quantity_of(members[i]).name));
  }
  return fit;
}

// ---- one function a model
// -------------------------------------------------------------------------------------

ModelFit fit_eif(const std::vector<IvBin>& bins, double C, const SpikeParameters& spikes) {
  const auto starts = eif_starts(bins);
  const auto found = fit_eif_curve(bins, starts, true);
  if (!found) return failed_fit(Eif{}, "the least-squares fit did not converge from any start");
  return described(eif_from(found->value, C, spikes), *found, bins,
                   std::array{&Eif::g_nS, &Eif::E_mV, &Eif::V_T_mV, &Eif::Delta_T_mV});
}

ModelFit fit_qif(const std::vector<IvBin>& bins, double C, const SpikeParameters& spikes) {
  const auto starts = qif_starts(bins);
  const auto found = fit_qif_curve(bins, starts, true);
  if (!found) return failed_fit(Qif{}, "the least-squares fit did not converge from any start");
  return described(qif_from(found->value, C, spikes), *found, bins,
                   std::array{&Qif::a_nS_per_mV, &Qif::V_rest_mV, &Qif::V_c_mV});
}

// The straight part of the curve. Above the voltage where F is least the upstroke begins.
std::vector<IvBin> straight_part(const std::vector<IvBin>& bins) {
  const double top = lowest_point(bins).V_mV;
  std::vector<IvBin> straight;
  std::copy_if(bins.begin(), bins.end(), std::back_inserter(straight),
               [&](const IvBin& bin) { return bin.V_mV <= top; });
  return straight;
}

// Where F returns to zero on its way up: what a brief input must reach, and so the threshold of the LIF.
double upward_zero(const std::vector<IvBin>& bins, double fallback_mV) {
  const auto lowest = std::min_element(
      bins.begin(), bins.end(), [](const IvBin& a, const IvBin& b) { return a.F_mV_per_ms < b.F_mV_per_ms; });
  for (auto bin = lowest; bin + 1 < bins.end(); ++bin) {
    const auto next = bin + 1;
    if (bin->F_mV_per_ms < 0.0 && next->F_mV_per_ms >= 0.0) {
      const double part = -bin->F_mV_per_ms / (next->F_mV_per_ms - bin->F_mV_per_ms);
      return bin->V_mV + part * (next->V_mV - bin->V_mV);
    }
  }
  return fallback_mV;
}

bool crosses_zero(const std::vector<IvBin>& bins) { return std::isfinite(upward_zero(bins, std::nan(""))); }

// M: Passive or Lif.
template <class M>
ModelFit fit_leak(const std::vector<IvBin>& bins, double C, const SpikeParameters& spikes) {
  const std::vector<IvBin> straight = straight_part(bins);
  if (straight.size() < 3) return failed_fit(M{}, "fewer than three bins of the curve lie below its minimum");
  const std::array<BoundedStart<2>, 1> starts{leak_start(allowed(straight), guess_leak(straight))};
  const auto found = fit_leak_curve(straight, starts, true);
  if (!found) return failed_fit(M{}, "the least-squares fit did not converge");
  M model;
  model.C_pF = C;
  model.g_nS = C * std::exp(-found->value[0]);
  model.E_mV = found->value[1];
  constexpr bool kFires = std::is_same_v<M, Lif>;
  if constexpr (kFires) {
    model.V_th_mV = upward_zero(bins, spikes.V_onset_mV.value_or(bins.back().V_mV));
    model.reset = spikes.reset;
  }
  ModelFit fit = described(model, *found, straight, std::array{&M::g_nS, &M::E_mV});
  if (kFires && !crosses_zero(bins)) {
    fit.warnings.push_back(
        "lif: the measured curve does not return to zero; V_th is the median voltage at spike onset "
        "[fit.spike_onset]");
  }
  return fit;
}

// The curve itself, continued downwards by the straight line through its lowest bins (a noisy first slope
// could rise towards lower voltages and send the membrane away).
ModelFit tabulate(const DynamicIv& iv, const std::vector<IvBin>& bins, double C,
                  const SpikeParameters& spikes) {
  Tabulated table;
  table.C_pF = C;
  table.V_spike_mV = spikes.V_spike_mV;
  table.reset = spikes.reset;
  const std::vector<IvBin> low(
      bins.begin(), bins.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(10, bins.size())));
  const LeakGuess leak = guess_leak(low);
  const double below = bins.front().V_mV - 10.0;
  table.V_mV.push_back(below);
  table.F_mV_per_ms.push_back(std::max((leak.E_mV - below) / leak.tau_ms, bins.front().F_mV_per_ms + 0.01));
  for (const IvBin& bin : iv.bins) {
    if (!bin.supported || bin.V_mV >= spikes.V_spike_mV || bin.V_mV <= table.V_mV.back()) continue;
    // Above the limit the bins are few and noisy: the table follows them only as long as they rise.
    if (bin.V_mV > bins.back().V_mV && bin.F_mV_per_ms <= table.F_mV_per_ms.back()) break;
    table.V_mV.push_back(bin.V_mV);
    table.F_mV_per_ms.push_back(bin.F_mV_per_ms);
  }
  ModelFit fit;
  fit.status = FitStatus::ok;
  CurveFit& curve = fit.curve.emplace();
  curve.bins_used = table.V_mV.size() - 1;
  curve.upper_V_mV = table.V_mV.back();
  const std::size_t n = table.F_mV_per_ms.size();
  const bool rises = table.F_mV_per_ms[n - 1] > 0.0 && table.F_mV_per_ms[n - 1] > table.F_mV_per_ms[n - 2];
  fit.model = std::move(table);
  fit.parameters = estimates_of(fit.model);
  if (!rises) {
    fit.status = FitStatus::not_identified;
    fit.reason =
        "the measured curve does not rise above zero at its upper end, so the table never fires on its own";
  }
  return fit;
}

// ---- models that do not describe the curve
// --------------------------------------------------------------------

std::vector<IvBin> widened(std::vector<IvBin> bins, double excess_sd) {
  for (IvBin& bin : bins) bin.se_mV_per_ms = std::hypot(bin.se_mV_per_ms, excess_sd);
  return bins;
}

double chi_square_of(const Model& model, const std::vector<IvBin>& bins, double excess_variance,
                     double upper_V_mV) {
  double sum = 0.0;
  for (const IvBin& bin : bins) {
    if (bin.V_mV > upper_V_mV) break;
    const double residual = bin.F_mV_per_ms - drift_mV_per_ms(model, bin.V_mV);
    sum += residual * residual / (bin.se_mV_per_ms * bin.se_mV_per_ms + excess_variance);
  }
  return sum;
}

double excess_variance_for(const ModelFit& fit, const std::vector<IvBin>& bins) {
  const CurveFit& curve = *fit.curve;
  return excess_variance(curve.degrees_of_freedom, [&](double variance) {
    return chi_square_of(fit.model, bins, variance, curve.upper_V_mV);
  });
}

// Fit, excess and fit again until they agree.
template <class Fit>
ModelFit fit_with_excess(const std::vector<IvBin>& bins, Fit&& fit_bins) {
  ModelFit fit = fit_bins(bins);
  if (fit.status == FitStatus::failed || fit.curve->degrees_of_freedom < 3 ||
      fit.curve->chi_square < 2.0 * fit.curve->degrees_of_freedom)
    return fit;
  double excess_sd = 0.0;
  for (int round = 0; round < 8; ++round) {
    const double next = std::sqrt(excess_variance_for(fit, bins));
    const bool settled = std::abs(next - excess_sd) < 0.01 * next;
    excess_sd = next;
    ModelFit again = fit_bins(widened(bins, excess_sd));
    if (again.status == FitStatus::failed) break;
    fit = std::move(again);
    if (settled) break;
  }
  fit.curve->excess_sd_mV_per_ms = excess_sd;
  fit.curve->chi_square = chi_square_of(fit.model, bins, 0.0, fit.curve->upper_V_mV);
  return fit;
}

// Refits at half and twice the limit; fills the ranges and returns how far Delta_T moved.
void probe_limits(ModelFit& eif, const DynamicIv& iv, const SpikeParameters& spikes, double limit,
                  const IvFitOptions& options) {
  const double value = std::get<Eif>(eif.model).Delta_T_mV;
  double low = value, high = value;
  for (ParameterEstimate& p : eif.parameters) p.limit_range = Interval{p.value, p.value};
  for (const double factor : {0.5, 2.0}) {
    const std::vector<IvBin> bins = bins_below(iv, factor * limit);
    if (bins.size() < options.min_bins) continue;
    ModelFit other = fit_eif(widened(bins, eif.curve->excess_sd_mV_per_ms), iv.capacitance_pF, spikes);
    if (other.status == FitStatus::failed) continue;
    for (std::size_t i = 0; i < eif.parameters.size(); ++i) {
      Interval& range = *eif.parameters[i].limit_range;
      range.low = std::min(range.low, other.parameters[i].value);
      range.high = std::max(range.high, other.parameters[i].value);
    }
    const Interval& moved = *estimate_of<Eif>(eif, &Eif::Delta_T_mV).limit_range;
    low = moved.low;
    high = moved.high;
  }
  const std::vector<IvBin> bins = bins_below(iv, 2.0 * limit);
  const auto rising = static_cast<std::size_t>(std::count_if(bins.begin(), bins.end(), [&](const IvBin& bin) {
    return bin.F_mV_per_ms > 0.0 && bin.V_mV > lowest_point(bins).V_mV;
  }));
  if (value > options.widest_Delta_T_mV) {
    eif.status = FitStatus::not_identified;
    eif.reason = fmt::format(
        "Delta_T = {:.1f} mV is wider than {:.0f} mV: the curve rises too gently for a spike initiation that "
        "an exponential describes",
        value, options.widest_Delta_T_mV);
  } else if (std::max(high / value, value / low) - 1.0 > options.widest_relative_move) {
    eif.status = FitStatus::not_identified;
    eif.reason = fmt::format("Delta_T moves from {:.2f} to {:.2f} mV with the fit limit", low, high);
  } else if (rising < options.min_rising_bins) {
    eif.status = FitStatus::not_identified;
    eif.reason =
        fmt::format("only {} supported bins of the upstroke have F > 0, {} are needed; record more spikes",
                    rising, options.min_rising_bins);
  }
}

std::vector<ModelFit> failed_fits(const std::string& reason) {
  std::vector<ModelFit> fits;
  for (const CatalogueRow& row : catalogue()) {
    if (row.group == ModelGroup::curve || row.group == ModelGroup::table)
      fits.push_back(failed_fit(row.empty(), reason));
  }
  return fits;
}

}  // namespace

void IvFitOptions::validate() const {
  check_options({{"upper_limit_mV_per_ms", upper_limit_mV_per_ms, upper_limit_mV_per_ms > 0.0, "> 0"},
                 {"fraction_of_upstroke", fraction_of_upstroke, fraction_of_upstroke > 0.0, "> 0"},
                 {"widest_Delta_T_mV", widest_Delta_T_mV, widest_Delta_T_mV > 0.0, "> 0"},
                 {"widest_relative_move", widest_relative_move, widest_relative_move > 0.0, "> 0"},
                 {"min_bins", static_cast<double>(min_bins), min_bins >= 5, ">= 5"}});
}

std::vector<ModelFit> fit_models(const DynamicIv& iv, const SpikeParameters& spikes,
                                 const IvFitOptions& options) {
  options.validate();
  double limit = options.upper_limit_mV_per_ms;
  if (spikes.peak_slope_mV_per_ms)
    limit = std::min(limit, options.fraction_of_upstroke * *spikes.peak_slope_mV_per_ms);
  const std::vector<IvBin> bins = bins_below(iv, limit);
  if (bins.size() < options.min_bins) {
    const std::string reason = fmt::format(
        "only {} bins of the curve have enough data, {} are needed; record longer or drive the cell harder",
        bins.size(), options.min_bins);
    return failed_fits(reason);
  }
  const double C = iv.capacitance_pF;
  std::vector<ModelFit> fits;
  fits.push_back(fit_with_excess(bins, [&](const auto& used) { return fit_leak<Passive>(used, C, spikes); }));
  if (!spikes.peak_slope_mV_per_ms) {
    const std::string reason =
        "the recording has no spikes, so nothing determines threshold, reset and refractory period";
    std::vector<ModelFit> all = failed_fits(reason);
    all.front() = std::move(fits.front());
    return all;
  }
  fits.push_back(fit_with_excess(bins, [&](const auto& used) { return fit_leak<Lif>(used, C, spikes); }));
  fits.push_back(fit_with_excess(bins, [&](const auto& used) { return fit_qif(used, C, spikes); }));
  fits.push_back(fit_with_excess(bins, [&](const auto& used) { return fit_eif(used, C, spikes); }));
  if (fits.back().status == FitStatus::ok) probe_limits(fits.back(), iv, spikes, limit, options);
  fits.push_back(tabulate(iv, bins, C, spikes));
  for (ModelFit& fit : fits) {
    if (!fit.curve) fit.curve.emplace();
    fit.curve->limit_mV_per_ms = limit;
    fit.curve->upper_fit_V_mV = bins.back().V_mV + 1e-6 + 0.5 * std::sqrt(3.0 * bins.back().V_variance_mV2);
    if (fit.status != FitStatus::failed) fail_unless_valid(fit);
  }
  return fits;
}

std::optional<Model> refit(const DynamicIv& iv, const Model& start, double upper_V_mV,
                           double excess_sd_mV_per_ms) {
  const std::vector<IvBin> bins = widened(bins_up_to(iv, upper_V_mV), excess_sd_mV_per_ms);
  if (bins.size() < 5) return std::nullopt;
  const double C = iv.capacitance_pF;
  const Voltages range = allowed(bins);
  if (const auto* eif = std::get_if<Eif>(&start)) {
    const std::array<BoundedStart<4>, 1> from{
        eif_start(range, eif->C_pF / eif->g_nS, eif->E_mV, eif->V_T_mV, eif->Delta_T_mV)};
    const auto found = fit_eif_curve(bins, from, false);
    if (!found) return std::nullopt;
    return eif_from(found->value, C, {eif->V_spike_mV, eif->reset, {}, {}});
  }
  if (const auto* qif = std::get_if<Qif>(&start)) {
    const std::array<BoundedStart<3>, 1> from{
        qif_start(bins, qif->a_nS_per_mV / qif->C_pF, qif->V_rest_mV, qif->V_c_mV)};
    const auto found = fit_qif_curve(bins, from, false);
    if (!found) return std::nullopt;
    return qif_from(found->value, C, {qif->V_spike_mV, qif->reset, {}, {}});
  }
  ModelFit fit;
  if (const auto* lif = std::get_if<Lif>(&start)) {
    SpikeParameters spikes;
    spikes.reset = lif->reset;
    spikes.V_onset_mV = lif->V_th_mV;  // where a drawn curve does not return to zero
    fit = fit_leak<Lif>(bins, C, spikes);
  } else if (std::holds_alternative<Passive>(start)) {
    fit = fit_leak<Passive>(bins, C, {});
  }
  return fit.status == FitStatus::ok ? std::optional(fit.model) : std::nullopt;
}

}  // namespace libfit
