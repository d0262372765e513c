#include "libfit/fit/adex_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"
#include "libfit/fit/adex_trajectory.hpp"
#include "libfit/fit/bounded_fit_internal.hpp"
#include "libfit/fit/curve_residuals_internal.hpp"
#include "libfit/fit/curve_starts.hpp"
#include "libfit/signal/quality.hpp"

namespace libfit {
namespace {

using Kind = TrajectorySweep::Step;
using Matrix5 = Eigen::Matrix<double, 5, 5>;
using Vector5 = Eigen::Matrix<double, 5, 1>;
constexpr int kRounds = 2;

TrajectorySweep in_steps(const Sweep& sweep, std::size_t samples, double h) {
  TrajectorySweep steps;
  const std::size_t count = sweep.size() / samples;
  for (std::size_t k = 0; k < count; ++k) {
    double sum = 0.0;
    for (std::size_t i = 0; i < samples; ++i) sum += sweep.current_pA[k * samples + i];
    steps.current_pA.push_back(sum / static_cast<double>(samples));
    steps.voltage_mV.push_back(sweep.voltage_mV[k * samples]);
  }
  steps.kind.assign(count, Kind::free);
  steps.compared.assign(count, false);
  steps.block.assign(count, 0);
  for (const Stretch& stretch : driven_stretches(sweep)) {
    for (std::size_t k = stretch.begin / samples; k < std::min(count, stretch.end / samples); ++k)
      steps.compared[k] = true;
  }
  // Where V starts is measured and not predicted. Where w starts is neither: a sweep may begin in the middle
  // of firing, and what that left fades with tau_w.
  const double unknown_ms = std::clamp(0.1 * h * static_cast<double>(count), 10.0, 1500.0);
  std::fill_n(steps.compared.begin(), std::min(count, static_cast<std::size_t>(unknown_ms / h)), false);
  return steps;
}

void mark_spikes(TrajectorySweep& steps, const SpikeTrain& spikes_ms, double t_ref_ms, double h,
                 const AdexFitOptions& options) {
  const auto place = [&](double t_ms) {
    return static_cast<std::size_t>(
        std::clamp(std::round(t_ms / h), 0.0, static_cast<double>(steps.kind.size())));
  };
  for (const double spike : spikes_ms) {
    const std::size_t at = place(spike);
    const std::size_t end = std::max(at + 1, place(spike + t_ref_ms));
    for (std::size_t k = at; k < std::min(end, steps.kind.size()); ++k)
      steps.kind[k] = k == at ? Kind::spike : Kind::held;
    for (std::size_t k = place(spike - options.before_spike_ms);
         k < std::min(end + place(options.after_hold_ms) + 1, steps.kind.size()); ++k)
      steps.compared[k] = false;
  }
}

TrajectoryData trajectory_data(const Recording& recording, const SpikeTrains& spikes_ms,
                               std::span<const Block> blocks, double t_ref_ms,
                               const AdexFitOptions& options) {
  TrajectoryData data;
  const double dt = recording.sweeps.front().dt_ms;
  data.samples_per_step =
      std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(options.step_ms / dt)));
  data.step_ms = dt * static_cast<double>(data.samples_per_step);
  data.compare_every = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(1.0 / data.step_ms)));
  data.block_count = blocks.size();
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    TrajectorySweep steps = in_steps(recording.sweeps[s], data.samples_per_step, data.step_ms);
    mark_spikes(steps, spikes_ms[s], t_ref_ms, data.step_ms, options);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (blocks[b].sweep != s) continue;
      const std::size_t end = std::min(steps.block.size(), blocks[b].end / data.samples_per_step + 1);
      for (std::size_t k = blocks[b].begin / data.samples_per_step; k < end; ++k)
        steps.block[k] = static_cast<std::uint32_t>(b);
    }
    data.sweeps.push_back(std::move(steps));
  }
  return data;
}

// The recording as a membrane without adaptation would have seen it.
Recording without_adaptation(const Recording& recording, const TrajectoryData& data, const Adex& model) {
  Recording changed;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    changed.sweeps.push_back(recording.sweeps[s]);
    Sweep& sweep = changed.sweeps.back();
    const std::vector<double> w = adaptation_pA(data, data.sweeps[s], model, sweep.size());
    for (std::size_t k = 0; k < sweep.size(); ++k) sweep.current_pA[k] -= w[k];
  }
  return changed;
}

// V_T and Delta_T of a curve for the leak of the model.
struct Onset {
  double V_T_mV = 0.0, Delta_T_mV = 0.0;
  std::size_t bins = 0;
  double chi_square = 0.0, upper_V_mV = 0.0;
  bool on_bound = false;
};

std::optional<Onset> onset_of(const std::vector<IvBin>& bins, const Adex& m) {
  if (bins.size() < 6) return std::nullopt;
  const Voltages range = allowed(bins);
  std::optional<Onset> best;
  for (const auto& [V_T, Delta_T] :
       {std::pair(m.V_T_mV, m.Delta_T_mV), std::pair(bins.back().V_mV - 2.0, 1.0)}) {
    BoundedStart<4> start = eif_start(range, m.C_pF / m.g_nS, m.E_mV, V_T, Delta_T);
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      start.value[i] = i == 0 ? std::log(m.C_pF / m.g_nS) : m.E_mV;
      start.lower[i] = start.value[i] - 1.0;
      start.upper[i] = start.value[i] + 1.0;
    }
    const auto found = fit_bounded<EifCurve, 4>(bins, start, false, {0, 1});
    if (!found || (best && found->chi_square >= best->chi_square)) continue;
    best = Onset{found->value[2],   std::exp(found->value[3]), bins.size(),
                 found->chi_square, bins.back().V_mV,          found->on_bound[2] || found->on_bound[3]};
  }
  return best;
}

// The leak of a trajectory never fits every bin of a curve to its standard error: bins near the upstroke
// would count for little beside those around rest. A common excess, the scatter about the last fit, evens
// them out.
std::vector<IvBin> evened(std::vector<IvBin> bins, const Adex& m) {
  std::vector<double> misses;
  misses.reserve(bins.size());
  for (const IvBin& bin : bins) misses.push_back(std::abs(bin.F_mV_per_ms - drift_mV_per_ms(m, bin.V_mV)));
  const double excess = median(misses).value_or(0.0);
  for (IvBin& bin : bins) bin.se_mV_per_ms = std::hypot(bin.se_mV_per_ms, excess);
  return bins;
}

struct Found {
  TrajectoryFit trajectory;
  Onset onset;
  Adex model;
  IvMoments moments;  // of the curve without adaptation
};

std::optional<Found> find(const Recording& recording, const SpikeTrains& spikes_ms,
                          std::span<const Block> blocks, const TrajectoryData& data, Adex model,
                          double limit_mV_per_ms, const AdexFitOptions& options) {
  std::optional<Found> found;
  for (int round = 0; round < kRounds; ++round) {
    std::optional<Adex> start =
        found ? model : regress_adex(data, model, options.shortest_tau_w_ms, options.longest_tau_w_ms);
    if (!start) return std::nullopt;
    const auto trajectory = refine_adex(data, *start, options.shortest_tau_w_ms, options.longest_tau_w_ms);
    if (!trajectory) return std::nullopt;
    model = trajectory->model;
    const Recording bare = without_adaptation(recording, data, model);
    IvMoments moments = gather_iv_moments(bare, spikes_ms, blocks, options.curve, options.threads);
    const auto bins = bins_below(dynamic_iv(moments, model.C_pF, options.curve), limit_mV_per_ms);
    const auto onset = onset_of(evened(bins, model), model);
    if (!onset) return std::nullopt;
    model.V_T_mV = onset->V_T_mV;
    model.Delta_T_mV = onset->Delta_T_mV;
    found = Found{*trajectory, *onset, model, std::move(moments)};
  }
  return found;
}

// Standard errors of the linear part from blocks: the sandwich of normal equations and scatter of gradients.
Vector5 block_errors(const TrajectoryFit& fit) {
  Matrix5 curvature = Matrix5::Zero(), scatter = Matrix5::Zero();
  for (std::size_t b = 0; b < fit.curvature.size(); ++b) {
    curvature += fit.curvature[b];
    scatter += fit.gradient[b] * fit.gradient[b].transpose();
  }
  const Matrix5 inverse = curvature.inverse();
  return (inverse * scatter * inverse).diagonal().cwiseMax(0.0).cwiseSqrt();
}

void describe(ModelFit& fit, const Found& found) {
  fit.model = found.model;
  fit.status = FitStatus::ok;
  fit.parameters = estimates_of(fit.model);
  const Vector5 se = block_errors(found.trajectory);
  const Adex& m = found.model;
  const auto set = [&](double Adex::*member, double error) {
    if (std::isfinite(error)) estimate_of<Adex>(fit, member).se = error;
  };
  set(&Adex::g_nS, m.g_nS * se[0]);
  set(&Adex::E_mV, se[1]);
  set(&Adex::a_nS, std::hypot(m.g_nS * se[2], m.a_nS * se[0]));
  set(&Adex::b_pA, std::hypot(m.g_nS * se[3], m.b_pA * se[0]));
  set(&Adex::tau_w_ms, m.tau_w_ms * se[4]);
}

void judge(ModelFit& fit, const Found& found, const ModelFit& eif) {
  if (eif.status != FitStatus::ok)
    leave_unidentified(fit, "the EIF of the whole curve is not identified: " + eif.reason);
  const auto& m = found.model;
  if (found.trajectory.on_bound[4])
    leave_unidentified(fit, fmt::format("tau_w = {:.0f} ms ended on its bound", m.tau_w_ms));
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    if (found.trajectory.on_bound[i])
      leave_unidentified(fit, "a parameter of the subthreshold part ended on its bound");
  }
  if (found.onset.on_bound) leave_unidentified(fit, "V_T or Delta_T ended on its bound");
  const auto is_seen = [&](double Adex::*member) {
    const ParameterEstimate& p = estimate_of<Adex>(fit, member);
    return p.se && std::abs(p.value) > 2.0 * *p.se;
  };
  if (!is_seen(&Adex::a_nS) && !is_seen(&Adex::b_pA))
    leave_unidentified(fit, "neither a nor b differs from 0 beyond its error: no adaptation current is seen");
}

// What a capacitance that is 1 % larger does to the linear part.
Vector5 move_with_capacitance(const TrajectoryData& data, const Found& found, const AdexFitOptions& options) {
  Adex larger = found.trajectory.model;
  larger.C_pF *= 1.01;
  const auto moved = refine_adex(data, larger, options.shortest_tau_w_ms, options.longest_tau_w_ms);
  Vector5 step = Vector5::Zero();
  if (!moved) return step;
  const AdexLinear before = linear_part(found.trajectory.model), after = linear_part(moved->model);
  for (Eigen::Index i = 0; i < 5; ++i)
    step[i] = (after[static_cast<std::size_t>(i)] - before[static_cast<std::size_t>(i)]) / 0.01;
  return step;
}

void add_intervals(ModelFit& fit, const Found& found, const Vector5& with_C,
                   std::span<const double> capacitance_pF, const AdexFitOptions& options) {
  const TrajectoryFit& t = found.trajectory;
  const std::size_t blocks = t.curvature.size();
  std::vector<std::vector<double>> draws(fit.parameters.size(),
                                         std::vector<double>(capacitance_pF.size(), std::nan("")));
  parallel_for(capacitance_pF.size(), options.threads, [&](std::size_t draw) {
    const double C = capacitance_pF[draw];
    if (!(C > 0.0)) return;
    const std::vector<double> weights = draw_block_weights(blocks, options.seed, draw);
    Matrix5 curvature = Matrix5::Zero();
    Vector5 gradient = Vector5::Zero();
    for (std::size_t b = 0; b < blocks; ++b) {
      curvature += weights[b] * t.curvature[b];
      gradient += weights[b] * t.gradient[b];
    }
    const Vector5 step = with_C * (C / found.model.C_pF - 1.0) - curvature.ldlt().solve(gradient);
    if (!step.allFinite()) return;
    AdexLinear p = linear_part(found.model);
    for (std::size_t i = 0; i < kAdexLinear; ++i) p[i] += step[static_cast<Eigen::Index>(i)];
    Adex m = with_linear_part(found.model, p);
    m.C_pF = C;
    const auto bins =
        bins_up_to(dynamic_iv(found.moments, C, options.curve, weights), found.onset.upper_V_mV + 1e-6);
    const auto onset = onset_of(evened(bins, m), m);
    if (!onset) return;
    m.V_T_mV = onset->V_T_mV;
    m.Delta_T_mV = onset->Delta_T_mV;
    const auto parameters = parameters_in(m);
    for (std::size_t i = 0; i < parameters.size(); ++i) draws[i][draw] = parameters[i].value;
  });
  set_intervals(fit, draws, blocks);
}

}  // namespace

void AdexFitOptions::validate() const {
  curve.validate();
  check_options({{"step_ms", step_ms, step_ms > 0.0, "> 0"},
                 {"before_spike_ms", before_spike_ms, before_spike_ms >= 0.0, ">= 0"},
                 {"after_hold_ms", after_hold_ms, after_hold_ms >= 0.0, ">= 0"},
                 {"shortest_tau_w_ms", shortest_tau_w_ms, shortest_tau_w_ms > 0.0, "> 0"},
                 {"longest_tau_w_ms", longest_tau_w_ms, longest_tau_w_ms > shortest_tau_w_ms,
                  "above shortest_tau_w_ms"},
                 {"min_spikes", static_cast<double>(min_spikes), min_spikes >= 2, ">= 2"}});
}

ModelFit fit_adex(const Recording& recording, const SpikeTrains& spikes_ms, std::span<const Block> blocks,
                  const ModelFit& eif, std::span<const double> capacitance_pF,
                  const AdexFitOptions& options) {
  options.validate();
  require(!recording.sweeps.empty() && spikes_ms.size() == recording.sweeps.size() && !blocks.empty(),
          "fit_adex: one spike train per sweep, one sweep or more, and blocks");
  const auto* base = std::get_if<Eif>(&eif.model);
  if (base == nullptr || eif.status == FitStatus::failed || !eif.curve)
    return failed_fit(Adex{}, "there is no EIF of the whole curve to extend: " + eif.reason);
  std::size_t spikes = 0;
  for (const auto& train : spikes_ms) spikes += train.size();
  if (spikes < options.min_spikes) {
    return failed_fit(
        Adex{},
        fmt::format("{} spikes are too few to show what a spike adds to an adaptation current; {} are needed",
                    spikes, options.min_spikes));
  }
  const TrajectoryData data = trajectory_data(recording, spikes_ms, blocks, base->reset.t_ref_ms, options);
  const Adex start{base->C_pF, base->g_nS, base->E_mV, base->V_T_mV,     base->Delta_T_mV,
                   0.0,        0.0,        100.0,      base->V_spike_mV, base->reset};
  const auto found = find(recording, spikes_ms, blocks, data, start, eif.curve->limit_mV_per_ms, options);
  if (!found)
    return failed_fit(
        Adex{}, "the subthreshold voltage between spikes does not determine leak and adaptation current");
  ModelFit fit;
  describe(fit, *found);
  judge(fit, *found, eif);
  fail_unless_valid(fit);
  if (fit.status == FitStatus::failed) return fit;
  // A parameter on its bound has no error of its own, and one step from there says nothing about the others.
  const auto& on_bound = found->trajectory.on_bound;
  const bool free = std::none_of(on_bound.begin(), on_bound.end(), [](bool held) { return held; });
  if (!capacitance_pF.empty() && free)
    add_intervals(fit, *found, move_with_capacitance(data, *found, options), capacitance_pF, options);
  return fit;
}

}  // namespace libfit
