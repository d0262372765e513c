#include <algorithm>
#include <cmath>
#include <limits>

#include "libfit/simulate/plane_flow_internal.hpp"
#include "libfit/simulate/upstroke_internal.hpp"

namespace libfit::flow {
namespace {

// How far steps go: the widest of the upstroke in Delta_T where it begins, the widest of all, and what the
// error of a step below it may be. An error of the upstroke goes with a power of the step and with the time
// that the step takes, so steps may grow with the speed. Exact ones are narrower below the upstroke than the
// EIF's, for w hands errors on from spike to spike.
struct Pace {
  double first_climb, widest_climb, tolerance;
};
constexpr Pace exact_pace{0.15, 0.7, 0.2 * step_tolerance};  // with extrapolation of the upstroke
constexpr Pace quick_pace{0.05, 0.5, step_tolerance};

double exponential(double exponent, const PlaneSlope* near) {
  if (near == nullptr) return std::exp(exponent);
  return exponential_near(near->exponent, near->e, exponent - near->exponent);
}

}  // namespace

AdexMembrane::AdexMembrane(const Adex& model, double w_initial_pA)
    : m_(model),
      x_initial_(w_initial_pA),
      rate_(model.g_nS / model.C_pF),
      fastest_(rate_ + 1.0 / model.tau_w_ms +
               std::sqrt(std::abs(model.a_nS) / (model.C_pF * model.tau_w_ms))) {}

PlaneSlope AdexMembrane::slope(const PlaneState& at, double drive, const PlaneSlope* near) const {
  PlaneSlope s;
  s.rate = rate_;
  s.exponent = std::min((at.V - m_.V_T_mV) / m_.Delta_T_mV, exponent_cap);
  s.e = exponential(s.exponent, near);
  s.G = s.rate * (m_.E_mV - at.V + m_.Delta_T_mV * s.e) - at.x / m_.C_pF + drive;
  s.H = (m_.a_nS * (at.V - m_.E_mV) - at.x) / m_.tau_w_ms;
  s.fastest = fastest_;
  return s;
}

double AdexMembrane::after_hold(double w, double h) const {
  const double target = m_.a_nS * (m_.reset.V_reset_mV - m_.E_mV);
  return target + (w - target) * std::exp(-h / m_.tau_w_ms);
}

RefractoryMembrane::RefractoryMembrane(const RefractoryEif& model) : m_(model) {
  const auto shorten = [this](double amplitude, double tau_ms) {
    if (amplitude != 0.0) shortest_tau_ = std::min(shortest_tau_, tau_ms);
  };
  shorten(model.g1_nS, model.tau_g_ms);
  shorten(model.V_T1_mV, model.tau_T_ms);
  shorten(model.E1_mV, model.tau_E1_ms);
  shorten(model.E2_mV, model.tau_E2_ms);
}

double RefractoryMembrane::initial() const { return std::numeric_limits<double>::infinity(); }

PlaneSlope RefractoryMembrane::slope(const PlaneState& at, double drive, const PlaneSlope* near) const {
  const bool recovered = std::isinf(at.x);
  if (at.x != last_x_) {  // the two middle slopes of a Runge-Kutta step are at one time, and often the next
    last_x_ = at.x;       // step begins where the last one ended
    last_ = recovered ? EifState{m_.g_nS, m_.E_mV, m_.V_T_mV} : state_after_spike(m_, at.x);
  }
  const EifState& now = last_;
  PlaneSlope s;
  s.rate = now.g_nS / m_.C_pF;
  s.exponent = std::min((at.V - now.V_T_mV) / m_.Delta_T_mV, exponent_cap);
  s.e = exponential(s.exponent, near);
  s.G = s.rate * (now.E_mV - at.V + m_.Delta_T_mV * s.e) + drive;
  s.H = 1.0;
  s.fastest = s.rate + (recovered ? 0.0 : 1.0 / shortest_tau_);
  s.chase = std::abs(now.V_T_mV - m_.V_T_mV) / m_.tau_T_ms;
  return s;
}

// The estimate of EifFlow::substep_count, with the fastest rate of the linear part in place of the leak's,
// and with the way that V_T goes added to the way of V.
template <class Membrane>
double PlaneFlow<Membrane>::step_count(const PlaneState& y, const PlaneSlope& at, double h) const {
  const double b = (std::abs(at.G) + at.chase) * h / Delta_;
  const double e = at.G > 0.0 ? largest_exponential(at.exponent, at.e, b) : at.e;
  const double a_e = at.rate * h * e;
  const double a = at.fastest * h + a_e;
  const double a4 = a * a * a * a;
  const double tolerance = quick_ ? quick_pace.tolerance : exact_pace.tolerance;
  const double relative = std::max((a4 * std::min(b, 1.0) + a_e * b * b * b * b) / tolerance, 16.0 * a4);
  if (!(relative > 1.0) || !std::isfinite(y.V)) return 1.0;
  return std::min(std::ceil(std::pow(relative, 0.2)), substep_limit);
}

template <class Membrane>
PlaneState PlaneFlow<Membrane>::runge_kutta(const PlaneState& y, const PlaneSlope& at, double drive,
                                            double h) const {
  const auto along = [&](const PlaneSlope& s, double part) {
    return PlaneState{y.V + part * h * s.G, y.x + part * h * s.H};
  };
  const PlaneSlope k2 = membrane_.slope(along(at, 0.5), drive, &at);
  const PlaneSlope k3 = membrane_.slope(along(k2, 0.5), drive, &at);
  const PlaneSlope k4 = membrane_.slope(along(k3, 1.0), drive, &at);
  return {y.V + h / 6.0 * (at.G + 2.0 * (k2.G + k3.G) + k4.G),
          y.x + h / 6.0 * (at.H + 2.0 * (k2.H + k3.H) + k4.H)};
}

// The exponential outweighs all the rest together.
template <class Membrane>
bool PlaneFlow<Membrane>::runs_away(const PlaneSlope& at) const {
  return at.e > 2.0 && at.G > 0.5 * at.rate * Delta_ * at.e;
}

// One Runge-Kutta step of (t, x) along V.
template <class Membrane>
typename PlaneFlow<Membrane>::Climb PlaneFlow<Membrane>::climb_once(const PlaneState& y, const PlaneSlope& at,
                                                                    double drive, double width) const {
  const auto inverse = [](const PlaneSlope& s) { return Climb{1.0 / s.G, s.H / s.G}; };
  const auto slope_at = [&](double part, const Climb& k) {
    return inverse(membrane_.slope({y.V + part * width, y.x + part * width * k.x}, drive, &at));
  };
  const Climb k1 = inverse(at);
  const Climb k2 = slope_at(0.5, k1);
  const Climb k3 = slope_at(0.5, k2);
  const Climb k4 = slope_at(1.0, k3);
  return {width / 6.0 * (k1.duration + 2.0 * (k2.duration + k3.duration) + k4.duration),
          y.x + width / 6.0 * (k1.x + 2.0 * (k2.x + k3.x) + k4.x)};
}

// The same from one step and two of half its width, by Richardson's extrapolation: an order more, since
// time and x are smooth in V.
template <class Membrane>
typename PlaneFlow<Membrane>::Climb PlaneFlow<Membrane>::climb(const PlaneState& y, const PlaneSlope& at,
                                                               double drive, double width) const {
  const Climb whole = climb_once(y, at, drive, width);
  if (quick_) return whole;
  const Climb first = climb_once(y, at, drive, 0.5 * width);
  const PlaneState middle{y.V + 0.5 * width, first.x};
  const Climb second = climb_once(middle, membrane_.slope(middle, drive), drive, 0.5 * width);
  const double duration = first.duration + second.duration;
  const double correction = std::isfinite(second.x) ? (second.x - whole.x) / 15.0 : 0.0;  // no spike yet
  return {duration + (duration - whole.duration) / 15.0, second.x + correction};
}

// Upwards until the spike (true), the end of the interval, or where V no longer runs away.
template <class Membrane>
bool PlaneFlow<Membrane>::rise(PlaneState& y, double drive, double& left) const {
  const Pace& pace = quick_ ? quick_pace : exact_pace;
  while (y.V < V_spike_) {
    const PlaneSlope at = membrane_.slope(y, drive);
    if (!runs_away(at)) return false;
    if (Delta_ / at.G < negligible_ms) break;
    // Shorter where something holds V back, for the next zero of dV/dt is nearer there.
    const double freedom = std::min(at.G / (at.rate * Delta_ * at.e), 1.0);
    const double grown =
        freedom * freedom * std::min(pace.first_climb * std::sqrt(std::sqrt(0.5 * at.e)), pace.widest_climb);
    const double width = std::min(grown * Delta_ / substeps_, V_spike_ - y.V);
    if (y.V + width <= y.V) break;
    Climb way = climb(y, at, drive, width);
    if (way.duration > left || !(way.duration > 0.0)) {
      double reached = width * (way.duration > 0.0 ? std::min(1.0, left / way.duration) : 0.0);
      for (int i = 0; i < 4; ++i) {
        way = climb(y, at, drive, reached);
        const PlaneSlope there = membrane_.slope({y.V + reached, way.x}, drive);
        reached = std::clamp(reached - (way.duration - left) * there.G, 0.0, width);
      }
      y = {y.V + reached, climb(y, at, drive, reached).x};
      left = 0.0;
      return false;
    }
    left -= way.duration;
    y = {y.V + width, way.x};
  }
  y.V = V_spike_;
  return true;
}

// The step from y that ends on the spike voltage, by bisection of its length.
template <class Membrane>
double PlaneFlow<Membrane>::time_of_crossing(PlaneState& y, const PlaneSlope& at, double drive,
                                             double h) const {
  double low = 0.0, high = h;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (runge_kutta(y, at, drive, middle).V < V_spike_ ? low : high) = middle;
  }
  y = {V_spike_, runge_kutta(y, at, drive, high).x};
  return high;
}

template <class Membrane>
Advance PlaneFlow<Membrane>::advance(double V, double I, double h) {
  const double drive = I / C_;
  double left = h;
  PlaneState y{V, x_};
  while (left > 0.0) {
    PlaneSlope at = membrane_.slope(y, drive);
    const double chunks = step_count(y, at, left);
    const double step = left / (chunks * substeps_);
    bool climbed = false;
    for (int i = 0; i < substeps_ && !climbed; ++i) {
      if (runs_away(at)) {
        climbed = true;
        if (!rise(y, drive, left)) continue;
        x_ = y.x;
        return {V_spike_, std::clamp(h - left, 0.0, h)};
      }
      const PlaneState next = runge_kutta(y, at, drive, step);
      if (next.V >= V_spike_) {
        const double time = h - left + time_of_crossing(y, at, drive, step);
        x_ = y.x;
        return {V_spike_, std::min(time, h)};
      }
      y = next;
      left -= step;
      if (i + 1 < substeps_) at = membrane_.slope(y, drive);
    }
    if (chunks == 1.0 && !climbed) break;
    if (!std::isfinite(y.V)) break;
  }
  x_ = y.x;
  return {y.V, std::nullopt};
}

template class PlaneFlow<AdexMembrane>;
template class PlaneFlow<RefractoryMembrane>;

}  // namespace libfit::flow
