#include "libfit/fit/hazard_fit.hpp"

#include <ceres/jet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Core>

#include "libfit/core/error.hpp"
#include "tests/fit/gif_cells.hpp"

namespace libfit {
namespace {

using gif_test::gif_cell;
using gif_test::recorded;
using gif_test::two_state_cell;

// The model once more in the plainest way, for any scalar: log-likelihood of a recording with its spikes
// forced, as a function of weights and shape in the order of weights_of() and shape_of().
template <class T>
T plain_log_likelihood(const Gif& m, const BinnedSweep& data, const std::vector<T>& w,
                       const std::vector<T>& shape) {
  using std::exp;
  using std::log;
  const double bin = m.bin_ms;
  const std::size_t n = m.drive.currents.size();
  const T tau = exp(shape[0]), R = exp(shape[1]), E = shape[2], V_reset = shape[3];
  T U = E + R * T(settled_current_pA(data.current_pA, m.bin_ms));
  std::vector<T> current(n, T(0.0)), filter(m.filters.size()), state(m.thresholds.size());
  const auto tau_of = [&](std::size_t j) { return exp(shape[4 + 2 * n + 2 * j]); };
  const auto driven = [&](std::size_t j) {
    const auto& t = m.thresholds[j];
    return T(t.softness_mV) *
           log(T(1.0) + exp(T(t.direction) * (U - shape[4 + 2 * n + 2 * j + 1]) / T(t.softness_mV)));
  };
  for (std::size_t f = 0; f < filter.size(); ++f) filter[f] = U - T(m.reference_mV);
  for (std::size_t j = 0; j < state.size(); ++j) state[j] = driven(j);
  T sum(0.0);
  int held = 0;
  std::vector<std::size_t> spikes;
  for (std::size_t k = 0; k < data.spike.size(); ++k) {
    const bool can_fire = held == 0;
    if (held > 0) {
      U = V_reset;
      --held;
    } else {
      T target = E + R * T(data.current_pA[k]);
      for (std::size_t i = 0; i < n; ++i) target -= R * current[i];
      if (m.drive.Delta_T_mV > 0.0) {
        const T exponent = (U - T(m.drive.V_T_mV)) / T(m.drive.Delta_T_mV);
        target += T(m.drive.Delta_T_mV) * (exponent < T(3.0) ? exp(exponent) : T(std::exp(3.0)));
      }
      U = target + (U - target) * exp(T(-bin) / tau);
    }
    for (std::size_t i = 0; i < n; ++i) {
      current[i] = current[i] * exp(T(-bin) / exp(shape[4 + n + i]));
      if (data.spike[k]) current[i] += shape[4 + i];
    }
    T eta = w[0];
    std::size_t at = 1;
    for (std::size_t f = 0; f < filter.size(); ++f) {
      const double keep = m.filters[f].tau_ms > 0.0 ? std::exp(-bin / m.filters[f].tau_ms) : 0.0;
      filter[f] = T(keep) * filter[f] + T(1.0 - keep) * (U - T(m.reference_mV));
      eta += w[at++] * filter[f];
    }
    for (std::size_t j = 0; j < state.size(); ++j) {
      const T keep = exp(T(-bin) / tau_of(j));
      state[j] = keep * state[j] + (T(1.0) - keep) * driven(j);
      eta += w[at++] * state[j];
    }
    for (std::size_t h = 0; h < m.history.size(); ++h) {
      for (const std::size_t s : spikes) {
        const double age = static_cast<double>(k - s) * bin;
        if (age >= m.history[h].begin_ms && age < m.history[h].end_ms) eta += w[at + h];
      }
    }
    if (can_fire) sum += data.spike[k] ? log(T(1.0) - exp(-exp(eta))) : -exp(eta);
    if (data.spike[k]) {
      spikes.push_back(k);
      held = refractory_bins(m);
    }
  }
  return sum;
}

// The gradient by automatic differentiation of the plain model.
void expect_gradient_of_automatic_differentiation(const Gif& m) {
  const BinnedRecording data = recorded(m, 3000.0, 5);
  ASSERT_GT(data.spikes, 5U);
  constexpr int size = 7 + 12;
  using Jet = ceres::Jet<double, size>;
  const Eigen::VectorXd weights = weights_of(m), shape = shape_of(m, true);
  ASSERT_EQ(weights.size() + shape.size(), size);
  std::vector<Jet> w, s;
  for (Eigen::Index i = 0; i < weights.size(); ++i) w.emplace_back(weights[i], static_cast<int>(i));
  for (Eigen::Index i = 0; i < shape.size(); ++i)
    s.emplace_back(shape[i], static_cast<int>(weights.size() + i));
  const Jet plain = plain_log_likelihood(m, data.sweeps[0], w, s);

  const auto design = hazard_design(m, data, {}, Sensitivities::membrane_and_states);
  const auto ours = likelihood_derivatives(design, weights);
  EXPECT_NEAR(ours.log_likelihood, plain.a, 1e-9 * std::abs(plain.a));
  for (int i = 0; i < size; ++i)
    EXPECT_NEAR(ours.gradient[i], plain.v[i], 1e-8 * (1.0 + std::abs(plain.v[i]))) << i;
}

TEST(HazardLikelihood, HasTheGradientOfAutomaticDifferentiation) {
  expect_gradient_of_automatic_differentiation(two_state_cell());
}

TEST(HazardLikelihood, HasItWithAnUpstrokeInTheDriveToo) {
  Gif cell = two_state_cell();
  cell.drive.V_T_mV = -56.0;  // within reach: half of the noise goes beyond
  cell.drive.Delta_T_mV = 1.5;
  expect_gradient_of_automatic_differentiation(cell);
}

// The Hessian among the weights by nesting automatic differentiation in itself.
TEST(HazardLikelihood, HasTheHessianOfAutomaticDifferentiation) {
  const Gif m = two_state_cell();
  const BinnedRecording data = recorded(m, 2000.0, 6);
  ASSERT_GT(data.spikes, 3U);
  constexpr int size = 7;
  using Inner = ceres::Jet<double, size>;
  const Eigen::VectorXd weights = weights_of(m);
  const auto design = hazard_design(m, data, {}, Sensitivities::none);
  const auto ours = likelihood_derivatives(design, weights);
  // Second derivatives: the gradient of this test's own formula, whose argument is a jet.
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(size, size);
  for (std::size_t b = 0; b < design.blocks.size(); ++b) {
    for (Eigen::Index r = 0; r < design.blocks[b].rows(); ++r) {
      const Eigen::RowVectorXd row = design.blocks[b].row(r);
      Inner eta(0.0);
      for (int i = 0; i < size; ++i) eta += Inner(weights[i], i) * row[i];
      const Inner h = exp(eta);
      const Inner slope = design.spikes[b][r] > 0.0 ? h * exp(-h) / (Inner(1.0) - exp(-h)) : -h;
      for (int i = 0; i < size; ++i) {
        for (int j = 0; j < size; ++j) hessian(i, j) -= row[i] * slope.v[j];
      }
    }
  }
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < size; ++j)
      EXPECT_NEAR(ours.negative_hessian(i, j), hessian(i, j), 1e-8 * (1.0 + std::abs(hessian(i, j))))
          << i << " " << j;
  }
}

TEST(HazardFit, NeverLowersTheLikelihood) {
  const Gif truth = two_state_cell();
  const BinnedRecording data = recorded(truth, 20000.0, 7);
  Gif start = truth;
  set_weights(start, Eigen::VectorXd::Zero(weights_of(truth).size()));
  start.log_rate_per_ms = -5.0;
  start.drive.tau_ms = 30.0;
  HazardFitOptions options;
  for (const bool refine : {false, true}) {
    options.refine_shape = options.refine_states = refine;
    const HazardFit fit = fit_hazard(start, data, options);
    EXPECT_TRUE(fit.converged);
    for (std::size_t i = 1; i < fit.trace.size(); ++i) EXPECT_GE(fit.trace[i], fit.trace[i - 1]) << i;
    EXPECT_LT(fit.trace.size(), 61U);
  }
}

TEST(HazardFit, IsTheSameOnAnyNumberOfThreads) {
  const BinnedRecording data = recorded(gif_cell(), 20000.0, 8);
  HazardFitOptions options;
  options.refine_shape = true;
  options.threads = 1;
  const HazardFit one = fit_hazard(gif_cell(), data, options);
  options.threads = 3;
  const HazardFit three = fit_hazard(gif_cell(), data, options);
  EXPECT_EQ(one.log_likelihood, three.log_likelihood);
  EXPECT_EQ(weights_of(one.model), weights_of(three.model));
}

// 60 s and some hundred spikes: every weight within 3.5 standard errors, and within two on average as often
// as that should be.
TEST(HazardFit, RecoversTheWeightsOfASimulatedCell) {
  const Gif truth = gif_cell();
  const Eigen::VectorXd expected = weights_of(truth);
  double inside = 0.0, all = 0.0;
  for (std::uint64_t seed = 11; seed < 36; ++seed) {
    const BinnedRecording data = recorded(truth, 60000.0, seed);
    ASSERT_GT(data.spikes, 150U);
    Gif start = truth;
    set_weights(start, Eigen::VectorXd::Zero(expected.size()));
    start.log_rate_per_ms = -5.0;
    HazardFitOptions options;
    options.ridge = {0.0, 0.0, 0.0, 0.0};
    options.tolerance = 1e-6;
    const HazardFit fit = fit_hazard(start, data, options);
    const Eigen::VectorXd found = weights_of(fit.model);
    for (Eigen::Index i = 0; i < found.size(); ++i) {
      const double z = (found[i] - expected[i]) / fit.weight_se[static_cast<std::size_t>(i)];
      EXPECT_LT(std::abs(z), 4.0) << "weight " << i << " seed " << seed;
      inside += std::abs(z) < 1.96 ? 1.0 : 0.0;
      all += 1.0;
    }
  }
  // 100 weights at 95 %: fewer than 89 or all of them would be a chance of 1 in 100.
  EXPECT_GE(inside / all, 0.89);
  EXPECT_LT(inside / all, 1.0);
}

TEST(HazardFitOptions, RefuseEveryValueOutOfRange) {
  const auto refused = [](auto change) {
    HazardFitOptions options;
    change(options);
    EXPECT_THROW(options.validate(), OptionError);
  };
  refused([](auto& o) { o.ridge.voltage = -1.0; });
  refused([](auto& o) { o.ridge.filter = -1.0; });
  refused([](auto& o) { o.ridge.threshold = -1.0; });
  refused([](auto& o) { o.ridge.history = -1.0; });
  refused([](auto& o) { o.prior_sd_log = 0.0; });
  refused([](auto& o) { o.prior_sd_mV = 0.0; });
  refused([](auto& o) { o.prior_sd_pA = 0.0; });
  refused([](auto& o) { o.max_iterations = 0; });
  refused([](auto& o) { o.tolerance = 0.0; });
}

}  // namespace
}  // namespace libfit
