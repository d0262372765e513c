// The subthreshold part of an AdEx on a recording whose spikes are known: regression and trajectory, the
// first two steps of adex_fit.hpp, and the adaptation current that follows from them.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libfit/model/model.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

// One sweep in steps of a fraction of a millisecond.
struct TrajectorySweep {
  enum class Step : std::uint8_t { free, spike, held };  // a spike begins here; V is held at the reset
  std::vector<double> voltage_mV;                        // at the begin of each step
  std::vector<double> current_pA;                        // mean over the step
  std::vector<Step> kind;
  std::vector<bool> compared;        // V counts here
  std::vector<std::uint32_t> block;  // of time, for resampling
};

struct TrajectoryData {
  double step_ms = 0.0;
  std::size_t samples_per_step = 1;
  std::size_t compare_every = 1;  // steps: neighbouring voltages say the same
  std::size_t block_count = 0;
  std::vector<TrajectorySweep> sweeps;
};

// What is fitted: log g_nS, E_mV, a/g, b/g [mV], log tau_w_ms.
inline constexpr std::size_t kAdexLinear = 5;
using AdexLinear = std::array<double, kAdexLinear>;

AdexLinear linear_part(const Adex& model);
Adex with_linear_part(Adex model, const AdexLinear& p);

// For every sample of a sweep: w as it follows from the measured voltage, which is taken as held at the reset
// during the refractory period.
std::vector<double> adaptation_pA(const TrajectoryData& data, const TrajectorySweep& sweep, const Adex& model,
                                  std::size_t samples);

// Leak, E, a, b for the tau_w of a logarithmic grid whose residual is least. The exponential part of `model`
// is taken as it is; only voltages below its V_T enter. nullopt where the equations are singular or give no
// leak.
std::optional<Adex> regress_adex(const TrajectoryData& data, Adex model, double shortest_tau_w_ms,
                                 double longest_tau_w_ms);

struct TrajectoryFit {
  Adex model;
  double rms_mV = 0.0;
  std::array<bool, kAdexLinear> on_bound{};
  int iterations = 0;
  // Per block: normal equations at the minimum, from which draws follow by one step.
  std::vector<Eigen::Matrix<double, 5, 5>> curvature;
  std::vector<Eigen::Matrix<double, 5, 1>> gradient;
  std::size_t compared = 0;
};

std::optional<TrajectoryFit> refine_adex(const TrajectoryData& data, const Adex& start,
                                         double shortest_tau_w_ms, double longest_tau_w_ms);

}  // namespace libfit
