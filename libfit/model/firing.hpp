// How long V takes, and so how fast a model fires, under a constant current. In one dimension dt = dV /
// (F + I/C), so the time from one voltage to another is the integral of 1/(F + I/C) between them, the
// interval between spikes is that from the reset to the spike voltage plus the refractory period, and the
// f-I curve is its inverse [Neuronal Dynamics ch. 5; Ermentrout 1996, Neural Comput 8:979]. Closed forms: a
// logarithm (Passive, Lif), arc tangents (Qif), a sum of logarithms (Tabulated). Eif and others: adaptive
// Gauss-Kronrod quadrature, split where F turns, to 1e-11 of the time.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libfit/model/fixed_points.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

// Time from one voltage up to another at a constant current; absent where V never gets there, and for models
// with further variables than V. 0 when it is there already.
std::optional<double> passage_time_ms(const Model& model, double from_mV, double to_mV, double current_pA);

// The same by quadrature for any F.
std::optional<double> passage_time_ms(const DriftCurve& curve, double from_mV, double to_mV,
                                      double current_pA);

// Rate at which the model goes on firing once it has fired, from reset to spike [Hz]; 0 where it stops.
// Absent for models with further variables than V.
std::optional<double> firing_rate_Hz(const Model& model, double current_pA);

// Time from the lowest rest at `holding_pA` to the spike when the current steps to current_pA. Absent where
// there is no spike or no rest.
std::optional<double> latency_ms(const Model& model, double current_pA, double holding_pA = 0.0);

}  // namespace libfit
