#include "libfit/model/firing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

using MaybeTime = std::optional<double>;

// Gauss-Kronrod, 7 and 15 points on [-1, 1] [Piessens et al. 1983, QUADPACK]: distance from the centre,
// weight of the 15-point rule, weight of the 7-point rule.
struct KronrodNode {
  double x, weight, gauss;
};
constexpr std::array<KronrodNode, 7> kKronrodNodes = {{
    {0.991455371120812639, 0.022935322010529225, 0.0},
    {0.949107912342758525, 0.063092092629978553, 0.129484966168869693},
    {0.864864423359769073, 0.104790010322250184, 0.0},
    {0.741531185599394440, 0.140653259715525919, 0.279705391489276668},
    {0.586087235467691130, 0.169004726639267903, 0.0},
    {0.405845151377397167, 0.190350578064785410, 0.381830050505118945},
    {0.207784955007898468, 0.204432940075298892, 0.0},
}};
constexpr double centre_weight = 0.209482141084727828;
constexpr double centre_gauss = 0.417959183673469388;
constexpr double relative_tolerance = 1e-11;
constexpr int deepest = 60;  // halvings; a piece is then narrower than neighbouring numbers

struct Panel {
  double low = 0.0, high = 0.0;
  double value = 0.0, error = 0.0;
};

template <class Slowness>
Panel panel_of(const Slowness& slowness, double low, double high) {
  const double middle = 0.5 * (low + high);
  const double half = 0.5 * (high - low);
  const double at_middle = slowness(middle);
  double kronrod = centre_weight * at_middle;
  double gauss = centre_gauss * at_middle;
  for (const KronrodNode& node : kKronrodNodes) {
    const double both = slowness(middle - half * node.x) + slowness(middle + half * node.x);
    kronrod += node.weight * both;
    gauss += node.gauss * both;
  }
  return {low, high, half * kronrod, half * std::abs(kronrod - gauss)};
}

// Halves panels until each agrees with itself, as far as rounding of F + I/C lets it: where that is a small
// difference of F and I/C, `noise` (its rounding) times 1/(F + I/C) is the relative error of the integrand.
// The integrand is positive, so a panel that is exact relative to its own value is exact relative to the sum.
template <class Slowness>
double integral(const Slowness& slowness, const Panel& panel, double noise, int depth) {
  const double mean = panel.value / (panel.high - panel.low);
  const double tolerance = std::max(relative_tolerance, noise * mean);
  if (panel.error <= tolerance * panel.value || depth >= deepest) return panel.value;
  const double middle = 0.5 * (panel.low + panel.high);
  return integral(slowness, panel_of(slowness, panel.low, middle), noise, depth + 1) +
         integral(slowness, panel_of(slowness, middle, panel.high), noise, depth + 1);
}

// The sum over pieces on which F is monotonic.
template <class Slowness>
double time_over(const Slowness& slowness, std::span<const double> ends, double drive) {
  const double noise = 4.0 * std::numeric_limits<double>::epsilon() * std::abs(drive);
  double time = 0.0;
  for (std::size_t i = 1; i < ends.size(); ++i) {
    if (ends[i] > ends[i - 1]) time += integral(slowness, panel_of(slowness, ends[i - 1], ends[i]), noise, 0);
  }
  return time;
}

bool rises_between(const DriftCurve& curve, double from, double to, double drive) {
  return least_drift(curve, from, to).F_mV_per_ms + drive > 0.0;
}

// Both are solved by V as a function of time; positive slope of dV/dt throughout is the caller's to check.
double linear_time(double from, double to, double G_from, double slope) {
  const double growth = slope * (to - from) / G_from;
  return std::abs(growth) < 1e-9 ? (to - from) / G_from * (1.0 - 0.5 * growth) : std::log1p(growth) / slope;
}

template <class M>
requires std::is_same_v<M, Passive> || std::is_same_v<M, Lif> MaybeTime time_between(const M& m, double from,
                                                                                     double to, double I) {
  const double rate = m.g_nS / m.C_pF;
  const double G = rate * (m.E_mV - from) + I / m.C_pF;
  if (!(G - rate * (to - from) > 0.0)) return std::nullopt;
  return linear_time(from, to, G, -rate);
}

// dy/dt = alpha y^2 + beta with y = V - middle.
MaybeTime time_between(const Qif& m, double from, double to, double I) {
  const double alpha = m.a_nS_per_mV / m.C_pF;
  const double middle = 0.5 * (m.V_rest_mV + m.V_c_mV);
  const double half_gap = 0.5 * (m.V_c_mV - m.V_rest_mV);
  const double beta = I / m.C_pF - alpha * half_gap * half_gap;
  const double y0 = from - middle;
  const double y1 = to - middle;
  const double least = y0 <= 0.0 && y1 >= 0.0 ? 0.0 : std::min(y0 * y0, y1 * y1);
  if (!(alpha * least + beta > 0.0)) return std::nullopt;
  const double w = std::sqrt(alpha * std::abs(beta));
  const double sine = w * (y1 - y0);
  const double cosine = beta + alpha * y0 * y1;
  if (cosine > 0.0 && w * (y1 - y0) < 1e-6 * cosine) return (y1 - y0) / cosine;
  return (beta > 0.0 ? std::atan2(sine, cosine) : std::atanh(sine / cosine)) / w;
}

MaybeTime time_between(const Tabulated& m, double from, double to, double I) {
  double time = 0.0;
  for (std::size_t i = 1; i < m.V_mV.size(); ++i) {
    const bool first = i == 1;
    const bool last = i + 1 == m.V_mV.size();
    const double low = first ? from : std::max(from, m.V_mV[i - 1]);
    const double high = last ? to : std::min(to, m.V_mV[i]);
    if (low >= high) continue;
    const double slope = (m.F_mV_per_ms[i] - m.F_mV_per_ms[i - 1]) / (m.V_mV[i] - m.V_mV[i - 1]);
    const double G = m.F_mV_per_ms[i - 1] + slope * (low - m.V_mV[i - 1]) + I / m.C_pF;
    if (!(G > 0.0) || !(G + slope * (high - low) > 0.0)) return std::nullopt;
    time += linear_time(low, high, G, slope);
  }
  return time;
}

// By quadrature as any other curve, without the detour over a general function.
MaybeTime time_between(const Eif& m, double from, double to, double I) {
  const double rate = m.g_nS / m.C_pF;
  const double drive = I / m.C_pF;
  const auto G = [&](double V) {
    const double e = std::exp(std::min((V - m.V_T_mV) / m.Delta_T_mV, 600.0));
    return rate * (m.E_mV - V + m.Delta_T_mV * e) + drive;
  };
  const double least = std::clamp(m.V_T_mV, from, to);
  if (!(G(least) > 0.0)) return std::nullopt;
  const auto slowness = [&](double V) { return 1.0 / G(V); };
  // Around V_T in pieces of its own: a sharp upstroke lies between the nodes of a wider one.
  std::vector<double> ends{from};
  for (const double way : {-40.0, -10.0, 0.0, 10.0, 20.0, 40.0}) {
    const double V = m.V_T_mV + way * m.Delta_T_mV;
    if (V > from && V < to) ends.push_back(V);
  }
  ends.push_back(to);
  return time_over(slowness, ends, drive);
}

template <class M>
concept HasOwnTime = requires(const M& m) {
  time_between(m, 0.0, 0.0, 0.0);
};

// The reset of a model that fires and has one.
std::optional<Reset> reset_of(const Model& model) {
  return std::visit(
      [](const auto& m) -> std::optional<Reset> {
        if constexpr (requires { m.reset.V_reset_mV; }) {
          return Reset{m.reset.V_reset_mV, m.reset.t_ref_ms};
        } else {
          return std::nullopt;
        }
      },
      model);
}

}  // namespace

std::optional<double> passage_time_ms(const DriftCurve& curve, double from_mV, double to_mV,
                                      double current_pA) {
  if (from_mV >= to_mV) return 0.0;
  const double drive = current_pA / curve.C_pF;
  if (!rises_between(curve, from_mV, to_mV, drive)) return std::nullopt;
  std::vector<double> ends{from_mV};
  for (const double V : curve.turns_mV) {
    if (V > from_mV && V < to_mV) ends.push_back(V);
  }
  ends.push_back(to_mV);
  return time_over([&](double V) { return 1.0 / (curve.F_mV_per_ms(V) + drive); }, ends, drive);
}

std::optional<double> passage_time_ms(const Model& model, double from_mV, double to_mV, double current_pA) {
  if (from_mV >= to_mV) return 0.0;
  return std::visit(
      [&](const auto& m) -> MaybeTime {
        if constexpr (HasOwnTime<std::decay_t<decltype(m)>>) {
          return time_between(m, from_mV, to_mV, current_pA);
        } else {
          const auto curve = drift_curve(model);
          return curve ? passage_time_ms(*curve, from_mV, to_mV, current_pA) : std::nullopt;
        }
      },
      model);
}

std::optional<double> firing_rate_Hz(const Model& model, double current_pA) {
  if (!drift_curve(model)) return std::nullopt;
  const auto reset = reset_of(model);
  const auto V_spike = spike_voltage_mV(model);
  if (!reset || !V_spike) return 0.0;
  const MaybeTime rise = passage_time_ms(model, reset->V_reset_mV, *V_spike, current_pA);
  return rise ? 1000.0 / (reset->t_ref_ms + *rise) : 0.0;
}

std::optional<double> latency_ms(const Model& model, double current_pA, double holding_pA) {
  const auto V_spike = spike_voltage_mV(model);
  const auto rest = rest_mV(model, holding_pA);
  if (!V_spike || !rest) return std::nullopt;
  return passage_time_ms(model, *rest, *V_spike, current_pA);
}

}  // namespace libfit
