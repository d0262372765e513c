#include "libfit/signal/step_fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "libfit/core/statistics.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMostPoints = 4000;

struct Points {
  std::vector<double> t, v;
};

// Squares left by a straight line of v over exp(-t/tau).
double left_at(const Points& points, double tau) {
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
  return ee > 0.0 ? vv - ev * ev / ee : vv;
}

}  // namespace

std::span<const double> step_samples(const std::vector<double>& samples, double dt_ms, double from_ms,
                                     double to_ms) {
  const auto index = [&](double time_ms) {
    return static_cast<std::size_t>(
        std::clamp(std::ceil(time_ms / dt_ms - 1e-6), 0.0, static_cast<double>(samples.size())));
  };
  const std::size_t begin = index(from_ms);
  return std::span(samples).subspan(begin, std::max(index(to_ms), begin) - begin);
}

std::vector<double> step_means(std::span<const double> samples, double dt_ms, double width_ms) {
  const auto width = static_cast<std::size_t>(std::max(1.0, std::round(width_ms / dt_ms)));
  std::vector<double> means;
  for (std::size_t k = 0; k + width <= samples.size(); k += width)
    means.push_back(*mean(samples.subspan(k, width)));
  return means;
}

std::optional<double> fit_step_tau_ms(std::span<const double> voltage_mV, double dt_ms, double skip_ms,
                                      double end_ms) {
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
    if (left_at(points, std::exp(left)) < left_at(points, std::exp(right))) {
      high = right;
    } else {
      low = left;
    }
  }
  const double log_tau = 0.5 * (low + high);
  if (log_tau < lowest + 0.05 || log_tau > highest - 0.05) return std::nullopt;
  return std::exp(log_tau);
}

}  // namespace libfit
