#include "libfit/fit/refractory_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/fit/bootstrap.hpp"
#include "libfit/fit/curve_starts.hpp"
#include "libfit/fit/refractory_forms_internal.hpp"
#include "libfit/iv/blocks.hpp"

namespace libfit {
namespace {

// Of bootstrap draws, whose own scatter is far above it; and of those no more than an interval needs.
constexpr SolverLimits kDrawLimits{1e-5, 15};
constexpr std::size_t kMostDraws = 100;
constexpr std::size_t kCount = kRefractoryParameters;
using Values = RefractoryValues;
using Form = RefractoryForm;
using Chosen = RefractoryChoice;
using M = RefractoryEif;
constexpr std::array<double M::*, kCount> kMembers = {&M::g_nS,  &M::E_mV,      &M::V_T_mV,  &M::Delta_T_mV,
                                                      &M::g1_nS, &M::tau_g_ms,  &M::V_T1_mV, &M::tau_T_ms,
                                                      &M::E1_mV, &M::tau_E1_ms, &M::E2_mV,   &M::tau_E2_ms};

std::vector<TimedBin> rows_of(std::span<const PostSpikeCurve> curves, double limit_mV_per_ms) {
  std::vector<TimedBin> rows;
  for (const PostSpikeCurve& curve : curves) {
    for (const IvBin& bin : bins_below(curve.iv, limit_mV_per_ms)) rows.push_back({bin, curve.mean_ms});
  }
  return rows;
}

// The same bins in a draw: those of the estimate up to the highest that was used in each slice.
std::vector<TimedBin> redrawn_rows(std::span<const PostSpikeCurve> curves, const PostSpikeMoments& moments,
                                   double limit_mV_per_ms, double C, const DynamicIvOptions& options,
                                   std::span<const double> weights) {
  std::vector<TimedBin> rows;
  for (std::size_t s = 0; s < curves.size(); ++s) {
    const std::vector<IvBin> used = bins_below(curves[s].iv, limit_mV_per_ms);
    if (used.empty()) continue;
    const DynamicIv drawn = redraw_curve(curves[s].iv, moments.slices[s].moments, C, options, weights);
    for (const IvBin& bin : bins_up_to(drawn, used.back().V_mV + 0.5 * options.bin_width_mV))
      rows.push_back({bin, curves[s].mean_ms});
  }
  return rows;
}

RefractoryEif model_from(const Values& p, const Eif& eif, double C) {
  const double g = C * std::exp(p[0]);
  RefractoryEif m{C,
                  g,
                  p[1],
                  p[2],
                  std::exp(p[3]),
                  g * p[4],
                  std::exp(p[5]),
                  p[6],
                  std::exp(p[7]),
                  p[8],
                  std::exp(p[9]),
                  p[10],
                  std::exp(p[11]),
                  eif.V_spike_mV,
                  eif.reset};
  return m;
}

void judge(ModelFit& fit, const Chosen& chosen, const ModelFit& eif, const RefractoryFitOptions& options) {
  if (eif.status != FitStatus::ok)
    leave_unidentified(fit, "the EIF of the whole curve is not identified: " + eif.reason);
  const double width = std::exp(chosen.joint.value[3]);
  if (width > options.widest_Delta_T_mV)
    leave_unidentified(
        fit, fmt::format("Delta_T = {:.1f} mV is wider than {:.0f} mV", width, options.widest_Delta_T_mV));
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool left_out = i >= 4 && !chosen.form.has[(i - 4) / 2];
    if (chosen.joint.on_bound[i] && !left_out)
      leave_unidentified(fit, fmt::format("{} ended on its bound", quantity_of(kMembers[i]).name));
  }
  if (!chosen.joint.se) {
    leave_unidentified(fit,
                       "the post-spike curves do not determine all parameters at once (singular covariance)");
    return;
  }
  const auto& se = *chosen.joint.se;
  if (se[2] > options.widest_threshold_error_mV)
    leave_unidentified(fit, fmt::format("V_T is known to +-{:.0f} mV only", 1.96 * se[2]));
  if (se[3] > 0.5)
    leave_unidentified(fit,
                       fmt::format("Delta_T is known to a factor of {:.1f} only", std::exp(1.96 * se[3])));
  for (std::size_t t = 0; t < kRefractoryTerms.size(); ++t) {
    const double error = (*chosen.joint.se)[kRefractoryTerms[t] + 1];
    if (chosen.form.has[t] && error > options.widest_error) {
      leave_unidentified(fit,
                         fmt::format("{} = {:.0f} ms is known to a factor of {:.1f} only",
                                     quantity_of(kMembers[kRefractoryTerms[t] + 1]).name,
                                     std::exp(chosen.joint.value[kRefractoryTerms[t] + 1]), std::exp(error)));
    }
  }
}

void describe(ModelFit& fit, const Chosen& chosen, const std::vector<TimedBin>& rows) {
  fit.status = FitStatus::ok;
  CurveFit& curve = *fit.curve;
  curve.excess_sd_mV_per_ms = chosen.excess_sd;
  curve.bins_used = rows.size();
  curve.degrees_of_freedom = static_cast<int>(rows.size()) - static_cast<int>(chosen.form.parameters());
  curve.iterations = chosen.joint.iterations;
  for (const TimedBin& row : rows) {
    curve.upper_V_mV = curve.upper_V_mV == 0.0 ? row.bin.V_mV : std::max(curve.upper_V_mV, row.bin.V_mV);
    double residual = 0.0;
    RefractoryCurve{row}(chosen.joint.value.data(), &residual);
    curve.chi_square += residual * residual;
  }
  fit.parameters = estimates_of(fit.model);
  if (!chosen.joint.se) return;
  set_errors(fit, kMembers, *chosen.joint.se);
  // The fit searches g1/g.
  const auto& m = std::get<M>(fit.model);
  const double error =
      m.g_nS * std::hypot((*chosen.joint.se)[4], chosen.joint.value[4] * (*chosen.joint.se)[0]);
  if (error > 0.0) estimate_of<M>(fit, &M::g1_nS).se = error;
}

Form form_of(const RefractoryEif& m) {
  return {{m.g1_nS != 0.0, m.V_T1_mV != 0.0, m.E1_mV != 0.0, m.E2_mV != 0.0}};
}

Values values_of(const RefractoryEif& m) {
  return {std::log(m.g_nS / m.C_pF),
          m.E_mV,
          m.V_T_mV,
          std::log(m.Delta_T_mV),
          m.g1_nS / m.g_nS,
          std::log(m.tau_g_ms),
          m.V_T1_mV,
          std::log(m.tau_T_ms),
          m.E1_mV,
          std::log(m.tau_E1_ms),
          m.E2_mV,
          std::log(m.tau_E2_ms)};
}

}  // namespace

void RefractoryFitOptions::validate() const {
  check_options(
      {{"widest_Delta_T_mV", widest_Delta_T_mV, widest_Delta_T_mV > 0.0, "> 0"},
       {"widest_threshold_error_mV", widest_threshold_error_mV, widest_threshold_error_mV > 0.0, "> 0"},
       {"widest_error", widest_error, widest_error > 0.0, "> 0"},
       {"min_bins", static_cast<double>(min_bins), min_bins > kCount, ">= 13"}});
}

ModelFit fit_refractory(std::span<const PostSpikeCurve> curves, const ModelFit& eif,
                        const RefractoryFitOptions& options) {
  options.validate();
  const auto* base = std::get_if<Eif>(&eif.model);
  if (base == nullptr || eif.status == FitStatus::failed || !eif.curve)
    return failed_fit(RefractoryEif{}, "there is no EIF of the whole curve to extend: " + eif.reason);
  if (curves.size() < 3)
    return failed_fit(
        RefractoryEif{},
        "too few spikes: fewer than three slices of the time since the spike have enough intervals");
  const std::vector<TimedBin> rows = rows_of(curves, eif.curve->limit_mV_per_ms);
  if (rows.size() < options.min_bins) {
    return failed_fit(
        RefractoryEif{},
        fmt::format(
            "only {} bins of the post-spike curves have enough data, {} are needed; record more spikes",
            rows.size(), options.min_bins));
  }
  const auto chosen = choose_refractory_form(rows, *base);
  if (!chosen) return failed_fit(RefractoryEif{}, "the least-squares fit did not converge from any start");
  ModelFit fit;
  fit.model = model_from(chosen->joint.value, *base, base->C_pF);
  fit.curve.emplace().limit_mV_per_ms = eif.curve->limit_mV_per_ms;
  describe(fit, *chosen, rows);
  judge(fit, *chosen, eif, options);
  fail_unless_valid(fit);
  return fit;
}

void bootstrap_refractory(ModelFit& fit, const PostSpikeMoments& moments,
                          std::span<const double> capacitance_pF, const RefractoryBootstrapOptions& options) {
  if (fit.status == FitStatus::failed || moments.slices.empty()) return;
  const auto& model = std::get<RefractoryEif>(fit.model);
  const Eif spike{model.C_pF,       model.g_nS,       model.E_mV, model.V_T_mV,
                  model.Delta_T_mV, model.V_spike_mV, model.reset};
  const Form form = form_of(model);
  const std::vector<Values> start{values_of(model)};
  const std::size_t blocks = moments.slices.front().moments.block_count;
  const auto curves = post_spike_curves(moments, model.C_pF, options.curves);
  const DynamicIvOptions curve = curve_options(options.curves);
  const std::size_t count = std::min(kMostDraws, capacitance_pF.size());
  std::vector<std::vector<double>> draws(fit.parameters.size(), std::vector<double>(count, std::nan("")));
  parallel_for(count, options.threads, [&](std::size_t draw) {
    const double C = capacitance_pF[draw];
    if (!(C > 0.0)) return;
    const std::vector<double> weights = draw_block_weights(blocks, options.seed, draw);
    const auto rows = widened(redrawn_rows(curves, moments, fit.curve->limit_mV_per_ms, C, curve, weights),
                              fit.curve->excess_sd_mV_per_ms);
    if (rows.size() <= kCount) return;
    const auto found = fit_refractory_form(rows, form, start, false, kDrawLimits);
    if (!found) return;
    const auto parameters = parameters_in(model_from(found->value, spike, C));
    for (std::size_t p = 0; p < parameters.size(); ++p) draws[p][draw] = parameters[p].value;
  });
  set_intervals(fit, draws, blocks);
}

}  // namespace libfit
