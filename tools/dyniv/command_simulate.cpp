#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <limits>

#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/staging.hpp"
#include "libfit/formats/single_channel.hpp"
#include "libfit/formats/text/text_writer.hpp"
#include "libfit/report/command_json.hpp"
#include "libfit/score/spike_trains.hpp"
#include "libfit/simulate/simulate.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"
#include "recording_options.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct SimulateSettings {
  ModelArgument model;
  std::vector<std::string> current;  // files and currents in words, as given
  std::vector<std::string> files;
  std::vector<libfit::StimulusPart> parts;
  double duration_ms = 1000.0;
  double repeat = 1.0;
  libfit::ReadOptions recording;
  std::string voltage_path, spikes_path;
  bool force = false;
};

void add_options(CommandLine& line, SimulateSettings& settings) {
  po::options_description model("Model and current");
  add_model_options(
      model, settings.model,
      "model file, as `dyniv fit` writes it, or the name of a model: passive, lif, qif, eif ...");
  model.add_options()(
      "current", po::value(&settings.current)->multitoken()->composing()->value_name("CURRENT..."),
      "recording whose current is injected (also without --current), or a current in words, as in "
      "step:begin_ms=100,end_ms=600,amplitude_pA=200; all words are added, to every recording too");
  add_number(model, "duration", "MS", positive(1e8, "ms"), settings.duration_ms,
             "length of a current that is all words, sampled every --dt (0.1 ms unless given), ms");
  add_number(model, "repeat", "N", {1.0, 10000.0, true, "", true}, settings.repeat,
             "sweeps of a current that is all words, each with other noise");
  line.add(model);
  line.add(recording_options(settings.recording));
  po::options_description output("Output");
  output.add_options()("voltage", po::value(&settings.voltage_path)->value_name("FILE"),
                       "write time, current and voltage as text")(
      "spikes", po::value(&settings.spikes_path)->value_name("FILE"),
      "write spike times, one sweep per line, ms [standard output]")(
      "force", po::bool_switch(&settings.force), "replace files that exist");
  line.add(output);
  line.positional("current");
}

// Parts the words of --current into files and currents, and checks what belongs to which.
void finish(const CommandLine& line, SimulateSettings& settings) {
  if (!settings.model.given()) throw libfit::OptionError("--model is missing; see `dyniv simulate --help`");
  for (const std::string& word : settings.current) {
    std::error_code problem;
    if (libfit::is_stimulus_spec(word) && !std::filesystem::is_regular_file(word, problem)) {
      const auto parts = libfit::parse_stimulus(word);
      settings.parts.insert(settings.parts.end(), parts.begin(), parts.end());
    } else {
      settings.files.push_back(word);
    }
  }
  if (settings.current.empty()) {
    throw libfit::OptionError(
        "no recording was named; give a file with the current to inject, or a current in words, as in "
        "--current "
        "step:begin_ms=100,end_ms=600,amplitude_pA=200");
  }
  for (const char* option : {"duration", "repeat"}) {
    if (!settings.files.empty() && line.has(option))
      throw libfit::OptionError(fmt::format(
          "--{}: goes with a current in words alone; {} has its own, cut it with --from, --to and --sweeps",
          option, settings.files.front()));
  }
}

// The sweeps to inject; their voltage is not there yet.
libfit::Recording injected(const CommandLine& line, const SimulateSettings& settings) {
  libfit::Recording recording;
  libfit::StimulusOptions options;
  options.seed = line.common().seed;
  if (settings.files.empty()) {
    options.duration_ms = settings.duration_ms;
    options.dt_ms = settings.recording.dt_ms.value_or(options.dt_ms);
    for (; static_cast<double>(options.stream) < settings.repeat; ++options.stream) {
      libfit::Sweep& sweep = recording.sweeps.emplace_back();
      sweep.current_pA = libfit::stimulus_current(settings.parts, options);
      sweep.dt_ms = options.dt_ms;
    }
    return recording;
  }
  auto currents = libfit::read_currents({settings.files.begin(), settings.files.end()}, settings.recording);
  recording.warnings = std::move(currents.warnings);
  for (libfit::ChannelSweep& source : currents.sweeps) {
    libfit::Sweep& sweep = recording.sweeps.emplace_back();
    sweep.current_pA = std::move(source.samples);
    sweep.dt_ms = source.dt_ms;
    if (settings.parts.empty()) continue;
    options.dt_ms = sweep.dt_ms;
    options.duration_ms = static_cast<double>(sweep.current_pA.size()) * sweep.dt_ms;
    const auto added = libfit::stimulus_current(settings.parts, options);
    for (std::size_t k = 0; k < added.size(); ++k) sweep.current_pA[k] += added[k];
    ++options.stream;
  }
  return recording;
}

libfit::ResultProvenance provenance_of(const CommandLine& line, const SimulateSettings& settings) {
  libfit::ResultProvenance provenance = line.provenance();
  settings.model.add_to(provenance);
  for (const std::string& file : settings.files) provenance.add_file("current", file);
  if (!settings.parts.empty()) provenance.add_words("current", libfit::stimulus_as_text(settings.parts));
  return provenance;
}

libfit::Overwrite overwrite_of(const SimulateSettings& settings) {
  return settings.force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
}

bool is_voltage_file(const std::filesystem::path& path) {
  return libfit::file_holds(path, "time_ms,I0_pA,V0_mV");
}

bool is_spike_file(const std::filesystem::path& path) {
  try {
    libfit::read_spike_trains(path, std::numeric_limits<double>::max());
    return true;
  } catch (const libfit::InputError&) {
    return false;
  } catch (const libfit::DataError&) {
    return false;
  }
}

// Before the work.
void check_outputs(const CommandLine& line, const SimulateSettings& settings) {
  const auto check = [&](const std::string& output, const auto& ours) {
    if (output.empty()) return;
    line.refuse_inputs_in(output);
    libfit::check_output_file(output, overwrite_of(settings), ours);
  };
  check(settings.voltage_path, is_voltage_file);
  check(settings.spikes_path, is_spike_file);
  if (!settings.voltage_path.empty() && !settings.spikes_path.empty() &&
      libfit::place_of(settings.voltage_path) == libfit::place_of(settings.spikes_path))
    throw libfit::OptionError(
        fmt::format("--voltage and --spikes are one file, {}; name two", settings.voltage_path));
}

void write_files(const SimulateSettings& settings, const libfit::Recording& recording,
                 const std::string& spikes) {
  const auto overwrite = overwrite_of(settings);
  if (!settings.voltage_path.empty())
    libfit::write_file(settings.voltage_path, libfit::recording_as_text(recording), overwrite);
  if (!settings.spikes_path.empty()) libfit::write_file(settings.spikes_path, spikes, overwrite);
}

}  // namespace

int command_simulate(const std::vector<std::string>& arguments) {
  CommandLine line(
      "simulate", "simulate --model MODEL CURRENT... [options]",
      "The response of a model to a current: that of recordings (the recorded voltage is not used), or "
      "one in words:\n" +
          libfit::stimulus_kinds());
  SimulateSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  finish(line, settings);
  check_outputs(line, settings);
  const libfit::Model model = settings.model.read();
  libfit::Recording recording = injected(line, settings);
  line.warn(recording.warnings);
  std::vector<libfit::Prediction> predictions;
  libfit::SimulateOptions draws;
  draws.seed = libfit::seed_beside_noise(line.common().seed);
  for (libfit::Sweep& sweep : recording.sweeps) {
    predictions.push_back(libfit::simulate(model, sweep.current_pA, sweep.dt_ms, draws));
    ++draws.trial;
    sweep.voltage_mV = predictions.back().voltage_mV;
  }
  libfit::SpikeTrains trains;
  for (const libfit::Prediction& prediction : predictions) trains.push_back(prediction.spike_times_ms);
  const std::string spikes = libfit::spike_trains_text(trains);
  write_files(settings, recording, spikes);
  if (line.common().json) {
    std::cout << libfit::predictions_json(model, recording, predictions, provenance_of(line, settings));
  } else if (settings.spikes_path.empty()) {
    std::cout << spikes;
  }
  return kDone;
}

}  // namespace dyniv
