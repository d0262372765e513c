#include "command_stimulus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "libfit/characterize/recording_length.hpp"
#include "libfit/core/error.hpp"
#include "libfit/report/results.hpp"
#include "libfit/stimulus/protocol_file.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"
#include "libfit/stimulus/stimulus_writer.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"
#include "stimulus_scaling.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct StimulusSettings {
  std::string protocol = "pozzorini";
  libfit::ProtocolOptions options;
  std::vector<std::string> current;  // in words, in place of a protocol
  double duration_ms = 1000.0;
  ModelArgument model;
  ScalingArguments scaling;
  std::optional<double> precision_percent;
  std::string folder, formats;
  bool force = false;
};

void add_protocol_options(CommandLine& line, StimulusSettings& s) {
  po::options_description group("Protocol");
  group.add_options()("protocol", po::value(&s.protocol)->value_name("NAME"),
                      "pozzorini, badel, steps or electrode [pozzorini]")(
      "current", po::value(&s.current)->multitoken()->composing()->value_name("CURRENT..."),
      "a current in words in place of a protocol, as in ou:sd_pA=100,tau_ms=3");
  add_number(group, "duration", "MS", positive(1e8, "ms"), s.duration_ms, "length of such a current, ms");
  add_number(group, "dt", "MS", positive(1.0, "ms"), s.options.dt_ms,
             "sampling step of the rig's output, ms");
  add_number(group, "lead-ms", "MS", from_zero(1e5, "ms"), s.options.lead_ms,
             "nothing is injected at the beginning of each sweep of noise, ms");
  add_number(group, "electrode-s", "S", from_zero(1e5, "s"), s.options.electrode_s,
             "weak noise for the electrode, s; 0: none");
  add_number(group, "training-s", "S", positive(1e5, "s"), s.options.training_s, "noise to fit to, s");
  add_number(group, "test-s", "S", from_zero(1e5, "s"), s.options.test_s,
             "frozen noise to score on, s; 0: none");
  add_number(group, "repetitions", "N", {1.0, 1000.0, true, "", true}, s.options.repetitions,
             "how often the frozen noise is to be played");
  add_number(group, "step-first-pA", "PA", around_zero(1e5, "pA"), s.options.step_first_pA,
             "amplitude of the first step, pA");
  add_number(group, "step-last-pA", "PA", around_zero(1e5, "pA"), s.options.step_last_pA, "of the last, pA");
  add_number(group, "step-count", "N", {1.0, 1000.0, true, "", true}, s.options.step_count,
             "number of steps");
  add_number(group, "step-ms", "MS", positive(1e6, "ms"), s.options.step_ms, "length of a step, ms");
  add_number(group, "step-pause-ms", "MS", positive(1e6, "ms"), s.options.step_pause_ms,
             "before and after a step, ms");
  line.add(group);
}

void add_options(CommandLine& line, StimulusSettings& s) {
  add_protocol_options(line, s);
  po::options_description strength("Strength of the noise");
  add_model_options(strength, s.model,
                    "first model of the cell, a file or a name: what the targets refer to");
  add_scaling_options(strength, s.scaling);
  add_number(
      strength, "precision", "PERCENT", {0.0, 100.0, false, "%"},
      [&s](double percent) { s.precision_percent = percent; },
      "report the time to record for this precision of the parameters, % (of voltages: a tenth of it, "
      "mV)");
  line.add(strength);
  po::options_description output("Output");
  output.add_options()("out,o", po::value(&s.folder)->default_value("stimulus")->value_name("DIR"),
                       "folder of the stimuli; appears whole or not at all")(
      "format", po::value(&s.formats)->default_value("atf")->value_name("LIST"),
      "formats, commas between: atf (Axon), itx (Igor), hdf5, text")(
      "force", po::bool_switch(&s.force), "replace earlier results there; refused when other files are too");
  line.add(output);
  line.positional("current");
}

libfit::Protocol protocol_of_words(const StimulusSettings& s) {
  libfit::ProtocolBlock block{"stimulus", "training", 1, s.duration_ms, {{}}};
  for (const std::string& word : s.current) {
    const auto parts = libfit::parse_stimulus(word);
    block.sweeps[0].parts.insert(block.sweeps[0].parts.end(), parts.begin(), parts.end());
  }
  return {"words", s.options.dt_ms, s.options.seed, {block}};
}

std::string comment_of(const libfit::Protocol& protocol, const libfit::ProtocolBlock& block) {
  return fmt::format("{}: {}, seed {}: {}", protocol.name, block.name, protocol.seed,
                     libfit::stimulus_as_text(block.sweeps.front().parts));
}

struct Written {
  libfit::ProtocolDocument document;
  libfit::ResultFiles files;
};

Written write_blocks(const libfit::Protocol& protocol, const std::vector<libfit::StimulusFormat>& formats,
                     const nlohmann::json& provenance) {
  Written written{{protocol, {}, provenance.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
                  {}};
  for (const libfit::ProtocolBlock& block : protocol.blocks) {
    libfit::StimulusTable table{block.name, comment_of(protocol, block), protocol.dt_ms, {}};
    table.sweeps_pA = libfit::block_currents(protocol, block);
    for (const libfit::StimulusFormat format : formats) {
      const std::string name = block.name + std::string(libfit::stimulus_extension(format));
      written.files.texts.emplace_back(name, libfit::stimulus_file(table, format));
      written.document.files.push_back({block.name, name});
    }
  }
  written.files.texts.emplace_back("stimulus.json", libfit::to_json_text(written.document));
  return written;
}

std::string overview(const StimulusSettings& s, const libfit::Protocol& protocol, const Scaling& scaling) {
  std::string text;
  for (const libfit::ProtocolBlock& block : protocol.blocks) {
    text += fmt::format("{:<10} {} x {:g} s{}   {}\n", block.name, block.sweeps.size(),
                        block.duration_ms / 1000.0,
                        block.repetitions > 1 ? fmt::format(", play it {} times", block.repetitions) : "",
                        libfit::stimulus_as_text(block.sweeps.back().parts));
  }
  if (scaling.voltage_sd_mV) {
    text += fmt::format("in the model: SD of the voltage {:.3g} mV without spikes", *scaling.voltage_sd_mV);
    if (scaling.rate_Hz) text += fmt::format(", {:.3g} spikes/s", *scaling.rate_Hz);
    text += "\n";
  }
  return text + fmt::format("playing time {:.4g} s; the stimuli are in {}/, stimulus.json describes them\n",
                            libfit::playing_time_ms(protocol) / 1000.0, s.folder);
}

// From simulated recordings of the training time, 60 s at most.
libfit::RecordingLength length_of(const CommandLine& line, const StimulusSettings& s,
                                  const libfit::Model& model) {
  libfit::RecordingLengthOptions options;
  options.duration_ms = std::min(1000.0 * s.options.training_s, 60000.0);
  options.dt_ms = s.options.dt_ms;
  options.precision = *s.precision_percent / 100.0;
  options.precision_mV = *s.precision_percent / 10.0;
  options.seed = s.options.seed;
  options.threads = line.common().threads;
  return libfit::estimate_recording_length(model, libfit::protocol_noise(s.protocol, s.options), options);
}

std::string in_words(const libfit::RecordingLength& length, const StimulusSettings& s) {
  if (!length.needed_s)
    return "how long to record cannot be computed: the simulated recordings could not be fitted\n";
  std::string text =
      fmt::format("for {:g} % ({:g} mV) record", *s.precision_percent, *s.precision_percent / 10.0);
  for (const libfit::ParameterLength& p : length.parameters)
    text += fmt::format(" {}: {:.2g} s,", p.name, p.needed_s);
  return text + fmt::format(" at least (from {} simulated recordings)\n", length.fitted);
}

nlohmann::json length_json(const libfit::RecordingLength& length) {
  nlohmann::json length_part = {{"fitted", length.fitted}};
  if (length.needed_s) length_part["needed_s"] = *length.needed_s;
  for (const libfit::ParameterLength& p : length.parameters)
    length_part["parameters"][p.name] = {{"bias", p.bias}, {"sd", p.sd}, {"needed_s", p.needed_s}};
  return length_part;
}

void check(const CommandLine& line, StimulusSettings& s) {
  s.options.seed = line.common().seed;
  if (s.folder.empty())
    throw libfit::OptionError("--out: an empty name; give a folder, as in --out stimulus");
  if (!s.current.empty() && line.has("protocol"))
    throw libfit::OptionError("--current stands in place of --protocol; give one of them");
  const auto names = libfit::protocol_names();
  if (std::ranges::find(names, s.protocol) == names.end())
    throw libfit::OptionError(
        fmt::format("--protocol {}: is none of {}", s.protocol, fmt::join(names, ", ")));
  s.options.validate();
  if (s.precision_percent && (!s.model.given() || !s.current.empty()))
    throw libfit::OptionError(
        "--precision needs a model of the cell and a protocol; give --model, as in --model eif, or the "
        "models/lif.json of `dyniv steps`");
}

}  // namespace

int command_stimulus(const std::vector<std::string>& arguments) {
  CommandLine line(
      "stimulus", "stimulus [--protocol NAME] --out DIR [options]",
      "Currents for the rig, scaled to the cell where a model of it is given, and a sidecar "
      "(stimulus.json) by which\n`dyniv run --protocol` recognises them in the recordings that come "
      "back.");
  StimulusSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  check(line, settings);
  const auto formats = each_once(settings.formats, libfit::stimulus_format);
  const auto overwrite = settings.force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
  line.refuse_inputs_in(settings.folder);
  libfit::check_result_folder(settings.folder, overwrite);

  std::optional<libfit::Model> model;
  if (settings.model.given()) model = settings.model.read();
  const bool words = !settings.current.empty();
  Scaling scaling;
  if (!words) scaling = scale_protocol(settings.scaling, settings.protocol, model, settings.options);
  const libfit::Protocol protocol =
      words ? protocol_of_words(settings) : libfit::make_protocol(settings.protocol, settings.options);
  nlohmann::json options = line.in_force();
  options.erase("out");
  options.erase("force");
  nlohmann::json provenance = {{"options", options}};
  if (!words) provenance["noise"] = scaling_json(settings.scaling, scaling, settings.options);
  std::string advice;
  if (settings.precision_percent) {
    const auto length = length_of(line, settings, *model);
    provenance["recording_length"] = length_json(length);
    advice = in_words(length, settings);
  }
  if (model) provenance["inputs"]["model"] = settings.model.provenance();
  const Written written = write_blocks(protocol, formats, provenance);
  libfit::write_results(settings.folder, written.files, {false, {}, overwrite, 1});
  if (line.common().json) {
    std::cout << written.files.texts.back().second;
  } else {
    std::cout << overview(settings, protocol, scaling) << advice;
  }
  return kDone;
}

}  // namespace dyniv
