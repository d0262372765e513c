#include "libfit/fit/post_spike_slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/fit/bounded_fit_internal.hpp"
#include "libfit/fit/curve_residuals_internal.hpp"
#include "libfit/fit/curve_starts.hpp"

namespace libfit {
namespace {

constexpr std::size_t kFewestBins = 6;
constexpr double kWidestThresholdError_mV = 3.0;

BoundedStart<3> slice_start(const std::vector<IvBin>& bins, double Delta_T_mV, double V_T_mV) {
  const LeakGuess leak = guess_leak(bins);
  BoundedStart<3> start;
  start.lower = {std::log(1e-3), bins.front().V_mV - 100.0, bins.front().V_mV - 20.0};
  start.upper = {std::log(5.0), bins.back().V_mV + 100.0, bins.back().V_mV + 20.0 * Delta_T_mV};
  start.value = {-std::log(leak.tau_ms), leak.E_mV, V_T_mV};
  for (std::size_t i = 0; i < 3; ++i)
    start.value[i] = std::clamp(start.value[i], start.lower[i], start.upper[i]);
  return start;
}

Estimate estimate_of(double value, const std::optional<double>& se) {
  if (!se || *se == 0.0) return {value, {}};
  return {value, Interval{value - 1.96 * *se, value + 1.96 * *se}};
}

void fit_slice(SliceFit& fit, const std::vector<IvBin>& bins, double Delta_T_mV, double capacitance_pF) {
  std::vector<SliceBin> rows;
  rows.reserve(bins.size());
  for (const IvBin& bin : bins) rows.push_back({bin, Delta_T_mV});
  std::optional<LeastSquaresFit<3>> best;
  for (const double V_T : {lowest_point(bins).V_mV, bins.back().V_mV, bins.back().V_mV + 8.0 * Delta_T_mV}) {
    const auto found = fit_bounded<SliceCurve, 3>(rows, slice_start(bins, Delta_T_mV, V_T), true);
    if (found && (!best || found->chi_square < best->chi_square)) best = found;
  }
  if (!best) {
    fit.reason = "the least-squares fit did not converge from any start";
    return;
  }
  // Where the curve scatters more than its errors, the intervals follow the scatter.
  const auto freedom = static_cast<double>(bins.size()) - 3.0;
  const double stretch = std::sqrt(std::max(1.0, best->chi_square / std::max(1.0, freedom)));
  const auto se = [&](std::size_t i) {
    return best->se ? std::optional((*best->se)[i] * stretch) : std::nullopt;
  };
  const double g = capacitance_pF * std::exp(best->value[0]);
  const auto se_log = se(0);
  fit.g_nS = estimate_of(g, se_log ? std::optional(g * *se_log) : std::nullopt);
  fit.E_mV = estimate_of(best->value[1], se(1));
  const auto se_V_T = se(2);
  if (best->on_bound[2] || !se_V_T || *se_V_T > kWidestThresholdError_mV) {
    fit.status = FitStatus::not_identified;
    fit.reason = "the voltage does not come near the threshold in this slice";
    return;
  }
  fit.V_T_mV = estimate_of(best->value[2], se_V_T);
  fit.status = FitStatus::ok;
}

}  // namespace

std::vector<SliceFit> fit_slices(std::span<const PostSpikeCurve> curves, double Delta_T_mV,
                                 double limit_mV_per_ms) {
  require(Delta_T_mV > 0.0 && limit_mV_per_ms > 0.0,
          "fit_slices: Delta_T_mV and limit_mV_per_ms must be > 0");
  std::vector<SliceFit> fits;
  for (const PostSpikeCurve& curve : curves) {
    SliceFit fit;
    fit.begin_ms = curve.begin_ms;
    fit.end_ms = curve.end_ms;
    fit.mean_ms = curve.mean_ms;
    fit.spikes = curve.spikes;
    const std::vector<IvBin> bins = bins_below(curve.iv, limit_mV_per_ms);
    fit.bins_used = bins.size();
    if (bins.size() < kFewestBins) {
      fit.reason = fmt::format("only {} bins have enough data, {} are needed", bins.size(), kFewestBins);
    } else {
      fit_slice(fit, bins, Delta_T_mV, curve.iv.capacitance_pF);
    }
    fits.push_back(std::move(fit));
  }
  return fits;
}

}  // namespace libfit
