#include "libfit/fit/least_squares.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
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

// Covariance (J^T J)^-1 of the parameters that are not held; 0 for those that are. nullopt where the curve
// does not determine them. By hand, because Ceres tells a singular Jacobian on standard error.
template <std::size_t N>
std::optional<std::array<double, N>> standard_errors(ceres::Problem& problem, const std::vector<int>& held) {
  ceres::CRSMatrix sparse;
  if (!problem.Evaluate({}, nullptr, nullptr, nullptr, &sparse)) return std::nullopt;
  Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(sparse.num_rows, sparse.num_cols);
  for (int row = 0; row < sparse.num_rows; ++row) {
    const auto end = static_cast<std::size_t>(sparse.rows[static_cast<std::size_t>(row) + 1]);
    for (auto i = static_cast<std::size_t>(sparse.rows[static_cast<std::size_t>(row)]); i < end; ++i)
      jacobian(row, sparse.cols[i]) = sparse.values[i];
  }
  if (!jacobian.allFinite()) return std::nullopt;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinV);
  const Eigen::VectorXd& singular = svd.singularValues();
  if (!(singular.minCoeff() > 1e-7 * singular.maxCoeff())) return std::nullopt;
  std::array<double, N> se{};
  Eigen::Index column = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (std::find(held.begin(), held.end(), static_cast<int>(i)) != held.end()) continue;
    se[i] = svd.matrixV().row(column++).transpose().cwiseQuotient(singular).norm();
    if (!std::isfinite(se[i])) return std::nullopt;
  }
  return se;
}

ceres::Solver::Options solver_options() {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.num_threads = 1;  // threads make problems of this size slower; the caller is parallel over fits
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-10;
  options.parameter_tolerance = 1e-10;
  options.logging_type = ceres::SILENT;
  return options;
}

template <class Curve, std::size_t N>
void build(ceres::Problem& problem, std::span<const IvBin> bins, const BoundedStart<N>& start,
           LeastSquaresFit<N>& fit) {
  for (const IvBin& bin : bins) {
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Curve, 1, Curve::kParameters>(new Curve{bin}),
                             nullptr, fit.value.data());
  }
  for (std::size_t i = 0; i < N; ++i) {
    problem.SetParameterLowerBound(fit.value.data(), static_cast<int>(i), start.lower[i]);
    problem.SetParameterUpperBound(fit.value.data(), static_cast<int>(i), start.upper[i]);
  }
}

template <std::size_t N>
std::vector<int> note_bounds(const BoundedStart<N>& start, LeastSquaresFit<N>& fit) {
  std::vector<int> held;
  for (std::size_t i = 0; i < N; ++i) {
    const double room = 1e-6 * (start.upper[i] - start.lower[i]);
    fit.on_bound[i] = fit.value[i] - start.lower[i] < room || start.upper[i] - fit.value[i] < room;
    if (fit.on_bound[i]) held.push_back(static_cast<int>(i));
  }
  return held;
}

template <class Curve, std::size_t N>
std::optional<LeastSquaresFit<N>> fit_one(std::span<const IvBin> bins, const BoundedStart<N>& start,
                                          bool with_covariance) {
  check<Curve, N>(bins, start);
  LeastSquaresFit<N> fit;
  fit.value = start.value;
  ceres::Problem problem;
  build<Curve, N>(problem, bins, start, fit);
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(), &problem, &summary);
  if (!summary.IsSolutionUsable()) return std::nullopt;
  fit.chi_square = 2.0 * summary.final_cost;
  fit.iterations = static_cast<int>(summary.iterations.size());
  const std::vector<int> held = note_bounds(start, fit);
  if (!held.empty() && held.size() < N) {
    // On a bound the projected steps of the solver shrink before the other parameters are done: they are
    // finished with the bound parameters held.
    problem.SetManifold(fit.value.data(), new ceres::SubsetManifold(static_cast<int>(N), held));
    ceres::Solve(solver_options(), &problem, &summary);
    if (!summary.IsSolutionUsable()) return std::nullopt;
    fit.chi_square = 2.0 * summary.final_cost;
    fit.iterations += static_cast<int>(summary.iterations.size());
  }
  if (!std::all_of(fit.value.begin(), fit.value.end(), [](double value) { return std::isfinite(value); }))
    return std::nullopt;
  const bool some_held = !held.empty() && held.size() < N;
  if (with_covariance) fit.se = standard_errors<N>(problem, some_held ? held : std::vector<int>{});
  return fit;
}

template <class Curve, std::size_t N>
std::optional<LeastSquaresFit<N>> best_fit(std::span<const IvBin> bins,
                                           std::span<const BoundedStart<N>> starts, bool with_covariance) {
  std::optional<LeastSquaresFit<N>> best;
  for (const BoundedStart<N>& start : starts) {
    const auto fit = fit_one<Curve, N>(bins, start, with_covariance);
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
