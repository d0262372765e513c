#include "libfit/signal/step_noise.hpp"

#include <cmath>

namespace libfit {

// State: voltage of the membrane's part, and the current over C. With u = 1/tau and w = 1/tau of the current
// dx1 = (-u x1 + x2) dt, dx2 = -w x2 dt + white; stationary at variance 1 of x1: cov = u, var x2 = u (u + w).
double whiten(const StepBins& bins, const MembraneNoise& noise, StepColumns& columns) {
  const double u = 1.0 / noise.tau_ms;
  double w = 1.0 / noise.current_tau_ms;
  if (std::abs(w - u) < 1e-4 * u) w = u * (1.0 + 1e-4);
  const double q = noise.ratio;
  const double s11 = q, s12 = q * u, s22 = q * u * (u + w);  // stationary
  double p11 = s11, p12 = s12, p22 = s22;                    // of the prediction
  Eigen::RowVectorXd x1 = Eigen::RowVectorXd::Zero(columns.cols()), x2 = x1, off = x1;
  double log_determinant = 0.0;
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const double variance = p11 + 1.0 / bins.samples[k];
    const double k1 = p11 / variance, k2 = p12 / variance;
    auto row = columns.row(static_cast<Eigen::Index>(k));
    off = row - x1;
    row = off / std::sqrt(variance);
    log_determinant += std::log(variance);
    if (k + 1 == bins.size()) break;
    const double step_ms = bins.centre_ms(k + 1) - bins.centre_ms(k);
    const double a = std::exp(-step_ms * u), c = std::exp(-step_ms * w), f = (a - c) / (w - u);
    x1 += k1 * off;
    x2 += k2 * off;
    x1 = a * x1 + f * x2;
    x2 *= c;
    // Covariance: F (P - K S K') F' + stationary - F stationary F'.
    const double d11 = p11 - k1 * p11 - s11, d12 = p12 - k1 * p12 - s12, d22 = p22 - k2 * p12 - s22;
    p11 = s11 + a * a * d11 + 2.0 * a * f * d12 + f * f * d22;
    p12 = s12 + c * (a * d12 + f * d22);
    p22 = s22 + c * c * d22;
  }
  return log_determinant;
}

}  // namespace libfit
