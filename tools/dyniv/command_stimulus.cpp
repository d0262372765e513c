#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/report/stimulus_output.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct StimulusSettings {
  std::string protocol = "pozzorini";
  libfit::ProtocolOptions options;
  std::vector<std::string> current;  // in words, in place of a protocol
  double duration_ms = 1000.0;
  ModelArgument model;
  libfit::NoiseTargets targets;
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

void add_target_options(po::options_description& group, libfit::NoiseTargets& a) {
  add_number(
      group, "mean-pA", "PA", around_zero(1e5, "pA"), [&a](double pA) { a.mean_pA = pA; },
      "mean of the noise, pA [0]");
  add_number(
      group, "sd-pA", "PA", positive(1e5, "pA"), [&a](double pA) { a.sd_pA = pA; },
      "SD of the noise, its swing left out, pA [100]");
  add_number(
      group, "electrode-sd-pA", "PA", positive(1e5, "pA"), [&a](double pA) { a.electrode_sd_pA = pA; },
      "SD of the noise for the electrode, pA [50; with a model: 0.5 mV in its membrane]");
  add_number(
      group, "target-sd-mV", "MV", positive(100.0, "mV"), [&a](double mV) { a.target_sd_mV = mV; },
      "SD that the voltage should have without spikes, mV: sets the SD of the noise");
  add_number(
      group, "target-rate-Hz", "HZ", positive(500.0, "Hz"), [&a](double Hz) { a.target_rate_Hz = Hz; },
      "rate at which the model should fire, Hz: sets the mean of the noise, or its SD where --mean-pA is "
      "given");
}

void add_options(CommandLine& line, StimulusSettings& s) {
  add_protocol_options(line, s);
  po::options_description strength("Strength of the noise");
  add_model_options(strength, s.model,
                    "first model of the cell, a file or a name: what the targets refer to");
  add_target_options(strength, s.targets);
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

// From simulated recordings of the training time, 60 s at most.
void estimate_length(const CommandLine& line, const StimulusSettings& s, const libfit::Model& model,
                     libfit::ProtocolReport& report) {
  libfit::RecordingLengthOptions options;
  options.duration_ms = std::min(1000.0 * s.options.training_s, 60000.0);
  options.dt_ms = s.options.dt_ms;
  report.precision = options.precision = *s.precision_percent / 100.0;
  report.precision_mV = options.precision_mV = *s.precision_percent / 10.0;
  options.seed = s.options.seed;
  options.threads = line.common().threads;
  report.length =
      libfit::estimate_recording_length(model, libfit::protocol_noise(s.protocol, s.options), options);
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
  libfit::ResultProvenance provenance = line.provenance();
  if (model) settings.model.add_to(provenance);
  libfit::ProtocolReport report;
  report.targets = settings.targets;
  if (settings.current.empty()) {
    report.noise = libfit::scale_protocol(settings.targets, settings.protocol, model, settings.options);
    report.protocol = libfit::make_protocol(settings.protocol, settings.options);
  } else {
    report.protocol = protocol_of_words(settings);
  }
  report.options = settings.options;
  if (settings.precision_percent) estimate_length(line, settings, *model, report);
  const libfit::ResultFiles files = libfit::stimulus_files(report, formats, provenance);
  libfit::write_results(settings.folder, files, {false, {}, overwrite, 1});
  std::cout << (line.common().json ? files.texts.back().second
                                   : libfit::stimulus_text(report, settings.folder));
  return kDone;
}

}  // namespace dyniv
