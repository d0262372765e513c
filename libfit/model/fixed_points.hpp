// Fixed points of dV/dt = F(V) + I/C for any F. A line cut where F turns (its least and greatest values) has
// pieces on which F rises or falls throughout; each holds one zero at most, and holds it exactly when the
// signs at its ends differ. So none is missed once the turning points are known: they are given for the
// models and tables, and searched on a grid for other functions. [Strogatz 1994, ch. 2; Neuronal Dynamics
// ch. 5]
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

enum class Stability {
  stable,      // V returns from either side
  unstable,    // V leaves on either side: a threshold
  half_stable  // two points that merge: V returns from one side and leaves on the other
};

struct FixedPoint {
  double V_mV = 0.0;
  Stability stability = Stability::stable;
  double slope_per_ms = 0.0;  // dF/dV there; its inverse is a time constant
};

// F as a line in pieces.
struct DriftCurve {
  std::function<double(double)> F_mV_per_ms;
  std::function<double(double)> slope_per_ms;  // dF/dV; absent: by differences
  double C_pF = 1.0;                           // > 0
  std::vector<double> turns_mV;                // ascending; F is monotonic between them, straight or not
  Interval range_mV;                           // the voltages looked at; the upper end is no fixed point
};

// A smooth function, its turning points searched on a grid of `step_mV`: none is missed unless two lie nearer
// to one another than about two steps. Throws ContractError for an empty range or step.
DriftCurve searched_curve(std::function<double(double)> F_mV_per_ms, double C_pF, const Interval& range_mV,
                          double step_mV);

// F of a model without memory (Passive, Lif, Qif, Eif, Tabulated) up to its spike voltage; absent for models
// whose dV/dt has other variables than V.
std::optional<DriftCurve> drift_curve(const Model& model);

// What a slow current meets: F with every other variable where it settles at that V. A RefractoryEif long
// after its spike; an Adex with w = a (V - E). The same as drift_curve() for models without memory.
std::optional<DriftCurve> steady_drift_curve(const Model& model);

// What a short pulse from V_rest meets: F with every other variable as it was there.
std::optional<DriftCurve> frozen_drift_curve(const Model& model, double V_rest_mV);

// The voltage above which a steady state is unstable although F with everything settled falls there: an Adex
// whose exponential grows faster than w follows (Hopf bifurcation); absent where there is none.
std::optional<double> hopf_voltage_mV(const Model& model);

// All fixed points at this current, in ascending order.
std::vector<FixedPoint> fixed_points(const DriftCurve& curve, double current_pA);

// Where F is least between two voltages, ends included.
struct LeastDrift {
  double V_mV = 0.0;
  double F_mV_per_ms = 0.0;
};
LeastDrift least_drift(const DriftCurve& curve, double from_mV, double to_mV);

// dF/dV at a voltage; in a corner of a table the mean of both sides.
double drift_slope_per_ms(const DriftCurve& curve, double V_mV);

}  // namespace libfit
