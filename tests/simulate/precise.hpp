// An independent simulation of an AdEx (an EIF where a, b and w are 0) to about 1e-12 ms: Dormand and
// Prince's pair of orders 5 and 4 in extended precision, its step bounded by an error of 1e-12 mV, spikes met
// by halving the step. Slow and simple, to compare with.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/model/model.hpp"

namespace libfit::test {

class PreciseAdex {
 public:
  using Real = long double;
  PreciseAdex(const Adex& m, double V, double w) : m_(m), y_{V, w} {}

  SpikeTrain spikes(const std::vector<double>& current, double dt) {
    std::vector<double> times;
    for (std::size_t k = 0; k < current.size(); ++k) {
      const Real begin = Real(dt) * static_cast<Real>(k);
      for (Real t = 0.0L; t < dt;) {
        if (held_ > 0.0L) {
          t += hold(std::min(held_, dt - t));
          continue;
        }
        t += step(dt - t, current[k]);
        if (y_[0] < m_.V_spike_mV) continue;
        times.push_back(static_cast<double>(begin + t));
        y_ = {m_.reset.V_reset_mV, y_[1] + m_.b_pA};
        held_ = m_.reset.t_ref_ms;
        h_ = 1e-6L;
      }
    }
    return times;
  }

 private:
  using State = std::array<Real, 2>;

  State slope(const State& y, Real I) const {
    const Real exponent = std::min((y[0] - m_.V_T_mV) / Real(m_.Delta_T_mV), Real(10000.0));
    const Real leak = m_.g_nS * (m_.E_mV - y[0] + m_.Delta_T_mV * std::exp(exponent));
    return {(leak - y[1] + I) / m_.C_pF, (m_.a_nS * (y[0] - m_.E_mV) - y[1]) / m_.tau_w_ms};
  }

  Real hold(Real h) {
    const Real target = m_.a_nS * (Real(m_.reset.V_reset_mV) - m_.E_mV);
    y_[1] = target + (y_[1] - target) * std::exp(-h / m_.tau_w_ms);
    held_ = h < held_ ? held_ - h : 0.0L;
    return h;
  }

  // One step of at most `left` that is exact enough; at a spike, V is exactly the spike voltage or the time
  // that is left to it vanishes. Returns its length.
  Real step(Real left, Real I) {
    constexpr Real kTolerance = 1e-12L, kShortest = 1e-13L;
    for (;;) {
      const Real h = std::min(h_, left);
      Real error = 0.0L;
      const State next = dormand_prince(y_, I, h, error);
      if (!(error <= kTolerance) || !std::isfinite(next[0])) {
        if (h <= kShortest) return spike(h);
        h_ = std::isfinite(error) ? h * std::clamp(0.9L * std::pow(kTolerance / error, 0.2L), 0.1L, 0.9L)
                                  : 0.1L * h;
        continue;
      }
      if (next[0] >= m_.V_spike_mV) {
        if (h <= kShortest) return spike(h);
        h_ = 0.5L * h;
        continue;
      }
      y_ = next;
      if (h == h_)
        h_ = h * std::clamp(0.9L * std::pow(kTolerance / std::max(error, 1e-30L), 0.2L), 0.5L, 3.0L);
      return h;
    }
  }

  Real spike(Real h) {
    y_[0] = m_.V_spike_mV;
    return h;
  }

  State dormand_prince(const State& y, Real I, Real h, Real& error) const {
    static constexpr Real a[6][6] = {
        {1.0L / 5},
        {3.0L / 40, 9.0L / 40},
        {44.0L / 45, -56.0L / 15, 32.0L / 9},
        {19372.0L / 6561, -25360.0L / 2187, 64448.0L / 6561, -212.0L / 729},
        {9017.0L / 3168, -355.0L / 33, 46732.0L / 5247, 49.0L / 176, -5103.0L / 18656},
        {35.0L / 384, 0.0L, 500.0L / 1113, 125.0L / 192, -2187.0L / 6784, 11.0L / 84}};
    static constexpr Real difference[7] = {71.0L / 57600,      0.0L,        -71.0L / 16695, 71.0L / 1920,
                                           -17253.0L / 339200, 22.0L / 525, -1.0L / 40};
    std::array<State, 7> k;
    k[0] = slope(y, I);
    State at = y;
    for (std::size_t i = 0; i < 6; ++i) {
      at = y;
      for (std::size_t j = 0; j <= i; ++j) {
        for (std::size_t d = 0; d < 2; ++d) at[d] += h * a[i][j] * k[j][d];
      }
      k[i + 1] = slope(at, I);
    }
    error = 0.0L;
    for (std::size_t d = 0; d < 2; ++d) {
      Real sum = 0.0L;
      for (std::size_t i = 0; i < 7; ++i) sum += difference[i] * k[i][d];
      error = std::isfinite(sum) ? std::max(error, std::abs(h * sum)) : std::abs(sum);
    }
    return at;
  }

  Adex m_;
  State y_;
  Real held_ = 0.0L, h_ = 1e-3L;
};

}  // namespace libfit::test
