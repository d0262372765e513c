// Stochastic simulation of the GIF family: many independent trials of one current. In every bin a spike falls
// with probability 1 - exp(-hazard * bin), at a uniform time within the bin. Trial t draws from its own
// counter-based stream, so the spikes of a seed are the same on any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/model/gif.hpp"

namespace libfit {

struct GifTrialOptions {
  std::size_t trials = 500;     // >= 1
  std::size_t first_trial = 0;  // trials count from here: each number is one stream of random numbers
  std::uint64_t seed = 1;
  unsigned threads = 0;  // 0: all
  // The current that the model is settled at when the sweep begins; absent: by settled_current_pA().
  std::optional<double> settled_pA{};
  void validate() const;  // throws OptionError
};

struct GifTrials {
  SpikeTrains spikes_ms;                 // one train a trial, ascending; crossings, not onsets
  std::vector<double> mean_voltage_mV;   // over trials, at the end of every bin
  std::vector<double> first_voltage_mV;  // of the first trial
  double bin_ms = 0.0;
};

// The current is averaged over the model's bins. Throws OptionError for a model that validate() refuses,
// ContractError for an empty current, DataError for a current that is not finite, is shorter than one bin, or
// is sampled so that the bin is no whole number of samples.
GifTrials simulate_gif_trials(const Gif& model, std::span<const double> current_pA, double dt_ms,
                              const GifTrialOptions& options = {});

// Voltage at every sample from the voltage at the ends of bins: straight between them.
std::vector<double> voltage_at_samples(std::span<const double> at_bin_ends_mV, double bin_ms,
                                       std::size_t samples, double dt_ms);

}  // namespace libfit
