// Active electrode compensation: what the recording electrode adds to the voltage, measured and taken away
// [Brette et al. 2008, Neuron 59:379; with the exponential membrane of Badel et al. as in Pozzorini et al.
// 2015, PLoS Comput Biol 11:e1004275]. The voltage is regressed on the past of the current, which gives the
// impulse response of electrode and membrane together; one exponential fitted to its tail is the membrane;
// what is left at short lags is the electrode kernel K_e, and V - K_e * I is the membrane voltage. Assumes a
// response that is linear where it is measured: weak noise without spikes, or a training trace with its
// spikes masked. Cost: samples x taps^2, about 0.1 s for 10 s at 10 kHz.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct ElectrodeOptions {
  double response_end_ms = 150.0;  // > fine_end_ms; longest lag of the regression
  double fine_end_ms = 2.0;        // > 0; one-sample taps up to here, then knots a tenth apart
  double tail_start_ms = 3.0;      // > 0; the membrane exponential is fitted from here on
  double tail_end_ms = 150.0;      // > tail_start_ms; and up to here
  double kernel_end_ms = 7.0;      // > 0; the kernel is the response minus the exponential up to here
  int whitening_order = 10;     // 0 to 50; order of the autoregression of the noise; 0: plain least squares
  double block_ms = 500.0;      // > 0; segments of the bootstrap
  double mask_before_ms = 5.0;  // >= 0; around spikes, voltage samples that are left out
  double mask_after_ms = 50.0;  // >= 0
  std::size_t bootstrap_draws = 200;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

struct ElectrodeKernel {
  double dt_ms = 0.0;
  std::vector<double> kernel_GOhm_per_ms;  // K_e at lags 0, dt, 2 dt ...; empty: nothing to compensate
  // Independent errors of K_e, each one standard error: of its integral (R_e), of what is then left of its
  // delay, of what is then left of its width. A current that changes little within the kernel sees no more of
  // it. Empty when it was not resampled.
  std::vector<std::vector<double>> kernel_errors_GOhm_per_ms;
  double resistance_MOhm = 0.0;  // integral of K_e
  std::optional<Interval> resistance_ci95_MOhm;
  double resistance_below_1ms_MOhm = 0.0;  // the part of it at lags up to 1 ms

  // The membrane exponential a exp(-t/tau): 1/a is the capacitance that the whole response sees.
  double membrane_tau_ms = 0.0;
  double membrane_resistance_MOhm = 0.0;  // a tau
  double membrane_lag_ms = 0.0;        // the compensated voltage answers to the current read this much later
  double kernel_capacitance_pF = 0.0;  // 1/a
  std::optional<Interval> kernel_capacitance_ci95_pF;

  // The measured response, for the figure: lags of the knots (the lead tap first), values, standard errors.
  std::vector<double> lag_ms;
  std::vector<double> response_GOhm_per_ms;
  std::vector<double> response_se_GOhm_per_ms;

  std::size_t samples_used = 0;
  std::vector<std::string> warnings;
};

// Kernel from every sweep of `recording`. `spikes_ms` (one train per sweep) are masked. Throws DataError when
// too few samples are left, when the current does not vary, or when sweeps differ in dt.
ElectrodeKernel estimate_electrode(const Recording& recording, const SpikeTrains& spikes_ms,
                                   const ElectrodeOptions& options = {});

// V - K_e * I; before the first sample the current is taken to have been at its first value.
// Throws ContractError for unequal lengths, DataError when dt differs from the kernel's.
std::vector<double> compensate(std::span<const double> voltage_mV, std::span<const double> current_pA,
                               double dt_ms, const ElectrodeKernel& kernel);
// The same for every sweep, in parallel.
Recording compensate(Recording recording, const ElectrodeKernel& kernel, unsigned threads = 0);

}  // namespace libfit
