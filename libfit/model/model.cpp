#include "libfit/model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "libfit/core/error.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

// exp(600) times any conductance over any capacitance is still finite.
constexpr double exponent_cap = 600.0;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

double drift(const Passive& m, double V) { return -m.g_nS * (V - m.E_mV) / m.C_pF; }
double drift(const Lif& m, double V) { return -m.g_nS * (V - m.E_mV) / m.C_pF; }
double drift(const Gif& m, double V) { return -m.g_nS * (V - m.E_mV) / m.C_pF; }
double drift(const Qif& m, double V) { return m.a_nS_per_mV * (V - m.V_rest_mV) * (V - m.V_c_mV) / m.C_pF; }
double drift(const Eif& m, double V) {
  const double exponent = std::min((V - m.V_T_mV) / m.Delta_T_mV, exponent_cap);
  return (-m.g_nS * (V - m.E_mV) + m.g_nS * m.Delta_T_mV * std::exp(exponent)) / m.C_pF;
}
Eif long_after_a_spike(const RefractoryEif& m) {
  return {m.C_pF, m.g_nS, m.E_mV, m.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset};
}
Eif without_adaptation(const Adex& m) {
  return {m.C_pF, m.g_nS, m.E_mV, m.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset};
}
double drift(const RefractoryEif& m, double V) { return drift(long_after_a_spike(m), V); }
double drift(const Adex& m, double V) { return drift(without_adaptation(m), V); }
double drift(const Tabulated& m, double V) {
  const auto above = std::upper_bound(m.V_mV.begin() + 1, m.V_mV.end() - 1, V);
  const auto i = static_cast<std::size_t>(above - m.V_mV.begin());
  const double slope = (m.F_mV_per_ms[i] - m.F_mV_per_ms[i - 1]) / (m.V_mV[i] - m.V_mV[i - 1]);
  return m.F_mV_per_ms[i - 1] + slope * (V - m.V_mV[i - 1]);
}

using MaybeVoltage = std::optional<double>;

MaybeVoltage below(double V, double V_spike) { return V < V_spike ? MaybeVoltage(V) : std::nullopt; }

MaybeVoltage rest(const Passive& m, double I) { return m.E_mV + I / m.g_nS; }
MaybeVoltage rest(const Gif& m, double I) { return m.E_mV + I / m.g_nS; }
MaybeVoltage rest(const Lif& m, double I) { return below(m.E_mV + I / m.g_nS, m.V_th_mV); }
MaybeVoltage rest(const Qif& m, double I) {
  const double half_gap = 0.5 * (m.V_c_mV - m.V_rest_mV);
  const double square = half_gap * half_gap - I / m.a_nS_per_mV;
  if (square < 0.0) return std::nullopt;
  return below(0.5 * (m.V_c_mV + m.V_rest_mV) - std::sqrt(square), m.V_spike_mV);
}

// F + I/C is convex with its least value at V_T, and positive where the leak alone would rest: Newton's
// method from there rises towards the left root without passing it.
MaybeVoltage rest(const Eif& m, double I) {
  double V = m.E_mV + I / m.g_nS;
  if (V >= m.V_T_mV || drift(m, m.V_T_mV) + I / m.C_pF > 0.0) return std::nullopt;
  for (int i = 0; i < 100; ++i) {
    const double e = std::exp((V - m.V_T_mV) / m.Delta_T_mV);
    const double step = (m.E_mV - V + m.Delta_T_mV * e + I / m.g_nS) / std::max(1.0 - e, 1e-12);
    V = std::min(V + step, m.V_T_mV);
    if (std::abs(step) <= 1e-13 * std::max(1.0, std::abs(V))) break;
  }
  return below(V, m.V_spike_mV);
}

MaybeVoltage rest(const RefractoryEif& m, double I) { return rest(long_after_a_spike(m), I); }

// With w = a (V - E) the zeros are those of an EIF of leak g + a whose exponential keeps its size
// g Delta_T exp((V - V_T)/Delta_T), that is, whose V_T is Delta_T ln((g + a)/g) higher. The lower of the two
// can lose its stability before it is gone, where the exponential grows faster than w follows (Hopf
// bifurcation).
MaybeVoltage rest(const Adex& m, double I) {
  Eif steady = without_adaptation(m);
  steady.g_nS = m.g_nS + m.a_nS;
  steady.V_T_mV = m.V_T_mV + m.Delta_T_mV * std::log(steady.g_nS / m.g_nS);
  const MaybeVoltage V = rest(steady, I);
  if (!V) return std::nullopt;
  const double growth = m.g_nS * (std::exp((*V - m.V_T_mV) / m.Delta_T_mV) - 1.0) / m.C_pF;
  return growth < 1.0 / m.tau_w_ms ? V : std::nullopt;
}

MaybeVoltage rest(const Tabulated& m, double I) {
  const std::vector<double>& V = m.V_mV;
  const std::size_t last = V.size() - 1;
  for (std::size_t i = 1; i <= last; ++i) {
    const double left = m.F_mV_per_ms[i - 1] + I / m.C_pF;
    const double right = m.F_mV_per_ms[i] + I / m.C_pF;
    const double slope = (right - left) / (V[i] - V[i - 1]);
    if (slope >= 0.0) continue;
    const double root = V[i - 1] - left / slope;
    if ((i == 1 || root >= V[i - 1]) && (i == last || root <= V[i])) return below(root, m.V_spike_mV);
  }
  return std::nullopt;
}

void check_reset(const Reset& reset, double V_spike, std::string_view spike_rule) {
  check_options({{"V_reset_mV", reset.V_reset_mV, reset.V_reset_mV < V_spike, spike_rule}});
}

// Without a refractory period such a reset is followed by the next spike, and the next, whatever the input.
void check_reset_ends_the_run_away(const Reset& reset, bool runs_away) {
  check_options({{"t_ref_ms", reset.t_ref_ms, reset.t_ref_ms > 0.0 || !runs_away,
                  "> 0 when V_reset_mV lies in the upstroke, where F rises from a positive value"}});
}

// What holds between the parameters of a model; each by itself has its domain.
void check(const Passive&) {}
void check(const Gif& m) { validate(m); }
void check(const Lif& m) { check_reset(m.reset, m.V_th_mV, "below V_th_mV"); }

void check(const Qif& m) {
  check_options({{"V_c_mV", m.V_c_mV, m.V_c_mV >= m.V_rest_mV, "at or above V_rest_mV"},
                 {"V_spike_mV", m.V_spike_mV, m.V_spike_mV > m.V_c_mV, "above V_c_mV"}});
  check_reset(m.reset, m.V_spike_mV, "below V_spike_mV");
  check_reset_ends_the_run_away(m.reset, m.reset.V_reset_mV > m.V_c_mV);
}

void check_curve(const Eif& m) {
  check_options({{"V_spike_mV", m.V_spike_mV, m.V_spike_mV > m.V_T_mV, "above V_T_mV"}});
  check_reset(m.reset, m.V_spike_mV, "below V_spike_mV");
}

void check(const Eif& m) {
  check_curve(m);
  check_reset_ends_the_run_away(m.reset, m.reset.V_reset_mV > m.V_T_mV && drift(m, m.reset.V_reset_mV) > 0.0);
}

void check(const RefractoryEif& m) {
  check(long_after_a_spike(m));
  const EifState released = state_after_spike(m, m.reset.t_ref_ms);
  check_options(
      {{"g1_nS", m.g1_nS, m.g_nS + m.g1_nS > 0.0, "above -g_nS: the leak is positive after a spike too"},
       {"V_T1_mV", m.V_T1_mV, m.V_spike_mV > released.V_T_mV,
        "so small that V_T is below V_spike_mV t_ref_ms after a spike"}});
  const Eif early{m.C_pF, released.g_nS, released.E_mV, released.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset};
  check_reset_ends_the_run_away(m.reset,
                                m.reset.V_reset_mV > early.V_T_mV && drift(early, m.reset.V_reset_mV) > 0.0);
}

void check(const Adex& m) {
  // Where every spike adds to w, a reset in the upstroke begins a burst, which w ends.
  if (m.b_pA > 0.0) {
    check_curve(without_adaptation(m));
  } else {
    check(without_adaptation(m));
  }
  check_options({{"a_nS", m.a_nS, m.g_nS + m.a_nS > 0.0, "above -g_nS: else the membrane has no rest"}});
}

void check(const Tabulated& m) {
  const auto size = static_cast<double>(m.V_mV.size());
  check_options({{"V_mV: number of points", size, size >= 2.0, "2 or more"},
                 {"F_mV_per_ms: number of points", static_cast<double>(m.F_mV_per_ms.size()),
                  m.F_mV_per_ms.size() == m.V_mV.size(), "as many as V_mV has"}});
  for (std::size_t i = 0; i < m.V_mV.size(); ++i) {
    check_options({{fmt::format("V_mV[{}]", i), m.V_mV[i], true, "finite"},
                   {fmt::format("F_mV_per_ms[{}]", i), m.F_mV_per_ms[i], true, "finite"}});
    const bool ascends = i == 0 || m.V_mV[i] > m.V_mV[i - 1];
    check_options({{fmt::format("V_mV[{}]", i), m.V_mV[i], ascends, "above the point before it"}});
  }
  check_reset(m.reset, m.V_spike_mV, "below V_spike_mV");
  bool rises = drift(m, m.reset.V_reset_mV) > 0.0;
  double F_before = drift(m, m.reset.V_reset_mV);
  for (const double V : m.V_mV) {
    if (V <= m.reset.V_reset_mV || V >= m.V_spike_mV) continue;
    rises = rises && drift(m, V) >= F_before;
    F_before = drift(m, V);
  }
  rises = rises && drift(m, m.V_spike_mV) > F_before;
  check_reset_ends_the_run_away(m.reset, rises);
}

}  // namespace

EifState state_after_spike(const RefractoryEif& m, double t_ms) {
  // Many fits leave parts at zero, and this is the inner loop of a simulation.
  const auto decayed = [t_ms](double amplitude, double tau_ms) {
    return amplitude == 0.0 ? 0.0 : amplitude * std::exp(-t_ms / tau_ms);
  };
  return {m.g_nS + decayed(m.g1_nS, m.tau_g_ms),
          m.E_mV + decayed(m.E1_mV, m.tau_E1_ms) - decayed(m.E2_mV, m.tau_E2_ms),
          m.V_T_mV + decayed(m.V_T1_mV, m.tau_T_ms)};
}

double drift_mV_per_ms(const Model& model, double V_mV) {
  return std::visit([V_mV](const auto& m) { return drift(m, V_mV); }, model);
}

double capacitance_pF(const Model& model) {
  return std::visit([](const auto& m) { return m.C_pF; }, model);
}

std::optional<double> spike_voltage_mV(const Model& model) {
  return std::visit(Overloaded{[](const Passive&) { return MaybeVoltage(); },
                               [](const Lif& m) { return MaybeVoltage(m.V_th_mV); },
                               [](const auto& m) { return MaybeVoltage(m.V_spike_mV); }},
                    model);
}

std::optional<double> rest_mV(const Model& model, double current_pA) {
  return std::visit([current_pA](const auto& m) { return rest(m, current_pA); }, model);
}

void validate(const Model& model) {
  std::visit(
      [](const auto& m) {
        check_parameters(m);
        check(m);
      },
      model);
}

}  // namespace libfit
