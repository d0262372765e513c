#include "libfit/signal/step_membrane.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libfit/core/error.hpp"
#include "libfit/signal/step_likelihood_internal.hpp"

namespace libfit {
namespace {

constexpr double kSagGain = 5.0;   // least gain of log likelihood for a second exponential
constexpr double kSagTimes = 3.0;  // least length of the step in time constants, to show a sag

struct Best {
  StepPoint point{};
  double log_likelihood = -std::numeric_limits<double>::infinity();
};

// Steps along one axis at a time, longer where one leads up and shorter where none does [Hooke & Jeeves
// 1961]. The axes before `first` stay.
Best climb(const StepLikelihood& fit, const StepBox& box, Best best, std::size_t first = kStepTau) {
  StepPoint step{0.3, 0.5, 0.5, 0.3};
  for (int round = 0; round < 60; ++round) {
    const double before = best.log_likelihood;
    bool fine = true;
    for (std::size_t axis = first; axis < fit.axes(); ++axis) {
      bool moved = false;
      for (int side = 0; side < 2 && !moved; ++side) {
        StepPoint next = best.point;
        next[axis] = std::clamp(next[axis] + step[axis], box.low[axis], box.high[axis]);
        const double found = fit.at(next).log_likelihood;
        moved = found > best.log_likelihood;
        if (moved) best = {next, found};
        if (!moved) step[axis] = -step[axis];
      }
      step[axis] *= moved ? 1.5 : 0.4;
      fine = fine && std::abs(step[axis]) < 0.05;
    }
    if (fine && best.log_likelihood < before + 1e-3) break;
  }
  return best;
}

Best most_probable(const StepLikelihood& fit, const StepBox& box) {
  Best best;
  constexpr int kTaus = 14;
  for (int i = 0; i < kTaus; ++i) {
    for (const double current_tau : {3.0, 20.0}) {
      for (const double ratio : {1e-3, 0.1, 10.0}) {
        StepPoint point{};
        point[kStepTau] = box.low[kStepTau] + (box.high[kStepTau] - box.low[kStepTau]) * (i + 0.5) / kTaus;
        point[kStepCurrentTau] = std::log(current_tau);
        point[kStepRatio] = std::log(ratio);
        const double found = fit.at(point).log_likelihood;
        if (found > best.log_likelihood) best = {point, found};
      }
    }
  }
  return climb(fit, box, best);
}

// With a sag from three of its time constants on.
Best most_probable_with_sag(const StepLikelihood& fit, const StepBox& box, const Best& without) {
  Best best;
  for (const double times : {3.0, 6.0, 15.0}) {
    StepPoint point = without.point;
    point[kStepSagTau] = std::min(point[kStepTau] + std::log(times), box.high[kStepSagTau]);
    for (const double faster : {0.0, 0.3}) {
      point[kStepTau] = without.point[kStepTau] - faster;
      const Best found = climb(fit, box, {point, fit.at(point).log_likelihood});
      if (found.log_likelihood > best.log_likelihood) best = found;
    }
  }
  return best;
}

constexpr double kFall = 6.0;  // of the log likelihood, beyond which nothing is left

// Along one axis to where the likelihood has fallen, or to the end of the box.
double reach(const StepLikelihood& fit, const StepBox& box, const Best& best, std::size_t axis, double sign) {
  for (double step = 1e-3;; step *= 1.4) {
    StepPoint point = best.point;
    point[axis] = std::clamp(best.point[axis] + sign * step, box.low[axis], box.high[axis]);
    const bool at_end = point[axis] <= box.low[axis] || point[axis] >= box.high[axis];
    if (at_end || fit.at(point).log_likelihood < best.log_likelihood - kFall) return point[axis];
  }
}

// The same along the time constant, all others at their most probable.
double reach_of_tau(const StepLikelihood& fit, const StepBox& box, const Best& best, double sign) {
  Best at = best;
  for (double step = 1e-4;; step *= 1.4) {
    at.point[kStepTau] =
        std::clamp(best.point[kStepTau] + sign * step, box.low[kStepTau], box.high[kStepTau]);
    at.log_likelihood = fit.at(at.point).log_likelihood;
    if (at.log_likelihood < best.log_likelihood - kFall) at = climb(fit, box, at, kStepCurrentTau);
    const bool at_end = at.point[kStepTau] <= box.low[kStepTau] || at.point[kStepTau] >= box.high[kStepTau];
    if (at_end || at.log_likelihood < best.log_likelihood - kFall) return at.point[kStepTau];
  }
}

// A normal value with its share of the probability.
struct MixturePart {
  double share = 0.0, centre = 0.0, error = 0.0;
};

double mixture_quantile(const std::vector<MixturePart>& parts, double probability) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const MixturePart& part : parts) {
    low = std::min(low, part.centre - 6.0 * part.error);
    high = std::max(high, part.centre + 6.0 * part.error);
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    double below = 0.0;
    for (const MixturePart& part : parts)
      below += part.share * 0.5 * std::erfc(-(middle - part.centre) / (part.error * std::sqrt(2.0)));
    (below < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

Estimate estimate_of(const std::vector<MixturePart>& parts) {
  return {mixture_quantile(parts, 0.5),
          Interval{mixture_quantile(parts, 0.025), mixture_quantile(parts, 0.975)}};
}

struct Posterior {
  std::vector<MixturePart> resistance, slope, log_tau;
  double at_longest = 0.0;  // share of the probability at the longest time constant
};

// Adds what one point holds.
void add(const StepLikelihood& fit, const Best& best, const StepPoint& point, double tau_step,
         Posterior& posterior) {
  const StepSolution found = fit.at(point);
  const double share = std::exp(found.log_likelihood - best.log_likelihood);
  if (!(share > 1e-6)) return;
  Eigen::VectorXd asymptote = Eigen::VectorXd::Unit(found.shared.size(), 0);
  Eigen::VectorXd slope = std::exp(-point[kStepTau]) * asymptote;
  if (fit.axes() > kStepSagTau) {
    asymptote[2] = 1.0;
    slope[2] = std::exp(-point[kStepSagTau]);
  }
  const auto error = [&](const Eigen::VectorXd& v) { return std::sqrt(v.dot(found.covariance * v)); };
  posterior.resistance.push_back({share, asymptote.dot(found.shared), error(asymptote)});
  posterior.slope.push_back({share, slope.dot(found.shared), error(slope)});
  posterior.log_tau.push_back({share, point[kStepTau], 0.5 * tau_step});
}

// Shares of the probability on a grid: of the time constant, and of the others about their most probable
// values at each.
Posterior integrate(const StepLikelihood& fit, const StepBox& box, const Best& best) {
  const bool sags = fit.axes() > kStepSagTau;
  const int taus = sags ? 15 : 25, sides = sags ? 3 : 4, sag_sides = sags ? 3 : 0;
  const double low = reach_of_tau(fit, box, best, -1.0), high = reach_of_tau(fit, box, best, 1.0);
  const double tau_step = (high - low) / (taus - 1);
  StepPoint step{};  // a grid along conditional widths has to be wider where the axes go together
  for (std::size_t axis = kStepCurrentTau; axis < fit.axes(); ++axis)
    step[axis] = 0.8 * (reach(fit, box, best, axis, 1.0) - reach(fit, box, best, axis, -1.0)) / sides;
  Posterior posterior;
  Best centre = best;
  for (int t = 0; t < taus; ++t) {
    centre.point[kStepTau] = low + t * tau_step;
    centre.log_likelihood = fit.at(centre.point).log_likelihood;
    centre = climb(fit, box, centre, kStepCurrentTau);
    if (centre.log_likelihood < best.log_likelihood - 2.0 * kFall) centre.point = best.point;
    for (int i = -sides; i <= sides; ++i) {
      for (int j = -sides; j <= sides; ++j) {
        for (int k = -sag_sides; k <= sag_sides; ++k) {
          StepPoint point = centre.point;
          point[kStepCurrentTau] += i * step[kStepCurrentTau];
          point[kStepRatio] += j * step[kStepRatio];
          point[kStepSagTau] += k * step[kStepSagTau];
          if (box.holds(point)) add(fit, best, point, tau_step, posterior);
        }
      }
    }
  }
  double total = 0.0;
  for (const MixturePart& part : posterior.log_tau) {
    total += part.share;
    if (part.centre > box.high[kStepTau] - 0.5 * tau_step) posterior.at_longest += part.share;
  }
  for (auto* parts : {&posterior.resistance, &posterior.slope, &posterior.log_tau}) {
    for (MixturePart& part : *parts) part.share /= total;
  }
  posterior.at_longest /= total;
  return posterior;
}

}  // namespace

StepMembraneFit fit_step_membrane(const Recording& recording, const StepFamily& family) {
  require(!family.sweeps.empty() && family.sweeps.size() == family.amplitude_pA.size(),
          "fit_step_membrane: one amplitude a sweep");
  const StepLikelihood plain(recording, family, false);
  if (!plain.enough()) return {std::nullopt, "the step has too few samples behind --skip-ms"};
  const StepBox box = plain.box();
  Best best = most_probable(plain, box);
  std::optional<StepLikelihood> sagging;
  if (family.own_baseline && family.end_ms - family.begin_ms > kSagTimes * std::exp(best.point[kStepTau])) {
    const StepLikelihood with(recording, family, true);
    const Best found = most_probable_with_sag(with, box, best);
    // What the noise alone gains is not the sag's.
    const Best again = climb(plain, box, {found.point, plain.at(found.point).log_likelihood});
    if (again.log_likelihood > best.log_likelihood) best = again;
    if (found.log_likelihood > best.log_likelihood + kSagGain) {
      sagging = with;
      best = found;
    }
  }
  const StepLikelihood& fit = sagging ? *sagging : plain;
  const Posterior posterior = integrate(fit, box, best);
  const Estimate resistance = estimate_of(posterior.resistance);
  if (posterior.at_longest > 0.01 || !(resistance.ci95->low > 0.0) ||
      !(resistance.ci95->high < 3.0 * resistance.ci95->low))
    return {std::nullopt,
            "the steps are too few, too small or too short against the noise of the membrane; give more, "
            "larger or longer ones"};
  const auto inverse = [](double slope) { return 1000.0 / slope; };
  const Estimate slope = estimate_of(posterior.slope), log_tau = estimate_of(posterior.log_tau);
  StepMembrane membrane;
  membrane.resistance_MOhm = resistance;
  membrane.tau_ms = {std::exp(log_tau.value),
                     Interval{std::exp(log_tau.ci95->low), std::exp(log_tau.ci95->high)}};
  membrane.capacitance_pF = {inverse(slope.value),
                             Interval{inverse(slope.ci95->high), inverse(slope.ci95->low)}};
  const StepSolution at_best = fit.at(best.point);
  membrane.noise = {std::exp(best.point[kStepTau]), std::exp(best.point[kStepCurrentTau]),
                    std::exp(best.point[kStepRatio])};
  if (sagging) membrane.sag_tau_ms = std::exp(best.point[kStepSagTau]);
  membrane.shared_MOhm.assign(at_best.shared.begin(), at_best.shared.end());
  if (at_best.shared.size() > 1) membrane.jump_MOhm = at_best.shared[1];
  return {membrane, ""};
}

std::vector<StepResistance> resistance_of_each(const Recording& recording, const StepFamily& family,
                                               const StepMembrane& membrane) {
  const StepLikelihood fit(recording, family, membrane.sag_tau_ms.has_value());
  const StepPoint point{std::log(membrane.noise.tau_ms), std::log(membrane.noise.current_tau_ms),
                        std::log(membrane.noise.ratio), std::log(membrane.sag_tau_ms.value_or(1.0))};
  return fit.each(point,
                  Eigen::Map<const Eigen::VectorXd>(membrane.shared_MOhm.data(),
                                                    static_cast<Eigen::Index>(membrane.shared_MOhm.size())));
}

}  // namespace libfit
