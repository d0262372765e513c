// A weighted least-squares fit with bounds by Ceres, for any curve that is templated on its scalar. Private
// to fit/.
#pragma once

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "libfit/fit/least_squares.hpp"

namespace libfit {

// Covariance (J^T J)^-1 of the parameters that are not held; 0 for those that are. nullopt where the curve
// does not determine them. By hand, because Ceres reports a singular Jacobian on standard error.
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

// When the iterations end: change of cost and of parameters, relative, and their number.
struct SolverLimits {
  double tolerance = 1e-10;
  int iterations = 200;
};

inline ceres::Solver::Options solver_options(const SolverLimits& limits) {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.num_threads = 1;  // threads make problems of this size slower; the caller is parallel over fits
  options.max_num_iterations = limits.iterations;
  options.function_tolerance = limits.tolerance;
  options.parameter_tolerance = limits.tolerance;
  options.logging_type = ceres::SILENT;
  return options;
}

template <class Curve, std::size_t N>
void build(ceres::Problem& problem, std::span<const decltype(Curve::bin)> bins, const BoundedStart<N>& start,
           LeastSquaresFit<N>& fit) {
  for (const auto& bin : bins) {
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

// One fit from one start. A Curve holds one datum, `bin`, and computes its residual; N parameters. Those of
// `fixed` stay as they start.
template <class Curve, std::size_t N>
std::optional<LeastSquaresFit<N>> fit_bounded(std::span<const decltype(Curve::bin)> bins,
                                              const BoundedStart<N>& start, bool with_covariance,
                                              const std::vector<int>& fixed = {},
                                              const SolverLimits& limits = {}) {
  LeastSquaresFit<N> fit;
  fit.value = start.value;
  ceres::Problem problem;
  build<Curve, N>(problem, bins, start, fit);
  if (!fixed.empty())
    problem.SetManifold(fit.value.data(), new ceres::SubsetManifold(static_cast<int>(N), fixed));
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(limits), &problem, &summary);
  if (!summary.IsSolutionUsable()) return std::nullopt;
  fit.chi_square = 2.0 * summary.final_cost;
  fit.iterations = static_cast<int>(summary.iterations.size());
  std::vector<int> held = note_bounds(start, fit);
  const bool on_bounds = !held.empty();
  for (const int i : fixed) {
    if (std::find(held.begin(), held.end(), i) == held.end()) held.push_back(i);
  }
  std::sort(held.begin(), held.end());
  if (on_bounds && held.size() < N) {
    // On a bound the projected steps of the solver shrink before the other parameters are done: they are
    // finished with the bound parameters held.
    problem.SetManifold(fit.value.data(), new ceres::SubsetManifold(static_cast<int>(N), held));
    ceres::Solve(solver_options(limits), &problem, &summary);
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

}  // namespace libfit
