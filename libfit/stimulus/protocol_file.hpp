// The sidecar of a stimulus: a JSON object with schema "dyniv.stimulus", version 1, that states a protocol in
// words (stimulus_spec.hpp) with its seed and step, so that its currents can be made again, and names the
// files that hold them. With it a recording that comes back is recognised by its current (see recognise()).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/recording/recording.hpp"
#include "libfit/stimulus/protocol.hpp"

namespace libfit {

// A stimulus file of a block, beside the sidecar.
struct StimulusFile {
  std::string block;
  std::string name;
};

struct ProtocolDocument {
  Protocol protocol;
  std::vector<StimulusFile> files;
  // Other keys (options in force, targets), as the text of one JSON object; kept, never interpreted.
  std::string provenance_json = "{}";
};

// Text of the sidecar, indented, ending in a newline.
std::string to_json_text(const ProtocolDocument& document);

// Throws InputError naming `place` (the file) and what is missing, of the wrong type or makes no sense.
ProtocolDocument parse_protocol(std::string_view json_text, std::string_view place);
ProtocolDocument read_protocol(const std::filesystem::path& path);

// Where a sweep of a recording has met a current of the protocol.
struct Recognition {
  std::string block;
  std::string role;
  std::size_t sweep = 0;     // of the block
  double begins_ms = 0.0;    // where the current begins in the recording; below 0: before it
  double correlation = 0.0;  // of recorded and played current, over what both have
  double gain = 1.0;         // recorded over played
  double offset_pA = 0.0;    // recorded minus gain times played: holding current, uncalibrated monitor
};

// The current of the protocol that a recorded one resembles most: a correlation of at least 0.7 at the best
// delay, searched from 2 s before the beginning of the recording to its end in steps of 1 ms, then of one
// sample. Absent where none does. Amplifiers add noise, offset and delay; none of them hides a protocol.
std::optional<Recognition> recognise(const Protocol& protocol, const Sweep& sweep);

}  // namespace libfit
