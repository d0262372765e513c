#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/protocol_file.hpp"

namespace libfit {
namespace {

constexpr double kLeastCorrelation = 0.7;
constexpr double kEarliest_ms = -2000.0;
constexpr double kCoarse_ms = 1.0;
constexpr std::size_t kCoarseWindow = 4000;  // means of 1 ms that are compared at most
constexpr std::size_t kFineWindow = 40000;   // samples
constexpr double kLeastShare = 0.5;          // of the current that must lie within the recording

struct Match {
  std::ptrdiff_t shift = 0;  // of the played current within the recorded one, in samples
  double correlation = 0.0;
  double gain = 0.0;
  double offset = 0.0;
};

Match match_at(std::span<const double> recorded, std::span<const double> played, std::ptrdiff_t shift) {
  const auto begin = std::max<std::ptrdiff_t>(0, -shift);
  const auto end = std::min<std::ptrdiff_t>(std::ssize(played), std::ssize(recorded) - shift);
  const auto count = static_cast<double>(end - begin);
  if (count < 2.0) return {shift};
  double mean_p = 0.0, mean_r = 0.0;
  for (std::ptrdiff_t k = begin; k < end; ++k) {
    mean_p += played[static_cast<std::size_t>(k)];
    mean_r += recorded[static_cast<std::size_t>(k + shift)];
  }
  mean_p /= count;
  mean_r /= count;
  double pp = 0.0, rr = 0.0, pr = 0.0;
  for (std::ptrdiff_t k = begin; k < end; ++k) {
    const double p = played[static_cast<std::size_t>(k)] - mean_p;
    const double r = recorded[static_cast<std::size_t>(k + shift)] - mean_r;
    pp += p * p;
    rr += r * r;
    pr += p * r;
  }
  if (!(pp > 0.0 && rr > 0.0)) return {shift};
  return {shift, pr / std::sqrt(pp * rr), pr / pp, mean_r - pr / pp * mean_p};
}

Match best_match(std::span<const double> recorded, std::span<const double> played, std::ptrdiff_t first,
                 std::ptrdiff_t last) {
  Match best;
  for (std::ptrdiff_t shift = first; shift <= last; ++shift) {
    const auto begin = std::max<std::ptrdiff_t>(0, -shift);
    const auto end = std::min<std::ptrdiff_t>(std::ssize(played), std::ssize(recorded) - shift);
    if (static_cast<double>(end - begin) < kLeastShare * static_cast<double>(played.size())) continue;
    const Match here = match_at(recorded, played, shift);
    if (here.correlation > best.correlation) best = here;
  }
  return best;
}

// Means over stretches of about `width_ms`; what is left over at the end is dropped.
std::vector<double> averaged(std::span<const double> samples, std::size_t width) {
  std::vector<double> means;
  for (std::size_t k = 0; k + width <= samples.size(); k += width) {
    double sum = 0.0;
    for (const double value : samples.subspan(k, width)) sum += value;
    means.push_back(sum / static_cast<double>(width));
  }
  return means;
}

// The played current at the sampling step of the recording, held from sample to sample.
std::vector<double> resampled(const std::vector<double>& played, double from_ms, double to_ms) {
  if (std::abs(from_ms - to_ms) <= 1e-6 * to_ms) return played;
  std::vector<double> samples;
  for (std::size_t k = 0;; ++k) {
    const double place = std::floor((static_cast<double>(k) + 1e-6) * to_ms / from_ms);
    if (place >= static_cast<double>(played.size())) return samples;
    samples.push_back(played[static_cast<std::size_t>(place)]);
  }
}

std::optional<Match> match_of(std::span<const double> recorded, const std::vector<double>& played,
                              double dt_ms) {
  const auto width = static_cast<std::size_t>(std::max(1.0, std::round(kCoarse_ms / dt_ms)));
  const auto coarse_recorded = averaged(recorded, width);
  auto coarse_played = averaged(played, width);
  coarse_played.resize(std::min(coarse_played.size(), kCoarseWindow));
  const double coarse_ms = static_cast<double>(width) * dt_ms;
  const Match coarse =
      best_match(coarse_recorded, coarse_played, static_cast<std::ptrdiff_t>(kEarliest_ms / coarse_ms),
                 std::ssize(coarse_recorded));
  // Means that are off by part of their width hide half of a fast noise.
  if (coarse.correlation < 0.4 * kLeastCorrelation) return std::nullopt;
  const auto middle = coarse.shift * static_cast<std::ptrdiff_t>(width);
  const auto around = static_cast<std::ptrdiff_t>(width);
  const std::span<const double> window(played.data(), std::min(played.size(), kFineWindow));
  const Match fine = best_match(recorded, window, middle - around, middle + around);
  if (fine.correlation < kLeastCorrelation) return std::nullopt;
  return match_at(recorded, played, fine.shift);
}

}  // namespace

std::optional<Recognition> recognise(const Protocol& protocol, const Sweep& sweep) {
  require(sweep.dt_ms > 0.0, "recognise: dt_ms must be > 0");
  std::optional<Recognition> best;
  for (const ProtocolBlock& block : protocol.blocks) {
    const auto currents = block_currents(protocol, block);
    for (std::size_t s = 0; s < currents.size(); ++s) {
      const auto played = resampled(currents[s], protocol.dt_ms, sweep.dt_ms);
      const auto match = match_of(sweep.current_pA, played, sweep.dt_ms);
      if (!match || (best && best->correlation >= match->correlation)) continue;
      best = Recognition{
          block.name,  block.role,   s, static_cast<double>(match->shift) * sweep.dt_ms, match->correlation,
          match->gain, match->offset};
    }
  }
  return best;
}

}  // namespace libfit
