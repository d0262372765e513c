// Maximum likelihood for the hazard of a GIF. Bins are Bernoulli: log L = sum over bins without a spike of
// -hazard, with one of log(1 - exp(-hazard)), hazard integrated over the bin; that is the very probability
// the simulation draws with. In the weights it is concave [Paninski 2004, Network 15:243], and Newton's
// method with the exact gradient and Hessian finds the one maximum. The shape (membrane, spike-triggered
// currents) is then refined together with the weights: Fisher scoring on exact sensitivities, with Gaussian
// priors at the start and a damping that grows until the penalised likelihood rises. It never decreases from
// step to step.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "libfit/fit/hazard_pass.hpp"

namespace libfit {

// Ridge penalties, 0.5 * ridge * weight^2, a kind of column each.
struct HazardRidge {
  double voltage = 1e-3;   // >= 0; on V itself, per mV^-2
  double filter = 0.1;     // >= 0; on low-passes of V
  double threshold = 1.0;  // >= 0; on threshold states
  double history = 0.2;    // >= 0; on steps of the history
};

struct HazardFitOptions {
  HazardRidge ridge;
  bool refine_shape = false;                   // the membrane too
  bool refine_states = false;                  // time constant and knot of every threshold state too
  double prior_sd_log = 1.0;                   // > 0; of logarithms of tau, R, tau_i
  double prior_sd_mV = 10.0;                   // > 0; of E, V_reset, knots
  double prior_sd_pA = 50.0;                   // > 0; of b_i
  std::optional<Eigen::VectorXd> prior_shape;  // where the priors are centred; absent: the shape of the start
  int max_iterations = 60;                     // >= 1
  double tolerance = 0.03;                     // > 0; nats of the penalised log-likelihood
  BinSelection selection;                      // bins that count
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

struct HazardFit {
  Gif model;
  double log_likelihood = 0.0;  // without penalties
  std::vector<double> trace;    // penalised log-likelihood after each iteration
  bool converged = false;
  double effective_parameters = 0.0;  // trace of H (H + penalty)^-1
  std::size_t spikes = 0, rows = 0;
  std::vector<double> weight_se;  // from the inverse of the penalised Hessian
  std::vector<double> shape_se;   // empty unless the shape was refined
};

// Starts from `start`, its weights and its shape. Throws ContractError where no bin or no spike is selected.
HazardFit fit_hazard(const Gif& start, const BinnedRecording& data, const HazardFitOptions& options = {});

// Log-likelihood and its derivatives in (weights, shape): exact gradient; the Hessian is exact among the
// weights, Fisher's with the shape. For tests and for whoever wants standard errors of their own.
struct LikelihoodDerivatives {
  double log_likelihood = 0.0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd negative_hessian;
};
LikelihoodDerivatives likelihood_derivatives(const HazardDesign& design, const Eigen::VectorXd& weights,
                                             unsigned threads = 1);

// Of the recorded spikes in the selected bins.
struct HazardLikelihood {
  double log_likelihood = 0.0;
  double poisson_log_likelihood = 0.0;  // homogeneous, at the selected bins' own rate
  std::size_t spikes = 0;
  double bits_per_spike() const;  // above the homogeneous process; 0 without spikes
};
HazardLikelihood hazard_likelihood(const Gif& model, const BinnedRecording& data,
                                   const BinSelection& selection = {});

}  // namespace libfit
