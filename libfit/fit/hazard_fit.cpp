#include "libfit/fit/hazard_fit.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"

namespace libfit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Sums are formed over this many runs of blocks, whatever the number of threads, so that they round alike.
constexpr std::size_t partial_sums = 16;

struct BinTerms {
  double log_likelihood, slope, curvature;  // curvature: minus the second derivative
};

// In eta = log(hazard of the bin).
BinTerms bin_terms(double eta, bool spike) {
  const double h = std::exp(std::min(eta, 30.0));
  if (!spike) return {-h, -h, h};
  if (h < 1e-8) return {eta, 1.0 - 0.5 * h, 0.5 * h};
  const double e = std::expm1(h);
  const double ratio = h / e;  // h exp(-h) / (1 - exp(-h))
  return {std::log(-std::expm1(-h)), ratio, ratio * (h * (1.0 + 1.0 / e) - 1.0)};
}

struct Priors {
  VectorXd centre, precision;  // of (weights, shape)
};

VectorXd weight_ridge(const Gif& m, const HazardRidge& ridge) {
  VectorXd r(weights_of(m).size());
  Index at = 0;
  r[at++] = 1e-9;
  for (const auto& f : m.filters) r[at++] = f.tau_ms > 0.0 ? ridge.filter : ridge.voltage;
  for (std::size_t j = 0; j < m.thresholds.size(); ++j) r[at++] = ridge.threshold;
  for (std::size_t j = 0; j < m.history.size(); ++j) r[at++] = ridge.history;
  return r;
}

VectorXd shape_precision(const Gif& m, const HazardFitOptions& o) {
  const auto n = static_cast<Index>(m.drive.currents.size());
  const double on_log = 1.0 / (o.prior_sd_log * o.prior_sd_log);
  const double on_mV = 1.0 / (o.prior_sd_mV * o.prior_sd_mV);
  const double on_pA = 1.0 / (o.prior_sd_pA * o.prior_sd_pA);
  const auto states = o.refine_states ? static_cast<Index>(m.thresholds.size()) : Index{0};
  VectorXd p(4 + 2 * n + 2 * states);
  p.head(4) << on_log, on_log, on_mV, on_mV;
  p.segment(4, n).setConstant(on_pA);
  p.segment(4 + n, n).setConstant(on_log);
  for (Index j = 0; j < states; ++j) p.segment(4 + 2 * n + 2 * j, 2) << on_log, on_mV;
  return p;
}

double penalty(const VectorXd& at, const Priors& priors) {
  return 0.5 * ((at - priors.centre).array().square() * priors.precision.array()).sum();
}

struct HazardPoint {
  Gif model;
  VectorXd parameters;  // weights, then shape
  HazardDesign design;
  double objective = 0.0;  // penalised
};

// `highest`: of the log hazard of a bin. Fits have none, which keeps them concave.
double log_likelihood_of(const HazardDesign& design, const VectorXd& weights,
                         double highest = std::numeric_limits<double>::infinity()) {
  double sum = 0.0;
  for (std::size_t b = 0; b < design.blocks.size(); ++b) {
    const VectorXd eta = (design.blocks[b].leftCols(weights.size()) * weights).cwiseMin(highest);
    for (Index i = 0; i < eta.size(); ++i) sum += bin_terms(eta[i], design.spikes[b][i] > 0.0).log_likelihood;
  }
  return sum;
}

class HazardSearch {
 public:
  HazardSearch(const Gif& start, const BinnedRecording& data, const HazardFitOptions& options)
      : data_(data), options_(options), weights_(weights_of(start).size()), log_bin_(std::log(start.bin_ms)) {
    point_.model = start;
    // The constant is fitted per bin and given back per ms.
    VectorXd w = weights_of(start);
    w[0] += log_bin_;
    priors_.precision = weight_ridge(start, options.ridge);
    priors_.centre = VectorXd::Zero(weights_);
    point_.parameters = w;
    if (refines()) {
      const VectorXd shape = shape_of(start, options.refine_states);
      const VectorXd precision = shape_precision(start, options);
      append(point_.parameters, shape);
      append(priors_.centre, options.prior_shape.value_or(shape));
      append(priors_.precision, precision);
    }
    point_.design = design_of(point_.model);
    point_.objective = objective_of(point_);
  }

  const HazardPoint& point() const { return point_; }
  Index weights() const { return weights_; }
  const HazardDesign& design() const { return point_.design; }

  // One damped step; false where no step raises the objective by more than rounding.
  bool step() {
    const LikelihoodDerivatives d =
        likelihood_derivatives(point_.design, point_.parameters.head(weights_), options_.threads);
    const VectorXd gradient =
        d.gradient - (priors_.precision.array() * (point_.parameters - priors_.centre).array()).matrix();
    hessian_ = d.negative_hessian;
    hessian_.diagonal() += priors_.precision;
    return refines() ? damped_step(gradient) : newton_step(gradient);
  }

  // The likelihood is concave in the weights: along Newton's direction it rises at first, so halving ends.
  bool newton_step(const VectorXd& gradient) {
    VectorXd move = hessian_.ldlt().solve(gradient);
    for (int halvings = 0; halvings < 30; ++halvings, move *= 0.5) {
      if (try_move(move)) return true;
    }
    return false;
  }

  bool damped_step(const VectorXd& gradient) {
    for (int tries = 0; tries < 12; ++tries) {
      MatrixXd damped = hessian_;
      damped.diagonal().tail(damped.rows() - weights_) *= 1.0 + damping_;
      if (tries > 0) damped.diagonal().head(weights_) *= 1.0 + 0.1 * damping_;
      VectorXd move = damped.ldlt().solve(gradient);
      limit(move);
      if (try_move(move)) {
        damping_ *= 0.3;
        return true;
      }
      damping_ = std::max(4.0 * damping_, 1e-2);
    }
    return false;
  }

  const MatrixXd& hessian() const { return hessian_; }
  const VectorXd& penalty_precision() const { return priors_.precision; }
  double log_bin() const { return log_bin_; }

 private:
  bool refines() const { return options_.refine_shape; }
  static void append(VectorXd& to, const VectorXd& more) {
    const Index n = to.size();
    to.conservativeResize(n + more.size());
    to.tail(more.size()) = more;
  }
  HazardDesign design_of(const Gif& model) const {
    const auto asked = !refines()               ? Sensitivities::none
                       : options_.refine_states ? Sensitivities::membrane_and_states
                                                : Sensitivities::membrane;
    return hazard_design(model, data_, options_.selection, asked);
  }
  double objective_of(const HazardPoint& p) const {
    return log_likelihood_of(p.design, p.parameters.head(weights_)) - penalty(p.parameters, priors_);
  }
  // No shape parameter moves by more than a factor, or a few mV or pA, in one step.
  void limit(VectorXd& move) const {
    const VectorXd sd = priors_.precision.tail(move.size() - weights_).cwiseSqrt().cwiseInverse();
    const double largest = (move.tail(sd.size()).array().abs() / sd.array()).maxCoeff();
    if (largest > 1.0) move /= largest;
  }
  bool try_move(const VectorXd& move) {
    if (!move.allFinite()) return false;
    HazardPoint next;
    next.parameters = point_.parameters + move;
    next.model = point_.model;
    if (refines() && point_.model.drive.Delta_T_mV > 0.0) {
      follow_scale(move, next.parameters);
      // With an upstroke U jumps where a bin holds no spike, and the likelihood is rugged: what machines
      // round differently would grow from step to step until the search ends elsewhere. Cut to 24 bits, far
      // below any standard error, it is gone after every step.
      next.parameters = next.parameters.cast<float>().cast<double>();
    }
    set_weights(next.model, next.parameters.head(weights_));
    if (refines()) {
      set_shape(next.model, next.parameters.tail(next.parameters.size() - weights_), options_.refine_states);
      if (!is_sensible(next.model)) return false;
      next.design = design_of(next.model);
      next.objective = objective_of(next);
    } else {
      std::swap(next.design, point_.design);  // does not depend on the weights
      next.objective = objective_of(next);
      if (!(next.objective >= point_.objective)) {
        std::swap(next.design, point_.design);
        return false;
      }
    }
    if (!(next.objective >= point_.objective)) return false;
    point_ = std::move(next);
    return true;
  }
  // U counts by its distance from V_T in units of the upstroke that it meets: where R moves, the same
  // voltages over R stay, E and V_reset move with it, and the weight of U against it. A step along these is
  // the same to first order, and does not creep along the curved valley in which they go together.
  void follow_scale(const VectorXd& move, VectorXd& parameters) const {
    const HazardDrive& d = point_.model.drive;
    const double change = move[weights_ + 1], factor = std::exp(change);
    for (const Index v : {weights_ + 2, weights_ + 3}) {
      const double before = point_.parameters[v] - d.V_T_mV;
      parameters[v] = d.V_T_mV + factor * (before + move[v] - before * change);
    }
    const double above = d.V_T_mV - point_.model.reference_mV;
    for (Index f = 1; f <= static_cast<Index>(point_.model.filters.size()); ++f) {
      const double at_V_T = parameters[f] * above;
      parameters[f] = (parameters[f] + point_.parameters[f] * change) / factor;
      parameters[0] += at_V_T - parameters[f] * above;
    }
  }
  static bool is_sensible(const Gif& m) {
    const HazardDrive& d = m.drive;
    bool sensible = d.tau_ms > 0.5 && d.tau_ms < 1000.0 && d.resistance_GOhm > 1e-4 &&
                    d.resistance_GOhm < 100.0 && std::abs(d.E_mV) < 500.0 && std::abs(d.V_reset_mV) < 200.0;
    for (const auto& c : d.currents) sensible = sensible && c.tau_ms > 1.0 && c.tau_ms < 5000.0;
    for (const auto& t : m.thresholds)
      sensible = sensible && (t.tau_ms == 0.0 || (t.tau_ms > 0.3 && t.tau_ms < 2000.0));
    return sensible;
  }

  const BinnedRecording& data_;
  const HazardFitOptions& options_;
  Index weights_;
  double log_bin_;
  Priors priors_;
  HazardPoint point_;
  MatrixXd hessian_;
  double damping_ = 1e-3;
};

}  // namespace

void HazardFitOptions::validate() const {
  check_options({{"ridge.voltage", ridge.voltage, ridge.voltage >= 0.0, ">= 0"},
                 {"ridge.filter", ridge.filter, ridge.filter >= 0.0, ">= 0"},
                 {"ridge.threshold", ridge.threshold, ridge.threshold >= 0.0, ">= 0"},
                 {"ridge.history", ridge.history, ridge.history >= 0.0, ">= 0"},
                 {"prior_sd_log", prior_sd_log, prior_sd_log > 0.0, "> 0"},
                 {"prior_sd_mV", prior_sd_mV, prior_sd_mV > 0.0, "> 0"},
                 {"prior_sd_pA", prior_sd_pA, prior_sd_pA > 0.0, "> 0"},
                 {"max_iterations", static_cast<double>(max_iterations), max_iterations >= 1, ">= 1"},
                 {"tolerance", tolerance, tolerance > 0.0, "> 0"}});
}

LikelihoodDerivatives likelihood_derivatives(const HazardDesign& design, const VectorXd& weights,
                                             unsigned threads) {
  require(!design.blocks.empty(), "likelihood_derivatives: the design has no row");
  const Index columns = design.blocks.front().cols();
  std::vector<LikelihoodDerivatives> parts(std::min(partial_sums, design.blocks.size()));
  parallel_for(parts.size(), threads, [&](std::size_t p) {
    LikelihoodDerivatives& part = parts[p];
    part.gradient = VectorXd::Zero(columns);
    part.negative_hessian = MatrixXd::Zero(columns, columns);
    MatrixXd scaled;
    const std::size_t begin = p * design.blocks.size() / parts.size();
    const std::size_t end = (p + 1) * design.blocks.size() / parts.size();
    for (std::size_t b = begin; b < end; ++b) {
      const MatrixXd& X = design.blocks[b];
      const VectorXd eta = X.leftCols(weights.size()) * weights;
      VectorXd slope(eta.size()), root(eta.size());
      for (Index i = 0; i < eta.size(); ++i) {
        const BinTerms terms = bin_terms(eta[i], design.spikes[b][i] > 0.0);
        part.log_likelihood += terms.log_likelihood;
        slope[i] = terms.slope;
        root[i] = std::sqrt(std::max(terms.curvature, 0.0));
      }
      part.gradient.noalias() += X.transpose() * slope;
      scaled.noalias() = root.asDiagonal() * X;
      part.negative_hessian.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
    }
  });
  LikelihoodDerivatives sum = std::move(parts.front());
  for (std::size_t p = 1; p < parts.size(); ++p) {
    sum.log_likelihood += parts[p].log_likelihood;
    sum.gradient += parts[p].gradient;
    sum.negative_hessian += parts[p].negative_hessian;
  }
  sum.negative_hessian.triangularView<Eigen::StrictlyUpper>() = sum.negative_hessian.transpose();
  return sum;
}

HazardFit fit_hazard(const Gif& start, const BinnedRecording& data, const HazardFitOptions& options) {
  options.validate();
  validate(start);
  require(std::abs(start.bin_ms - data.bin_ms) < 1e-9, "fit_hazard: model and data have different bins");
  HazardSearch search(start, data, options);
  require(search.design().spike_count > 0, "fit_hazard: no spike is selected");
  HazardFit fit;
  fit.trace.push_back(search.point().objective);
  for (int i = 0; i < options.max_iterations && !fit.converged; ++i) {
    const bool moved = search.step();
    fit.trace.push_back(search.point().objective);
    fit.converged =
        !moved || fit.trace[fit.trace.size() - 1] - fit.trace[fit.trace.size() - 2] < options.tolerance;
  }
  const HazardPoint& at = search.point();
  fit.model = at.model;
  fit.model.log_rate_per_ms = at.parameters[0] - search.log_bin();
  fit.log_likelihood = log_likelihood_of(at.design, at.parameters.head(search.weights()));
  fit.spikes = at.design.spike_count;
  fit.rows = static_cast<std::size_t>(at.design.rows);
  const MatrixXd covariance =
      search.hessian().ldlt().solve(MatrixXd::Identity(search.hessian().rows(), search.hessian().cols()));
  const VectorXd se = covariance.diagonal().cwiseMax(0.0).cwiseSqrt();
  fit.effective_parameters =
      static_cast<double>(se.size()) - (search.penalty_precision().array() * se.array().square()).sum();
  fit.weight_se.assign(se.data(), se.data() + search.weights());
  fit.shape_se.assign(se.data() + search.weights(), se.data() + se.size());
  return fit;
}

double HazardLikelihood::bits_per_spike() const {
  return spikes == 0
             ? 0.0
             : (log_likelihood - poisson_log_likelihood) / (static_cast<double>(spikes) * std::numbers::ln2);
}

HazardLikelihood hazard_likelihood(const Gif& model, const BinnedRecording& data,
                                   const BinSelection& selection) {
  const HazardDesign design = hazard_design(model, data, selection, Sensitivities::none);
  VectorXd w = weights_of(model);
  w[0] += std::log(model.bin_ms);
  HazardLikelihood result;
  result.spikes = design.spike_count;
  // The model as it is simulated: where it extrapolates, its hazard ends at the same cap.
  result.log_likelihood = log_likelihood_of(design, w, highest_log_hazard_per_ms + std::log(model.bin_ms));
  const auto rows = static_cast<double>(design.rows);
  const auto spikes = static_cast<double>(design.spike_count);
  if (spikes > 0.0 && rows > spikes) {
    const double p = spikes / rows;
    result.poisson_log_likelihood = spikes * std::log(p) + (rows - spikes) * std::log1p(-p);
  }
  return result;
}

}  // namespace libfit
