// The targets of `dyniv stimulus`: from what is known of the cell to the mean and the SD of the noise.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "command_line.hpp"
#include "libfit/model/model.hpp"
#include "libfit/stimulus/protocol.hpp"

namespace dyniv {

struct ScalingArguments {
  std::optional<double> mean_pA, sd_pA, electrode_sd_pA;  // as given
  std::optional<double> target_sd_mV, target_rate_Hz;
};

void add_scaling_options(boost::program_options::options_description& group, ScalingArguments& arguments);

// What the noise does to the model, as the sidecar states it.
struct Scaling {
  std::optional<double> voltage_sd_mV;
  std::optional<double> electrode_voltage_sd_mV;
  std::optional<double> rate_Hz;
};
nlohmann::json scaling_json(const ScalingArguments& arguments, const Scaling& scaling,
                            const libfit::ProtocolOptions& options);

// Sets mean_pA, sd_pA and electrode_sd_pA of the options. Throws libfit::OptionError where a target needs a
// model and none is there, or contradicts what is given.
Scaling scale_protocol(const ScalingArguments& arguments, std::string_view protocol,
                       const std::optional<libfit::Model>& model, libfit::ProtocolOptions& options);

}  // namespace dyniv
