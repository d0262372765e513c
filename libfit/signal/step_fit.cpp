#include "libfit/signal/step_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace libfit {
namespace {

constexpr std::size_t kMostPoints = 4000;

// 97.5 % quantile of Student's t for 1 to 10 degrees of freedom; beyond, by 1.96 + 2.4/n.
double t_quantile(std::size_t degrees) {
  constexpr std::array<double, 10> table{12.706, 4.303, 3.182, 2.776, 2.571,
                                         2.447,  2.365, 2.306, 2.262, 2.228};
  return degrees <= table.size() ? table[degrees - 1] : 1.96 + 2.4 / static_cast<double>(degrees);
}

struct Points {
  std::vector<double> t, v;
};

struct AtTau {
  double error = 0.0;
  double steady = 0.0, amplitude = 0.0;
};

// Straight line of v over exp(-t/tau).
AtTau fit_at(const Points& points, double tau) {
  const auto n = static_cast<double>(points.t.size());
  double mean_e = 0.0, mean_v = 0.0;
  for (std::size_t k = 0; k < points.t.size(); ++k) {
    mean_e += std::exp(-points.t[k] / tau) / n;
    mean_v += points.v[k] / n;
  }
  double ee = 0.0, ev = 0.0, vv = 0.0;
  for (std::size_t k = 0; k < points.t.size(); ++k) {
    const double e = std::exp(-points.t[k] / tau) - mean_e;
    const double v = points.v[k] - mean_v;
    ee += e * e;
    ev += e * v;
    vv += v * v;
  }
  const double slope = ee > 0.0 ? ev / ee : 0.0;
  return {vv - slope * ev, mean_v - slope * mean_e, slope};
}

}  // namespace

std::optional<StepExponential> fit_step_exponential(std::span<const double> voltage_mV, double dt_ms,
                                                    double skip_ms, double end_ms) {
  const auto first = static_cast<std::size_t>(std::ceil(skip_ms / dt_ms));
  const auto last = std::min(static_cast<std::size_t>(end_ms / dt_ms), voltage_mV.size());
  if (first + 10 > last) return std::nullopt;
  Points points;
  const std::size_t stride = std::max<std::size_t>((last - first) / kMostPoints, 1);
  for (std::size_t k = first; k < last; k += stride) {
    points.t.push_back(static_cast<double>(k) * dt_ms);
    points.v.push_back(voltage_mV[k]);
  }
  const double lowest = std::log(std::max(0.1, 2.0 * dt_ms));
  const double highest = std::log(3.0 * static_cast<double>(last) * dt_ms);
  double low = lowest, high = highest;
  constexpr double golden = 0.6180339887498949;
  for (int i = 0; i < 40; ++i) {
    const double left = high - golden * (high - low), right = low + golden * (high - low);
    if (fit_at(points, std::exp(left)).error < fit_at(points, std::exp(right)).error) {
      high = right;
    } else {
      low = left;
    }
  }
  const double log_tau = 0.5 * (low + high);
  if (log_tau < lowest + 0.05 || log_tau > highest - 0.05) return std::nullopt;
  const AtTau best = fit_at(points, std::exp(log_tau));
  return StepExponential{std::exp(log_tau), best.steady + best.amplitude, best.steady};
}

std::optional<Estimate> step_slope_MOhm(std::span<const double> current_pA,
                                        std::span<const double> deflection_mV) {
  const auto mean_I = mean(current_pA), mean_V = mean(deflection_mV);
  if (current_pA.size() < 2) return std::nullopt;
  double ii = 0.0, iv = 0.0, vv = 0.0;
  for (std::size_t k = 0; k < current_pA.size(); ++k) {
    const double i = current_pA[k] - *mean_I, v = deflection_mV[k] - *mean_V;
    ii += i * i;
    iv += i * v;
    vv += v * v;
  }
  if (!(ii > 0.0)) return std::nullopt;
  Estimate slope{1000.0 * iv / ii, std::nullopt};
  if (current_pA.size() < 3) return slope;
  const std::size_t degrees = current_pA.size() - 2;
  const double error =
      1000.0 * std::sqrt(std::max(vv - iv * iv / ii, 0.0) / static_cast<double>(degrees) / ii);
  const double half = t_quantile(degrees) * error;
  slope.ci95 = Interval{slope.value - half, slope.value + half};
  return slope;
}

std::optional<Estimate> mean_with_interval(std::span<const double> values) {
  const auto centre = mean(values);
  if (!centre) return std::nullopt;
  Estimate estimate{*centre, std::nullopt};
  if (values.size() < 3) return estimate;
  const double half =
      t_quantile(values.size() - 1) * std::sqrt(*variance(values) / static_cast<double>(values.size()));
  estimate.ci95 = Interval{*centre - half, *centre + half};
  return estimate;
}

void refine_edges(const Recording& recording, StepProtocol& protocol) {
  std::size_t largest = 0;
  for (std::size_t s = 0; s < protocol.amplitude_pA.size(); ++s) {
    if (std::abs(protocol.amplitude_pA[s]) > std::abs(protocol.amplitude_pA[largest])) largest = s;
  }
  const Sweep& sweep = recording.sweeps[largest];
  const double amplitude = protocol.amplitude_pA[largest];
  const auto sample = [&](double time_ms) {
    return static_cast<std::size_t>(
        std::clamp(time_ms / sweep.dt_ms, 0.0, static_cast<double>(sweep.size())));
  };
  const auto edge = [&](double time_ms, double base_pA, double sign) {
    const std::size_t last = sample(time_ms + 2.0);
    for (std::size_t k = sample(time_ms - 2.0); k < last; ++k) {
      if (sign * (sweep.current_pA[k] - base_pA) > 0.5 * std::abs(amplitude))
        return static_cast<double>(k) * sweep.dt_ms;
    }
    return time_ms;
  };
  const std::size_t before = sample(protocol.begin_ms - 2.0);
  const double base = *median(std::span(sweep.current_pA).first(std::max<std::size_t>(before, 1)));
  const double sign = amplitude < 0.0 ? -1.0 : 1.0;
  protocol.begin_ms = edge(protocol.begin_ms, base, sign);
  protocol.end_ms = edge(protocol.end_ms, base + amplitude, -sign);
}

}  // namespace libfit
