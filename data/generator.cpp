#include "data/generator.hpp"

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/random.hpp"
#include "libfit/simulate/simulate.hpp"

namespace dyniv_data {
namespace {

using libfit::RandomStream;

// Streams of the seed: 0 to 2 are the injected currents, the others follow for each repetition.
enum class Source : std::uint64_t {
  electrode = 0,
  training = 1,
  test = 2,
  intrinsic = 8,
  voltage = 9,
  monitor = 10
};

std::uint64_t stream_of(Source source, std::uint64_t repetition = 0) {
  return static_cast<std::uint64_t>(source) + 16 * repetition;
}

MembraneTrace respond_to(const CellTruth& truth, std::span<const double> current_pA, double dt_ms) {
  if (const auto* model = std::get_if<libfit::Model>(&truth)) {
    libfit::Prediction prediction = libfit::simulate(*model, current_pA, dt_ms);
    return {std::move(prediction.voltage_mV), std::move(prediction.spike_times_ms)};
  }
  if (const auto* cell = std::get_if<WangBuzsaki>(&truth)) return respond(*cell, current_pA, dt_ms);
  return respond(std::get<CorticalPyramidal>(truth), current_pA, dt_ms);
}

std::vector<double> with_intrinsic_noise(std::span<const double> current_pA, const RigOptions& rig) {
  std::vector<double> total(current_pA.begin(), current_pA.end());
  if (rig.intrinsic_noise_pA == 0.0) return total;
  libfit::NoiseOptions options;
  options.components = {{rig.intrinsic_noise_pA, rig.intrinsic_tau_ms}};
  const std::vector<double> noise =
      libfit::noise_current(options, static_cast<double>(total.size()) * rig.dt_ms, rig.dt_ms, rig.seed,
                            stream_of(Source::intrinsic, rig.repetition));
  for (std::size_t k = 0; k < total.size(); ++k) total[k] += noise[k];
  return total;
}

// tau_e dV_e/dt = R_e I - V_e under a held current, exactly.
void add_electrode(std::span<const double> current_pA, const RigOptions& rig,
                   std::vector<double>& voltage_mV) {
  if (rig.electrode_MOhm == 0.0) return;
  const double resistance_GOhm = rig.electrode_MOhm / 1000.0;
  const double keep = rig.electrode_tau_ms > 0.0 ? std::exp(-rig.dt_ms / rig.electrode_tau_ms) : 0.0;
  double V_e = resistance_GOhm * current_pA[0];
  for (std::size_t k = 0; k < voltage_mV.size(); ++k) {
    // An electrode without a time constant answers to the current of the sample itself.
    if (keep == 0.0) V_e = resistance_GOhm * current_pA[k];
    voltage_mV[k] += V_e;
    const double target = resistance_GOhm * current_pA[k];
    V_e = target + (V_e - target) * keep;
  }
}

// The average over each sample of the true current, lag samples earlier; before and after the sweep the
// current is what it is at its ends.
std::vector<double> monitored(std::span<const double> current_pA, double lag_samples) {
  const double whole = std::floor(lag_samples);
  const double fraction = lag_samples - whole;
  const double last = static_cast<double>(current_pA.size()) - 1.0;
  const auto at = [&](double k) { return current_pA[static_cast<std::size_t>(std::clamp(k, 0.0, last))]; };
  std::vector<double> record(current_pA.size());
  for (std::size_t k = 0; k < record.size(); ++k) {
    const double delayed = static_cast<double>(k) - whole;
    record[k] = (1.0 - fraction) * at(delayed) + fraction * at(delayed - 1.0);
  }
  return record;
}

void add_white(double sd, std::uint64_t seed, std::uint64_t stream, std::vector<double>& values) {
  if (sd == 0.0) return;
  RandomStream random(seed, stream);
  for (double& value : values) value += sd * random.normal();
}

// Repetitions of the protocols do not share their noise: each protocol has its own range of repetitions.
constexpr std::uint64_t electrode_repetitions = std::uint64_t{1} << 32;
constexpr std::uint64_t training_repetitions = std::uint64_t{2} << 32;

GeneratedRecording sweeps_of(const CellTruth& truth, std::span<const double> current_pA, std::size_t count,
                             RigOptions rig, std::uint64_t first_repetition) {
  GeneratedRecording result;
  rig.repetition += first_repetition;
  for (std::size_t r = 0; r < count; ++r, ++rig.repetition) {
    GeneratedSweep generated = generate(truth, current_pA, rig);
    generated.sweep.number = r + 1;
    result.recording.sweeps.push_back(std::move(generated.sweep));
    result.spike_times_ms.push_back(std::move(generated.spike_times_ms));
  }
  return result;
}

std::vector<double> frozen_current(const libfit::NoiseOptions& noise, Source source, const RigOptions& rig) {
  return libfit::noise_current(noise, rig.duration_ms, rig.dt_ms, rig.seed, stream_of(source));
}

void check(const char* name, double value, bool holds, const char* rule) {
  libfit::check_options({{name, value, holds && std::isfinite(value), rule}});
}

}  // namespace

void RigOptions::validate() const {
  check("dt_ms", dt_ms, dt_ms > 0.0, "> 0");
  check("duration_ms", duration_ms, duration_ms >= dt_ms, "at least dt_ms");
  check("electrode_MOhm", electrode_MOhm, electrode_MOhm >= 0.0, ">= 0");
  check("electrode_tau_ms", electrode_tau_ms, electrode_tau_ms >= 0.0, ">= 0");
  check("lag_samples", lag_samples, true, "finite");
  check("monitor_noise_pA", monitor_noise_pA, monitor_noise_pA >= 0.0, ">= 0");
  check("voltage_noise_mV", voltage_noise_mV, voltage_noise_mV >= 0.0, ">= 0");
  check("intrinsic_noise_pA", intrinsic_noise_pA, intrinsic_noise_pA >= 0.0, ">= 0");
  check("intrinsic_tau_ms", intrinsic_tau_ms, intrinsic_tau_ms >= 0.0, ">= 0");
}

GeneratedSweep generate(const CellTruth& truth, std::span<const double> current_pA, const RigOptions& rig) {
  rig.validate();
  libfit::require(!current_pA.empty(), "generate: the current is empty");
  MembraneTrace membrane = respond_to(truth, with_intrinsic_noise(current_pA, rig), rig.dt_ms);
  GeneratedSweep result;
  result.spike_times_ms = std::move(membrane.spike_times_ms);
  libfit::Sweep& sweep = result.sweep;
  sweep.dt_ms = rig.dt_ms;
  sweep.number = static_cast<std::size_t>(rig.repetition) + 1;
  sweep.voltage_mV = membrane.voltage_mV;
  result.membrane_mV = std::move(membrane.voltage_mV);
  add_electrode(current_pA, rig, sweep.voltage_mV);
  add_white(rig.voltage_noise_mV, rig.seed, stream_of(Source::voltage, rig.repetition), sweep.voltage_mV);
  sweep.current_pA = monitored(current_pA, rig.lag_samples);
  add_white(rig.monitor_noise_pA, rig.seed, stream_of(Source::monitor, rig.repetition), sweep.current_pA);
  sweep.voltage_source = {"generated", "Vm", "mV", 1.0, 0.0};
  sweep.current_source = {"generated", "Im", "pA", 1.0, 0.0};
  return result;
}

libfit::Sweep generate_sweep(const CellTruth& truth, std::span<const double> current_pA,
                             const RigOptions& rig) {
  return generate(truth, current_pA, rig).sweep;
}

GeneratedRecording generate_electrode(const CellTruth& truth, double sd_pA, const RigOptions& rig) {
  rig.validate();
  const std::vector<double> current = frozen_current(libfit::electrode_noise(sd_pA), Source::electrode, rig);
  return sweeps_of(truth, current, 1, rig, electrode_repetitions);
}

GeneratedRecording generate_training(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                     const RigOptions& rig) {
  rig.validate();
  return sweeps_of(truth, frozen_current(noise, Source::training, rig), 1, rig, training_repetitions);
}

GeneratedRecording generate_test(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                 std::size_t repetitions, const RigOptions& rig) {
  rig.validate();
  return sweeps_of(truth, frozen_current(noise, Source::test, rig), repetitions, rig, 0);
}

libfit::Recording electrode_recording(const CellTruth& truth, double sd_pA, const RigOptions& rig) {
  return generate_electrode(truth, sd_pA, rig).recording;
}

libfit::Recording training_recording(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                     const RigOptions& rig) {
  return generate_training(truth, noise, rig).recording;
}

libfit::Recording test_recording(const CellTruth& truth, const libfit::NoiseOptions& noise,
                                 std::size_t repetitions, const RigOptions& rig) {
  return generate_test(truth, noise, repetitions, rig).recording;
}

}  // namespace dyniv_data
