#include "libfit/fit/least_squares.hpp"

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/fit/bounded_fit_internal.hpp"
#include "libfit/fit/curve_residuals_internal.hpp"

namespace libfit {
namespace {

template <class Curve, std::size_t N>
void check(std::span<const IvBin> bins, const BoundedStart<N>& start) {
  // Ceres aborts on misuse: what it gets is validated first.
  require(bins.size() >= N, "least squares: fewer bins than parameters");
  for (const IvBin& bin : bins) {
    require(std::isfinite(bin.F_mV_per_ms) && std::isfinite(bin.V_mV) && std::isfinite(bin.V_variance_mV2) &&
                bin.se_mV_per_ms > 0.0 && std::isfinite(bin.se_mV_per_ms),
            "least squares: a bin is not finite or has no standard error");
  }
  for (std::size_t i = 0; i < N; ++i) {
    require(start.lower[i] < start.upper[i] && start.value[i] >= start.lower[i] &&
                start.value[i] <= start.upper[i],
            "least squares: a start lies outside its bounds");
  }
}

template <class Curve, std::size_t N>
std::optional<LeastSquaresFit<N>> best_fit(std::span<const IvBin> bins,
                                           std::span<const BoundedStart<N>> starts, bool with_covariance) {
  std::optional<LeastSquaresFit<N>> best;
  for (const BoundedStart<N>& start : starts) {
    check<Curve, N>(bins, start);
    const auto fit = fit_bounded<Curve, N>(bins, start, with_covariance);
    if (fit && (!best || fit->chi_square < best->chi_square)) best = fit;
  }
  return best;
}

}  // namespace

std::optional<EifFit> fit_eif_curve(std::span<const IvBin> bins, std::span<const BoundedStart<4>> starts,
                                    bool with_covariance) {
  return best_fit<EifCurve, 4>(bins, starts, with_covariance);
}

std::optional<QifFit> fit_qif_curve(std::span<const IvBin> bins, std::span<const BoundedStart<3>> starts,
                                    bool with_covariance) {
  return best_fit<QifCurve, 3>(bins, starts, with_covariance);
}

std::optional<LeakFit> fit_leak_curve(std::span<const IvBin> bins, std::span<const BoundedStart<2>> starts,
                                      bool with_covariance) {
  return best_fit<LeakCurve, 2>(bins, starts, with_covariance);
}

}  // namespace libfit
