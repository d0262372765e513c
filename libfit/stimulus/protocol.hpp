// What to play to a cell: blocks of sweeps, each a current in parts, so that a protocol is stated in a few
// lines, made again to the last bit, and recognised in the recording that comes back. Three are known:
// steps (f-I curve and passive properties, `dyniv steps`), noise of two processes at several means and
// amplitudes [Badel et al. 2008a, J Neurophysiol 99:656], and a training current and a frozen test current
// whose SD swings [Pozzorini et al. 2015, PLoS Comput Biol 11:e1004275]; the last two begin with weak noise
// that measures the electrode. Samples are float32, as every stimulus file holds them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/stimulus/stimulus_parts.hpp"

namespace libfit {

struct ProtocolSweep {
  std::vector<StimulusPart> parts;
  std::uint64_t stream = 0;  // of the noise
};

struct ProtocolBlock {
  std::string name;             // of its file
  std::string role;             // "electrode", "training", "test", as `dyniv run` takes it; "steps"
  std::size_t repetitions = 1;  // how often each sweep is to be played
  double duration_ms = 0.0;     // of a sweep
  std::vector<ProtocolSweep> sweeps;
};

struct Protocol {
  std::string name;
  double dt_ms = 0.1;
  std::uint64_t seed = 1;
  std::vector<ProtocolBlock> blocks;
};

// The currents of a block, one per sweep, rounded to float32.
std::vector<std::vector<double>> block_currents(const Protocol& protocol, const ProtocolBlock& block);

// Time it takes to play everything [ms].
double playing_time_ms(const Protocol& protocol);

struct ProtocolOptions {
  double dt_ms = 0.1;  // > 0, at most 1
  std::uint64_t seed = 1;
  double lead_ms = 200.0;         // >= 0; nothing is injected at the beginning of each sweep
  double electrode_s = 10.0;      // >= 0; 0: no block for the electrode
  double training_s = 60.0;       // > 0; of all training sweeps together
  double test_s = 10.0;           // >= 0; 0: no test block
  double repetitions = 10.0;      // of the test current, whole, 1 to 1000
  double electrode_sd_pA = 50.0;  // > 0
  double mean_pA = 0.0;
  double sd_pA = 100.0;  // > 0; of the current, its swing left out
  // Steps: from the first to the last amplitude.
  double step_first_pA = -100.0;
  double step_last_pA = 300.0;
  double step_count = 17.0;      // whole, 1 to 1000
  double step_ms = 500.0;        // > 0
  double step_pause_ms = 250.0;  // > 0; before and after
  void validate() const;         // throws OptionError
};

// "pozzorini", "badel", "steps", "electrode".
std::vector<std::string_view> protocol_names();

// Throws OptionError for a name that is none and for options that make no sense.
Protocol make_protocol(std::string_view name, const ProtocolOptions& options = {});

// The noise of the protocol's test current, to which targets are set; sd_pA of the options is its SD.
NoiseOptions protocol_noise(std::string_view name, const ProtocolOptions& options);

}  // namespace libfit
