#include "libfit/fit/membrane_fit.hpp"

#include <ceres/ceres.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "libfit/core/error.hpp"
#include "libfit/fit/hazard_pass.hpp"

namespace libfit {
namespace {

using Eigen::Index;

struct BinsUsed {
  std::vector<std::vector<std::size_t>> of_sweep;
  std::size_t count = 0;
};

BinsUsed select_bins(const Gif& model, const BinnedRecording& data, const MembraneFitOptions& options) {
  const auto before = static_cast<std::ptrdiff_t>(std::ceil(options.before_spike_ms / data.bin_ms));
  const std::ptrdiff_t held = refractory_bins(model);
  const auto after = held + static_cast<std::ptrdiff_t>(std::ceil(options.after_reset_ms / data.bin_ms));
  BinsUsed used;
  for (const BinnedSweep& sweep : data.sweeps) {
    const auto size = static_cast<std::ptrdiff_t>(sweep.spike.size());
    std::vector<char> keep(sweep.spike.size(), 1);
    for (std::ptrdiff_t k = 0; k < size; ++k) {
      if (!sweep.spike[static_cast<std::size_t>(k)]) continue;
      for (auto j = std::max<std::ptrdiff_t>(0, k - before); j <= std::min(size - 1, k + after); ++j)
        keep[static_cast<std::size_t>(j)] = 0;
    }
    used.of_sweep.emplace_back();
    for (std::size_t k = 0; k < keep.size(); ++k) {
      if (keep[k]) used.of_sweep.back().push_back(k);
    }
    used.count += used.of_sweep.back().size();
  }
  return used;
}

// One block of residuals: model minus recorded voltage in every bin used.
class VoltageResiduals : public ceres::CostFunction {
 public:
  VoltageResiduals(const Gif& model, const BinnedRecording& data, const BinsUsed& used)
      : model_(model), data_(data), used_(used) {
    mutable_parameter_block_sizes()->push_back(static_cast<int>(shape_of(model, false).size()));
    set_num_residuals(static_cast<int>(used.count));
  }
  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    Gif model = model_;
    const Index size = parameter_block_sizes()[0];
    set_shape(model, Eigen::Map<const Eigen::VectorXd>(parameters[0], size), false);
    const bool with = jacobians != nullptr && jacobians[0] != nullptr;
    std::size_t row = 0;
    for (std::size_t s = 0; s < data_.sweeps.size(); ++s) {
      const VoltagePass pass = voltage_pass(model, data_.sweeps[s], with);
      for (const std::size_t k : used_.of_sweep[s]) {
        residuals[row] = pass.voltage_mV[k] - data_.sweeps[s].voltage_mV[k];
        if (!std::isfinite(residuals[row])) return false;
        if (with) {
          Eigen::Map<Eigen::RowVectorXd>(jacobians[0] + row * static_cast<std::size_t>(size), size) =
              pass.sensitivity.row(static_cast<Index>(k));
        }
        ++row;
      }
    }
    return true;
  }

 private:
  const Gif& model_;
  const BinnedRecording& data_;
  const BinsUsed& used_;
};

void set_bounds(ceres::Problem& problem, double* shape, std::size_t currents) {
  const auto bound = [&](std::size_t i, double low, double high) {
    shape[i] = std::clamp(shape[i], low, high);
    problem.SetParameterLowerBound(shape, static_cast<int>(i), low);
    problem.SetParameterUpperBound(shape, static_cast<int>(i), high);
  };
  bound(0, std::log(0.5), std::log(500.0));  // tau, ms
  bound(1, std::log(1e-3), std::log(10.0));  // R, GOhm
  bound(2, -150.0, 50.0);                    // E, mV
  bound(3, -150.0, 50.0);                    // V_reset, mV
  for (std::size_t i = 0; i < currents; ++i) {
    bound(4 + i, -2000.0, 2000.0);                             // b, pA
    bound(4 + currents + i, std::log(2.0), std::log(2000.0));  // tau_i, ms
  }
}

// Sums over the blocks of time of J^T J and of each block's J^T r.
struct BlockSums {
  Eigen::MatrixXd squares;
  std::vector<Eigen::VectorXd> gradients;
};

BlockSums sum_blocks(const Gif& model, const BinnedRecording& data, const BinsUsed& used, double block_ms) {
  const auto per_block = static_cast<std::size_t>(std::max(1.0, std::round(block_ms / data.bin_ms)));
  const Index size = shape_of(model, false).size();
  BlockSums sums{Eigen::MatrixXd::Zero(size, size), {}};
  for (std::size_t s = 0; s < data.sweeps.size(); ++s) {
    const VoltagePass pass = voltage_pass(model, data.sweeps[s], true);
    std::size_t current = SIZE_MAX;
    for (const std::size_t k : used.of_sweep[s]) {
      if (k / per_block != current) {
        current = k / per_block;
        sums.gradients.emplace_back(Eigen::VectorXd::Zero(size));
      }
      const auto row = pass.sensitivity.row(static_cast<Index>(k));
      sums.squares += row.transpose() * row;
      sums.gradients.back() += row.transpose() * (pass.voltage_mV[k] - data.sweeps[s].voltage_mV[k]);
    }
  }
  return sums;
}

std::optional<MembraneIntervals> intervals_of(const Gif& model, const BinnedRecording& data,
                                              const BinsUsed& used, double block_ms) {
  constexpr std::size_t kLeastBlocks = 10;
  const BlockSums sums = sum_blocks(model, data, used, block_ms);
  const std::size_t blocks = sums.gradients.size();
  const Eigen::LDLT<Eigen::MatrixXd> inverse(sums.squares);
  if (blocks < kLeastBlocks || inverse.info() != Eigen::Success || !inverse.isPositive()) return std::nullopt;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(sums.squares.rows(), sums.squares.cols());
  for (const Eigen::VectorXd& gradient : sums.gradients) {
    const Eigen::VectorXd move = inverse.solve(gradient);
    covariance += move * move.transpose();
  }
  covariance *= static_cast<double>(blocks) / static_cast<double>(blocks - 1);
  const double student = student_quantile(static_cast<double>(blocks - 1));
  // Of log tau, log R, E, V_reset: log C = log tau - log R, log g = -log R.
  const double half_C = student * std::sqrt(covariance(0, 0) + covariance(1, 1) - 2.0 * covariance(0, 1));
  const auto half = [&](Index i) { return student * std::sqrt(covariance(i, i)); };
  if (!std::isfinite(half_C + half(1) + half(2) + half(3))) return std::nullopt;
  return MembraneIntervals{{model.C_pF * std::exp(-half_C), model.C_pF * std::exp(half_C)},
                           {model.g_nS * std::exp(-half(1)), model.g_nS * std::exp(half(1))},
                           {model.E_mV - half(2), model.E_mV + half(2)},
                           {model.reset.V_reset_mV - half(3), model.reset.V_reset_mV + half(3)}};
}

}  // namespace

void MembraneFitOptions::validate() const {
  check_options({{"before_spike_ms", before_spike_ms, before_spike_ms >= 0.0, ">= 0"},
                 {"after_reset_ms", after_reset_ms, after_reset_ms >= 0.0, ">= 0"},
                 {"block_ms", block_ms, block_ms > 0.0, "> 0"},
                 {"max_iterations", static_cast<double>(max_iterations), max_iterations >= 1, ">= 1"}});
}

std::size_t bins_outside_spikes(const Gif& model, const BinnedRecording& data,
                                const MembraneFitOptions& options) {
  return select_bins(model, data, options).count;
}

MembraneFit fit_membrane(const Gif& start, const BinnedRecording& data, const MembraneFitOptions& options) {
  options.validate();
  validate(start);
  require(std::abs(start.bin_ms - data.bin_ms) < 1e-9, "fit_membrane: model and data have different bins");
  const BinsUsed used = select_bins(start, data, options);
  Eigen::VectorXd shape = shape_of(start, false);
  require(used.count > static_cast<std::size_t>(shape.size()), "fit_membrane: too few bins outside spikes");

  ceres::Problem problem;
  problem.AddResidualBlock(new VoltageResiduals(start, data, used), nullptr, shape.data());
  set_bounds(problem, shape.data(), start.drive.currents.size());
  ceres::Solver::Options solver;
  solver.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
  solver.max_num_iterations = options.max_iterations;
  solver.function_tolerance = 1e-6;
  solver.num_threads = 1;
  solver.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(solver, &problem, &summary);

  MembraneFit fit;
  fit.model = start;
  set_shape(fit.model, shape, false);
  adopt_drive_as_membrane(fit.model);
  fit.bins = used.count;
  fit.converged = summary.termination_type == ceres::CONVERGENCE;
  fit.message = summary.message;
  const double mean_square = 2.0 * summary.final_cost / static_cast<double>(used.count);
  fit.rmse_mV = std::sqrt(mean_square);
  double sum = 0.0, square = 0.0;
  for (std::size_t s = 0; s < data.sweeps.size(); ++s) {
    for (const std::size_t k : used.of_sweep[s]) sum += data.sweeps[s].voltage_mV[k];
  }
  const double centre = sum / static_cast<double>(used.count);
  for (std::size_t s = 0; s < data.sweeps.size(); ++s) {
    for (const std::size_t k : used.of_sweep[s]) square += std::pow(data.sweeps[s].voltage_mV[k] - centre, 2);
  }
  const double variance = square / static_cast<double>(used.count);
  fit.ci95 = intervals_of(fit.model, data, used, options.block_ms);
  fit.variance_explained = variance > 0.0 ? 1.0 - mean_square / variance : 0.0;
  return fit;
}

}  // namespace libfit
