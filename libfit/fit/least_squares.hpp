// A bounded weighted fit of one curve from several starts, with covariance, by Ceres.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "libfit/iv/dynamic_iv.hpp"

namespace libfit {

template <std::size_t N>
struct BoundedStart {
  std::array<double, N> value, lower, upper;
};

template <std::size_t N>
struct LeastSquaresFit {
  std::array<double, N> value;
  std::optional<std::array<double, N>> se;  // absent where the covariance is singular
  std::array<bool, N> on_bound;
  double chi_square = 0.0;
  int iterations = 0;
};

using EifFit = LeastSquaresFit<4>;
using QifFit = LeastSquaresFit<3>;
using LeakFit = LeastSquaresFit<2>;

// The best of the fits from all starts; nullopt when none converges. All values must be finite and starts
// within their bounds (checked: ContractError), standard errors positive.
std::optional<EifFit> fit_eif_curve(std::span<const IvBin> bins, std::span<const BoundedStart<4>> starts,
                                    bool with_covariance);
std::optional<QifFit> fit_qif_curve(std::span<const IvBin> bins, std::span<const BoundedStart<3>> starts,
                                    bool with_covariance);
std::optional<LeakFit> fit_leak_curve(std::span<const IvBin> bins, std::span<const BoundedStart<2>> starts,
                                      bool with_covariance);

// The variance, in excess of that of the errors, with which chi-square equals its degrees of freedom, by
// bisection: chi_square(variance) falls.
template <class ChiSquare>
double excess_variance(double degrees_of_freedom, ChiSquare&& chi_square) {
  double low = 0.0, high = 100.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (chi_square(middle) > degrees_of_freedom ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace libfit
