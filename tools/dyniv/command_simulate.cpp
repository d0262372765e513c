#include "command_simulate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/core/version.hpp"
#include "libfit/model/model_file.hpp"
#include "libfit/recording/text_writer.hpp"
#include "libfit/simulate/simulate.hpp"
#include "recording_options.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct Settings {
  std::string model_path;
  std::vector<std::string> files;
  RecordingArguments recording;
  std::string voltage_path, spikes_path;
  bool force = false;
};

void add_options(CommandLine& line, Settings& settings) {
  po::options_description model("Model and current");
  model.add_options()("model", po::value(&settings.model_path)->value_name("FILE"),
                      "model file, as `dyniv fit` writes it")(
      "current", po::value(&settings.files)->multitoken()->composing()->value_name("FILE..."),
      "recording whose current is injected; also given as words without a dash");
  line.add(model);
  line.add(recording_options(settings.recording));
  po::options_description output("Output");
  output.add_options()("voltage", po::value(&settings.voltage_path)->value_name("FILE"),
                       "write time, current and voltage as text")(
      "spikes", po::value(&settings.spikes_path)->value_name("FILE"),
      "write spike times, one sweep a line, ms [standard output]")("force", po::bool_switch(&settings.force),
                                                                   "replace files that exist");
  line.add(output);
  line.positional("current");
}

std::string spikes_as_text(const std::vector<libfit::Prediction>& predictions) {
  std::string text;
  for (const auto& prediction : predictions) {
    for (std::size_t i = 0; i < prediction.spike_times_ms.size(); ++i) {
      fmt::format_to(std::back_inserter(text), "{}{:.4f}", i > 0 ? " " : "", prediction.spike_times_ms[i]);
    }
    text += "\n";
  }
  return text;
}

// The recording with the model's voltage in place of the cell's.
std::string voltage_as_text(libfit::Recording recording, const std::vector<libfit::Prediction>& predictions) {
  for (std::size_t s = 0; s < predictions.size(); ++s)
    recording.sweeps[s].voltage_mV = predictions[s].voltage_mV;
  return libfit::recording_as_text(recording);
}

nlohmann::json result_json(const CommandLine& line, const Settings& settings, const libfit::Model& model,
                           const libfit::Recording& recording,
                           const std::vector<libfit::Prediction>& predictions) {
  nlohmann::json sweeps = nlohmann::json::array();
  for (std::size_t s = 0; s < predictions.size(); ++s) {
    const double duration_ms = recording.sweeps[s].duration_ms();
    sweeps.push_back(
        {{"spike_times_ms", predictions[s].spike_times_ms},
         {"duration_ms", duration_ms},
         {"rate_Hz", 1000.0 * static_cast<double>(predictions[s].spike_times_ms.size()) / duration_ms}});
  }
  nlohmann::json inputs = {
      {"model", {{"path", settings.model_path}, {"sha256", libfit::sha256_of_file(settings.model_path)}}}};
  for (const auto& file : settings.files)
    inputs["current"].push_back({{"path", file}, {"sha256", libfit::sha256_of_file(file)}});
  return {{"schema", "dyniv.simulate"},
          {"version", 1},
          {"dyniv_version", libfit::kVersion},
          {"options", line.in_force()},
          {"inputs", inputs},
          {"model", libfit::model_name(model)},
          {"sweeps", sweeps}};
}

}  // namespace

int command_simulate(const std::vector<std::string>& arguments) {
  CommandLine line(
      "simulate", "simulate --model FILE FILE... [options]",
      "The response of a model to the current of a recording; the recorded voltage is not used.");
  Settings settings;
  add_options(line, settings);
  line.parse(arguments);
  if (settings.model_path.empty())
    throw libfit::OptionError("--model is missing; see `dyniv simulate --help`");
  if (settings.files.empty())
    throw libfit::OptionError("no recording was named; give a file with the current to inject");
  const libfit::Model model = libfit::read_model(settings.model_path).model;
  const libfit::Recording recording = libfit::read_recording(
      {settings.files.begin(), settings.files.end()}, settings.recording.open, settings.recording.assemble);
  for (const std::string& warning : recording.warnings) line.warn(warning);
  std::vector<libfit::Prediction> predictions;
  for (const libfit::Sweep& sweep : recording.sweeps)
    predictions.push_back(libfit::simulate(model, sweep.current_pA, sweep.dt_ms));
  const auto overwrite = settings.force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
  const std::string spikes = spikes_as_text(predictions);
  if (!settings.voltage_path.empty())
    libfit::write_file(settings.voltage_path, voltage_as_text(recording, predictions), overwrite);
  if (!settings.spikes_path.empty()) libfit::write_file(settings.spikes_path, spikes, overwrite);
  if (line.common().json) {
    std::cout << result_json(line, settings, model, recording, predictions)
                     .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
              << "\n";
  } else if (settings.spikes_path.empty()) {
    std::cout << spikes;
  }
  return kDone;
}

}  // namespace dyniv
