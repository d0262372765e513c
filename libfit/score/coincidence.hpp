// Coincidence factor of two spike trains [Kistler et al. 1997, Neural Comput 9:1015; Jolivet et al. 2006,
// J Comput Neurosci 21:35; Jolivet et al. 2008, J Neurosci Methods 169:417]:
//   Gamma = (N_c - 2 nu Delta N_d) / (0.5 (N_d + N_m)) / (1 - 2 nu Delta),   nu = N_m / T,
// 1 for trains that agree within the window, 0 on average for a Poisson train of the model's rate.
// N_c is the size of the largest one-to-one matching of spikes with |t_d - t_m| <= Delta, both ends closed,
// as the double-precision difference says (no tolerance, no grid). The greedy sweep in time finds it: if the
// earliest open spikes of both trains fit, some largest matching pairs them, since the partners that they may
// have elsewhere lie later and within one window length of each other's earlier spikes, so they fit too. All
// windows have the same length and rounding is monotone, so this holds for rounded differences.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libfit/score/score_value.hpp"
#include "libfit/score/spike_trains.hpp"

namespace libfit {

// Calls pair(i, j) for the matched spikes data[i], model[j], in order of time. O(N_d + N_m).
template <typename Pair>
void for_each_coincidence(std::span<const double> data_ms, std::span<const double> model_ms, double window_ms,
                          Pair&& pair) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < data_ms.size() && j < model_ms.size()) {
    const double lead_ms = data_ms[i] - model_ms[j];
    if (std::abs(lead_ms) <= window_ms) {
      pair(i++, j++);
    } else if (lead_ms < 0.0) {
      ++i;
    } else {
      ++j;
    }
  }
}

// N_c, the size of the largest one-to-one matching within the window.
std::size_t count_coincidences(std::span<const double> data_ms, std::span<const double> model_ms,
                               double window_ms);

// Whether 2 nu Delta < 1 for a model train of this many spikes; else Gamma is not defined.
bool window_resolves_rate(std::size_t model_spikes, double duration_ms, double window_ms);

// Gamma from its counts, which may be weighted sums. Requires 2 nu Delta < 1 and data + model spikes > 0.
double coincidence_factor_of_counts(double coincidences, double data_spikes, double model_spikes,
                                    double duration_ms, double window_ms);

// Gamma of one pair; absent when both trains are empty (0 / 0). Throws DataError when 2 nu Delta >= 1, which
// names the largest window that the rate allows; ContractError for trains that require_spike_trains refuses.
std::optional<double> coincidence_factor(const SpikeTrain& data, const SpikeTrain& model, double duration_ms,
                                         double window_ms);

// Mean Gamma over all data x model pairs. Pairs of two empty trains are left out; absent, with the reason,
// when none is left or when a model train fires too fast for the window.
ScoreValue mean_coincidence_factor(const SpikeTrains& data, const SpikeTrains& model, double duration_ms,
                                   double window_ms);

// Intrinsic reliability: mean Gamma over the ordered pairs of distinct repetitions (Gamma is not symmetric:
// nu is the second train's rate). Absent, with the reason, below two repetitions.
ScoreValue reliability_gamma(const SpikeTrains& data, double duration_ms, double window_ms);

// Below this intrinsic reliability Gamma / Gamma_int is dominated by the noise of the denominator.
inline constexpr double kLeastReliabilityForRatio = 0.2;

// Gamma_A = mean Gamma / Gamma_int; withheld, with the reason, when Gamma_int < 0.2 or a part is absent.
ScoreValue relative_coincidence_factor(const ScoreValue& gamma, const ScoreValue& reliability);

}  // namespace libfit
