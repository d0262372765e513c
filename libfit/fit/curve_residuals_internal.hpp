// The curves that Ceres differentiates: F of each model averaged over a bin, templated on the scalar. Private
// to fit/.
#pragma once

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>

#include "libfit/iv/dynamic_iv.hpp"

namespace libfit {

// Mean of exp((V - V_T)/D) over samples spread evenly in the bin: exp at the centre times sinh(h/D)/(h/D).
// Beyond exp(40) the curve goes on as a straight line: a start far off must not overflow.
template <class T>
T guarded_exp(const T& x) {
  using std::exp;
  if (x > T(40.0)) return exp(T(40.0)) * (x - T(39.0));
  return exp(x);
}

template <class T>
T spread_factor(const T& half_over_D) {
  using std::sinh;
  if (half_over_D < T(1e-3)) return T(1.0) + half_over_D * half_over_D / T(6.0);
  if (half_over_D > T(20.0)) return sinh(T(20.0)) / T(20.0);
  return sinh(half_over_D) / half_over_D;
}

// Parameters: log tau, E, V_T, log Delta_T.
struct EifCurve {
  static constexpr int kParameters = 4;
  IvBin bin;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    using std::exp;
    const T rate = exp(-p[0]);
    const T width = exp(p[3]);
    const T half(std::sqrt(3.0 * bin.V_variance_mV2));
    const T rise = guarded_exp((T(bin.V_mV) - p[2]) / width) * spread_factor(half / width);
    residual[0] = (rate * (p[1] - T(bin.V_mV) + width * rise) - T(bin.F_mV_per_ms)) / T(bin.se_mV_per_ms);
    return true;
  }
};

// Parameters: log(a/C), V_rest, V_c.
struct QifCurve {
  static constexpr int kParameters = 3;
  IvBin bin;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    using std::exp;
    const T V(bin.V_mV);
    const T curve = exp(p[0]) * ((V - p[1]) * (V - p[2]) + T(bin.V_variance_mV2));
    residual[0] = (curve - T(bin.F_mV_per_ms)) / T(bin.se_mV_per_ms);
    return true;
  }
};

// Parameters: log tau, E.
struct LeakCurve {
  static constexpr int kParameters = 2;
  IvBin bin;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    using std::exp;
    residual[0] = (exp(-p[0]) * (p[1] - T(bin.V_mV)) - T(bin.F_mV_per_ms)) / T(bin.se_mV_per_ms);
    return true;
  }
};

// A bin of one slice after the spike, with the mean time since the spike.
struct TimedBin {
  IvBin bin;
  double t_ms = 0.0;
};

// Parameters of the refractory EIF: log 1/tau, E, V_T, log Delta_T; then amplitude and log time constant of
// what a spike adds: share of the leak, V_T1, E1 and E2.
struct RefractoryCurve {
  static constexpr int kParameters = 12;
  TimedBin bin;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    using std::exp;
    const T left = T(-bin.t_ms);
    const T rate = exp(p[0]) * (T(1.0) + p[4] * exp(left * exp(-p[5])));
    const T V_T = p[2] + p[6] * exp(left * exp(-p[7]));
    const T E = p[1] + p[8] * exp(left * exp(-p[9])) - p[10] * exp(left * exp(-p[11]));
    const T width = exp(p[3]);
    const T half(std::sqrt(3.0 * bin.bin.V_variance_mV2));
    const T rise = guarded_exp((T(bin.bin.V_mV) - V_T) / width) * spread_factor(half / width);
    residual[0] =
        (rate * (E - T(bin.bin.V_mV) + width * rise) - T(bin.bin.F_mV_per_ms)) / T(bin.bin.se_mV_per_ms);
    return true;
  }
};

// One slice: log 1/tau, E, V_T; Delta_T given.
struct SliceBin {
  IvBin bin;
  double Delta_T_mV = 1.0;
};
struct SliceCurve {
  static constexpr int kParameters = 3;
  SliceBin bin;
  template <class T>
  bool operator()(const T* p, T* residual) const {
    using std::exp;
    const double width = bin.Delta_T_mV;
    const double half = std::sqrt(3.0 * bin.bin.V_variance_mV2);
    const T rise = guarded_exp((T(bin.bin.V_mV) - p[2]) / T(width)) * T(spread_factor(half / width));
    residual[0] = (exp(p[0]) * (p[1] - T(bin.bin.V_mV) + T(width) * rise) - T(bin.bin.F_mV_per_ms)) /
                  T(bin.bin.se_mV_per_ms);
    return true;
  }
};

}  // namespace libfit
