#include "libfit/stimulus/stimulus.hpp"

#include <cmath>
#include <numbers>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"

namespace libfit {
namespace {

std::size_t sample_count(double duration_ms, double dt_ms) {
  check_options({{"dt_ms", dt_ms, dt_ms > 0.0 && std::isfinite(dt_ms), "> 0"}});
  const double count = std::round(duration_ms / dt_ms);
  check_options({{"duration_ms", duration_ms, count >= 1.0 && count <= 0x1.0p32,
                  "at least one sample and at most 2^32 samples long"}});
  return static_cast<std::size_t>(count);
}

void add_component(const NoiseComponent& component, double dt_ms, RandomStream& random,
                   std::vector<double>& sum) {
  const double keep = component.tau_ms > 0.0 ? std::exp(-dt_ms / component.tau_ms) : 0.0;
  const double kick = component.tau_ms > 0.0 ? std::sqrt(-std::expm1(-2.0 * dt_ms / component.tau_ms)) : 1.0;
  double x = random.normal();
  for (double& value : sum) {
    value += component.sd_pA * x;
    x = keep * x + kick * random.normal();
  }
}

}  // namespace

double NoiseOptions::sd_pA() const {
  double variance = 0.0;
  for (const NoiseComponent& c : components) variance += c.sd_pA * c.sd_pA;
  return std::sqrt(variance);
}

void NoiseOptions::validate() const {
  check_options(
      {{"mean_pA", mean_pA, std::isfinite(mean_pA), "finite"},
       {"modulation_depth", modulation_depth, modulation_depth >= 0.0 && modulation_depth <= 1.0,
        "between 0 and 1"},
       {"modulation_Hz", modulation_Hz, modulation_Hz > 0.0 && std::isfinite(modulation_Hz), "> 0"}});
  for (const NoiseComponent& c : components) {
    check_options({{"sd_pA", c.sd_pA, c.sd_pA >= 0.0 && std::isfinite(c.sd_pA), ">= 0"},
                   {"tau_ms", c.tau_ms, c.tau_ms >= 0.0 && std::isfinite(c.tau_ms), ">= 0"}});
  }
}

NoiseOptions badel_2008_noise(double mean_pA, double sd_fast_pA, double sd_slow_pA) {
  NoiseOptions options;
  options.mean_pA = mean_pA;
  options.components = {{sd_fast_pA, 3.0}, {sd_slow_pA, 10.0}};
  return options;
}

NoiseOptions pozzorini_2015_noise(double mean_pA, double sd_pA) {
  NoiseOptions options;
  options.mean_pA = mean_pA;
  options.components = {{sd_pA, 3.0}};
  options.modulation_depth = 0.5;
  options.modulation_Hz = 0.2;
  return options;
}

NoiseOptions electrode_noise(double sd_pA) {
  NoiseOptions options;
  options.components = {{sd_pA, 0.0}};
  return options;
}

std::vector<double> noise_current(const NoiseOptions& options, double duration_ms, double dt_ms,
                                  std::uint64_t seed, std::uint64_t stream) {
  options.validate();
  std::vector<double> current(sample_count(duration_ms, dt_ms), 0.0);
  RandomStream random(seed, stream);
  for (const NoiseComponent& component : options.components) add_component(component, dt_ms, random, current);
  const double radians_per_sample = 2.0 * std::numbers::pi * options.modulation_Hz * dt_ms / 1000.0;
  for (std::size_t k = 0; k < current.size(); ++k) {
    double scale = 1.0;
    if (options.modulation_depth > 0.0) {
      scale += options.modulation_depth * std::sin(radians_per_sample * static_cast<double>(k));
    }
    current[k] = options.mean_pA + scale * current[k];
  }
  return current;
}

std::vector<double> step_current(std::span<const CurrentStep> steps, double duration_ms, double dt_ms) {
  std::vector<double> current(sample_count(duration_ms, dt_ms), 0.0);
  for (const CurrentStep& step : steps) {
    check_options({{"amplitude_pA", step.amplitude_pA, std::isfinite(step.amplitude_pA), "finite"},
                   {"end_ms", step.end_ms, step.end_ms > step.begin_ms, "after begin_ms"}});
    // A millionth of a sample forgives times that are not exact multiples of dt in binary.
    const double first = std::ceil(step.begin_ms / dt_ms - 1e-6);
    const double past = std::ceil(step.end_ms / dt_ms - 1e-6);
    for (std::size_t k = 0; k < current.size(); ++k) {
      const auto at = static_cast<double>(k);
      if (at >= first && at < past) current[k] += step.amplitude_pA;
    }
  }
  return current;
}

}  // namespace libfit
