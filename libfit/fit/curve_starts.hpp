// Which bins of a curve enter a fit, and where the fits start: bounds and first guesses from the straight
// part of the curve below its minimum. Used by iv_fit.cpp.
#pragma once

#include <vector>

#include "libfit/fit/least_squares.hpp"
#include "libfit/iv/dynamic_iv.hpp"

namespace libfit {

// Supported bins, ascending, up to the first whose F exceeds the limit on the rising side.
std::vector<IvBin> bins_below(const DynamicIv& iv, double limit_mV_per_ms);
// Supported bins up to a voltage, whatever their F (bootstrap draws keep the bins of the estimate).
std::vector<IvBin> bins_up_to(const DynamicIv& iv, double upper_V_mV);
// Where F is least; `bins` must not be empty.
const IvBin& lowest_point(const std::vector<IvBin>& bins);

// A straight line through the bins below the minimum.
struct LeakGuess {
  double tau_ms = 20.0;
  double E_mV = -65.0;
};
LeakGuess guess_leak(const std::vector<IvBin>& bins);

// How far outside the measured voltages E, V_rest and V_T may lie.
struct Voltages {
  double low = 0.0;
  double high = 0.0;
};
Voltages allowed(const std::vector<IvBin>& bins);

BoundedStart<4> eif_start(const Voltages& range, double tau_ms, double E_mV, double V_T_mV,
                          double Delta_T_mV);
// A parabola has its zeros where the curve was measured to have them: V_rest below the minimum of F, V_c
// between the minimum and the end of the fit. Without that, curves that are straight over tens of mV, as real
// ones are, give a parabola with V_c at +200 mV, which is a line and never fires.
BoundedStart<3> qif_start(const std::vector<IvBin>& bins, double rate, double V_rest_mV, double V_c_mV);
BoundedStart<2> leak_start(const Voltages& range, const LeakGuess& guess);

std::vector<BoundedStart<4>> eif_starts(const std::vector<IvBin>& bins);
std::vector<BoundedStart<3>> qif_starts(const std::vector<IvBin>& bins);

}  // namespace libfit
