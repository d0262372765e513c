#include "libfit/stimulus/stimulus_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

constexpr std::size_t kMaxParts = 256;

bool known(double value) { return std::isfinite(value); }

void check(const StimulusWindow& window) {
  check_options({{"begin_ms", window.begin_ms, known(window.begin_ms) && window.begin_ms >= 0.0, ">= 0"}});
  if (std::isinf(window.end_ms) && window.end_ms > 0.0) return;
  check_options({{"end_ms", window.end_ms, window.end_ms > window.begin_ms, "after begin_ms"}});
}

void check(const StepPart& p) {
  check(p.window);
  check_options({{"amplitude_pA", p.amplitude_pA, known(p.amplitude_pA), "finite"}});
}

void check(const PulsePart& p) {
  const bool whole = p.count >= 1.0 && p.count <= 1e6 && std::floor(p.count) == p.count;
  check_options({{"at_ms", p.at_ms, known(p.at_ms) && p.at_ms >= 0.0, ">= 0"},
                 {"charge_fC", p.charge_fC, known(p.charge_fC), "finite"},
                 {"width_ms", p.width_ms, known(p.width_ms) && p.width_ms >= 0.0, ">= 0"},
                 {"count", p.count, whole, "a whole number from 1 to 1000000"},
                 {"period_ms", p.period_ms, known(p.period_ms) && (p.count == 1.0 || p.period_ms > 0.0),
                  "> 0 where there are several pulses"}});
}

void check(const RampPart& p) {
  check(p.window);
  check_options(
      {{"from_pA", p.from_pA, known(p.from_pA), "finite"}, {"to_pA", p.to_pA, known(p.to_pA), "finite"}});
}

void check(const SinePart& p) {
  check(p.window);
  check_options({{"amplitude_pA", p.amplitude_pA, known(p.amplitude_pA), "finite"},
                 {"frequency_Hz", p.frequency_Hz, p.frequency_Hz > 0.0, "> 0"},
                 {"phase_deg", p.phase_deg, known(p.phase_deg), "finite"}});
}

void check(const ChirpPart& p) {
  check(p.window);
  check_options({{"amplitude_pA", p.amplitude_pA, known(p.amplitude_pA), "finite"},
                 {"from_Hz", p.from_Hz, p.from_Hz > 0.0, "> 0"},
                 {"to_Hz", p.to_Hz, p.to_Hz > 0.0, "> 0"}});
}

void check(const NoisePart& p) {
  check(p.window);
  p.noise.validate();
}

void check(const PoissonPart& p) {
  check(p.window);
  check_options({{"rate_Hz", p.rate_Hz, p.rate_Hz >= 0.0 && p.rate_Hz <= 1e6, "from 0 to 1000000"},
                 {"charge_fC", p.charge_fC, known(p.charge_fC), "finite"},
                 {"tau_ms", p.tau_ms, p.tau_ms > 0.0, "> 0"},
                 {"tau_rise_ms", p.tau_rise_ms, p.tau_rise_ms >= 0.0 && p.tau_rise_ms < p.tau_ms,
                  ">= 0 and below tau_ms"}});
}

struct Grid {
  double dt_ms = 0.0;
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;
};

// The first sample at or after a time; a millionth of a sample forgives times that are not exact in binary.
double first_sample(double time_ms, double dt_ms) { return std::ceil(time_ms / dt_ms - 1e-6); }

struct Samples {
  std::span<double> values;
  double begin_ms = 0.0;     // where the window begins
  double first_ms = 0.0;     // where its first sample begins
  double duration_ms = 0.0;  // of the window, within the current
};

Samples samples_of(const StimulusWindow& window, std::span<double> current, double dt_ms) {
  const auto count = static_cast<double>(current.size());
  const double first = first_sample(window.begin_ms, dt_ms);
  const double past = std::isinf(window.end_ms) ? count : std::min(first_sample(window.end_ms, dt_ms), count);
  if (first >= past) {
    check_options({{"begin_ms", window.begin_ms, false,
                    fmt::format("before the end of the current at {:g} ms, and the part at least one sample",
                                count * dt_ms)}});
  }
  const auto begin = static_cast<std::size_t>(first);
  const auto end = static_cast<std::size_t>(past);
  const double end_ms = std::isinf(window.end_ms) ? count * dt_ms : window.end_ms;
  return {current.subspan(begin, end - begin), window.begin_ms, first * dt_ms, end_ms - window.begin_ms};
}

void check_frequency(std::string_view name, double frequency_Hz, double dt_ms) {
  check_options({{name, frequency_Hz, frequency_Hz * dt_ms < 500.0,
                  fmt::format("below half the sampling rate, {:g} Hz", 500.0 / dt_ms)}});
}

void add(const StepPart& part, std::span<double> current, const Grid& grid) {
  for (double& value : samples_of(part.window, current, grid.dt_ms).values) value += part.amplitude_pA;
}

void add(const PulsePart& part, std::span<double> current, const Grid& grid) {
  const double width = std::max(1.0, std::round(part.width_ms / grid.dt_ms));
  const double amplitude_pA = part.charge_fC / (width * grid.dt_ms);
  for (double i = 0.0; i < part.count; i += 1.0) {
    const double at_ms = part.at_ms + i * part.period_ms;
    const double first = first_sample(at_ms, grid.dt_ms);
    if (first + width > static_cast<double>(current.size())) {
      check_options({{"at_ms", at_ms, false,
                      fmt::format("such that every pulse ends by the end of the current at {:g} ms",
                                  static_cast<double>(current.size()) * grid.dt_ms)}});
    }
    for (double& value : current.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(width)))
      value += amplitude_pA;
  }
}

void add(const RampPart& part, std::span<double> current, const Grid& grid) {
  const Samples samples = samples_of(part.window, current, grid.dt_ms);
  const double slope = (part.to_pA - part.from_pA) / samples.duration_ms;
  for (std::size_t k = 0; k < samples.values.size(); ++k) {
    const double t = samples.first_ms - samples.begin_ms + (static_cast<double>(k) + 0.5) * grid.dt_ms;
    samples.values[k] += part.from_pA + slope * t;
  }
}

void add(const SinePart& part, std::span<double> current, const Grid& grid) {
  check_frequency("frequency_Hz", part.frequency_Hz, grid.dt_ms);
  const Samples samples = samples_of(part.window, current, grid.dt_ms);
  const double turn = 2.0 * std::numbers::pi;
  for (std::size_t k = 0; k < samples.values.size(); ++k) {
    const double t_s = (samples.first_ms - samples.begin_ms + static_cast<double>(k) * grid.dt_ms) / 1000.0;
    samples.values[k] +=
        part.amplitude_pA * std::sin(turn * (part.frequency_Hz * t_s + part.phase_deg / 360.0));
  }
}

// Turns since the beginning: the integral of the frequency.
double chirp_turns(const ChirpPart& part, double t_s, double duration_s) {
  const double share = t_s / duration_s;
  if (!part.logarithmic || part.from_Hz == part.to_Hz)
    return t_s * (part.from_Hz + 0.5 * (part.to_Hz - part.from_Hz) * share);
  const double log_ratio = std::log(part.to_Hz / part.from_Hz);
  return part.from_Hz * duration_s / log_ratio * std::expm1(log_ratio * share);
}

void add(const ChirpPart& part, std::span<double> current, const Grid& grid) {
  check_frequency("from_Hz", part.from_Hz, grid.dt_ms);
  check_frequency("to_Hz", part.to_Hz, grid.dt_ms);
  const Samples samples = samples_of(part.window, current, grid.dt_ms);
  for (std::size_t k = 0; k < samples.values.size(); ++k) {
    const double t_s = (samples.first_ms - samples.begin_ms + static_cast<double>(k) * grid.dt_ms) / 1000.0;
    const double turns = chirp_turns(part, t_s, samples.duration_ms / 1000.0);
    samples.values[k] += part.amplitude_pA * std::sin(2.0 * std::numbers::pi * turns);
  }
}

void add(const NoisePart& part, std::span<double> current, const Grid& grid) {
  const std::span<double> values = samples_of(part.window, current, grid.dt_ms).values;
  const auto noise = noise_current(part.noise, static_cast<double>(values.size()) * grid.dt_ms, grid.dt_ms,
                                   part.seed.value_or(grid.seed), part.seed ? 0 : grid.stream);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] += noise[k];
}

// Charge that is still to flow out of one exponential filter.
struct ExponentialFilter {
  double tau_ms = 0.0;
  double share = 0.0;  // of an event's charge; of both filters they add to 1
  double left_fC = 0.0;

  // What flows in a sample, before the events of it.
  double flow(double dt_ms) {
    if (tau_ms <= 0.0) return 0.0;
    const double gone = -left_fC * std::expm1(-dt_ms / tau_ms);
    left_fC -= gone;
    return gone;
  }
  // What flows of a new event until the end of its sample.
  double arrive(double charge_fC, double rest_ms) {
    if (tau_ms <= 0.0) return 0.0;
    const double gone = -share * charge_fC * std::expm1(-rest_ms / tau_ms);
    left_fC += share * charge_fC - gone;
    return gone;
  }
};

void add(const PoissonPart& part, std::span<double> current, const Grid& grid) {
  if (part.rate_Hz == 0.0) return;
  const std::span<double> values = samples_of(part.window, current, grid.dt_ms).values;
  const double difference = part.tau_ms - part.tau_rise_ms;
  ExponentialFilter decay{part.tau_ms, part.tau_ms / difference};
  ExponentialFilter rise{part.tau_rise_ms, -part.tau_rise_ms / difference};
  RandomStream random(part.seed.value_or(grid.seed), part.seed ? 0 : grid.stream);
  const double mean_interval_ms = 1000.0 / part.rate_Hz;
  double next_ms = -mean_interval_ms * std::log(random.uniform());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double end_ms = static_cast<double>(k + 1) * grid.dt_ms;
    double charge_fC = decay.flow(grid.dt_ms) + rise.flow(grid.dt_ms);
    for (; next_ms < end_ms; next_ms -= mean_interval_ms * std::log(random.uniform())) {
      charge_fC += decay.arrive(part.charge_fC, end_ms - next_ms);
      charge_fC += rise.arrive(part.charge_fC, end_ms - next_ms);
    }
    values[k] += charge_fC / grid.dt_ms;
  }
}

}  // namespace

void validate(const StimulusPart& part) {
  std::visit([](const auto& p) { check(p); }, part);
}

std::vector<double> stimulus_current(std::span<const StimulusPart> parts, const StimulusOptions& options) {
  check_options({{"parts", static_cast<double>(parts.size()), parts.size() <= kMaxParts, "256 at most"},
                 {"stream", static_cast<double>(options.stream), options.stream < (std::uint64_t{1} << 48),
                  "below 2^48"}});
  std::vector<double> current = step_current({}, options.duration_ms, options.dt_ms);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    validate(parts[i]);
    const Grid grid{options.dt_ms, options.seed, options.stream * kMaxParts + i};
    std::visit([&](const auto& part) { add(part, current, grid); }, parts[i]);
  }
  return current;
}

}  // namespace libfit
