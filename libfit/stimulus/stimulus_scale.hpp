// How strong a noise has to be: its SD from the SD of the voltage that it should cause in a passive membrane
// (closed form), its mean or its SD from the rate at which a first model should fire (bisection of simulated
// rates, every trial with the same noise). A voltage SD is meant without spikes and with the swing of a
// modulated SD in it.
#pragma once

#include <cstdint>
#include <optional>

#include "libfit/model/model.hpp"
#include "libfit/stimulus/stimulus.hpp"

namespace libfit {

struct MembraneFilter {
  double resistance_MOhm = 0.0;  // > 0
  double tau_ms = 0.0;           // > 0
};

// The membrane of a model about its rest under a constant current, from the slope of F there. Absent where
// the model does not rest.
std::optional<MembraneFilter> membrane_filter(const Model& model, double current_pA = 0.0);

// SD of the voltage of a passive membrane under the noise held from sample to sample every dt_ms:
// R^2 sum sd^2 tau_i/(tau_i + tau), times 1 + depth^2/2; for noise that is independent from sample to sample
// R^2 sd^2 (1 - a)/(1 + a), a = exp(-dt/tau).
double voltage_sd_mV(const MembraneFilter& membrane, const NoiseOptions& noise, double dt_ms);

// The noise with every SD multiplied by one factor, such that the voltage has this SD.
NoiseOptions scaled_to_voltage_sd(const MembraneFilter& membrane, NoiseOptions noise, double sd_mV,
                                  double dt_ms);

struct RateTargetOptions {
  double rate_Hz = 10.0;         // > 0, at most 500
  double duration_ms = 40000.0;  // > 0; of each trial; more: nearer to the rate in the long run
  double dt_ms = 0.1;            // > 0
  std::uint64_t seed = 1;
  void validate() const;  // throws OptionError
};

enum class Turned { mean, sd };

// The noise with its mean, or every SD by one factor, turned until the model fires at the rate, to within a
// spike of the trial or a thousandth of the noise. Throws DataError where it does not get there.
NoiseOptions scaled_to_rate(const Model& model, NoiseOptions noise, Turned turned,
                            const RateTargetOptions& options = {});

// Rate of a model under the noise [Hz].
double noise_rate_Hz(const Model& model, const NoiseOptions& noise, const RateTargetOptions& options);

}  // namespace libfit
