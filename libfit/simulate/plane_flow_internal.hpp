// Flows of models with one variable beside V: the adaptation current of the AdEx, or the time since the last
// spike of the refractory EIF. As the EIF (docs/methods/simulation.md): classical Runge-Kutta of order 4
// below the upstroke, in sub-steps whose number follows an error estimate; in the upstroke V becomes the
// independent variable, d(t, x)/dV = (1, dx/dt) / (dV/dt), so that the time of the spike does not depend on
// how the run-away is stepped.
#pragma once

#include <limits>

#include "libfit/model/model.hpp"
#include "libfit/simulate/flow_internal.hpp"

namespace libfit::flow {

struct PlaneState {
  double V = 0.0;
  double x = 0.0;
};

// The derivatives at one state, and what the choice of a step needs.
struct PlaneSlope {
  double G = 0.0;         // dV/dt
  double H = 0.0;         // dx/dt
  double exponent = 0.0;  // (V - V_T) / Delta_T, capped
  double e = 0.0;         // its exponential
  double rate = 0.0;      // g/C now
  double fastest = 0.0;   // of all rates of the linear part
  double chase = 0.0;     // |dV_T/dt|
};

// Both membranes take their slope faster where that at a state nearby is given (`near`).

// x = w.
class AdexMembrane {
 public:
  AdexMembrane(const Adex& model, double w_initial_pA);
  PlaneSlope slope(const PlaneState& at, double drive, const PlaneSlope* near = nullptr) const;
  double initial() const { return x_initial_; }
  double after_hold(double w, double h) const;
  double after_spike(double w) const { return w + m_.b_pA; }
  const Adex& model() const { return m_; }

 private:
  Adex m_;
  double x_initial_, rate_, fastest_;
};

// x = time since the last spike, infinite before the first.
class RefractoryMembrane {
 public:
  explicit RefractoryMembrane(const RefractoryEif& model);
  PlaneSlope slope(const PlaneState& at, double drive, const PlaneSlope* near = nullptr) const;
  double initial() const;
  double after_hold(double t, double h) const { return t + h; }
  double after_spike(double) const { return 0.0; }
  const RefractoryEif& model() const { return m_; }

 private:
  RefractoryEif m_;
  double shortest_tau_ = std::numeric_limits<double>::infinity();  // of what a spike changes at all
  mutable double last_x_ = -1.0;                                   // no time since a spike
  mutable EifState last_;                                          // then
};

template <class Membrane>
class PlaneFlow {
 public:
  // `quick`: spike times within 1e-4 ms, at half the work where there are many.
  PlaneFlow(const Membrane& membrane, int substeps, bool quick)
      : membrane_(membrane),
        x_(membrane.initial()),
        C_(membrane.model().C_pF),
        Delta_(membrane.model().Delta_T_mV),
        V_spike_(membrane.model().V_spike_mV),
        substeps_(substeps),
        quick_(quick) {}
  Advance advance(double V, double I, double h);
  // While the voltage is held at the reset, and when a spike has been met.
  void hold(double h) { x_ = membrane_.after_hold(x_, h); }
  void fired() { x_ = membrane_.after_spike(x_); }
  double x() const { return x_; }

 private:
  struct Climb {
    double duration = 0.0;
    double x = 0.0;
  };
  double step_count(const PlaneState& y, const PlaneSlope& at, double h) const;
  PlaneState runge_kutta(const PlaneState& y, const PlaneSlope& at, double drive, double h) const;
  bool runs_away(const PlaneSlope& at) const;
  Climb climb_once(const PlaneState& y, const PlaneSlope& at, double drive, double width) const;
  Climb climb(const PlaneState& y, const PlaneSlope& at, double drive, double width) const;
  bool rise(PlaneState& y, double drive, double& left) const;
  double time_of_crossing(PlaneState& y, const PlaneSlope& at, double drive, double h) const;

  Membrane membrane_;
  double x_, C_, Delta_, V_spike_;
  int substeps_;
  bool quick_;
};

extern template class PlaneFlow<AdexMembrane>;
extern template class PlaneFlow<RefractoryMembrane>;

}  // namespace libfit::flow
