#include "libfit/recording/traps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "libfit/core/error.hpp"
#include "libfit/recording/clamp_mode.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

constexpr double kCoarse_ms = 0.2;
// Levels that a fluctuating signal has at least; fewer are a programmed staircase.
constexpr std::size_t kFluctuatingLevels = 32;

std::optional<std::string> name_trap(const SignalFile& file, std::size_t c) {
  const Channel& channel = file.channels[c];
  const auto hinted = role_from_name(channel.name);
  if (channel.role == ChannelRole::other || !hinted || *hinted == channel.role) return std::nullopt;
  return fmt::format(
      "{}: channel {} is named like a {} but carries {}: the unit decides, it is read as {} "
      "[channel.name]",
      file.path, channel_label(file, c), role_name(*hinted), channel.file_unit, role_name(channel.role));
}

std::optional<std::string> clamp_trap(const SignalFile& file) {
  std::vector<const Channel*> channels;
  for (const Channel& channel : file.channels) channels.push_back(&channel);
  const ClampVerdict verdict = clamp_verdict(file, channels);
  if (verdict.mode == ClampMode::voltage_clamp)
    return fmt::format("{}: is of voltage clamp ({}): its current is a response, not an input", file.path,
                       verdict.seen);
  if (verdict.contested) return fmt::format("{}: read as current clamp: {}", file.path, verdict.seen);
  return std::nullopt;
}

bool unequal_lengths(const SignalFile& file) {
  return std::any_of(file.channels.begin(), file.channels.end(), [](const Channel& channel) {
    return std::adjacent_find(channel.sweeps.begin(), channel.sweeps.end(), [](const auto& a, const auto& b) {
             return a.size() != b.size();
           }) != channel.sweeps.end();
  });
}

// Samples at the very extreme, if they are many against those just short of it. A long constant stretch is a
// current that is held before, between or after stimuli, unless the signal comes back to it as often as a
// clipped one does.
std::size_t saturated_samples(std::span<const double> samples, double extreme, double range) {
  constexpr std::size_t kLongRun = 500;
  constexpr std::size_t kOften = 5;
  std::size_t in_short_runs = 0;
  std::size_t in_long_runs = 0;
  std::size_t long_runs = 0;
  std::size_t near = 0;
  for (std::size_t k = 0; k < samples.size();) {
    std::size_t run = 0;
    while (k + run < samples.size() && samples[k + run] == extreme) ++run;
    (run >= kLongRun ? in_long_runs : in_short_runs) += run;
    long_runs += run >= kLongRun ? 1 : 0;
    near += run == 0 && std::abs(samples[k] - extreme) <= 0.01 * range ? 1 : 0;
    k += std::max<std::size_t>(run, 1);
  }
  const bool held = extreme == 0.0 || long_runs < kOften;
  const std::size_t at = in_short_runs + (held ? 0 : in_long_runs);
  const bool many = at >= 20 && at >= 10 * std::max<std::size_t>(near, 1);
  return many && count_levels(samples, kFluctuatingLevels) >= kFluctuatingLevels ? at : 0;
}

}  // namespace

std::string channel_label(const SignalFile& file, std::size_t channel) {
  const std::string& name = file.channels[channel].name;
  return name.empty() ? fmt::format("{}", channel + 1) : fmt::format("{} `{}`", channel + 1, name);
}

std::vector<std::string> file_traps(const SignalFile& file) {
  std::vector<std::string> found;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    if (const auto trap = name_trap(file, c)) found.push_back(*trap);
  }
  if (auto trap = clamp_trap(file)) found.push_back(std::move(*trap));
  if (file.dt_ms > kCoarse_ms * (1.0 + 1e-9)) {
    found.push_back(fmt::format(
        "{}: a sampling step of {:g} ms ({:g} Hz, below 5 kHz) leaves spikes one or two samples wide; "
        "check the step, and read kinetic parameters with caution [sampling.coarse]",
        file.path, file.dt_ms, file.rate_Hz()));
  }
  if (unequal_lengths(file))
    found.push_back(fmt::format("{}: sweeps are of unequal length [sweeps.unequal]", file.path));
  return found;
}

Spread spread_of(std::span<const double> samples) {
  require(!samples.empty(), "spread_of: no samples");
  Spread spread;
  const auto count = static_cast<double>(samples.size());
  spread.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  spread.low = spread.high = samples.front();
  double sum = 0.0;
  for (const double sample : samples) {
    sum += (sample - spread.mean) * (sample - spread.mean);
    spread.low = std::min(spread.low, sample);
    spread.high = std::max(spread.high, sample);
  }
  spread.sd = std::sqrt(sum / count);
  return spread;
}

std::size_t count_levels(std::span<const double> samples, std::size_t limit) {
  std::vector<double> levels;
  for (const double sample : samples) {
    if (std::find(levels.begin(), levels.end(), sample) != levels.end()) continue;
    levels.push_back(sample);
    if (levels.size() >= limit) break;
  }
  return levels.size();
}

std::vector<std::string> trace_traps(ChannelRole role, const std::string& place,
                                     std::span<const std::span<const double>> sweeps) {
  std::vector<std::string> found;
  if (role == ChannelRole::other) return found;
  std::size_t clipped = 0;
  std::size_t total = 0;
  double mean = 0.0;
  double sd = 0.0;
  double low = INFINITY;
  double high = -INFINITY;
  for (const auto sweep : sweeps) {
    if (sweep.empty()) continue;
    const Spread spread = spread_of(sweep);
    if (!std::isfinite(spread.sd)) continue;
    for (const double extreme : {spread.low, spread.high})
      clipped += saturated_samples(sweep, extreme, spread.high - spread.low);
    mean += spread.mean * static_cast<double>(sweep.size());
    total += sweep.size();
    sd = std::max(sd, spread.sd);
    low = std::min(low, spread.low);
    high = std::max(high, spread.high);
  }
  if (total == 0) return found;
  mean /= static_cast<double>(total);
  const bool voltage = role == ChannelRole::voltage;
  const bool odd = voltage ? sd > 200.0 || high - low < 0.5 || mean < -150.0 || mean > 100.0
                           : sd > 2e4 || high - low < 0.1 || std::abs(mean) > 2e4;
  if (odd) {
    const char* unit = voltage ? "mV" : "pA";
    found.push_back(
        fmt::format("{}: mean {:.4g} {}, SD {:.3g} {}, range {:.4g} to {:.4g} {} is implausible for {}; "
                    "check the unit and the gain",
                    place, mean, unit, sd, unit, low, high, unit,
                    voltage ? "a membrane voltage" : "an injected current"));
  }
  if (clipped > 0) {
    found.push_back(fmt::format(
        "{}: {} of {} samples stand at the extreme value: the amplifier or the converter saturated", place,
        clipped, total));
  }
  return found;
}

}  // namespace libfit
