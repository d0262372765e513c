#include "libfit/signal/quiet_stretches.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/signal/quality.hpp"

namespace libfit {
namespace {

constexpr double kShrink = 0.9;
constexpr double kShortestBefore_ms = 1.0;
constexpr double kShortestAfter_ms = 2.0;

std::size_t count(const std::vector<std::vector<Stretch>>& stretches) {
  std::size_t samples = 0;
  for (const auto& sweep : stretches)
    for (const Stretch& stretch : sweep) samples += stretch.end - stretch.begin;
  return samples;
}

double shorter(double time_ms, double shortest_ms) {
  return time_ms <= shortest_ms ? time_ms : std::max(shortest_ms, kShrink * time_ms);
}

}  // namespace

QuietStretches quiet_stretches(const Recording& recording, const std::vector<std::vector<Stretch>>& within,
                               const SpikeTrains& spikes_ms, const QuietWindow& window) {
  require(within.size() == recording.sweeps.size() && spikes_ms.size() == within.size(),
          "quiet_stretches: one list and one train per sweep");
  QuietStretches quiet;
  quiet.window = window;
  const auto all = static_cast<double>(std::max<std::size_t>(count(within), 1));
  const auto cut = [&] {
    quiet.stretches.clear();
    for (std::size_t s = 0; s < within.size(); ++s) {
      const Sweep& sweep = recording.sweeps[s];
      quiet.stretches.push_back(
          intersection(within[s], stretches_outside_spikes(sweep.size(), sweep.dt_ms, spikes_ms[s],
                                                           quiet.window.before_ms, quiet.window.after_ms)));
    }
    quiet.share = static_cast<double>(count(quiet.stretches)) / all;
  };
  cut();
  if (quiet.share >= window.least_share) return quiet;
  while (quiet.share < window.share) {
    const double before_ms = shorter(quiet.window.before_ms, kShortestBefore_ms);
    const double after_ms = shorter(quiet.window.after_ms, kShortestAfter_ms);
    if (before_ms == quiet.window.before_ms && after_ms == quiet.window.after_ms) break;
    quiet.window.before_ms = before_ms;
    quiet.window.after_ms = after_ms;
    quiet.shrunk = true;
    cut();
  }
  return quiet;
}

std::vector<std::vector<Stretch>> driven_stretches(const Recording& recording) {
  std::vector<std::vector<Stretch>> driven;
  driven.reserve(recording.sweeps.size());
  for (const Sweep& sweep : recording.sweeps) driven.push_back(driven_stretches(sweep));
  return driven;
}

std::vector<std::vector<Stretch>> whole_sweeps(const Recording& recording) {
  std::vector<std::vector<Stretch>> whole;
  for (const Sweep& sweep : recording.sweeps) whole.push_back({{0, sweep.size()}});
  return whole;
}

std::string shrunk_sentence(const QuietWindow& asked, const QuietStretches& quiet) {
  return fmt::format(
      "the cell fires so often that {:g} ms after every spike would leave {:.2g} % of the recording or less; "
      "{:.1f} ms are left out instead, which leaves {:.0f} %, and what a spike leaves behind is in the "
      "result",
      asked.after_ms, 100.0 * asked.least_share, quiet.window.after_ms, 100.0 * quiet.share);
}

}  // namespace libfit
