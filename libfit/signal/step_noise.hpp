// The noise of a membrane potential between steps, and its whitening. Two parts: what the amplifier adds to
// every sample, and what the membrane does itself: a current that nobody injected, with a correlation time of
// its own, through the membrane. Least squares that take such samples for independent promise intervals
// several times too narrow; whitened by a Kalman filter [Harvey 1989, Forecasting, structural time series
// models, ch. 3], they may be taken so.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace libfit {

// Means over samples that follow one another; bins ascend and may leave gaps.
struct StepBins {
  std::vector<double> first_ms;  // of the first sample
  std::vector<double> samples;   // in the mean
  double dt_ms = 0.0;
  std::size_t size() const { return first_ms.size(); }
  double centre_ms(std::size_t bin) const { return first_ms[bin] + 0.5 * (samples[bin] - 1.0) * dt_ms; }
};

struct MembraneNoise {
  double tau_ms = 0.0;          // of the membrane
  double current_tau_ms = 0.0;  // of the current
  double ratio = 0.0;           // variance of the membrane's part over that of the white part in one sample
};

using StepColumns = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Whitens every column (one row per bin), in units of the white part's standard deviation in one sample.
// Returns the logarithm of the determinant of the covariance of one column.
double whiten(const StepBins& bins, const MembraneNoise& noise, StepColumns& columns);

}  // namespace libfit
