#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/signal/spikes.hpp"

namespace libfit {
namespace {

constexpr double kResetWindow_ms = 20.0;
constexpr double kLongest_ms = 12.0;
constexpr double kShortest_ms = 2.0;  // doublets are left out of the average where they end, not its limit

struct TriggeredAverage {
  std::vector<double> mean_mV;  // at k*dt after the spike
  std::vector<std::size_t> count;
};

// A spike is followed until 1 ms before the next one, or to the end of its sweep.
double end_after_spike_ms(const Recording& recording, const SpikeTrains& spikes_ms, std::size_t s,
                          std::size_t i) {
  return i + 1 < spikes_ms[s].size() ? spikes_ms[s][i + 1] - 1.0 : recording.sweeps[s].duration_ms();
}

// Average voltage after a spike, each spike followed until 1 ms before the next one.
TriggeredAverage average_after_spikes(const Recording& recording, const SpikeTrains& spikes_ms,
                                      double dt_ms) {
  const auto length = static_cast<std::size_t>(std::lround(kResetWindow_ms / dt_ms));
  TriggeredAverage average{std::vector<double>(length, 0.0), std::vector<std::size_t>(length, 0)};
  for (std::size_t s = 0; s < spikes_ms.size(); ++s) {
    const auto& v = recording.sweeps[s].voltage_mV;
    for (std::size_t i = 0; i < spikes_ms[s].size(); ++i) {
      const double end_ms = end_after_spike_ms(recording, spikes_ms, s, i);
      const auto first = static_cast<std::size_t>(std::lround(spikes_ms[s][i] / dt_ms));
      for (std::size_t j = 0; j < length; ++j) {
        if (first + j >= v.size() || static_cast<double>(first + j) * dt_ms >= end_ms) break;
        average.mean_mV[j] += v[first + j];
        ++average.count[j];
      }
    }
  }
  for (std::size_t j = 0; j < length; ++j) {
    if (average.count[j] > 0) average.mean_mV[j] /= static_cast<double>(average.count[j]);
  }
  return average;
}

// Slope of dV/dt on I across spikes at given V, with its standard error. V is held fixed because a slow
// current has moved it already, and the leak then hides the answer.
struct Slope {
  double value = 0.0, se = 0.0;
};

std::optional<Slope> slope_at_given_voltage(const Eigen::MatrixXd& drive_and_voltage,
                                            const Eigen::VectorXd& rise) {
  const auto n = static_cast<double>(rise.size());
  const Eigen::MatrixXd x = drive_and_voltage.rowwise() - drive_and_voltage.colwise().mean();
  const Eigen::VectorXd y = rise.array() - rise.mean();
  const Eigen::Matrix2d inverse = (x.transpose() * x).inverse();
  if (!inverse.allFinite()) return std::nullopt;
  const Eigen::Vector2d slope = inverse * (x.transpose() * y);
  const double residual = (y - x * slope).squaredNorm() / (n - 3.0);
  return Slope{slope[0], std::sqrt(residual * inverse(0, 0))};
}

// Over `length` samples that begin `from` samples after each spike.
std::optional<Slope> answer_to_current(const Recording& recording, const SpikeTrains& spikes_ms, double dt_ms,
                                       std::size_t from, std::size_t length) {
  std::vector<double> drive, voltage, rise;
  for (std::size_t s = 0; s < spikes_ms.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    for (std::size_t i = 0; i < spikes_ms[s].size(); ++i) {
      const double end_ms = end_after_spike_ms(recording, spikes_ms, s, i);
      const auto first = static_cast<std::size_t>(std::lround(spikes_ms[s][i] / dt_ms)) + from;
      if (first + length >= sweep.size() || static_cast<double>(first + length) * dt_ms >= end_ms) continue;
      drive.push_back(*mean(std::span(sweep.current_pA).subspan(first, length)));
      voltage.push_back(*mean(std::span(sweep.voltage_mV).subspan(first, length + 1)));
      rise.push_back((sweep.voltage_mV[first + length] - sweep.voltage_mV[first]) /
                     (static_cast<double>(length) * dt_ms));
    }
  }
  if (drive.size() < 20) return std::nullopt;
  const auto n = static_cast<Eigen::Index>(drive.size());
  Eigen::MatrixXd x(n, 2);
  x.col(0) = Eigen::Map<const Eigen::VectorXd>(drive.data(), n);
  x.col(1) = Eigen::Map<const Eigen::VectorXd>(voltage.data(), n);
  return slope_at_given_voltage(x, Eigen::Map<const Eigen::VectorXd>(rise.data(), n));
}

std::size_t end_of_hold(const Recording& recording, const SpikeTrains& spikes_ms, double dt_ms,
                        std::size_t begin, std::size_t last, double capacitance_pF) {
  const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(0.25 / dt_ms)));
  std::size_t end = begin;
  for (std::size_t from = begin; from + length <= last; from += length) {
    const auto slope = answer_to_current(recording, spikes_ms, dt_ms, from, length);
    if (!slope || slope->value + 2.0 * slope->se > 0.5 / capacitance_pF) break;
    end = from + length;
  }
  return end;
}

}  // namespace

std::optional<ResetEstimate> estimate_reset(const Recording& recording, const SpikeTrains& spikes_ms,
                                            double capacitance_pF) {
  require(spikes_ms.size() == recording.sweeps.size(), "estimate_reset: one train per sweep");
  if (recording.sweeps.empty()) return std::nullopt;
  const double dt_ms = recording.sweeps.front().dt_ms;
  std::vector<double> intervals;
  for (const auto& train : spikes_ms) {
    for (std::size_t i = 1; i < train.size(); ++i) intervals.push_back(train[i] - train[i - 1]);
  }
  const TriggeredAverage average = average_after_spikes(recording, spikes_ms, dt_ms);
  const std::size_t spikes = average.count.empty() ? 0 : average.count.front();
  if (spikes < 5) return std::nullopt;

  double limit_ms = kLongest_ms;
  if (const auto short_interval = quantile(intervals, 0.05))
    limit_ms = std::clamp(*short_interval - 1.0, kShortest_ms, limit_ms);
  const auto last = std::max<std::size_t>(2, static_cast<std::size_t>(limit_ms / dt_ms));
  const auto& v = average.mean_mV;
  const auto peak = static_cast<std::size_t>(
      std::max_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(std::min(last, v.size()))) -
      v.begin());
  double steepest = 0.0;
  std::size_t end = std::min(last, v.size() - 1);
  for (std::size_t k = peak; k + 1 < v.size() && k + 1 <= last; ++k) {
    const double fall = v[k] - v[k + 1];
    steepest = std::max(steepest, fall);
    if (steepest > 0.0 && fall < 0.015 * steepest && v[k] < v[peak] - 0.5 * (v[peak] - v[end])) {
      end = k;
      break;
    }
  }

  end = end_of_hold(recording, spikes_ms, dt_ms, end, std::min(last, v.size() - 1), capacitance_pF);

  ResetEstimate reset;
  reset.t_ref_ms = static_cast<double>(end) * dt_ms;
  reset.V_reset_mV = v[end];
  reset.count = average.count[end];
  reset.shortest_interval_ms =
      intervals.empty() ? 0.0 : *std::min_element(intervals.begin(), intervals.end());
  double squares = 0.0;
  for (std::size_t s = 0; s < spikes_ms.size(); ++s) {
    for (std::size_t i = 0; i < spikes_ms[s].size(); ++i) {
      const auto at = static_cast<std::size_t>(std::lround(spikes_ms[s][i] / dt_ms)) + end;
      if (at >= recording.sweeps[s].size() ||
          static_cast<double>(at) * dt_ms >= end_after_spike_ms(recording, spikes_ms, s, i))
        continue;
      squares += std::pow(recording.sweeps[s].voltage_mV[at] - v[end], 2);
    }
  }
  const auto count = static_cast<double>(reset.count);
  if (reset.count > 1) reset.V_reset_sd_mV = std::sqrt(squares / (count - 1.0));
  const double half = 1.96 * reset.V_reset_sd_mV / std::sqrt(std::max(1.0, count));
  reset.V_reset_ci95_mV = {reset.V_reset_mV - half, reset.V_reset_mV + half};
  return reset;
}

}  // namespace libfit
