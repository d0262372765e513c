// How probable a membrane and its noise are, given a family of steps: the linear parameters in closed form, a
// parameter of the noise or a time constant an axis. Used by step_membrane.cpp.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "libfit/signal/step_membrane.hpp"

namespace libfit {

// Logarithms of: time constant, that of the hidden current, ratio of variances, time constant of the sag.
enum StepAxis : std::size_t { kStepTau, kStepCurrentTau, kStepRatio, kStepSagTau };
using StepPoint = std::array<double, 4>;

struct StepBox {
  StepPoint low{}, high{};
  bool holds(const StepPoint& point) const {
    for (std::size_t axis = kStepCurrentTau; axis <= kStepRatio; ++axis) {
      if (point[axis] < low[axis] || point[axis] > high[axis]) return false;
    }
    return true;
  }
};

// What the data say at one point: the linear parameters, and how probable the point is.
struct StepSolution {
  double log_likelihood = -std::numeric_limits<double>::infinity();
  Eigen::VectorXd shared;      // MOhm
  Eigen::MatrixXd covariance;  // of them
  double variance = 0.0;       // of the white noise in one sample, mV^2
};

class StepLikelihood {
 public:
  // With a second exponential where it `sags`.
  StepLikelihood(const Recording& recording, const StepFamily& family, bool sags);

  // Whether there are samples enough for the parameters, in the step and in all.
  bool enough() const;
  std::size_t axes() const { return sags_ ? 4 : 3; }
  StepBox box() const;
  StepSolution at(const StepPoint& point) const;
  // Of each sweep by itself, the jump and the shape of the response as given.
  std::vector<StepResistance> each(const StepPoint& point, const Eigen::VectorXd& shared) const;

 private:
  Eigen::Index nuisances() const { return family_.own_baseline && !family_.rests_before ? 2 : 1; }
  // Products of the shared columns with each other and with the voltages, all whitened and free of what
  // belongs to each sweep alone.
  void reduce(const StepPoint& point, Eigen::MatrixXd& gram, Eigen::MatrixXd& projected, double& squares,
              double& log_determinant) const;
  // Own columns first: baseline, or where the response begins; then what one pA through one MOhm does.
  void fill(const StepPoint& point, StepColumns& columns) const;

  StepFamily family_;
  bool sags_;
  StepBins bins_;
  StepColumns voltages_;
  Eigen::VectorXd weights_;
  double independent_ = 0.0;
};

}  // namespace libfit
