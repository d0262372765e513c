#include "libfit/stimulus/protocol.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

// Streams of noise: the blocks of a protocol must not share any.
constexpr std::uint64_t kElectrodeStream = 0;
constexpr std::uint64_t kTestStream = 1;
constexpr std::uint64_t kTrainingStream = 2;

bool whole(double value, double least, double most) {
  return value >= least && value <= most && std::floor(value) == value;
}

ProtocolSweep noise_sweep(const NoiseOptions& noise, double lead_ms, std::uint64_t stream) {
  NoisePart part;
  part.window.begin_ms = lead_ms;
  part.noise = noise;
  return {{part}, stream};
}

void add_electrode(const ProtocolOptions& options, Protocol& protocol) {
  if (options.electrode_s == 0.0) return;
  const NoiseOptions noise = electrode_noise(options.electrode_sd_pA);
  protocol.blocks.push_back({"electrode",
                             "electrode",
                             1,
                             options.lead_ms + 1000.0 * options.electrode_s,
                             {noise_sweep(noise, options.lead_ms, kElectrodeStream)}});
}

void add_test(const NoiseOptions& noise, const ProtocolOptions& options, Protocol& protocol) {
  if (options.test_s == 0.0) return;
  protocol.blocks.push_back({"test",
                             "test",
                             static_cast<std::size_t>(options.repetitions),
                             options.lead_ms + 1000.0 * options.test_s,
                             {noise_sweep(noise, options.lead_ms, kTestStream)}});
}

// Half and all of the SD at none, half and all of the mean: the training time is parted among them.
void add_badel_training(const ProtocolOptions& options, Protocol& protocol) {
  ProtocolBlock block{"training", "training", 1, options.lead_ms + 1000.0 * options.training_s / 6.0, {}};
  for (const double sd_share : {0.5, 1.0}) {
    for (const double mean_share : {0.0, 0.5, 1.0}) {
      ProtocolOptions level = options;
      level.mean_pA *= mean_share;
      level.sd_pA *= sd_share;
      block.sweeps.push_back(noise_sweep(protocol_noise("badel", level), options.lead_ms,
                                         kTrainingStream + block.sweeps.size()));
    }
  }
  protocol.blocks.push_back(std::move(block));
}

void add_steps(const ProtocolOptions& options, Protocol& protocol) {
  ProtocolBlock block{"steps", "steps", 1, 2.0 * options.step_pause_ms + options.step_ms, {}};
  const double steps = std::max(options.step_count - 1.0, 1.0);
  for (double i = 0.0; i < options.step_count; i += 1.0) {
    const double amplitude_pA =
        options.step_first_pA + (options.step_last_pA - options.step_first_pA) * i / steps;
    const StimulusWindow window{options.step_pause_ms, options.step_pause_ms + options.step_ms};
    block.sweeps.push_back({{StepPart{window, amplitude_pA}}, 0});
  }
  protocol.blocks.push_back(std::move(block));
}

}  // namespace

void ProtocolOptions::validate() const {
  check_options(
      {{"dt_ms", dt_ms, dt_ms > 0.0 && dt_ms <= 1.0, "above 0, up to 1"},
       {"lead_ms", lead_ms, lead_ms >= 0.0, ">= 0"},
       {"electrode_s", electrode_s, electrode_s >= 0.0 && electrode_s <= 1e5, "from 0 to 100000"},
       {"training_s", training_s, training_s > 0.0 && training_s <= 1e5, "above 0, up to 100000"},
       {"test_s", test_s, test_s >= 0.0 && test_s <= 1e5, "from 0 to 100000"},
       {"repetitions", repetitions, whole(repetitions, 1.0, 1000.0), "a whole number from 1 to 1000"},
       {"electrode_sd_pA", electrode_sd_pA, electrode_sd_pA > 0.0, "> 0"},
       {"mean_pA", mean_pA, std::isfinite(mean_pA), "finite"},
       {"sd_pA", sd_pA, sd_pA > 0.0, "> 0"},
       {"step_first_pA", step_first_pA, std::isfinite(step_first_pA), "finite"},
       {"step_last_pA", step_last_pA, std::isfinite(step_last_pA), "finite"},
       {"step_count", step_count, whole(step_count, 1.0, 1000.0), "a whole number from 1 to 1000"},
       {"step_ms", step_ms, step_ms > 0.0 && step_ms <= 1e6, "above 0, up to 1000000"},
       {"step_pause_ms", step_pause_ms, step_pause_ms > 0.0 && step_pause_ms <= 1e6,
        "above 0, up to 1000000"}});
}

std::vector<std::string_view> protocol_names() { return {"pozzorini", "badel", "steps", "electrode"}; }

NoiseOptions protocol_noise(std::string_view name, const ProtocolOptions& options) {
  if (name != "badel") return pozzorini_2015_noise(options.mean_pA, options.sd_pA);
  const double each = options.sd_pA / std::numbers::sqrt2;  // the processes share the variance
  return badel_2008_noise(options.mean_pA, each, each);
}

Protocol make_protocol(std::string_view name, const ProtocolOptions& options) {
  options.validate();
  Protocol protocol{std::string(name), options.dt_ms, options.seed, {}};
  if (name == "steps") {
    add_steps(options, protocol);
  } else if (name == "electrode") {
    if (options.electrode_s == 0.0)
      throw OptionError("electrode_s = 0: the protocol for the electrode must be > 0 s long");
    add_electrode(options, protocol);
  } else if (name == "badel") {
    add_electrode(options, protocol);
    add_badel_training(options, protocol);
    add_test(protocol_noise(name, options), options, protocol);
  } else if (name == "pozzorini") {
    add_electrode(options, protocol);
    const NoiseOptions noise = protocol_noise(name, options);
    protocol.blocks.push_back({"training",
                               "training",
                               1,
                               options.lead_ms + 1000.0 * options.training_s,
                               {noise_sweep(noise, options.lead_ms, kTrainingStream)}});
    add_test(noise, options, protocol);
  } else {
    throw OptionError(
        fmt::format("there is no protocol `{}`; known are {}", name, fmt::join(protocol_names(), ", ")));
  }
  return protocol;
}

std::vector<std::vector<double>> block_currents(const Protocol& protocol, const ProtocolBlock& block) {
  std::vector<std::vector<double>> currents;
  for (const ProtocolSweep& sweep : block.sweeps) {
    currents.push_back(
        stimulus_current(sweep.parts, {block.duration_ms, protocol.dt_ms, protocol.seed, sweep.stream}));
    for (double& value : currents.back()) value = double{static_cast<float>(value)};
  }
  return currents;
}

double playing_time_ms(const Protocol& protocol) {
  double sum = 0.0;
  for (const ProtocolBlock& block : protocol.blocks)
    sum += block.duration_ms * static_cast<double>(block.sweeps.size() * block.repetitions);
  return sum;
}

}  // namespace libfit
