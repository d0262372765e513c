#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis_options.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/formats/single_channel.hpp"
#include "libfit/recording/clamp_mode.hpp"
#include "libfit/recording/dead_stretches.hpp"
#include "libfit/report/step_output.hpp"
#include "model_argument.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct StepsSettings {
  std::vector<std::string> files;
  libfit::ReadOptions recording;
  std::string amplitudes;
  std::vector<double> amplitude_pA;  // as stated
  std::optional<double> begin_ms, end_ms;
  libfit::StepOptions steps;
  ModelArgument model;
  OutputArguments output;
};

void add_options(CommandLine& line, StepsSettings& s) {
  po::options_description group("Recording and steps");
  group.add_options()("recording", po::value(&s.files)->multitoken()->composing()->value_name("FILE..."),
                      "recording of current steps; also as plain arguments")(
      "step-amplitudes", po::value(&s.amplitudes)->value_name("LIST"),
      "amplitude of each sweep, pA: FIRST:STEP:LAST or commas between [the recorded current]");
  add_number(
      group, "step-begin-ms", "MS", from_zero(1e7, "ms"), [&s](double ms) { s.begin_ms = ms; },
      "where the step begins in each sweep, ms [the recorded current]");
  add_number(
      group, "step-end-ms", "MS", positive(1e7, "ms"), [&s](double ms) { s.end_ms = ms; },
      "where it ends, ms [the recorded current]");
  add_number(group, "max-deflection-mV", "MV", positive(100.0, "mV"), s.steps.max_deflection_mV,
             "larger deflections are left out of resistance and time constant, mV");
  add_number(group, "skip-ms", "MS", from_zero(100.0, "ms"), s.steps.skip_ms,
             "left out after the edge of the step, where the electrode charges, ms");
  add_model_options(group, s.model, "model to set beside the recording, a file or a name");
  line.add(group);
  line.add(recording_options(s.recording));
  line.add(output_options(s.output, "steps", false));
  line.positional("recording");
}

// "-50:25:250" or "0,20,40".
std::vector<double> parse_amplitudes(const std::string& text) {
  const bool range = text.find(':') != std::string::npos;
  std::vector<double> numbers;
  for (const std::string& part : parts_of(text, range ? ':' : ','))
    numbers.push_back(parse_number("--step-amplitudes", part, around_zero(1e6, "pA")));
  if (!range) return numbers;
  const double count = numbers.size() == 3 ? std::round((numbers[2] - numbers[0]) / numbers[1]) : -1.0;
  if (!(count >= 0.0 && count < 10000.0) || std::abs(numbers[0] + count * numbers[1] - numbers[2]) > 1e-6)
    throw libfit::OptionError(fmt::format(
        "--step-amplitudes {}: is no FIRST:STEP:LAST that leads from the first to the last, as in -50:25:250",
        text));
  std::vector<double> list;
  for (double i = 0.0; i <= count; i += 1.0) list.push_back(numbers[0] + i * numbers[1]);
  return list;
}

// What the options say was injected, or else what the header of the one file says was commanded.
libfit::CommandedSteps stated_steps(std::span<const libfit::SignalFile> files, const StepsSettings& s) {
  if (!s.amplitude_pA.empty()) return {*s.begin_ms, *s.end_ms, s.amplitude_pA};
  if (files.size() == 1 && files.front().commanded_steps) return *files.front().commanded_steps;
  throw libfit::DataError(
      fmt::format("{}: holds the voltage but no recorded current, and its header holds no step of "
                  "current; say what was injected, as in --step-amplitudes -50:25:250 --step-begin-ms 100 "
                  "--step-end-ms 600 (one amplitude for each sweep, in pA)",
                  files.front().path));
}

// A file of a voltage alone.
libfit::Recording with_stated_current(std::span<const libfit::SignalFile> files, const StepsSettings& s) {
  const libfit::CommandedSteps steps = stated_steps(files, s);
  const auto voltages = libfit::read_channel(files, libfit::ChannelRole::voltage, s.recording);
  libfit::Recording recording;
  recording.warnings = voltages.warnings;
  if (s.amplitude_pA.empty()) {
    recording.warnings.push_back(
        fmt::format("{}: the current was not recorded; taken are the steps that the header commands, {:g} to "
                    "{:g} pA from "
                    "{:g} to {:g} ms (--step-amplitudes, --step-begin-ms and --step-end-ms say otherwise)",
                    files.front().path, steps.amplitude_pA.front(), steps.amplitude_pA.back(), steps.begin_ms,
                    steps.end_ms));
  } else if (voltages.sweeps.size() != s.amplitude_pA.size()) {
    throw libfit::DataError(
        fmt::format("{}: {} sweeps, but --step-amplitudes {} makes {}; give one for each sweep",
                    files.front().path, voltages.sweeps.size(), s.amplitudes, s.amplitude_pA.size()));
  }
  for (std::size_t i = 0; i < voltages.sweeps.size(); ++i) {
    const libfit::ChannelSweep& source = voltages.sweeps[i];
    libfit::Sweep& sweep = recording.sweeps.emplace_back();
    sweep.voltage_mV = source.samples;
    sweep.dt_ms = source.dt_ms;
    sweep.number = source.number;
    sweep.current_pA.assign(source.samples.size(), 0.0);
    // Sweeps keep the number they have in the file where some were picked.
    const double amplitude_pA =
        s.amplitude_pA.empty() ? steps.amplitude_pA.at(source.number - 1) : steps.amplitude_pA[i];
    for (std::size_t k = 0; k < sweep.size(); ++k) {
      const double time_ms = (static_cast<double>(k) + 1e-6) * sweep.dt_ms;
      if (time_ms >= steps.begin_ms && time_ms < steps.end_ms) sweep.current_pA[k] = amplitude_pA;
    }
  }
  return recording;
}

libfit::Recording read(const StepsSettings& s) {
  std::vector<libfit::SignalFile> files =
      libfit::open_signal_files({s.files.begin(), s.files.end()}, s.recording);
  for (const libfit::SignalFile& file : files) {
    for (const libfit::Channel& channel : file.channels) libfit::refuse_voltage_clamp(file, channel, channel);
  }
  if (!libfit::holds_channel(files, libfit::ChannelRole::current, s.recording))
    return with_stated_current(files, s);
  libfit::ReadOptions whole = s.recording;
  whole.keep_dead_stretches = true;  // drop_dead_sweeps() does it, sweep by sweep
  return libfit::assemble_taking(std::move(files), whole);
}

// A sweep that was aborted before its step is over shows nothing of the step.
void drop_dead_sweeps(libfit::Recording& recording, libfit::StepProtocol& protocol) {
  libfit::LivingSweeps living = libfit::sweeps_alive_until(std::move(recording.sweeps), protocol.end_ms);
  if (living.sweeps.empty()) throw libfit::DataError(living.warnings.front() + ", and none remains");
  std::vector<double> amplitude_pA;
  for (const std::size_t s : living.origin) amplitude_pA.push_back(protocol.amplitude_pA[s]);
  protocol.amplitude_pA = std::move(amplitude_pA);
  recording.sweeps = std::move(living.sweeps);
  std::ranges::move(living.warnings, std::back_inserter(recording.warnings));
}

libfit::StepProtocol protocol_of(const libfit::Recording& recording, const StepsSettings& s) {
  if (s.amplitude_pA.empty()) return libfit::find_steps(recording);
  if (s.amplitude_pA.size() != recording.sweeps.size())
    throw libfit::DataError(
        fmt::format("--step-amplitudes {} makes {} but there are {} sweeps; give one for each", s.amplitudes,
                    s.amplitude_pA.size(), recording.sweeps.size()));
  return {*s.begin_ms, *s.end_ms, s.amplitude_pA};
}

void check(StepsSettings& s) {
  if (s.files.empty()) throw libfit::OptionError("no recording was named; give a file with current steps");
  const int stated = (s.amplitudes.empty() ? 0 : 1) + (s.begin_ms ? 1 : 0) + (s.end_ms ? 1 : 0);
  if (stated != 0 && stated != 3)
    throw libfit::OptionError(
        "--step-amplitudes, --step-begin-ms and --step-end-ms go together; give all three");
  if (stated == 3 && *s.end_ms <= *s.begin_ms)
    throw libfit::OptionError(fmt::format("--step-end-ms {:g}: must be after --step-begin-ms", *s.end_ms));
  if (!s.amplitudes.empty()) s.amplitude_pA = parse_amplitudes(s.amplitudes);
  s.steps.validate();
}

}  // namespace

int command_steps(const std::vector<std::string>& arguments) {
  CommandLine line(
      "steps", "steps FILE... [--model MODEL] --out DIR [options]",
      "Input resistance, time constant, sag, rheobase and f-I curve from a recording of current steps, "
      "beside a\nmodel's; and a first model of the cell, to which `dyniv stimulus` can scale.");
  StepsSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  check(settings);
  const libfit::ResultOptions output = result_options(line, settings.output);
  line.refuse_inputs_in(settings.output.folder);
  libfit::check_result_folder(settings.output.folder, output.overwrite);
  std::optional<libfit::Model> model;
  if (settings.model.given()) model = settings.model.read();

  libfit::StepResults result;
  result.recording = read(settings);
  libfit::StepProtocol protocol = protocol_of(result.recording, settings);
  drop_dead_sweeps(result.recording, protocol);
  const auto [spikes_ms, spike_warnings] =
      libfit::find_spikes(result.recording, libfit::choose_spike_criterion(result.recording));
  result.steps = libfit::analyze_steps(result.recording, spikes_ms, protocol, settings.steps);
  result.first_model = libfit::first_model_of_steps(result.recording, spikes_ms, result.steps);
  if (model) {
    result.model_label = std::string(libfit::model_name(*model));
    result.model =
        libfit::predict_steps(*model, result.recording, protocol, settings.steps, line.common().seed);
  }
  libfit::ResultProvenance provenance = line.provenance();
  for (const auto& file : settings.files) provenance.add_file("recording", file);
  if (result.model) settings.model.add_to(provenance);
  const libfit::ResultFiles files = libfit::step_files(result, provenance);
  const auto drawing_warnings = libfit::write_results(settings.output.folder, files, output);
  std::vector<std::string> warnings = result.recording.warnings;
  warnings.insert(warnings.end(), spike_warnings.begin(), spike_warnings.end());
  warnings.insert(warnings.end(), result.steps.warnings.begin(), result.steps.warnings.end());
  line.warn(warnings);
  line.warn(drawing_warnings);
  if (line.common().json) {
    std::cout << files.texts.front().second;
  } else {
    std::cout << libfit::steps_overview(result)
              << fmt::format("\nresults are in {}/ (steps.json, steps.csv{}{})\n", settings.output.folder,
                             result.first_model ? ", models/lif.json" : "",
                             settings.output.no_figures ? "" : ", figures/");
  }
  return kDone;
}

}  // namespace dyniv
