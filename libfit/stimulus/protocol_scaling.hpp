// From what is known of a cell to the mean and the SD of a protocol's noise (stimulus_scale.hpp does the
// arithmetic).
#pragma once

#include <optional>
#include <string_view>

#include "libfit/model/model.hpp"
#include "libfit/stimulus/protocol.hpp"

namespace libfit {

// What is wanted; absent values are found, or stay as the options of the protocol have them.
struct NoiseTargets {
  std::optional<double> mean_pA, sd_pA, electrode_sd_pA;
  std::optional<double> target_sd_mV;    // of the voltage without spikes
  std::optional<double> target_rate_Hz;  // of the model's spikes
};

// What the noise does to the model; all absent without one.
struct ProtocolScaling {
  std::optional<double> voltage_sd_mV;
  std::optional<double> electrode_voltage_sd_mV;
  std::optional<double> rate_Hz;
};

// Sets mean_pA, sd_pA and electrode_sd_pA of the options, to four digits where they were found. Throws
// OptionError where a target needs a model and there is none, or contradicts what is given, DataError for a
// model that does not rest without a current.
ProtocolScaling scale_protocol(const NoiseTargets& targets, std::string_view protocol,
                               const std::optional<Model>& model, ProtocolOptions& options);

}  // namespace libfit
