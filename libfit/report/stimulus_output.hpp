// Stimuli for the rig: the files of a protocol, and what the command says of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfit/characterize/recording_length.hpp"
#include "libfit/report/results.hpp"
#include "libfit/stimulus/protocol_scaling.hpp"
#include "libfit/stimulus/stimulus_writer.hpp"

namespace libfit {

struct ProtocolReport {
  Protocol protocol;
  ProtocolOptions options;  // scaled
  NoiseTargets targets;
  std::optional<ProtocolScaling> noise;   // absent for a current in words
  std::optional<RecordingLength> length;  // where a precision was asked for
  double precision = 0.0;                 // relative, as in RecordingLengthOptions
  double precision_mV = 0.0;
};

// A file for each block and format, then the sidecar stimulus.json (docs/commands/stimulus.md).
ResultFiles stimulus_files(const ProtocolReport& report, const std::vector<StimulusFormat>& formats,
                           const ResultProvenance& provenance);

// Blocks, strength and time to play; how long to record. `folder`: where the files are.
std::string stimulus_text(const ProtocolReport& report, const std::string& folder);

}  // namespace libfit
