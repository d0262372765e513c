#include "libfit/simulate/simulate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>

#include "libfit/core/error.hpp"
#include "libfit/simulate/flow_internal.hpp"
#include "libfit/simulate/gif_trials.hpp"
#include "libfit/simulate/plane_flow_internal.hpp"

namespace libfit {
namespace {

constexpr int spikes_per_sample_limit = 100;

struct Clock {
  std::span<const double> current_pA;
  double dt_ms = 0.0;
};

double settled_voltage(const Model& model, const Reset& reset, double settled_pA) {
  const auto driven = rest_mV(model, settled_pA);
  const auto silent = rest_mV(model);
  return driven ? *driven : silent.value_or(reset.V_reset_mV);
}

[[noreturn]] void refuse_current(std::size_t k, double current_pA, std::string_view problem) {
  throw DataError(fmt::format("current: sample {} holds {:g} pA: {}; check its unit and its scale", k,
                              current_pA, problem));
}

// Flows that remember more than V are informed of what happens between their own steps.
template <class Flow>
void hold(Flow& flow, double held_ms) {
  if constexpr (requires { flow.hold(held_ms); }) flow.hold(held_ms);
}
template <class Flow>
void fired(Flow& flow) {
  if constexpr (requires { flow.fired(); }) flow.fired();
}

// The state between samples: V, and how long it is still held at the reset.
struct State {
  double V = 0.0;
  double held_ms = 0.0;  // refractory time that is left
  double w = 0.0;        // of an AdEx, where a run begins
};

// Moves the state over sample k and appends the spikes it meets.
template <class Flow>
void advance_sample(Flow& flow, const Reset& reset, const Clock& clock, std::size_t k, State& state,
                    SpikeTrain& spikes) {
  const double I = clock.current_pA[k];
  const double begin = static_cast<double>(k) * clock.dt_ms;
  double left = clock.dt_ms;
  for (int count = 0; left > 0.0; ++count) {
    if (state.held_ms > 0.0) {
      const double held = std::min(state.held_ms, left);
      hold(flow, held);
      state.held_ms -= held;
      left -= held;
      if (left <= 0.0) return;
    }
    const flow::Advance step = flow.advance(state.V, I, left);
    state.V = step.V_mV;
    if (!std::isfinite(state.V)) refuse_current(k, I, "it drives the voltage beyond all numbers");
    if (!step.spike_ms) return;
    const double time = begin + (clock.dt_ms - left) + *step.spike_ms;
    if (count >= spikes_per_sample_limit || (!spikes.empty() && time <= spikes.back())) {
      refuse_current(k, I, "it makes the model fire without end within one sample");
    }
    spikes.push_back(time);
    left -= *step.spike_ms;
    fired(flow);
    state = {reset.V_reset_mV, reset.t_ref_ms};
  }
}

// An AdEx at rest: under the settled current, else without one. Where the mean of a fluctuating current makes
// it fire for ever, it has been firing; a current that is held from its first sample was switched on there.
State settled_state(const Adex& m, double settled_pA, const Clock& clock, const SimulateOptions& options) {
  const double V = settled_voltage(m, m.reset, settled_pA);
  const auto w_at_rest = [&] { return m.a_nS * (V - m.E_mV); };
  if (rest_mV(m, settled_pA)) return {V, 0.0, w_at_rest()};
  State state{V, 0.0, rest_mV(m) ? w_at_rest() : 0.0};
  if (settled_pA == clock.current_pA[0]) return state;
  constexpr double kTimeConstants = 5.0, kMostSamples = 1e5;
  const double samples = kTimeConstants * (m.tau_w_ms + m.C_pF / m.g_nS) / clock.dt_ms;
  const std::vector<double> held(static_cast<std::size_t>(std::min(samples, kMostSamples)), settled_pA);
  flow::PlaneFlow flow(flow::AdexMembrane(m, state.w), options.min_substeps, options.quick);
  SpikeTrain spikes;
  for (std::size_t k = 0; k < held.size(); ++k)
    advance_sample(flow, m.reset, {held, clock.dt_ms}, k, state, spikes);
  state.w = flow.x();
  return state;
}

template <class Flow>
Prediction run(Flow flow, const Reset& reset, double V_spike, const Clock& clock, State state) {
  Prediction prediction;
  const std::size_t count = clock.current_pA.size();
  prediction.voltage_mV.resize(count);
  SpikeTrain& spikes = prediction.spike_times_ms;
  if (!std::isfinite(state.V)) {
    refuse_current(0, clock.current_pA[0], "its resting voltage is beyond all numbers");
  }
  if (state.V >= V_spike) {
    spikes.push_back(0.0);
    fired(flow);
    state = {reset.V_reset_mV, reset.t_ref_ms};
  }
  bool spiked = !spikes.empty();
  for (std::size_t k = 0; k < count; ++k) {
    prediction.voltage_mV[k] = spiked ? V_spike : state.V;
    const std::size_t before = spikes.size();
    advance_sample(flow, reset, clock, k, state, spikes);
    spiked = spikes.size() > before;
  }
  // A spike in the last sample may round to the end of it, which belongs to the next.
  const double duration = static_cast<double>(count) * clock.dt_ms;
  if (!spikes.empty() && spikes.back() >= duration) spikes.pop_back();
  return prediction;
}

// One trial; a spike is drawn at the first sample at or after it.
Prediction run(const Gif& m, const Clock& clock, const SimulateOptions& options) {
  GifTrials trials = simulate_gif_trials(m, clock.current_pA, clock.dt_ms,
                                         {1, options.trial, options.seed, 1, options.settled_pA});
  Prediction prediction;
  prediction.spike_times_ms = std::move(trials.spikes_ms.front());
  const std::size_t samples = clock.current_pA.size();
  prediction.voltage_mV = voltage_at_samples(trials.first_voltage_mV, m.bin_ms, samples, clock.dt_ms);
  for (const double time : prediction.spike_times_ms) {
    const auto k = static_cast<std::size_t>(std::ceil(time / clock.dt_ms));
    if (k < samples) prediction.voltage_mV[k] = m.V_spike_mV;
  }
  return prediction;
}

}  // namespace

void SimulateOptions::validate() const {
  check_options({{"min_substeps", static_cast<double>(min_substeps),
                  min_substeps >= 1 && min_substeps <= 10000, "between 1 and 10000"}});
  if (std::isinf(V_initial_mV)) {
    check_options({{"V_initial_mV", V_initial_mV, false, "finite, or NaN for the rest"}});
  }
  if (settled_pA) check_options({{"settled_pA", *settled_pA, std::isfinite(*settled_pA), "finite"}});
}

std::uint64_t seed_beside_noise(std::uint64_t noise_seed) { return noise_seed ^ 0x5370696b6573ULL; }

Prediction simulate(const Model& model, std::span<const double> current_pA, double dt_ms,
                    const SimulateOptions& options) {
  require(!current_pA.empty(), "simulate: the current is empty");
  require(dt_ms > 0.0 && std::isfinite(dt_ms), "simulate: dt_ms must be > 0");
  options.validate();
  validate(model);
  for (std::size_t k = 0; k < current_pA.size(); ++k) {
    if (!std::isfinite(current_pA[k])) refuse_current(k, current_pA[k], "it is not finite");
  }
  const Clock clock{current_pA, dt_ms};
  const double settled_pA = options.settled_pA ? *options.settled_pA : settled_current_pA(current_pA, dt_ms);
  const auto from = [&](State state) {
    if (!std::isnan(options.V_initial_mV)) state = {options.V_initial_mV, 0.0, state.w};
    return state;
  };
  const auto start = [&](const Reset& reset) {
    return from({settled_voltage(model, reset, settled_pA), 0.0});
  };
  return std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, Passive>) {
          constexpr double never = std::numeric_limits<double>::infinity();
          return run(flow::PassiveFlow(m, dt_ms), Reset{}, never, clock, start(Reset{}));
        } else if constexpr (std::is_same_v<M, Lif>) {
          return run(flow::LifFlow(m, dt_ms), m.reset, m.V_th_mV, clock, start(m.reset));
        } else if constexpr (std::is_same_v<M, Qif>) {
          return run(flow::QifFlow(m, dt_ms), m.reset, m.V_spike_mV, clock, start(m.reset));
        } else if constexpr (std::is_same_v<M, Tabulated>) {
          return run(flow::TabulatedFlow(m, dt_ms), m.reset, m.V_spike_mV, clock, start(m.reset));
        } else if constexpr (std::is_same_v<M, RefractoryEif>) {
          return run(flow::PlaneFlow(flow::RefractoryMembrane(m), options.min_substeps, options.quick),
                     m.reset, m.V_spike_mV, clock, start(m.reset));
        } else if constexpr (std::is_same_v<M, Adex>) {
          const State settled = settled_state(m, settled_pA, clock, options);
          return run(flow::PlaneFlow(flow::AdexMembrane(m, settled.w), options.min_substeps, options.quick),
                     m.reset, m.V_spike_mV, clock, from(settled));
        } else if constexpr (std::is_same_v<M, Gif>) {
          return run(m, clock, options);
        } else {
          return run(flow::EifFlow(m, dt_ms, options.min_substeps), m.reset, m.V_spike_mV, clock,
                     start(m.reset));
        }
      },
      model);
}

PredictedTrains simulate_trials(const Model& model, std::span<const double> current_pA, double dt_ms,
                                std::size_t trials, const SimulateOptions& options) {
  if (const auto* gif = std::get_if<Gif>(&model)) {
    GifTrials drawn = simulate_gif_trials(
        *gif, current_pA, dt_ms, {trials, options.trial, options.seed, options.threads, options.settled_pA});
    return {std::move(drawn.spikes_ms),
            voltage_at_samples(drawn.mean_voltage_mV, gif->bin_ms, current_pA.size(), dt_ms)};
  }
  Prediction prediction = simulate(model, current_pA, dt_ms, options);
  return {{std::move(prediction.spike_times_ms)}, std::move(prediction.voltage_mV)};
}

}  // namespace libfit
