// Flows: how V moves under a current that does not change. Each advances V by a given time and says whether,
// and when, the spike voltage was reached on the way.
// A one-dimensional autonomous equation moves V in one direction only, so every flow needs to look at the
// end of the interval alone to know whether the spike voltage lies in between.
#pragma once

#include <cstddef>
#include <optional>

#include "libfit/model/model.hpp"

namespace libfit::flow {

struct Advance {
  double V_mV = 0.0;               // at the end of the interval; the spike voltage where there is a spike
  std::optional<double> spike_ms;  // time of the spike from the beginning of the interval
};

// Exact: V relaxes exponentially to E + I/g.
class PassiveFlow {
 public:
  PassiveFlow(const Passive& model, double dt_ms);
  Advance advance(double V, double I, double h);

 protected:
  double decay_minus_one(double h);
  double rate_, resistance_, E_;

 private:
  double dt_, factor_;  // expm1(-dt / tau), the interval that nearly every call asks for
};

class LifFlow : PassiveFlow {
 public:
  LifFlow(const Lif& model, double dt_ms);
  Advance advance(double V, double I, double h);

 private:
  double V_th_;
};

// Exact: the Riccati equation with constant coefficients is solved by a tangent (no fixed point) or a
// hyperbolic tangent (two fixed points), and the time between two voltages by their inverses.
class QifFlow {
 public:
  QifFlow(const Qif& model, double dt_ms);
  Advance advance(double V, double I, double h);

 private:
  double alpha_, middle_, floor_, C_, V_spike_;
};

// Exact: exponential within each segment of the table, from knot to knot.
class TabulatedFlow {
 public:
  TabulatedFlow(const Tabulated& model, double dt_ms);
  Advance advance(double V, double I, double h);

 private:
  const Tabulated& model_;
};

// Runge-Kutta below the upstroke, quadrature over V in it (docs/methods/simulation.md).
class EifFlow {
 public:
  EifFlow(const Eif& model, double dt_ms, int substeps);
  Advance advance(double V, double I, double h);

 private:
  struct Slope {
    double G = 0.0;  // dV/dt
    double e = 0.0;  // exp((V - V_T) / Delta_T)
  };
  Slope slope(double V, double drive) const;
  double substep_count(double V, const Slope& at, double h) const;
  double runge_kutta(double V, const Slope& at, double h) const;
  bool runs_away(const Slope& at) const;
  double panel(double V, const Slope& at) const;
  double time_between(double from, double width, double drive) const;
  double time_to_spike(double V, double drive) const;
  Advance run_away(double V, double drive, double h) const;

  double rate_, E_, V_T_, Delta_, inverse_Delta_, C_, V_spike_;
  int substeps_;
};

}  // namespace libfit::flow
