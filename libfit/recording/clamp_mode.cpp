#include "libfit/recording/clamp_mode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <vector>

#include "libfit/core/error.hpp"
#include "libfit/recording/units.hpp"

namespace libfit {
namespace {

// Samples around `peak` that stay above `level`, within the span of the peak.
std::size_t width_above(std::span<const double> around, std::size_t peak, double level) {
  std::size_t first = peak;
  std::size_t last = peak;
  while (first > 0 && around[first - 1] > level) --first;
  while (last + 1 < around.size() && around[last + 1] > level) ++last;
  return last - first + 1;
}

// Of a triangle the upper tenth is a fifth as wide as the upper half; of a pulse it is as wide.
bool is_pointed(std::span<const double> around, std::size_t peak) {
  const double foot = std::max(around.front(), around.back());
  const double height = around[peak] - foot;
  const std::size_t half = width_above(around, peak, foot + 0.5 * height);
  const std::size_t top = width_above(around, peak, foot + 0.9 * height);
  return half >= 2 && 2 * top <= half;
}

bool any_telegraphed(std::span<const Channel* const> channels, ClampMode mode) {
  return std::any_of(channels.begin(), channels.end(),
                     [&](const Channel* channel) { return channel->telegraph == mode; });
}

bool is_voltage(const Channel* channel) { return channel->role == ChannelRole::voltage; }

// The voltages among `channels`; of the whole file where there is none among them.
std::vector<const Channel*> voltages_of(const SignalFile& file, std::span<const Channel* const> channels) {
  std::vector<const Channel*> voltages;
  std::copy_if(channels.begin(), channels.end(), std::back_inserter(voltages), is_voltage);
  if (!voltages.empty()) return voltages;
  for (const Channel& channel : file.channels) {
    if (is_voltage(&channel)) voltages.push_back(&channel);
  }
  return voltages;
}

// The unit of the command, where all outputs that say something agree.
struct Command {
  ClampMode mode = ClampMode::unknown;
  std::string unit;
};

Command command_of(const SignalFile& file) {
  Command command;
  for (const std::string& unit : file.command_units) {
    const auto parsed = parse_electric_unit(unit);
    if (!parsed) continue;
    const bool volts = parsed->role == ChannelRole::voltage;
    const ClampMode mode = volts ? ClampMode::voltage_clamp : ClampMode::current_clamp;
    if (command.mode != ClampMode::unknown && mode != command.mode) return {};
    command = {mode, unit};
  }
  return command;
}

}  // namespace

std::size_t count_pointed_peaks(std::span<const double> voltage_mV, double dt_ms) {
  constexpr double kReach_ms = 3.0;
  constexpr double kHeight_mV = 30.0;
  const auto reach = static_cast<std::size_t>(std::ceil(kReach_ms / dt_ms));
  std::size_t count = 0;
  for (std::size_t k = reach; k + reach < voltage_mV.size(); ++k) {
    const double peak = voltage_mV[k];
    if (voltage_mV[k - 1] > peak || voltage_mV[k + 1] > peak) continue;
    if (!(peak - voltage_mV[k - reach] >= kHeight_mV && peak - voltage_mV[k + reach] >= kHeight_mV)) continue;
    const auto around = voltage_mV.subspan(k - reach, 2 * reach + 1);
    if (*std::max_element(around.begin(), around.end()) > peak || !is_pointed(around, reach)) continue;
    ++count;
    k += reach;
  }
  return count;
}

ClampVerdict clamp_verdict(const SignalFile& file, std::span<const Channel* const> channels) {
  if (file.stated_current_clamp) return {ClampMode::current_clamp, "it is stated", false};
  if (any_telegraphed(channels, ClampMode::voltage_clamp))
    return {ClampMode::voltage_clamp, "the amplifier telegraphed voltage clamp", false};
  if (any_telegraphed(channels, ClampMode::current_clamp))
    return {ClampMode::current_clamp, "the amplifier telegraphed current clamp", false};
  const Command command = command_of(file);
  if (command.mode == ClampMode::unknown) return {};
  const std::string in_unit = fmt::format("the command output is in {}", command.unit);
  if (command.mode == ClampMode::current_clamp) return {ClampMode::current_clamp, in_unit, false};
  if (file.experiment == ClampMode::current_clamp)
    return {ClampMode::current_clamp, "the header calls the experiment current clamp, though " + in_unit,
            true};
  const auto voltages = voltages_of(file, channels);
  std::size_t spikes = 0;
  for (const Channel* voltage : voltages) {
    for (const auto& sweep : voltage->sweeps) spikes += count_pointed_peaks(sweep, file.dt_ms);
  }
  if (spikes > 0)
    return {ClampMode::current_clamp,
            fmt::format("the voltage has {} spike{}, though {}", spikes, spikes == 1 ? "" : "s", in_unit),
            true};
  return {ClampMode::voltage_clamp, in_unit + (voltages.empty() ? "" : " and the voltage has no spikes"),
          false};
}

void refuse_voltage_clamp(const SignalFile& file, const Channel& voltage, const Channel& current) {
  const std::array<const Channel*, 2> channels{&voltage, &current};
  const ClampVerdict verdict = clamp_verdict(file, channels);
  if (verdict.mode != ClampMode::voltage_clamp) return;
  throw DataError(
      fmt::format("{}: is a voltage-clamp recording ({}): its current is the cell's response, not the input; "
                  "give a recording with injected current and free voltage, or pass --clamp current if this "
                  "is one",
                  file.path, verdict.seen));
}

}  // namespace libfit
