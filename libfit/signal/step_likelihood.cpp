#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <span>

#include "libfit/signal/step_likelihood_internal.hpp"

namespace libfit {
namespace {

constexpr double kFinest_ms = 0.25;
constexpr double kWidest_ms = 2.0;
constexpr std::size_t kMostBins = 150;  // of the step, where it is long
constexpr double kGrowth = 0.1;         // width of a bin over its distance from the edge
constexpr double kFloor_mV = 1e-4;      // of the noise: no recording is more exact

StepBins bins_of(const Sweep& sweep, const StepFamily& family) {
  const double dt = sweep.dt_ms;
  const auto sample = [&](double ms) { return static_cast<std::size_t>(std::ceil(ms / dt - 1e-6)); };
  const double widest_ms = std::max(kWidest_ms, (family.end_ms - family.begin_ms) / double{kMostBins});
  StepBins bins;
  bins.dt_ms = dt;
  const auto add = [&](double from_ms, double to_ms, double finest_ms) {
    const std::size_t end = sample(to_ms);
    for (std::size_t k = sample(from_ms); k < end;) {
      const double away_ms = static_cast<double>(k) * dt - from_ms;
      const double width_ms = std::clamp(kGrowth * away_ms, finest_ms, widest_ms);
      const std::size_t count =
          std::min(static_cast<std::size_t>(std::max(1.0, std::round(width_ms / dt))), end - k);
      bins.first_ms.push_back(static_cast<double>(k) * dt - family.begin_ms);
      bins.samples.push_back(static_cast<double>(count));
      k += count;
    }
  };
  add(family.from_ms, family.begin_ms, widest_ms);
  add(family.begin_ms + family.skip_ms, family.end_ms, kFinest_ms);
  add(family.end_ms + family.skip_ms, family.to_ms, kFinest_ms);
  return bins;
}

// Mean of exp(-t/tau) over the samples of a bin that begins at `first_ms`.
double decay(double first_ms, double samples, double dt_ms, double tau_ms) {
  const double x = dt_ms / tau_ms;
  return std::exp(-first_ms / tau_ms) * std::expm1(-samples * x) / (samples * std::expm1(-x));
}

}  // namespace

StepLikelihood::StepLikelihood(const Recording& recording, const StepFamily& family, bool sags)
    : family_(family), sags_(sags), bins_(bins_of(recording.sweeps[family.sweeps.front()], family)) {
  voltages_.resize(static_cast<Eigen::Index>(bins_.size()), static_cast<Eigen::Index>(family.sweeps.size()));
  weights_ = Eigen::Map<const Eigen::VectorXd>(family.amplitude_pA.data(), voltages_.cols());
  for (Eigen::Index s = 0; s < voltages_.cols(); ++s) {
    const Sweep& sweep = recording.sweeps[family.sweeps[static_cast<std::size_t>(s)]];
    for (std::size_t k = 0; k < bins_.size(); ++k) {
      const auto first =
          static_cast<std::size_t>(std::lround((bins_.first_ms[k] + family.begin_ms) / bins_.dt_ms));
      const auto samples = static_cast<std::size_t>(bins_.samples[k]);
      voltages_(static_cast<Eigen::Index>(k), s) = *mean(std::span(sweep.voltage_mV).subspan(first, samples));
    }
  }
  if (family.own_baseline) {
    voltages_.array() -= voltages_.mean();  // for the arithmetic alone
  } else {
    // A common course of all sweeps goes out with their mean, and with it one sweep's worth of data.
    voltages_.colwise() -= voltages_.rowwise().mean().eval();
    weights_.array() -= weights_.mean();
  }
  independent_ = static_cast<double>(voltages_.cols()) - (family.own_baseline ? 0.0 : 1.0);
}

bool StepLikelihood::enough() const {
  const double length_ms = family_.end_ms - family_.begin_ms;
  const auto inside = std::ranges::count_if(
      bins_.first_ms, [&](double first) { return first >= -1e-9 && first < length_ms - 1e-9; });
  return inside >= 4 && independent_ * static_cast<double>(voltages_.rows() - nuisances()) >= 8.0;
}

StepBox StepLikelihood::box() const {
  const double length_ms = family_.end_ms - family_.begin_ms;
  StepBox box;
  box.low = {std::log(std::max(0.2, 2.0 * bins_.dt_ms)), std::log(1.0), std::log(1e-5),
             std::log(std::max(1.0, 4.0 * bins_.dt_ms))};
  box.high = {std::log(3.0 * (family_.to_ms - family_.begin_ms)), std::log(100.0), std::log(1e4),
              std::log(length_ms)};
  return box;
}

StepSolution StepLikelihood::at(const StepPoint& point) const {
  StepSolution solution;
  Eigen::MatrixXd gram, projected;
  double squares = 0.0, log_determinant = 0.0;
  reduce(point, gram, projected, squares, log_determinant);
  const double weight = weights_.squaredNorm();
  const Eigen::LDLT<Eigen::MatrixXd> normal(weight * gram);
  const Eigen::VectorXd right = projected * weights_;
  solution.shared = normal.solve(right);
  const double degrees =
      independent_ * static_cast<double>(voltages_.rows() - nuisances()) - static_cast<double>(gram.rows());
  const double rest = std::max(squares - right.dot(solution.shared), 0.0) + degrees * kFloor_mV * kFloor_mV;
  solution.variance = rest / degrees;
  solution.covariance = solution.variance * normal.solve(Eigen::MatrixXd::Identity(gram.rows(), gram.rows()));
  solution.log_likelihood = -0.5 * (independent_ * log_determinant + degrees * std::log(rest));
  if (sags_) {
    const bool other_sign = solution.shared[2] * solution.shared[0] < 0.0 &&
                            std::abs(solution.shared[2]) < std::abs(solution.shared[0]);
    if (!other_sign || point[kStepSagTau] < point[kStepTau] + std::log(1.5))
      solution.log_likelihood = -std::numeric_limits<double>::infinity();
  }
  return solution;
}

std::vector<StepResistance> StepLikelihood::each(const StepPoint& point,
                                                 const Eigen::VectorXd& shared) const {
  Eigen::MatrixXd gram, projected;
  double squares = 0.0, log_determinant = 0.0;
  reduce(point, gram, projected, squares, log_determinant);
  const double variance = at(point).variance;
  const double total = shared[0] + (sags_ ? shared[2] : 0.0);
  Eigen::VectorXd shape = shared / total;  // of the response to one MOhm
  const bool jumps = shared.size() > 1;
  if (jumps) shape[1] = 0.0;
  const double power = shape.dot(gram * shape);
  std::vector<StepResistance> all;
  for (Eigen::Index s = 0; s < voltages_.cols(); ++s) {
    const double jump = jumps ? shared[1] * shape.dot(gram.col(1)) : 0.0;
    all.push_back({(shape.dot(projected.col(s)) / weights_[s] - jump) / power,
                   std::sqrt(variance / power) / std::abs(weights_[s])});
  }
  return all;
}

void StepLikelihood::reduce(const StepPoint& point, Eigen::MatrixXd& gram, Eigen::MatrixXd& projected,
                            double& squares, double& log_determinant) const {
  const Eigen::Index own = nuisances(), shared = !family_.own_baseline ? 1 : sags_ ? 3 : 2;
  StepColumns columns(voltages_.rows(), own + shared + voltages_.cols());
  fill(point, columns);
  columns.rightCols(voltages_.cols()) = voltages_;
  log_determinant = whiten(
      bins_, {std::exp(point[kStepTau]), std::exp(point[kStepCurrentTau]), std::exp(point[kStepRatio])},
      columns);
  for (Eigen::Index i = 0; i < own; ++i) {
    const Eigen::VectorXd direction = columns.col(i) / columns.col(i).norm();
    log_determinant += 2.0 * std::log(columns.col(i).norm());
    columns -= direction * (direction.transpose() * columns).eval();
  }
  gram = columns.middleCols(own, shared).transpose() * columns.middleCols(own, shared);
  projected = columns.middleCols(own, shared).transpose() * columns.rightCols(voltages_.cols());
  squares = columns.rightCols(voltages_.cols()).squaredNorm();
}

void StepLikelihood::fill(const StepPoint& point, StepColumns& columns) const {
  const double length_ms = family_.end_ms - family_.begin_ms;
  for (std::size_t k = 0; k < bins_.size(); ++k) {
    const double first = bins_.first_ms[k], samples = bins_.samples[k];
    const bool on = first >= -1e-9 && first < length_ms - 1e-9, after = first >= length_ms - 1e-9;
    const auto falling = [&](double tau_ms) { return decay(first, samples, bins_.dt_ms, tau_ms); };
    const auto response = [&](double tau_ms) {
      if (on) return 1.0 - falling(tau_ms);
      if (!after) return 0.0;
      return -std::expm1(-length_ms / tau_ms) * decay(first - length_ms, samples, bins_.dt_ms, tau_ms);
    };
    auto row = columns.row(static_cast<Eigen::Index>(k));
    Eigen::Index i = 0;
    if (family_.own_baseline) row[i++] = 1.0;
    if (!family_.rests_before || !family_.own_baseline) row[i++] = falling(std::exp(point[kStepTau]));
    if (!family_.own_baseline) {
      row[i] = 1e-3;
      continue;
    }
    row[i++] = 1e-3 * response(std::exp(point[kStepTau]));
    row[i++] = on ? 1e-3 : 0.0;
    if (sags_) row[i] = 1e-3 * response(std::exp(point[kStepSagTau]));
  }
}

}  // namespace libfit
