// The bounded fits against curves without noise, their derivatives against finite differences, and their
// standard errors against the scatter of repeated noise.
#include "libfit/fit/least_squares.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/fit/curve_residuals_internal.hpp"
#include "libfit/fit/curve_starts.hpp"
#include "tests/fit/curves.hpp"

namespace libfit {
namespace {

using curves::curve_of;

void expect_relative(double value, double truth, double tolerance) {
  EXPECT_NEAR(value / truth, 1.0, tolerance);
}

TEST(LeastSquares, RecoversCurvesWithoutNoise) {
  const auto eif_bins = bins_below(curve_of(Model(curves::kEif), 0.02), 3.0);
  const auto eif = fit_eif_curve(eif_bins, eif_starts(eif_bins), true);
  ASSERT_TRUE(eif.has_value());
  expect_relative(std::exp(eif->value[0]), 20.0, 1e-6);
  expect_relative(eif->value[1], -65.0, 1e-6);
  expect_relative(eif->value[2], -50.0, 1e-6);
  expect_relative(std::exp(eif->value[3]), 1.5, 1e-6);
  EXPECT_LT(eif->chi_square, 1e-8);
  for (const bool bound : eif->on_bound) EXPECT_FALSE(bound);

  const auto qif_bins = bins_below(curve_of(Model(curves::kQif), 0.02), 3.0);
  const auto qif = fit_qif_curve(qif_bins, qif_starts(qif_bins), true);
  ASSERT_TRUE(qif.has_value());
  expect_relative(std::exp(qif->value[0]), 0.003, 1e-6);
  expect_relative(qif->value[1], -65.0, 1e-6);
  expect_relative(qif->value[2], -48.0, 1e-6);

  const auto leak_bins = curve_of(Model(curves::kPassive), 0.02).bins;
  const std::array<BoundedStart<2>, 1> start{leak_start(allowed(leak_bins), {7.0, -40.0})};
  const auto leak = fit_leak_curve(leak_bins, start, true);
  ASSERT_TRUE(leak.has_value());
  expect_relative(std::exp(leak->value[0]), 20.0, 1e-6);
  expect_relative(leak->value[1], -65.0, 1e-6);
}

TEST(LeastSquares, RecoversManyExponentialCurves) {
  for (const double tau : {5.0, 20.0, 60.0}) {
    for (const double E : {-75.0, -65.0}) {
      for (const double V_T : {-55.0, -45.0}) {
        for (const double D : {0.6, 1.5, 3.5}) {
          const Eif truth{100.0, 100.0 / tau, E, V_T, D, 0.0, {-60.0, 2.0}};
          const auto bins = bins_below(curve_of(Model(truth), 0.02, -90.0, 0.25), 3.0);
          const auto fit = fit_eif_curve(bins, eif_starts(bins), false);
          ASSERT_TRUE(fit.has_value());
          expect_relative(std::exp(fit->value[0]), tau, 1e-6);
          expect_relative(fit->value[1], E, 1e-6);
          expect_relative(fit->value[2], V_T, 1e-6);
          expect_relative(std::exp(fit->value[3]), D, 1e-6);
        }
      }
    }
  }
}

// The mean of exp over samples spread evenly over +-h, by brute force.
TEST(CurveResiduals, AverageTheExponentialOverTheBin) {
  IvBin bin;
  bin.V_mV = -48.0;
  bin.F_mV_per_ms = 0.0;
  bin.se_mV_per_ms = 1.0;
  bin.V_variance_mV2 = 1.0 / 12.0;  // evenly over 1 mV
  for (const double D : {0.3, 1.5, 20.0}) {
    const std::array<double, 4> p{std::log(20.0), -65.0, -50.0, std::log(D)};
    double residual = 0.0;
    EifCurve{bin}(p.data(), &residual);
    double sum = 0.0;
    const int n = 100000;
    for (int i = 0; i < n; ++i) {
      const double V = bin.V_mV - 0.5 + (i + 0.5) / n;
      sum += (-65.0 - V + D * std::exp((V + 50.0) / D)) / 20.0;
    }
    EXPECT_NEAR(residual / (sum / n), 1.0, 1e-8) << D;
  }
}

TEST(CurveResiduals, StayFiniteWhereAnExponentialWouldOverflow) {
  IvBin bin;
  bin.V_mV = 20.0;
  bin.se_mV_per_ms = 0.01;
  bin.V_variance_mV2 = 0.1;
  const std::array<double, 4> p{std::log(0.3), -65.0, -120.0, std::log(0.05)};  // exp(2800)
  double residual = 0.0;
  EXPECT_TRUE(EifCurve{bin}(p.data(), &residual));
  EXPECT_TRUE(std::isfinite(residual));
  // It goes on as a straight line without a jump and without a kink.
  const double h = 1e-7;
  EXPECT_NEAR(guarded_exp(40.0 + h) / guarded_exp(40.0 - h), 1.0, 1e-6);
  EXPECT_NEAR((guarded_exp(40.0 + h) - guarded_exp(40.0)) / (h * std::exp(40.0)), 1.0, 1e-5);
  EXPECT_NEAR(spread_factor(1e-3 - 1e-9) / spread_factor(1e-3 + 1e-9), 1.0, 1e-11);
}

template <class Curve, std::size_t N>
void expect_jacobian(const IvBin& bin, const std::array<double, N>& p) {
  ceres::AutoDiffCostFunction<Curve, 1, Curve::kParameters> cost(new Curve{bin});
  std::array<double, N> jacobian;
  double* rows[] = {jacobian.data()};
  const double* blocks[] = {p.data()};
  double residual = 0.0;
  ASSERT_TRUE(cost.Evaluate(blocks, &residual, rows));
  for (std::size_t i = 0; i < N; ++i) {
    const double h = 1e-5 * std::max(1.0, std::abs(p[i]));
    const auto at = [&](double step) {
      std::array<double, N> moved = p;
      moved[i] += step;
      double value = 0.0;
      Curve{bin}(moved.data(), &value);
      return value;
    };
    // Fourth order: errors of h^4 and of rounding over h.
    const double numeric = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    EXPECT_NEAR(jacobian[i], numeric, 1e-6 * (1.0 + std::abs(numeric)))
        << "parameter " << i << ", V " << bin.V_mV;
  }
}

TEST(CurveResiduals, HaveTheDerivativesOfFiniteDifferences) {
  IvBin bin;
  bin.F_mV_per_ms = 0.3;
  bin.se_mV_per_ms = 0.05;
  for (const double V : {-80.0, -60.0, -50.0, -46.0}) {
    bin.V_mV = V;
    for (const double spread : {0.0, 1.0 / 12.0}) {
      bin.V_variance_mV2 = spread;
      expect_jacobian<EifCurve, 4>(bin, {std::log(20.0), -65.0, -50.0, std::log(1.5)});
      expect_jacobian<EifCurve, 4>(bin, {std::log(5.0), -70.0, -55.0, std::log(0.8)});
      expect_jacobian<QifCurve, 3>(bin, {std::log(0.003), -65.0, -48.0});
      expect_jacobian<LeakCurve, 2>(bin, {std::log(20.0), -65.0});
    }
  }
}

// 400 draws: the scatter is known to 3.5 %.
TEST(LeastSquares, HasStandardErrorsThatAreTheScatterOfTheNoise) {
  const DynamicIv clean = curve_of(Model(curves::kEif), 0.03);
  const auto clean_bins = bins_below(clean, 3.0);
  const auto reference = fit_eif_curve(clean_bins, eif_starts(clean_bins), true);
  ASSERT_TRUE(reference && reference->se);
  const std::array<BoundedStart<4>, 1> start{eif_start(allowed(clean_bins), 20.0, -65.0, -50.0, 1.5)};
  std::array<std::vector<double>, 4> values;
  std::vector<double> chi_square;
  for (std::uint64_t draw = 0; draw < 400; ++draw) {
    DynamicIv noisy = curves::with_noise(clean, draw);
    noisy.bins.resize(clean_bins.size());
    const auto fit = fit_eif_curve(noisy.bins, start, false);
    ASSERT_TRUE(fit.has_value());
    for (std::size_t i = 0; i < 4; ++i) values[i].push_back(fit->value[i]);
    chi_square.push_back(fit->chi_square);
  }
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR((*reference->se)[i] / std::sqrt(*variance(values[i])), 1.0, 0.25) << "parameter " << i;
  const double freedom = static_cast<double>(clean_bins.size()) - 4.0;
  EXPECT_NEAR(*mean(chi_square) / freedom, 1.0, 0.05);
}

// The truth lies beyond a bound: the fit ends on it, says so, and the others are best given it.
TEST(LeastSquares, HoldsAParameterOnItsBoundAndFinishesTheOthers) {
  const auto bins = curve_of(Model(curves::kPassive), 0.02).bins;  // E = -65 mV
  const std::array<BoundedStart<2>, 1> start{
      {{{std::log(10.0), -50.0}, {std::log(0.3), -60.0}, {std::log(1000.0), -40.0}}}};
  const auto fit = fit_leak_curve(bins, start, true);
  ASSERT_TRUE(fit.has_value());
  EXPECT_FALSE(fit->on_bound[0]);
  EXPECT_TRUE(fit->on_bound[1]);
  EXPECT_NEAR(fit->value[1], -60.0, 1e-4);
  // Given E = -60, the rate is linear: sum F (E - V) / sum (E - V)^2.
  double top = 0.0, bottom = 0.0;
  for (const IvBin& bin : bins) {
    top += bin.F_mV_per_ms * (fit->value[1] - bin.V_mV);
    bottom += std::pow(fit->value[1] - bin.V_mV, 2);
  }
  EXPECT_NEAR(std::exp(-fit->value[0]) / (top / bottom), 1.0, 1e-6);
}

TEST(LeastSquares, RefusesWhatTheSolverWouldAbortOn) {
  auto bins = curve_of(Model(curves::kPassive), 0.02).bins;
  const std::array<BoundedStart<2>, 1> good{leak_start(allowed(bins), {20.0, -65.0})};
  auto outside = good;
  outside[0].value[1] = outside[0].upper[1] + 1.0;
  EXPECT_THROW(fit_leak_curve(bins, outside, false), ContractError);
  auto crossed = good;
  std::swap(crossed[0].lower[0], crossed[0].upper[0]);
  EXPECT_THROW(fit_leak_curve(bins, crossed, false), ContractError);
  const std::vector<IvBin> one(bins.begin(), bins.begin() + 1);
  EXPECT_THROW(fit_leak_curve(one, good, false), ContractError);
  bins[3].se_mV_per_ms = 0.0;
  EXPECT_THROW(fit_leak_curve(bins, good, false), ContractError);
  bins[3].se_mV_per_ms = 0.02;
  bins[4].F_mV_per_ms = std::nan("");
  EXPECT_THROW(fit_leak_curve(bins, good, false), ContractError);
}

}  // namespace
}  // namespace libfit
