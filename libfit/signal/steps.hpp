// What a recording of current steps tells: input resistance, membrane time constant, sag, rheobase, and the
// f-I curve with adaptation. Deflections are steady ones, medians of the last fifth of the step against the
// time before it; the resistance is their slope over current among silent sweeps near rest, so that neither
// holding current nor an offset of the monitor matters. The time constant is that of one exponential through
// the beginning of the response, up to its peak where the voltage sags back [Neuronal Dynamics ch. 1.3.2]. A
// jump at the edge of the step is the electrode's, not the membrane's, and is told apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct StepProtocol {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  std::vector<double> amplitude_pA;  // one a sweep, against the time before the step
};

// The longest time in which the current stands apart from its beginning, alike in every sweep. Throws
// DataError where there is none, or where the current is not constant in it (noise, ramps), or the sweeps
// differ in their step.
StepProtocol find_steps(const Recording& recording);

struct StepOptions {
  double max_deflection_mV = 15.0;  // > 0; larger ones meet voltage-dependent currents and are left out,
                                    // unless they are all there is
  double min_deflection_mV = 1.0;   // > 0; smaller ones tell no time constant
  double skip_ms = 0.5;             // >= 0; after the edge of the step, where the electrode charges
  void validate() const;            // throws OptionError
};

struct StepResponse {
  std::size_t sweep = 0;  // of the recording, from 0
  double amplitude_pA = 0.0;
  double baseline_mV = 0.0;
  double steady_mV = 0.0;           // median of the last fifth of the step
  double peak_mV = 0.0;             // furthest from the baseline, of means over 5 ms
  std::optional<double> tau_ms;     // of silent sweeps with a deflection that can be fitted
  std::optional<double> jump_MOhm;  // of the electrode, from the same fit
  std::optional<double> sag;  // (peak - steady)/(peak - baseline), of hyperpolarising steps of 5 mV or more
  std::vector<double> spikes_ms;        // from the beginning of the step
  double mean_rate_Hz = 0.0;            // spikes over the length of the step
  std::optional<double> first_rate_Hz;  // one over the first interval; absent below two spikes
  double steady_rate_Hz = 0.0;          // of the second half of the step, from its mean interval
};

struct StepAnalysis {
  StepProtocol protocol;
  double rest_mV = 0.0;                           // median of the baselines
  std::optional<Estimate> input_resistance_MOhm;  // absent: fewer than two silent sweeps
  std::optional<Estimate> tau_ms;                 // mean over sweeps
  std::optional<double> jump_MOhm;                // median over sweeps
  std::optional<double> sag;                      // of the most hyperpolarising step
  // The largest step without a spike below every step with one, and the least with one.
  std::optional<double> silent_pA, rheobase_pA;
  std::vector<StepResponse> responses;  // ascending amplitudes
  std::vector<std::string> warnings;
};

// `spikes_ms`: one train a sweep, from its first sample.
StepAnalysis analyze_steps(const Recording& recording, const std::vector<std::vector<double>>& spikes_ms,
                           const StepProtocol& protocol, const StepOptions& options = {});

}  // namespace libfit
