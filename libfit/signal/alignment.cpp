#include "libfit/signal/alignment.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/parallel.hpp"

namespace libfit {
namespace {

constexpr std::ptrdiff_t kFirstTap = -2;  // a current recorded later than the voltage it moved
constexpr std::ptrdiff_t kTaps = 6;
constexpr std::ptrdiff_t kPowers = 4;                // of V: the ionic current, which bends towards threshold
constexpr Eigen::Index kSize = kTaps + kPowers + 2;  // taps, 1, V ... V^4, dV/dt
constexpr double kVoltageScale_mV = 10.0;
using LagGram = Eigen::Matrix<double, kSize, kSize>;

std::vector<LagGram> gather(const Recording& recording, const std::vector<std::vector<Stretch>>& stretches) {
  std::vector<LagGram> blocks;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    const Sweep& sweep = recording.sweeps[s];
    const auto block = static_cast<std::size_t>(1000.0 / sweep.dt_ms);
    const double v0 = mean(sweep.voltage_mV).value_or(0.0);
    const double i0 = mean(sweep.current_pA).value_or(0.0);
    std::vector<LagGram> own(sweep.size() / block + 1, LagGram::Zero());
    for (const Stretch& stretch : stretches[s]) {
      for (std::size_t k = stretch.begin + 4; k + 5 < stretch.end; ++k) {
        Eigen::Matrix<double, kSize, 1> x;
        for (std::ptrdiff_t j = 0; j < kTaps; ++j) {
          // Weight of tap j: how much the slope after sample k follows the current recorded kFirstTap + j
          // later.
          x[j] =
              sweep.current_pA[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k) + kFirstTap + j)] - i0;
        }
        x[kTaps] = 1.0;
        const double v = (0.5 * (sweep.voltage_mV[k] + sweep.voltage_mV[k + 1]) - v0) / kVoltageScale_mV;
        for (std::ptrdiff_t power = 1; power <= kPowers; ++power) x[kTaps + power] = x[kTaps + power - 1] * v;
        x[kSize - 1] = (sweep.voltage_mV[k + 1] - sweep.voltage_mV[k]) / sweep.dt_ms;
        own[k / block].noalias() += x * x.transpose();
      }
    }
    for (const LagGram& gram : own) {
      if (gram(kTaps, kTaps) > 0.0) blocks.push_back(gram);
    }
  }
  return blocks;
}

std::optional<double> centre(const LagGram& gram) {
  const Eigen::LDLT<Eigen::MatrixXd> solver(gram.topLeftCorner(kSize - 1, kSize - 1));
  if (solver.info() != Eigen::Success || !(solver.vectorD().minCoeff() > 0.0)) return std::nullopt;
  const Eigen::VectorXd weights = solver.solve(gram.col(kSize - 1).head(kSize - 1));
  double sum = 0.0, moment = 0.0;
  for (std::ptrdiff_t j = 0; j < kTaps; ++j) {
    sum += weights[j];
    moment += weights[j] * static_cast<double>(kFirstTap + j);
  }
  if (!(sum > 0.0)) return std::nullopt;
  return moment / sum;
}

}  // namespace

std::optional<Lag> estimate_lag(const Recording& recording,
                                const std::vector<std::vector<Stretch>>& stretches) {
  require(stretches.size() == recording.sweeps.size(), "estimate_lag: one list of stretches a sweep");
  if (recording.sweeps.empty()) return std::nullopt;
  const std::vector<LagGram> blocks = gather(recording, stretches);
  if (blocks.size() < 5) return std::nullopt;
  LagGram sum = LagGram::Zero();
  for (const LagGram& block : blocks) sum += block;
  const auto all = centre(sum);
  if (!all) return std::nullopt;
  double squares = 0.0;  // delete-one-block jackknife
  for (const LagGram& block : blocks) {
    const auto without = centre(sum - block);
    if (!without) return std::nullopt;
    squares += (*without - *all) * (*without - *all);
  }
  const auto count = static_cast<double>(blocks.size());
  const double dt_ms = recording.sweeps.front().dt_ms;
  const Lag lag{*all * dt_ms, std::sqrt(squares * (count - 1.0) / count) * dt_ms, dt_ms};
  if (!(lag.se_ms < 2.0 * dt_ms)) return std::nullopt;
  return lag;
}

Recording aligned(Recording recording, double lag_ms, unsigned threads) {
  parallel_for(recording.sweeps.size(), threads, [&](std::size_t s) {
    std::vector<double>& current = recording.sweeps[s].current_pA;
    const double shift = lag_ms / recording.sweeps[s].dt_ms;
    const double whole = std::floor(shift);
    const double part = shift - whole;
    const auto last = static_cast<std::ptrdiff_t>(current.size()) - 1;
    const auto at = [&](std::ptrdiff_t k) {
      return current[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(k, 0, last))];
    };
    const auto move = [&](std::ptrdiff_t k) {
      const std::ptrdiff_t low = k + static_cast<std::ptrdiff_t>(whole);
      current[static_cast<std::size_t>(k)] = (1.0 - part) * at(low) + part * at(low + 1);
    };
    // In place: towards the samples that are read, so that none is overwritten before.
    if (whole >= 0.0) {
      for (std::ptrdiff_t k = 0; k <= last; ++k) move(k);
    } else {
      for (std::ptrdiff_t k = last; k >= 0; --k) move(k);
    }
  });
  return recording;
}

}  // namespace libfit
