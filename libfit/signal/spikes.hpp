// Spikes of a voltage trace: upstrokes through a level that is chosen from the trace itself, half way between
// the usual voltage and the usual spike peak, so that cells whose spikes stay below 0 mV need no hand-set
// level; and peaks below it that rise and fall like a spike. What separates two spikes is how far the trace
// falls between them, so doublets 1 ms apart are two. Not spikes: slow depolarisations, an electrode's steps,
// stimulus artefacts. Times are interpolated between samples. The criterion is chosen on training data and
// then used unchanged wherever spikes are compared.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/recording/recording.hpp"

namespace libfit {

struct SpikeCriterion {
  double level_mV = 0.0;              // rising crossing of this voltage
  double min_slope_mV_per_ms = 10.0;  // steepest rise within 0.5 ms of the crossing, at least; > 0
  double rearm_mV = 10.0;             // the trace falls this far from a peak before the next spike; > 0
  double dead_time_ms = 0.7;          // no second spike within this time; >= 0
  // A peak that the level does not decide (below it, or risen from above it) is a spike when it rises this
  // far within 2 ms and falls as far within 6 ms, and one within 3 ms of a spike when it rises this far; > 0.
  // Absent: the trace shows no spikes to compare it with.
  std::optional<double> low_rise_mV;
  double low_base_mV = -INFINITY;  // a rise that begins below this is counted from here: an artefact's end
  bool from_data = false;          // false: the trace shows no spikes and the level is the conventional 0 mV
  void validate() const;           // throws OptionError
};

// Chooses the level from events that rise by 10 mV or more within 2 ms and fall as far within 6 ms.
// `level_mV` is half way between the median voltage and the median peak of the tall ones (those above half of
// the tallest); `low_rise_mV` is 0.3 of what they usually rise by (their 75 % quantile), but 20 mV or more
// and clear of the noise; `low_base_mV` 10 mV below where they usually rise from.
SpikeCriterion choose_spike_criterion(std::span<const double> voltage_mV, double dt_ms);
// The same over every sweep of a recording.
SpikeCriterion choose_spike_criterion(const Recording& recording);

// Times [ms] from the first sample, ascending: of the crossing of the level, or of half the rise where the
// upstroke does not cross it.
SpikeTrain detect_spikes(std::span<const double> voltage_mV, double dt_ms, const SpikeCriterion& criterion);
// One train per sweep.
SpikeTrains detect_spikes(const Recording& recording, const SpikeCriterion& criterion);

// The same, with a sentence on what looks like spikes and was not counted: artefacts, small steep peaks.
struct FoundSpikes {
  SpikeTrains spikes_ms;              // one train a sweep
  std::vector<std::string> warnings;  // each with count and place
};
FoundSpikes find_spikes(const Recording& recording, const SpikeCriterion& criterion);

// Samples [begin, end) of a sweep.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What is left of `size` samples when [spike - before_ms, spike + after_ms] is cut out around every spike; a
// negative before_ms or after_ms moves that edge inwards. Ascending, disjoint, none empty.
std::vector<Stretch> stretches_outside_spikes(std::size_t size, double dt_ms,
                                              std::span<const double> spikes_ms, double before_ms,
                                              double after_ms);

// What spikes look like, from averages around them; absent fields: no spike to measure.
struct SpikeShape {
  double median_peak_mV = 0.0;
  double median_onset_mV = 0.0;              // where dV/dt first exceeds 10 mV/ms on the way up
  double median_onset_lead_ms = 0.0;         // from onset to the crossing of the level
  double median_peak_slope_mV_per_ms = 0.0;  // steepest rise
  std::size_t count = 0;                     // spikes measured
};
std::optional<SpikeShape> measure_spike_shape(const Recording& recording, const SpikeTrains& spikes_ms);

// The reset that an integrate-and-fire model needs: the voltage is taken over again `t_ref_ms` after the
// spike, when the average repolarisation is over, at `V_reset_mV`, the average voltage then.
struct ResetEstimate {
  double t_ref_ms = 0.0;
  double V_reset_mV = 0.0;
  double V_reset_sd_mV = 0.0;  // between spikes
  Interval V_reset_ci95_mV;    // of the mean over spikes
  double shortest_interval_ms = 0.0;
  std::size_t count = 0;  // spikes averaged
};
// The end of repolarisation is the first minimum of the spike-triggered average voltage, or where its fall
// has slowed to 1.5 % of the steepest, whichever comes first; no later than the 5 % quantile of the
// intervals. Where the voltage does not answer to the current after that (slope of dV/dt on I across spikes
// below half of 1/C, beyond its error), it is held, as in an integrate-and-fire cell, and the period lasts
// until it answers. nullopt below 5 usable spikes.
std::optional<ResetEstimate> estimate_reset(const Recording& recording, const SpikeTrains& spikes_ms,
                                            double capacitance_pF);

}  // namespace libfit
