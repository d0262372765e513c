#include "libfit/report/stimulus_output.hpp"

#include <fmt/format.h>

#include "libfit/core/json_internal.hpp"
#include "libfit/stimulus/protocol_file.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"

namespace libfit {
namespace {

Json noise_json(const ProtocolReport& report) {
  const ProtocolOptions& options = report.options;
  const NoiseTargets& targets = report.targets;
  Json json = {{"mean_pA", options.mean_pA}, {"sd_pA", options.sd_pA}};
  const auto add = [&json](const char* key, const std::optional<double>& value) {
    if (value) json[key] = *value;
  };
  add("target_sd_mV", targets.target_sd_mV);
  add("target_rate_Hz", targets.target_rate_Hz);
  add("voltage_sd_mV", report.noise->voltage_sd_mV);
  add("model_rate_Hz", report.noise->rate_Hz);
  if (options.electrode_s > 0.0) {
    json["electrode_sd_pA"] = options.electrode_sd_pA;
    add("electrode_voltage_sd_mV", report.noise->electrode_voltage_sd_mV);
  }
  return json;
}

Json length_json(const RecordingLength& length) {
  Json json = {{"fitted", length.fitted}};
  if (length.needed_s) json["needed_s"] = *length.needed_s;
  for (const ParameterLength& p : length.parameters)
    json["parameters"][p.name] = {{"bias", p.bias}, {"sd", p.sd}, {"needed_s", p.needed_s}};
  return json;
}

std::string length_text(const ProtocolReport& report) {
  if (!report.length->needed_s)
    return "how long to record cannot be estimated: the simulated recordings could not be fitted\n";
  std::string text =
      fmt::format("for {:g} % ({:g} mV) record", 100.0 * report.precision, report.precision_mV);
  for (const ParameterLength& p : report.length->parameters)
    text += fmt::format(" {}: {:.2g} s,", p.name, p.needed_s);
  return text + fmt::format(" at least (from {} simulated recordings)\n", report.length->fitted);
}

std::string comment_of(const Protocol& protocol, const ProtocolBlock& block) {
  return fmt::format("{}: {}, seed {}: {}", protocol.name, block.name, protocol.seed,
                     stimulus_as_text(block.sweeps.front().parts));
}

}  // namespace

ResultFiles stimulus_files(const ProtocolReport& report, const std::vector<StimulusFormat>& formats,
                           const ResultProvenance& provenance) {
  const Protocol& protocol = report.protocol;
  Json beside = origin_json(provenance);
  if (report.noise) beside["noise"] = noise_json(report);
  if (report.length) beside["recording_length"] = length_json(*report.length);
  ProtocolDocument document{protocol, {}, json_line(beside)};
  ResultFiles files;
  for (const ProtocolBlock& block : protocol.blocks) {
    const StimulusTable table{block.name, comment_of(protocol, block), protocol.dt_ms,
                              block_currents(protocol, block)};
    for (const StimulusFormat format : formats) {
      const std::string name = block.name + std::string(stimulus_extension(format));
      files.texts.emplace_back(name, stimulus_file(table, format));
      document.files.push_back({block.name, name});
    }
  }
  files.texts.emplace_back("stimulus.json", to_json_text(document));
  return files;
}

std::string stimulus_text(const ProtocolReport& report, const std::string& folder) {
  std::string text;
  for (const ProtocolBlock& block : report.protocol.blocks) {
    text += fmt::format("{:<10} {} x {:g} s{}   {}\n", block.name, block.sweeps.size(),
                        block.duration_ms / 1000.0,
                        block.repetitions > 1 ? fmt::format(", play it {} times", block.repetitions) : "",
                        stimulus_as_text(block.sweeps.back().parts));
  }
  if (report.noise && report.noise->voltage_sd_mV) {
    text +=
        fmt::format("in the model: SD of the voltage {:.3g} mV without spikes", *report.noise->voltage_sd_mV);
    if (report.noise->rate_Hz) text += fmt::format(", {:.3g} spikes/s", *report.noise->rate_Hz);
    text += "\n";
  }
  text += fmt::format("playing time {:.4g} s; the stimuli are in {}/, stimulus.json describes them\n",
                      playing_time_ms(report.protocol) / 1000.0, folder);
  return report.length ? text + length_text(report) : text;
}

}  // namespace libfit
