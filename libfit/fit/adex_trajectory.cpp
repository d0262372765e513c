#include "libfit/fit/adex_trajectory.hpp"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using Kind = TrajectorySweep::Step;
constexpr int kGrid = 20;
constexpr double kCap = 1.5;  // of the exponent in a trajectory
constexpr int kParameters = static_cast<int>(kAdexLinear);

// V and w through a sweep with the cell's spikes forced; visit(k, V) at the begin of every compared step. The
// exponential is capped a little above V_T: beyond, the model would run away where the cell did not. Steps
// are exponential, with drive and w taken at their middle (order 2).
template <class T, class Visit>
void follow(const TrajectoryData& data, const TrajectorySweep& sweep, const Adex& fixed, const T* p,
            Visit&& visit) {
  using std::exp;
  const double h = data.step_ms;
  const T g = exp(p[0]), E = p[1], a = g * p[2], b = g * p[3];
  const T keep_w = exp(-h * exp(-p[4]));
  const T keep_V = exp(-g * (h / fixed.C_pF));
  const T keep_V_half = exp(-g * (0.5 * h / fixed.C_pF));
  const T keep_w_half = exp(-0.5 * h * exp(-p[4]));
  const T resistance = T(1.0) / g;
  const double V_reset = fixed.reset.V_reset_mV;
  // Where V would come to rest if all but the leak stayed as it is.
  const auto push = [&](const T& V, const T& w, std::size_t k) {
    const T x = (V - fixed.V_T_mV) / fixed.Delta_T_mV;
    T rest = E + (sweep.current_pA[k] - w) * resistance;
    if (x > T(-15.0)) rest += fixed.Delta_T_mV * (x < T(kCap) ? exp(x) : T(std::exp(kCap)));
    return rest;
  };
  T V(sweep.voltage_mV.front());
  T w = a * (V - E);
  for (std::size_t k = 0; k < sweep.kind.size(); ++k) {
    if (sweep.compared[k] && k % data.compare_every == 0) visit(k, V);
    if (sweep.kind[k] == Kind::spike) w += b;
    if (sweep.kind[k] != Kind::free) {
      const T target = a * (V_reset - E);
      w = target + (w - target) * keep_w;
      V = T(V_reset);
      continue;
    }
    const T push_at_begin = push(V, w, k);
    const T V_half = push_at_begin + (V - push_at_begin) * keep_V_half;
    const T target_at_begin = a * (V - E);
    const T push_half = push(V_half, target_at_begin + (w - target_at_begin) * keep_w_half, k);
    const T next = push_half + (V - push_half) * keep_V;
    const T target = a * (0.5 * (V + next) - E);
    w = target + (w - target) * keep_w;
    V = next;
  }
}

struct Trajectory {
  const TrajectoryData* data;
  Adex fixed;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    std::size_t row = 0;
    for (const TrajectorySweep& sweep : data->sweeps) {
      follow(*data, sweep, fixed, p,
             [&](std::size_t k, const T& V) { residual[row++] = V - T(sweep.voltage_mV[k]); });
    }
    return true;
  }
};

std::size_t count_compared(const TrajectoryData& data) {
  std::size_t count = 0;
  for (const TrajectorySweep& sweep : data.sweeps) {
    for (std::size_t k = 0; k < sweep.compared.size(); k += data.compare_every)
      count += sweep.compared[k] ? 1U : 0U;
  }
  return count;
}

// Sums of one tau_w: regressors V, low-pass of V, 1, trace of the spikes.
struct Sums {
  Eigen::Matrix4d xx = Eigen::Matrix4d::Zero();
  Eigen::Vector4d xy = Eigen::Vector4d::Zero();
  double yy = 0.0;
};

void add_sweep(const TrajectorySweep& sweep, double h, const Adex& m, double tau_w_ms, Sums& sums) {
  const double keep = std::exp(-h / tau_w_ms);
  double low_pass = sweep.voltage_mV.front(), trace = 0.0;
  for (std::size_t k = 0; k + 1 < sweep.kind.size(); ++k) {
    if (sweep.kind[k] == Kind::spike) trace += 1.0;
    const double V = 0.5 * (sweep.voltage_mV[k] + sweep.voltage_mV[k + 1]);
    if (sweep.kind[k] == Kind::free && sweep.compared[k] && sweep.compared[k + 1] && V < m.V_T_mV) {
      const double rise = m.g_nS * m.Delta_T_mV * std::exp((V - m.V_T_mV) / m.Delta_T_mV);
      const double y =
          m.C_pF * (sweep.voltage_mV[k + 1] - sweep.voltage_mV[k]) / h - sweep.current_pA[k] - rise;
      const Eigen::Vector4d x(V, low_pass, 1.0, trace);
      sums.xx += x * x.transpose();
      sums.xy += x * y;
      sums.yy += y * y;
    }
    const double seen = sweep.kind[k] == Kind::free ? V : m.reset.V_reset_mV;
    low_pass = seen + (low_pass - seen) * keep;
    trace *= keep;
  }
}

}  // namespace

AdexLinear linear_part(const Adex& m) {
  return {std::log(m.g_nS), m.E_mV, m.a_nS / m.g_nS, m.b_pA / m.g_nS, std::log(m.tau_w_ms)};
}

Adex with_linear_part(Adex m, const AdexLinear& p) {
  m.g_nS = std::exp(p[0]);
  m.E_mV = p[1];
  m.a_nS = m.g_nS * p[2];
  m.b_pA = m.g_nS * p[3];
  m.tau_w_ms = std::exp(p[4]);
  return m;
}

std::vector<double> adaptation_pA(const TrajectoryData& data, const TrajectorySweep& sweep, const Adex& m,
                                  std::size_t samples) {
  std::vector<double> w(samples);
  const double keep = std::exp(-data.step_ms / m.tau_w_ms);
  double now = m.a_nS * (sweep.voltage_mV.front() - m.E_mV);
  for (std::size_t k = 0; k < sweep.kind.size(); ++k) {
    if (sweep.kind[k] == Kind::spike) now += m.b_pA;
    const std::size_t begin = k * data.samples_per_step;
    const std::size_t end = k + 1 < sweep.kind.size() ? begin + data.samples_per_step : samples;
    const double V = sweep.kind[k] == Kind::free ? sweep.voltage_mV[k] : m.reset.V_reset_mV;
    const double target = m.a_nS * (V - m.E_mV);
    const double next = target + (now - target) * keep;
    for (std::size_t i = begin; i < std::min(end, samples); ++i) w[i] = 0.5 * (now + next);
    now = next;
  }
  return w;
}

std::optional<Adex> regress_adex(const TrajectoryData& data, Adex model, double shortest_tau_w_ms,
                                 double longest_tau_w_ms) {
  std::optional<Adex> best;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kGrid; ++i) {
    const double tau_w_ms = shortest_tau_w_ms * std::pow(longest_tau_w_ms / shortest_tau_w_ms,
                                                         static_cast<double>(i) / (kGrid - 1));
    Sums sums;
    for (const TrajectorySweep& sweep : data.sweeps) add_sweep(sweep, data.step_ms, model, tau_w_ms, sums);
    const Eigen::LDLT<Eigen::Matrix4d> solver(sums.xx);
    const Eigen::Vector4d c = solver.solve(sums.xy);
    if (!c.allFinite()) continue;
    const double g = -c[0], a = -c[1];
    const double residual = sums.yy - c.dot(sums.xy);
    if (!(g > 0.0) || !(g + a > 0.02 * g) || residual >= least) continue;
    least = residual;
    best = model;
    best->g_nS = g;
    best->a_nS = a;
    best->E_mV = c[2] / (g + a);
    best->b_pA = -c[3];
    best->tau_w_ms = tau_w_ms;
  }
  return best;
}

std::optional<TrajectoryFit> refine_adex(const TrajectoryData& data, const Adex& start,
                                         double shortest_tau_w_ms, double longest_tau_w_ms) {
  const std::size_t rows = count_compared(data);
  if (rows < 100 * kAdexLinear) return std::nullopt;
  AdexLinear p = linear_part(start);
  const double g_log = p[0];
  const AdexLinear lower{g_log - 3.0, -150.0, -0.95, -200.0, std::log(shortest_tau_w_ms)};
  const AdexLinear upper{g_log + 3.0, 50.0, 50.0, 500.0, std::log(longest_tau_w_ms)};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Trajectory, ceres::DYNAMIC, kParameters>(
                               new Trajectory{&data, start}, static_cast<int>(rows)),
                           nullptr, p.data());
  for (std::size_t i = 0; i < kAdexLinear; ++i) {
    p[i] = std::clamp(p[i], lower[i], upper[i]);
    problem.SetParameterLowerBound(p.data(), static_cast<int>(i), lower[i]);
    problem.SetParameterUpperBound(p.data(), static_cast<int>(i), upper[i]);
  }
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
  options.num_threads = 1;
  options.max_num_iterations = 50;
  options.function_tolerance = 1e-7;
  options.parameter_tolerance = 1e-6;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  if (!summary.IsSolutionUsable()) return std::nullopt;

  TrajectoryFit fit;
  fit.model = with_linear_part(start, p);
  fit.iterations = static_cast<int>(summary.iterations.size());
  fit.compared = rows;
  for (std::size_t i = 0; i < kAdexLinear; ++i) {
    const double room = 1e-6 * (upper[i] - lower[i]);
    fit.on_bound[i] = p[i] - lower[i] < room || upper[i] - p[i] < room;
  }
  fit.curvature.assign(data.block_count, Eigen::Matrix<double, 5, 5>::Zero());
  fit.gradient.assign(data.block_count, Eigen::Matrix<double, 5, 1>::Zero());
  using Jet = ceres::Jet<double, kParameters>;
  std::array<Jet, kAdexLinear> jets;
  for (std::size_t i = 0; i < kAdexLinear; ++i) jets[i] = Jet(p[i], static_cast<int>(i));
  double squares = 0.0;
  for (const TrajectorySweep& sweep : data.sweeps) {
    follow(data, sweep, start, jets.data(), [&](std::size_t k, const Jet& V) {
      const double residual = V.a - sweep.voltage_mV[k];
      squares += residual * residual;
      fit.curvature[sweep.block[k]] += V.v * V.v.transpose();
      fit.gradient[sweep.block[k]] += V.v * residual;
    });
  }
  fit.rms_mV = std::sqrt(squares / static_cast<double>(rows));
  if (!std::isfinite(fit.rms_mV)) return std::nullopt;
  return fit;
}

}  // namespace libfit
