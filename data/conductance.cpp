#include "data/conductance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace dyniv_data {
namespace {

constexpr double table_begin_mV = -150.0;
constexpr double table_spacing_mV = 0.01;
constexpr std::size_t table_size = 25001;  // to +100 mV

// x / (1 - exp(-x/y)), by its series where it is 0/0.
double linear_over_exponential(double x, double y) {
  const double ratio = x / y;
  return std::abs(ratio) < 1e-6 ? y * (1.0 + 0.5 * ratio) : x / -std::expm1(-ratio);
}

struct Position {
  std::size_t index;
  double fraction;
};

Position locate(double V) {
  const double x =
      std::clamp((V - table_begin_mV) / table_spacing_mV, 0.0, static_cast<double>(table_size - 2));
  const auto index = static_cast<std::size_t>(x);
  return {index, x - static_cast<double>(index)};
}

// Steady state and the factor by which the distance to it shrinks in one step.
class Gate {
 public:
  template <class Kinetics>  // V -> {steady state, tau in ms}
  Gate(Kinetics kinetics, double h) : rows_(table_size) {
    for (std::size_t i = 0; i < table_size; ++i) {
      const auto [steady, tau] = kinetics(table_begin_mV + table_spacing_mV * static_cast<double>(i));
      rows_[i] = {steady, std::exp(-h / tau)};
    }
  }
  double steady(Position p) const {
    return mix(rows_[p.index].steady, rows_[p.index + 1].steady, p.fraction);
  }
  void advance(double& x, Position p) const {
    const double target = steady(p);
    x = target + (x - target) * mix(rows_[p.index].keep, rows_[p.index + 1].keep, p.fraction);
  }

 private:
  struct Row {
    double steady, keep;
  };
  static double mix(double low, double high, double fraction) { return low + fraction * (high - low); }
  std::vector<Row> rows_;
};

struct Kinetic {
  double steady, tau;
};

Kinetic from_rates(double alpha, double beta, double speed = 1.0) {
  return {alpha / (alpha + beta), 1.0 / (speed * (alpha + beta))};
}

// Total conductance [nS/pF] and total conductance times reversal potential at half a step ahead.
struct Load {
  double g = 0.0, gE = 0.0;
  void add(double conductance, double reversal_mV) {
    g += conductance;
    gE += conductance * reversal_mV;
  }
};

class WangBuzsakiChannels {
 public:
  explicit WangBuzsakiChannels(double h)
      : m_(
            [](double V) {
              return from_rates(0.1 * linear_over_exponential(V + 35.0, 10.0),
                                4.0 * std::exp(-(V + 60.0) / 18.0));
            },
            h),
        h_(
            [](double V) {
              return from_rates(0.07 * std::exp(-(V + 58.0) / 20.0),
                                1.0 / (std::exp(-0.1 * (V + 28.0)) + 1.0), 5.0);
            },
            h),
        n_(
            [](double V) {
              return from_rates(0.01 * linear_over_exponential(V + 34.0, 10.0),
                                0.125 * std::exp(-(V + 44.0) / 80.0), 5.0);
            },
            h) {}
  void rest_at(double V) {
    const Position p = locate(V);
    h_now_ = h_.steady(p);
    n_now_ = n_.steady(p);
    V_before_ = V;
  }
  Load advance(double V) {
    const Position p = locate(V);
    h_.advance(h_now_, p);
    n_.advance(n_now_, p);
    const double m = m_.steady(locate(1.5 * V - 0.5 * V_before_));  // V half a step ahead, extrapolated
    V_before_ = V;
    Load load;
    load.add(0.1, -65.0);
    load.add(35.0 * m * m * m * h_now_, 55.0);
    load.add(9.0 * n_now_ * n_now_ * n_now_ * n_now_, -90.0);
    return load;
  }

 private:
  Gate m_, h_, n_;
  double h_now_ = 0.0, n_now_ = 0.0, V_before_ = 0.0;
};

class PyramidalChannels {
 public:
  PyramidalChannels(double g_M, double h)
      : g_M_(g_M),
        m_(
            [](double V) {
              return from_rates(0.32 * linear_over_exponential(V + 42.0, 4.0),
                                0.28 * linear_over_exponential(-V - 15.0, 5.0));
            },
            h),
        h_(
            [](double V) {
              return from_rates(0.128 * std::exp((-38.0 - V) / 18.0),
                                4.0 / (1.0 + std::exp((-15.0 - V) / 5.0)));
            },
            h),
        n_(
            [](double V) {
              return from_rates(0.032 * linear_over_exponential(V + 40.0, 5.0),
                                0.5 * std::exp((-45.0 - V) / 40.0));
            },
            h),
        p_(
            [](double V) {
              const double x = (V + 35.0) / 10.0;
              return Kinetic{1.0 / (1.0 + std::exp(-x)),
                             1000.0 / (3.3 * std::exp(0.5 * x) + std::exp(-0.5 * x))};
            },
            h) {}
  void rest_at(double V) {
    const Position at = locate(V);
    m_now_ = m_.steady(at);
    h_now_ = h_.steady(at);
    n_now_ = n_.steady(at);
    p_now_ = p_.steady(at);
  }
  Load advance(double V) {
    const Position at = locate(V);
    m_.advance(m_now_, at);
    h_.advance(h_now_, at);
    n_.advance(n_now_, at);
    p_.advance(p_now_, at);
    Load load;
    load.add(0.1, -70.0);
    load.add(50.0 * m_now_ * m_now_ * m_now_ * h_now_, 50.0);
    load.add(5.0 * n_now_ * n_now_ * n_now_ * n_now_ + g_M_ * p_now_, -100.0);
    return load;
  }

 private:
  double g_M_;
  Gate m_, h_, n_, p_;
  double m_now_ = 0.0, h_now_ = 0.0, n_now_ = 0.0, p_now_ = 0.0;
};

// One step of the voltage with the conductances of its middle (Crank-Nicolson).
double step_voltage(double V, const Load& load, double drive, double h) {
  const double half = 0.5 * h;
  return (V * (1.0 - half * load.g) + h * (load.gE + drive)) / (1.0 + half * load.g);
}

template <class Channels>
MembraneTrace integrate(Channels channels, double C_pF, double V_start, std::span<const double> current_pA,
                        double dt_ms, double steps) {
  MembraneTrace trace;
  trace.voltage_mV.reserve(current_pA.size());
  const double h = dt_ms / steps;
  const auto count = static_cast<int>(steps);
  double V = V_start;
  channels.rest_at(V);
  // One second without current: the slow gate settles.
  for (double t = 0.0; t < 1000.0; t += h) V = step_voltage(V, channels.advance(V), 0.0, h);
  for (std::size_t k = 0; k < current_pA.size(); ++k) {
    trace.voltage_mV.push_back(V);
    const double drive = current_pA[k] / C_pF;
    for (int i = 0; i < count; ++i) {
      const double next = step_voltage(V, channels.advance(V), drive, h);
      if (V < 0.0 && next >= 0.0) {
        trace.spike_times_ms.push_back(static_cast<double>(k) * dt_ms + h * (i + V / (V - next)));
      }
      V = next;
    }
  }
  return trace;
}

double step_count(double dt_ms, double step_ms) { return std::max(1.0, std::ceil(dt_ms / step_ms - 1e-9)); }

}  // namespace

// 1 mS/cm2 at 1 uF/cm2 is 1 nS/pF, so densities are conductances per capacitance as they stand.
MembraneTrace respond(const WangBuzsaki& cell, std::span<const double> current_pA, double dt_ms,
                      double step_ms) {
  const double steps = step_count(dt_ms, step_ms);
  return integrate(WangBuzsakiChannels(dt_ms / steps), cell.C_pF, -64.0, current_pA, dt_ms, steps);
}

MembraneTrace respond(const CorticalPyramidal& cell, std::span<const double> current_pA, double dt_ms,
                      double step_ms) {
  const double steps = step_count(dt_ms, step_ms);
  return integrate(PyramidalChannels(cell.g_M_mS_per_cm2, dt_ms / steps), cell.C_pF, -70.0, current_pA, dt_ms,
                   steps);
}

}  // namespace dyniv_data
