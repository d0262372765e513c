#include "libfit/fit/curve_starts.hpp"

#include <algorithm>
#include <cmath>

namespace libfit {
namespace {

// Bounds in the units of the curves; a parameter that ends on one is reported.
constexpr double kShortestTau_ms = 0.3, kLongestTau_ms = 1000.0;
constexpr double kNarrowest_mV = 0.05, kWidest_mV = 30.0;
constexpr double kBeyond_mV = 60.0;  // how far outside the measured voltages E, V_rest and V_T may lie

}  // namespace

std::vector<IvBin> bins_below(const DynamicIv& iv, double limit_mV_per_ms) {
  std::vector<IvBin> supported;
  std::copy_if(iv.bins.begin(), iv.bins.end(), std::back_inserter(supported),
               [](const IvBin& bin) { return bin.supported; });
  if (supported.empty()) return supported;
  const auto lowest =
      std::min_element(supported.begin(), supported.end(),
                       [](const IvBin& a, const IvBin& b) { return a.F_mV_per_ms < b.F_mV_per_ms; });
  const auto end = std::find_if(lowest, supported.end(),
                                [&](const IvBin& bin) { return bin.F_mV_per_ms > limit_mV_per_ms; });
  return {supported.begin(), end};
}

std::vector<IvBin> bins_up_to(const DynamicIv& iv, double upper_V_mV) {
  std::vector<IvBin> used;
  std::copy_if(iv.bins.begin(), iv.bins.end(), std::back_inserter(used),
               [&](const IvBin& bin) { return bin.supported && bin.V_mV <= upper_V_mV; });
  return used;
}

const IvBin& lowest_point(const std::vector<IvBin>& bins) {
  return *std::min_element(bins.begin(), bins.end(),
                           [](const IvBin& a, const IvBin& b) { return a.F_mV_per_ms < b.F_mV_per_ms; });
}

LeakGuess guess_leak(const std::vector<IvBin>& bins) {
  const double top = lowest_point(bins).V_mV;
  double n = 0.0, v = 0.0, f = 0.0, vv = 0.0, vf = 0.0;
  for (const IvBin& bin : bins) {
    if (bin.V_mV > top) break;
    const double weight = 1.0 / (bin.se_mV_per_ms * bin.se_mV_per_ms);
    n += weight;
    v += weight * bin.V_mV;
    f += weight * bin.F_mV_per_ms;
    vv += weight * bin.V_mV * bin.V_mV;
    vf += weight * bin.V_mV * bin.F_mV_per_ms;
  }
  LeakGuess guess;
  const double spread = vv / n - (v / n) * (v / n);
  const double slope = spread > 0.0 ? (vf / n - v * f / (n * n)) / spread : 0.0;
  if (slope < 0.0) guess.tau_ms = std::clamp(-1.0 / slope, 2.0 * kShortestTau_ms, 0.5 * kLongestTau_ms);
  guess.E_mV = v / n + f / n * guess.tau_ms;
  return guess;
}

Voltages allowed(const std::vector<IvBin>& bins) {
  return {bins.front().V_mV - kBeyond_mV, bins.back().V_mV + kBeyond_mV};
}

BoundedStart<4> eif_start(const Voltages& range, double tau, double E, double V_T, double D) {
  return {{std::log(tau), std::clamp(E, range.low, range.high), std::clamp(V_T, range.low, range.high),
           std::log(D)},
          {std::log(kShortestTau_ms), range.low, range.low, std::log(kNarrowest_mV)},
          {std::log(kLongestTau_ms), range.high, range.high, std::log(kWidest_mV)}};
}

BoundedStart<3> qif_start(const std::vector<IvBin>& bins, double rate, double rest, double critical) {
  const double middle = std::min(lowest_point(bins).V_mV, bins[bins.size() - 2].V_mV);
  const double top = bins.back().V_mV;
  const double low = std::log(1e-7), high = std::log(1.0), bottom = bins.front().V_mV - kBeyond_mV;
  return {{std::clamp(std::log(rate), low, high), std::clamp(rest, bottom, middle),
           std::clamp(critical, middle, top)},
          {low, bottom, middle},
          {high, middle, top}};
}

BoundedStart<2> leak_start(const Voltages& range, const LeakGuess& guess) {
  return {{std::log(guess.tau_ms), std::clamp(guess.E_mV, range.low, range.high)},
          {std::log(kShortestTau_ms), range.low},
          {std::log(kLongestTau_ms), range.high}};
}

std::vector<BoundedStart<4>> eif_starts(const std::vector<IvBin>& bins) {
  const LeakGuess leak = guess_leak(bins);
  const Voltages range = allowed(bins);
  std::vector<BoundedStart<4>> starts;
  for (const double D : {0.5, 1.5, 4.0}) {
    for (const double V_T : {lowest_point(bins).V_mV, bins.back().V_mV - 2.0 * D}) {
      starts.push_back(eif_start(range, leak.tau_ms, leak.E_mV, V_T, D));
    }
  }
  return starts;
}

std::vector<BoundedStart<3>> qif_starts(const std::vector<IvBin>& bins) {
  const LeakGuess leak = guess_leak(bins);
  const double gap = std::max(1.0, bins.back().V_mV - leak.E_mV);
  std::vector<BoundedStart<3>> starts;
  for (const double rate : {0.3, 1.0, 3.0}) {
    starts.push_back(qif_start(bins, rate / (leak.tau_ms * gap), leak.E_mV, bins.back().V_mV));
  }
  return starts;
}

}  // namespace libfit
