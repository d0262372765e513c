// What a recording of current steps shows: input resistance, membrane time constant, sag, rheobase, and the
// f-I curve with adaptation. Resistance and time constant come from one fit of all silent hyperpolarising
// steps near rest together (step_membrane.hpp); depolarising steps, where other currents open before
// threshold, have a resistance of their own beside it. A jump at the edge of the step is the electrode's, not
// the membrane's, and is reported apart.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct StepProtocol {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  std::vector<double> amplitude_pA;  // one per sweep, against the time before the step
  // The current keeps the level beside the step from here to there (beyond the end: to the end).
  double from_ms = 0.0;
  double to_ms = std::numeric_limits<double>::infinity();
};

// The longest time in which sweeps differ from each other, or, where all are alike, the current stands apart
// from its beginning; it may begin with the sweep or end with it. Throws DataError where there is none, where
// which part is the step is not known, or where the current is not constant in it (noise, ramps).
StepProtocol find_steps(const Recording& recording);

struct StepOptions {
  double max_deflection_mV = 15.0;  // > 0; larger ones meet voltage-dependent currents and are left out,
                                    // unless they are all there is
  double min_deflection_mV = 1.0;   // > 0; smaller ones give no time constant
  double skip_ms = 0.5;             // >= 0; after the edge of the step, where the electrode charges
  void validate() const;            // throws OptionError
};

struct StepResponse {
  std::size_t sweep = 0;  // of the recording, from 0
  double amplitude_pA = 0.0;
  double baseline_mV = 0.0;
  double steady_mV = 0.0;                 // median of the last fifth of the step
  double peak_mV = 0.0;                   // furthest from the baseline, of means over 5 ms
  std::optional<double> tau_ms;           // of silent sweeps with a deflection that can be fitted
  std::optional<double> resistance_MOhm;  // of silent sweeps, at the asymptote; with the tau of all steps
  bool in_fit = false;                    // of input resistance and time constant
  bool lost = false;                      // the cell was: nothing else of the sweep counts
  std::optional<double> sag;  // (peak - steady)/(peak - baseline), of hyperpolarising steps of 5 mV or more
  SpikeTrain spikes_ms;       // from the beginning of the step
  double mean_rate_Hz = 0.0;  // spikes over the length of the step
  std::optional<double> first_rate_Hz;  // one over the first interval; absent below two spikes
  double steady_rate_Hz = 0.0;          // of the second half of the step, from its mean interval
};

struct StepAnalysis {
  StepProtocol protocol;
  double rest_mV = 0.0;                           // median of the baselines
  std::optional<Estimate> input_resistance_MOhm;  // these three are absent where a warning says why
  std::optional<Estimate> tau_ms;
  std::optional<Estimate> capacitance_pF;
  std::optional<double> jump_MOhm;           // of the electrode, from the same fit
  std::optional<double> sag_tau_ms;          // of a second exponential that the fit called for
  std::optional<Estimate> depolarised_MOhm;  // resistance that silent depolarising steps meet
  std::optional<double> sag;                 // of the most hyperpolarising step
  // The largest step without a spike below every step with one, and the least with one.
  std::optional<double> silent_pA, rheobase_pA;
  std::vector<StepResponse> responses;  // ascending amplitudes
  std::vector<std::string> warnings;
};

// `spikes_ms`: one train per sweep, from its first sample.
StepAnalysis analyze_steps(const Recording& recording, const SpikeTrains& spikes_ms,
                           const StepProtocol& protocol, const StepOptions& options = {});

}  // namespace libfit
