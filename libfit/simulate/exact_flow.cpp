#include <algorithm>
#include <cmath>

#include "libfit/simulate/flow_internal.hpp"

namespace libfit::flow {

PassiveFlow::PassiveFlow(const Passive& model, double dt_ms)
    : rate_(model.g_nS / model.C_pF),
      resistance_(1.0 / model.g_nS),
      E_(model.E_mV),
      dt_(dt_ms),
      factor_(std::expm1(-dt_ms * rate_)) {}

double PassiveFlow::decay_minus_one(double h) { return h == dt_ ? factor_ : std::expm1(-h * rate_); }

Advance PassiveFlow::advance(double V, double I, double h) {
  const double V_end = E_ + resistance_ * I;
  return {V + (V - V_end) * decay_minus_one(h), std::nullopt};
}

LifFlow::LifFlow(const Lif& model, double dt_ms)
    : PassiveFlow(Passive{model.C_pF, model.g_nS, model.E_mV}, dt_ms), V_th_(model.V_th_mV) {}

Advance LifFlow::advance(double V, double I, double h) {
  const double V_end = E_ + resistance_ * I;
  const double next = V + (V - V_end) * decay_minus_one(h);
  if (next < V_th_) return {next, std::nullopt};
  // log1p keeps the time exact where V starts close below the threshold.
  const double time = V_end > V_th_ ? std::log1p((V_th_ - V) / (V_end - V_th_)) / rate_ : h;
  return {V_th_, std::clamp(time, 0.0, h)};
}

QifFlow::QifFlow(const Qif& model, double)
    : alpha_(model.a_nS_per_mV / model.C_pF),
      middle_(0.5 * (model.V_rest_mV + model.V_c_mV)),
      floor_(-alpha_ * 0.25 * (model.V_c_mV - model.V_rest_mV) * (model.V_c_mV - model.V_rest_mV)),
      C_(model.C_pF),
      V_spike_(model.V_spike_mV) {}

// With y = V - middle: dy/dt = alpha y^2 + beta. The addition theorem of tan (beta > 0) or tanh gives
// y(t) = (y + beta u) / (1 - alpha y u), where u = tan(w t)/w or tanh(w t)/w and w = sqrt(|alpha beta|).
Advance QifFlow::advance(double V, double I, double h) {
  const double y = V - middle_;
  const double y_spike = V_spike_ - middle_;
  const double beta = floor_ + I / C_;
  const double w = std::sqrt(alpha_ * std::abs(beta));
  const double angle = w * h;
  const double small = beta > 0.0 ? angle * angle / 3.0 : -angle * angle / 3.0;
  const bool branch = beta > 0.0 && angle >= 1.5;  // near pi/2 the tangent is of no use
  double u = h * (1.0 + small);
  if (!branch && angle > 1e-4) u = (beta > 0.0 ? std::tan(angle) : std::tanh(angle)) / w;
  const double denominator = 1.0 - alpha_ * y * u;
  const double next = (y + beta * u) / denominator;
  if (!branch && denominator > 0.0 && next < y_spike) return {middle_ + next, std::nullopt};
  const double sine = w * (y_spike - y);
  const double cosine = beta + alpha_ * y * y_spike;
  double time = (y_spike - y) / cosine;
  if (angle > 1e-4) time = (beta > 0.0 ? std::atan2(sine, cosine) : std::atanh(sine / cosine)) / w;
  if (!std::isfinite(time)) time = h;  // rounding, where the spike voltage is met as the interval ends
  if (time <= h || !branch) return {V_spike_, std::clamp(time, 0.0, h)};
  const double phase = std::atan2(alpha_ * y, w) + angle;  // below pi/2, or there would be a spike
  return {middle_ + w * std::tan(phase) / alpha_, std::nullopt};
}

TabulatedFlow::TabulatedFlow(const Tabulated& model, double) : model_(model) {}

Advance TabulatedFlow::advance(double V, double I, double h) {
  const std::vector<double>& knots = model_.V_mV;
  const double drive = I / model_.C_pF;
  const std::size_t last = knots.size() - 2;  // segment s lies between knots s and s + 1
  const auto above = std::upper_bound(knots.begin() + 1, knots.end() - 1, V);
  std::size_t s = static_cast<std::size_t>(above - knots.begin()) - 1;
  double left = h;
  std::optional<bool> upwards;  // never turns; only rounding at a knot could make it seem so
  for (;;) {
    const double slope = (model_.F_mV_per_ms[s + 1] - model_.F_mV_per_ms[s]) / (knots[s + 1] - knots[s]);
    const double G = model_.F_mV_per_ms[s] + slope * (V - knots[s]) + drive;
    const bool up = G > 0.0;
    if (upwards.value_or(up) != up) return {V, std::nullopt};
    upwards = up;
    const double growth = slope * left;
    const double next = V + (std::abs(growth) < 1e-9 ? G * left * (1.0 + 0.5 * growth)
                                                     : G * std::expm1(std::min(growth, 600.0)) / slope);
    const bool open_end = up ? s == last : s == 0;
    double target = up ? knots[s + 1] : knots[s];
    const bool to_spike = up && (open_end || target >= model_.V_spike_mV);
    if (to_spike) target = model_.V_spike_mV;
    const bool reached = up ? next >= target : next < target;
    if (G == 0.0 || !reached || (open_end && !up)) return {next, std::nullopt};
    const double ratio = slope * (target - V) / G;
    const double time = std::abs(ratio) < 1e-9 ? (target - V) / G : std::log1p(ratio) / slope;
    left = std::max(0.0, left - std::max(0.0, time));
    if (to_spike) return {model_.V_spike_mV, h - left};
    V = target;
    s = up ? s + 1 : s - 1;
    if (left == 0.0) return {V, std::nullopt};
  }
}

}  // namespace libfit::flow
