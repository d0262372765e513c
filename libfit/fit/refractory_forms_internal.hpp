// Which exponentials a refractory EIF has, and the fit of its time courses: the joint least-squares problem
// behind refractory_fit.hpp. Private to fit/.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "libfit/fit/bounded_fit_internal.hpp"
#include "libfit/fit/curve_residuals_internal.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

inline constexpr std::size_t kRefractoryParameters = RefractoryCurve::kParameters;
using RefractoryValues = std::array<double, kRefractoryParameters>;

// The exponentials, each an amplitude and a time constant: of leak, threshold, and two of the reversal.
inline constexpr std::array<std::size_t, 4> kRefractoryTerms = {4, 6, 8, 10};

struct RefractoryForm {
  std::array<bool, 4> has{true, true, true, true};
  std::vector<int> fixed() const;
  double parameters() const { return static_cast<double>(kRefractoryParameters - fixed().size()); }
};

struct RefractoryChoice {
  RefractoryForm form;
  LeastSquaresFit<kRefractoryParameters> joint;
  double excess_sd = 0.0;
};

// Standard errors with an excess added in quadrature.
std::vector<TimedBin> widened(std::vector<TimedBin> rows, double excess_sd);

// The best of the fits of one form from all starts.
std::optional<LeastSquaresFit<kRefractoryParameters>> fit_refractory_form(
    const std::vector<TimedBin>& rows, const RefractoryForm& form, std::span<const RefractoryValues> starts,
    bool with_covariance, const SolverLimits& limits);

// One exponential each first, with the excess that makes them adequate; then the term whose loss the
// criterion likes best is dropped, until none is; last, the second exponential of the reversal comes in if it
// pays.
std::optional<RefractoryChoice> choose_refractory_form(const std::vector<TimedBin>& rows, const Eif& eif);

}  // namespace libfit
