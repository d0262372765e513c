// An independent simulation: Runge-Kutta with a tiny fixed step, spike times by linear interpolation within
// the step. Slow and simple, to compare with.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "libfit/core/spike_train.hpp"

namespace libfit::test {

struct BruteForce {
  std::function<double(double V, double I)> slope;  // dV/dt
  double V_spike, V_reset, t_ref;
  double step_ms = 1e-5;

  SpikeTrain spikes(const std::vector<double>& current, double dt, double V) const {
    std::vector<double> times;
    double resume = 0.0;
    for (std::size_t k = 0; k < current.size(); ++k) {
      const double I = current[k], end = dt * static_cast<double>(k + 1);
      for (double t = std::max(resume, dt * static_cast<double>(k)); t < end - 1e-12;) {
        const double h = std::min(step_ms, end - t);
        const double k1 = slope(V, I), k2 = slope(V + 0.5 * h * k1, I);
        const double k3 = slope(V + 0.5 * h * k2, I), k4 = slope(V + h * k3, I);
        const double next = V + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        if (next >= V_spike || !(next == next)) {
          const double part = next == next ? (V_spike - V) / (next - V) : 0.5;
          times.push_back(t + part * h);
          V = V_reset;
          t = resume = times.back() + t_ref;
        } else {
          V = next;
          t += h;
        }
      }
    }
    return times;
  }
};

}  // namespace libfit::test
