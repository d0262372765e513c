#include "libfit/model/fixed_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

// Rounding of F + I/C, in units of the larger of the two: below it, the sum is zero.
constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
// Voltages are looked for from here up; nothing that is called a membrane goes further.
constexpr double lowest_mV = -1e6;
// A slope by differences over this distance is exact to about 1e-9 of F where F bends over millivolts.
constexpr double difference_mV = 1e-4;

DriftCurve curve_of(double C_pF, double top_mV, std::vector<double> turns_mV) {
  DriftCurve curve;
  curve.C_pF = C_pF;
  curve.turns_mV = std::move(turns_mV);
  std::erase_if(curve.turns_mV, [top_mV](double V) { return V >= top_mV; });
  curve.range_mV = {lowest_mV, top_mV};
  return curve;
}

DriftCurve shape(const Passive& m) {
  DriftCurve curve = curve_of(m.C_pF, -lowest_mV, {});
  curve.slope_per_ms = [rate = m.g_nS / m.C_pF](double) { return -rate; };
  return curve;
}

DriftCurve shape(const Lif& m) {
  DriftCurve curve = curve_of(m.C_pF, m.V_th_mV, {});
  curve.slope_per_ms = [rate = m.g_nS / m.C_pF](double) { return -rate; };
  return curve;
}

DriftCurve shape(const Qif& m) {
  const double middle = 0.5 * (m.V_rest_mV + m.V_c_mV);
  DriftCurve curve = curve_of(m.C_pF, m.V_spike_mV, {middle});
  curve.slope_per_ms = [alpha = m.a_nS_per_mV / m.C_pF, middle](double V) {
    return 2.0 * alpha * (V - middle);
  };
  return curve;
}

DriftCurve shape(const Eif& m) {
  DriftCurve curve = curve_of(m.C_pF, m.V_spike_mV, {m.V_T_mV});
  curve.slope_per_ms = [m](double V) {
    return m.g_nS / m.C_pF * std::expm1(std::min((V - m.V_T_mV) / m.Delta_T_mV, 600.0));
  };
  return curve;
}

DriftCurve shape(const Tabulated& m) {
  DriftCurve curve = curve_of(m.C_pF, m.V_spike_mV, m.V_mV);
  curve.slope_per_ms = [V = m.V_mV, F = m.F_mV_per_ms](double at) {
    const auto slope = [&](auto above) {
      const auto i = static_cast<std::size_t>(above - V.begin());
      return (F[i] - F[i - 1]) / (V[i] - V[i - 1]);
    };
    return 0.5 * (slope(std::upper_bound(V.begin() + 1, V.end() - 1, at)) +
                  slope(std::lower_bound(V.begin() + 1, V.end() - 1, at)));
  };
  return curve;
}

template <class M>
concept OneDimensional = requires(const M& m) {
  shape(m);
};

DriftCurve steady_shape(const RefractoryEif& m) {
  return shape(Eif{m.C_pF, m.g_nS, m.E_mV, m.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset});
}

DriftCurve frozen_shape(const Adex& m) {
  return shape(Eif{m.C_pF, m.g_nS, m.E_mV, m.V_T_mV, m.Delta_T_mV, m.V_spike_mV, m.reset});
}

DriftCurve steady_shape(const Adex& m) {
  DriftCurve curve = frozen_shape(m);
  curve.turns_mV = {m.V_T_mV + m.Delta_T_mV * std::log1p(m.a_nS / m.g_nS)};
  std::erase_if(curve.turns_mV, [&m](double V) { return V >= m.V_spike_mV; });
  curve.slope_per_ms = [frozen = curve.slope_per_ms, rate = m.a_nS / m.C_pF](double V) {
    return frozen(V) - rate;
  };
  return curve;
}

template <class M>
concept HasSteadyShape = requires(const M& m) {
  steady_shape(m);
};

std::function<double(double)> drift_of(const Model& model) {
  return [model](double V) { return drift_mV_per_ms(model, V); };
}

// F + I/C, and 0 where it is nothing but rounding.
double net_drift(const DriftCurve& curve, double drive, double V) {
  const double F = curve.F_mV_per_ms(V);
  const double sum = F + drive;
  return std::abs(sum) <= rounding * std::max(std::abs(F), std::abs(drive)) ? 0.0 : sum;
}

// The zero between two voltages with opposite signs, to neighbouring numbers.
double zero_between(const DriftCurve& curve, double drive, double low, double high) {
  const bool falls = curve.F_mV_per_ms(low) + drive > 0.0;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    const double G = curve.F_mV_per_ms(middle) + drive;
    if (G == 0.0) return middle;
    ((G > 0.0) == falls ? low : high) = middle;
  }
  return std::abs(curve.F_mV_per_ms(low) + drive) < std::abs(curve.F_mV_per_ms(high) + drive) ? low : high;
}

// Ends of the range and the turning points inside.
std::vector<double> nodes_of(const DriftCurve& curve, double from, double to) {
  std::vector<double> nodes{from};
  for (const double V : curve.turns_mV) {
    if (V > from && V < to) nodes.push_back(V);
  }
  nodes.push_back(to);
  return nodes;
}

Stability stability_between(double below, double above) {
  if (below > 0.0 && above < 0.0) return Stability::stable;
  if (below < 0.0 && above > 0.0) return Stability::unstable;
  return Stability::half_stable;
}

// Golden section: the turning point between `a` and `b`, where sign * F has its least value.
double turn_between(const std::function<double(double)>& F, double sign, double a, double b) {
  const double golden = 0.5 * (std::sqrt(5.0) - 1.0);
  double c = b - golden * (b - a);
  double d = a + golden * (b - a);
  double at_c = sign * F(c);
  double at_d = sign * F(d);
  for (int i = 0; i < 100 && b - a > 1e-9 * std::max(1.0, std::abs(c)); ++i) {
    if (at_c < at_d) {
      b = std::exchange(d, c);
      at_d = at_c;
      c = b - golden * (b - a);
      at_c = sign * F(c);
    } else {
      a = std::exchange(c, d);
      at_c = at_d;
      d = a + golden * (b - a);
      at_d = sign * F(d);
    }
  }
  return at_c < at_d ? c : d;
}

}  // namespace

DriftCurve searched_curve(std::function<double(double)> F_mV_per_ms, double C_pF, const Interval& range_mV,
                          double step_mV) {
  require(range_mV.high > range_mV.low && step_mV > 0.0 && C_pF > 0.0,
          "searched_curve: range, step and capacitance must be above 0");
  DriftCurve curve;
  curve.C_pF = C_pF;
  curve.range_mV = range_mV;
  const auto steps = static_cast<std::size_t>(std::ceil((range_mV.high - range_mV.low) / step_mV));
  const auto voltage = [&](std::size_t i) {
    return range_mV.low +
           (range_mV.high - range_mV.low) * static_cast<double>(i) / static_cast<double>(steps);
  };
  double before = F_mV_per_ms(voltage(0));
  double here = F_mV_per_ms(voltage(1));
  for (std::size_t i = 1; i < steps; ++i) {
    const double next = F_mV_per_ms(voltage(i + 1));
    if ((here - before) * (next - here) <= 0.0 && here != before) {
      curve.turns_mV.push_back(
          turn_between(F_mV_per_ms, here < before ? 1.0 : -1.0, voltage(i - 1), voltage(i + 1)));
    }
    before = here;
    here = next;
  }
  curve.F_mV_per_ms = std::move(F_mV_per_ms);
  return curve;
}

std::optional<DriftCurve> drift_curve(const Model& model) {
  return std::visit(
      [&model](const auto& m) -> std::optional<DriftCurve> {
        if constexpr (OneDimensional<std::decay_t<decltype(m)>>) {
          DriftCurve curve = shape(m);
          curve.F_mV_per_ms = drift_of(model);
          return curve;
        } else {
          return std::nullopt;
        }
      },
      model);
}

std::optional<DriftCurve> steady_drift_curve(const Model& model) {
  return std::visit(
      [&model](const auto& m) -> std::optional<DriftCurve> {
        using M = std::decay_t<decltype(m)>;
        if constexpr (HasSteadyShape<M>) {
          DriftCurve curve = steady_shape(m);
          curve.F_mV_per_ms = drift_of(model);
          if constexpr (std::is_same_v<M, Adex>) {
            curve.F_mV_per_ms = [F = drift_of(model), rate = m.a_nS / m.C_pF, E = m.E_mV](double V) {
              return F(V) - rate * (V - E);
            };
          }
          return curve;
        } else {
          return drift_curve(model);
        }
      },
      model);
}

std::optional<DriftCurve> frozen_drift_curve(const Model& model, double V_rest_mV) {
  const auto* adex = std::get_if<Adex>(&model);
  if (adex == nullptr) return steady_drift_curve(model);
  DriftCurve curve = frozen_shape(*adex);
  const double w_pA = adex->a_nS * (V_rest_mV - adex->E_mV);
  curve.F_mV_per_ms = [F = drift_of(model), shift = w_pA / adex->C_pF](double V) { return F(V) - shift; };
  return curve;
}

std::optional<double> hopf_voltage_mV(const Model& model) {
  const auto* adex = std::get_if<Adex>(&model);
  if (adex == nullptr || adex->a_nS * adex->tau_w_ms <= adex->C_pF) return std::nullopt;
  return adex->V_T_mV + adex->Delta_T_mV * std::log1p(adex->C_pF / (adex->g_nS * adex->tau_w_ms));
}

std::vector<FixedPoint> fixed_points(const DriftCurve& curve, double current_pA) {
  const double drive = current_pA / curve.C_pF;
  const std::vector<double> nodes = nodes_of(curve, curve.range_mV.low, curve.range_mV.high);
  std::vector<double> G;
  G.reserve(nodes.size());
  for (const double V : nodes) G.push_back(net_drift(curve, drive, V));
  std::vector<FixedPoint> points;
  const auto add = [&](double V, Stability stability) {
    points.push_back({V, stability, drift_slope_per_ms(curve, V)});
  };
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    if (i > 0 && G[i] == 0.0) add(nodes[i], stability_between(G[i - 1], G[i + 1]));
    if (G[i] * G[i + 1] < 0.0) {
      add(zero_between(curve, drive, nodes[i], nodes[i + 1]),
          G[i] > 0.0 ? Stability::stable : Stability::unstable);
    }
  }
  return points;
}

LeastDrift least_drift(const DriftCurve& curve, double from_mV, double to_mV) {
  LeastDrift least{from_mV, curve.F_mV_per_ms(from_mV)};
  for (const double V : nodes_of(curve, from_mV, to_mV)) {
    const double F = curve.F_mV_per_ms(V);
    if (F < least.F_mV_per_ms) least = {V, F};
  }
  return least;
}

double drift_slope_per_ms(const DriftCurve& curve, double V_mV) {
  if (curve.slope_per_ms) return curve.slope_per_ms(V_mV);
  const double h = difference_mV;
  return (curve.F_mV_per_ms(V_mV + h) - curve.F_mV_per_ms(V_mV - h)) / (2.0 * h);
}

}  // namespace libfit
