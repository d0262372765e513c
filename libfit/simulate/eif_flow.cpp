#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/simulate/flow_internal.hpp"
#include "libfit/simulate/upstroke_internal.hpp"

namespace libfit::flow {
namespace {

// Gauss-Legendre, 6 points on [0, 1] (Abramowitz and Stegun 1964, table 25.4).
constexpr std::array<double, 6> node = {0.033765242898423975, 0.169395306766867648, 0.380690406958401506,
                                        0.619309593041598494, 0.830604693233132352, 0.966234757101576025};
constexpr std::array<double, 6> weight = {0.085662246189585178, 0.180380786524069304, 0.233956967286345524,
                                          0.233956967286345524, 0.180380786524069304, 0.085662246189585178};

}  // namespace

EifFlow::EifFlow(const Eif& model, double, int substeps)
    : rate_(model.g_nS / model.C_pF),
      E_(model.E_mV),
      V_T_(model.V_T_mV),
      Delta_(model.Delta_T_mV),
      inverse_Delta_(1.0 / model.Delta_T_mV),
      C_(model.C_pF),
      V_spike_(model.V_spike_mV),
      substeps_(substeps) {}

EifFlow::Slope EifFlow::slope(double V, double drive) const {
  Slope at;
  at.e = std::exp(std::min((V - V_T_) * inverse_Delta_, exponent_cap));
  at.G = rate_ * (E_ - V + Delta_ * at.e) + drive;
  return at;
}

// The error of a step of order 4 is a sum of products of h^5 with derivatives of F. With a = rate h (linear
// part), a_e = rate h e (exponential part, all of whose derivatives are F'' / Delta^k) and b = |G| h / Delta
// (the way V goes), they are bounded by b a^4 and b^4 a_e, at whichever end of the step e is larger. Above
// V_T + 3 Delta the upstroke takes over, so that no more of e needs to be feared.
double EifFlow::substep_count(double V, const Slope& at, double h) const {
  const double b = std::abs(at.G) * h * inverse_Delta_;
  const double e = at.G > 0.0 ? largest_exponential((V - V_T_) * inverse_Delta_, at.e, b) : at.e;
  const double a_e = rate_ * h * e;
  const double a = rate_ * h + a_e;
  const double a4 = a * a * a * a;
  const double relative = std::max((a4 * std::min(b, 1.0) + a_e * b * b * b * b) / step_tolerance, 16.0 * a4);
  return relative <= 1.0 ? 1.0 : std::min(std::ceil(std::pow(relative, 0.2)), substep_limit);
}

double EifFlow::runge_kutta(double V, const Slope& at, double h) const {
  const double exponent = (V - V_T_) * inverse_Delta_;
  const auto stage = [&](double way) {
    const double e = exponential_near(exponent, at.e, way * inverse_Delta_);
    return at.G + rate_ * (Delta_ * (e - at.e) - way);
  };
  const double k2 = stage(0.5 * h * at.G);
  const double k3 = stage(0.5 * h * k2);
  const double k4 = stage(h * k3);
  return V + h / 6.0 * (at.G + 2.0 * (k2 + k3) + k4);
}

// In the upstroke the exponential outweighs leak and current together. G is convex, so from there V rises
// until the spike as long as the current stays.
bool EifFlow::runs_away(const Slope& at) const { return at.e > 2.0 && at.G > 0.5 * rate_ * Delta_ * at.e; }

// A width over which 1/G is smooth. In the upstroke, by convexity, the next zero of G is at least G/G' below
// V; below V_T, where G > 0 all the way, no zero is nearer than V_T.
double EifFlow::panel(double V, const Slope& at) const {
  const double rise = rate_ * (at.e - 1.0);
  if (rise <= 0.0) return std::max(0.5 * (V_T_ - V), 0.25 * Delta_);
  return 0.5 * std::min(at.G / rise, Delta_);
}

double EifFlow::time_between(double from, double width, double drive) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < node.size(); ++i) sum += weight[i] / slope(from + width * node[i], drive).G;
  return width * sum;
}

// Time from V to the spike voltage where G is positive all the way.
double EifFlow::time_to_spike(double V, double drive) const {
  double time = 0.0;
  while (V < V_spike_) {
    const Slope at = slope(V, drive);
    if (at.e > 2.0 && Delta_ / at.G < negligible_ms) break;
    const double width = std::min(panel(V, at), V_spike_ - V);
    if (V + width <= V) break;
    time += time_between(V, width, drive);
    V += width;
  }
  return time;
}

// V as the independent variable: panel by panel until the spike or until the interval is over; the voltage
// at its end is then found by Newton's method inside the last panel.
Advance EifFlow::run_away(double V, double drive, double h) const {
  double time = 0.0;
  while (V < V_spike_) {
    const Slope at = slope(V, drive);
    if (Delta_ / at.G < negligible_ms) break;
    const double width = std::min(panel(V, at), V_spike_ - V);
    if (V + width <= V) break;
    const double duration = time_between(V, width, drive);
    if (time + duration > h) {
      double x = width * (h - time) / duration;
      for (int i = 0; i < 4; ++i) {
        const double miss = time + time_between(V, x, drive) - h;
        x = std::clamp(x - miss * slope(V + x, drive).G, 0.0, width);
      }
      return {V + x, std::nullopt};
    }
    time += duration;
    V += width;
  }
  return {V_spike_, std::min(time, h)};
}

// One chunk is what the error estimate allows; min_substeps divides it, so that doubling it halves every
// step.
Advance EifFlow::advance(double V, double I, double h) {
  const double drive = I / C_;
  double left = h;
  Slope at = slope(V, drive);
  while (left > 0.0) {
    const double chunks = substep_count(V, at, left);
    const double step = left / (chunks * substeps_);
    for (int i = 0; i < substeps_; ++i) {
      if (runs_away(at)) {
        Advance result = run_away(V, drive, left);
        if (result.spike_ms) *result.spike_ms += h - left;
        return result;
      }
      const double next = runge_kutta(V, at, step);
      // V_spike below the upstroke, or a step that overshot: the way there is upwards throughout.
      if (next >= V_spike_) return {V_spike_, std::min(h, h - left + time_to_spike(V, drive))};
      V = next;
      left -= step;
      if (i + 1 < substeps_ || chunks > 1.0) at = slope(V, drive);
    }
    if (chunks == 1.0) break;
  }
  return {V, std::nullopt};
}

}  // namespace libfit::flow
