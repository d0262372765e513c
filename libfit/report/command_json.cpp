#include "libfit/report/command_json.hpp"

#include "libfit/core/file.hpp"
#include "libfit/core/json_internal.hpp"

namespace libfit {

std::string predictions_json(const Model& model, const Recording& injected,
                             const std::vector<Prediction>& predictions, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.simulate", provenance);
  json["model"] = model_name(model);
  json["sweeps"] = Json::array();
  for (std::size_t s = 0; s < predictions.size(); ++s) {
    const std::vector<double>& spikes_ms = predictions[s].spike_times_ms;
    const double duration_ms = injected.sweeps[s].duration_ms();
    json["sweeps"].push_back({{"duration_ms", duration_ms},
                              {"rate_Hz", 1000.0 * static_cast<double>(spikes_ms.size()) / duration_ms},
                              {"spike_times_ms", spikes_ms}});
  }
  return json_text(json);
}

std::string import_json(const NwbCell& cell, const std::string& path, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.import", provenance);
  json["compensated_sweeps"] = cell.compensated.size();
  json["identifier"] = cell.about.identifier;
  json["parts"] = Json::array();
  for (const NwbPart& part : cell.parts) {
    json["parts"].push_back({{"duration_s", part.duration_s()},
                             {"role", text_or_null(part.role)},
                             {"sweeps", part.recording.sweeps.size()}});
  }
  json["path"] = path;
  json["sha256"] = sha256_of_file(path);
  return json_text(json);
}

std::string drawings_json(const std::vector<std::filesystem::path>& drawings,
                          const std::vector<std::string>& warnings, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.plot", provenance);
  json["drawings"] = Json::array();
  for (const std::filesystem::path& drawing : drawings) json["drawings"].push_back(drawing.string());
  json["warnings"] = warnings;
  return json_text(json);
}

}  // namespace libfit
