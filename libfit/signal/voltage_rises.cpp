#include <algorithm>
#include <cmath>

#include "libfit/core/statistics.hpp"
#include "libfit/signal/voltage_rises_internal.hpp"

namespace libfit {
namespace {

using Samples = std::span<const double>;

constexpr double kRiseWindow_ms = 2.0;
constexpr double kFallWindow_ms = 6.0;
constexpr double kTallest_mV = 100.0;  // no membrane gets there
// Below 10 kHz a spike itself may rise and fall within one sample.
constexpr double kFineStep_ms = 0.1 * (1.0 + 1e-6);
constexpr double kEdgeWindow_ms = 0.5;
// A spike rises by 60 % of its height from one sample to the next at 10 kHz at most, and falls by half.
constexpr double kInstantShare = 0.75;
constexpr double kNarrowest_ms = 0.14;  // width at half height; fast axons have 0.17 ms

Samples window(Samples v, std::size_t first, std::size_t end) {
  first = std::min(first, v.size());
  return v.subspan(first, std::min(std::max(end, first), v.size()) - first);
}

std::size_t before(std::size_t k, std::size_t count) { return k > count ? k - count : 0; }

double lowest(Samples v) { return *std::min_element(v.begin(), v.end()); }

// What stands out of the trace for a moment: the samples above half its height, [begin, end).
struct Blip {
  double base_mV = 0.0;
  std::size_t begin = 0, end = 0;
};

Blip blip_at(Samples v, double dt_ms, const VoltageRise& rise) {
  const std::size_t reach = samples_in(kFallWindow_ms, dt_ms);
  Blip blip;
  blip.base_mV = std::max(lowest(window(v, std::max(rise.trough, before(rise.peak, reach)), rise.peak + 1)),
                          lowest(window(v, rise.peak, rise.peak + reach)));
  const double half = 0.5 * (v[rise.peak] + blip.base_mV);
  blip.begin = blip.end = rise.peak;
  while (blip.begin > 0 && v[blip.begin - 1] >= half) --blip.begin;
  while (blip.end < v.size() && v[blip.end] >= half) ++blip.end;
  return blip;
}

// Beyond the range of a membrane; or up and down faster than a membrane, with the trace going on after it
// where it was before. The last separates artefacts from the spikes of integrate-and-fire models, which fall
// to their reset within one sample.
bool is_artefact(Samples v, double dt_ms, const VoltageRise& rise) {
  if (v[rise.peak] > kTallest_mV) return true;
  if (dt_ms > kFineStep_ms) return false;
  const Blip blip = blip_at(v, dt_ms, rise);
  if (blip.begin == 0 || blip.end >= v.size()) return false;
  const double width_ms = static_cast<double>(blip.end - blip.begin) * dt_ms;
  if (width_ms > kFallWindow_ms) return false;
  const double peak = v[rise.peak];
  const std::size_t edge = samples_in(kEdgeWindow_ms, dt_ms);
  const Samples ahead = window(v, before(blip.begin, edge), blip.begin);
  const double up = v[blip.begin] - v[blip.begin - 1];
  const double down = v[blip.end - 1] - v[blip.end];
  const double down_whole = peak - lowest(window(v, blip.end, blip.end + edge));
  const bool instant = up >= kInstantShare * (peak - lowest(ahead)) && down >= kInstantShare * down_whole;
  // From crossing to crossing of half the height.
  const double half = 0.5 * (peak + blip.base_mV);
  const double outside = 1.0 - (v[blip.begin] - half) / up - (v[blip.end - 1] - half) / down;
  const bool narrow = width_ms - outside * dt_ms < kNarrowest_ms;
  if (!instant && !narrow) return false;
  const double same = std::max(2.0, 0.05 * (peak - blip.base_mV));
  const std::size_t after = samples_in(1.0, dt_ms);
  return std::abs(*median(window(v, blip.end, blip.end + after)) - *median(ahead)) <= same;
}

void measure(Samples v, double dt_ms, std::vector<VoltageRise>& rises) {
  const std::size_t back = samples_in(kRiseWindow_ms, dt_ms);
  const std::size_t on = samples_in(kFallWindow_ms, dt_ms);
  for (std::size_t i = 0; i < rises.size(); ++i) {
    VoltageRise& rise = rises[i];
    const std::size_t first = std::max(rise.trough, before(rise.peak, back));
    const std::size_t next = i + 1 < rises.size() ? rises[i + 1].trough + 1 : v.size();
    const double peak = v[rise.peak];
    rise.rise_mV = peak - lowest(window(v, first, rise.peak + 1));
    rise.fall_mV = peak - lowest(window(v, rise.peak, std::min(next, rise.peak + on)));
    rise.steepest_mV_per_ms = steepest_rise(v, dt_ms, first + 1, rise.peak);
    rise.artefact = is_artefact(v, dt_ms, rise);
  }
}

}  // namespace

std::size_t samples_in(double time_ms, double dt_ms) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(time_ms / dt_ms)));
}

double steepest_rise(Samples v, double dt_ms, std::size_t first, std::size_t last) {
  double slope = 0.0;
  for (std::size_t k = std::max<std::size_t>(first, 1); k <= last && k < v.size(); ++k) {
    slope = std::max(slope, (v[k] - v[k - 1]) / dt_ms);
  }
  return slope;
}

bool is_jump(Samples v, double dt_ms, std::size_t k) {
  if (dt_ms > kFineStep_ms) return false;
  const std::size_t edge = samples_in(kEdgeWindow_ms, dt_ms);
  const Samples top = window(v, k, k + edge + 1);
  const double whole = *std::max_element(top.begin(), top.end()) - lowest(window(v, before(k, edge + 1), k));
  if (v[k] - v[k - 1] < kInstantShare * whole) return false;
  return lowest(window(v, k, k + samples_in(kFallWindow_ms, dt_ms))) > v[k] - 0.5 * whole;
}

std::vector<VoltageRise> find_rises(Samples v, double dt_ms, double reversal_mV) {
  std::vector<VoltageRise> rises;
  std::size_t trough = 0;
  std::size_t peak = 0;
  bool rising = false;
  for (std::size_t k = 1; k < v.size(); ++k) {
    if (!rising) {
      if (v[k] < v[trough]) trough = k;
      if (v[k] - v[trough] < reversal_mV) continue;
      rising = true;
      peak = k;
    } else if (v[k] > v[peak]) {
      peak = k;
    } else if (v[peak] - v[k] >= reversal_mV) {
      rises.push_back({trough, peak});
      rising = false;
      trough = k;
    }
  }
  if (rising) rises.push_back({trough, peak});
  measure(v, dt_ms, rises);
  return rises;
}

}  // namespace libfit
