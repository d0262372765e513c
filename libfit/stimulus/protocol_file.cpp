#include "libfit/stimulus/protocol_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/json_internal.hpp"
#include "libfit/core/text.hpp"
#include "libfit/stimulus/stimulus_spec.hpp"

namespace libfit {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kLargestFile = 64 << 20;
constexpr const char* kKeys[] = {"schema", "version", "dyniv_version", "protocol", "dt_ms", "seed", "blocks"};

json to_json(const ProtocolBlock& block, const std::vector<StimulusFile>& files) {
  json sweeps = json::array();
  for (const ProtocolSweep& sweep : block.sweeps)
    sweeps.push_back({{"current", stimulus_as_text(sweep.parts)}, {"stream", sweep.stream}});
  json result = {{"name", block.name},
                 {"role", block.role},
                 {"repetitions", block.repetitions},
                 {"duration_ms", block.duration_ms},
                 {"sweeps", sweeps},
                 {"files", json::array()}};
  for (const StimulusFile& file : files) {
    if (file.block == block.name) result["files"].push_back(file.name);
  }
  return result;
}

[[noreturn]] void refuse(std::string_view place, std::string_view problem) {
  throw InputError(fmt::format("{}: {}; give the sidecar that `dyniv stimulus` wrote", place, problem));
}

template <class Value>
Value value_of(const json& object, const char* key, std::string_view place) {
  try {
    const json& value = object.at(key);
    // Counts: a fraction, a number below 0 or one that is too large would be cast all the same.
    if constexpr (std::is_integral_v<Value>) {
      if (value.is_number_unsigned() && std::in_range<Value>(value.get<std::uint64_t>()))
        return value.get<Value>();
    } else {
      return value.get<Value>();
    }
  } catch (const json::exception&) {
  }
  refuse(place, fmt::format("key {} is missing or of the wrong type", key));
}

void check_schema(const json& root, std::string_view place) {
  if (!root.is_object() || value_of<std::string>(root, "schema", place) != "dyniv.stimulus")
    refuse(place, "is no protocol of stimuli");
  if (const int version = value_of<int>(root, "version", place); version != 1)
    refuse(place, fmt::format("version {} of the protocol is not known", version));
}

// What is too long to be made again in memory is no protocol of a rig.
void check_sizes(double dt_ms, const json& root, std::string_view place) {
  constexpr double kMostSamples = 1e8;
  constexpr std::size_t kMostSweeps = 10000;
  if (!(dt_ms > 0.0 && dt_ms <= 1000.0)) refuse(place, fmt::format("dt_ms is {:g}", dt_ms));
  for (const json& block : value_of<json::array_t>(root, "blocks", place)) {
    const auto duration_ms = value_of<double>(block, "duration_ms", place);
    const std::size_t sweeps = value_of<json::array_t>(block, "sweeps", place).size();
    if (!(duration_ms >= dt_ms && duration_ms <= kMostSamples * dt_ms) || sweeps > kMostSweeps)
      refuse(place, fmt::format("a block of {} sweeps of {:g} ms", sweeps, duration_ms));
  }
}

ProtocolBlock parse_block(const json& from, std::string_view place, std::vector<StimulusFile>& files) {
  ProtocolBlock block;
  block.name = value_of<std::string>(from, "name", place);
  block.role = value_of<std::string>(from, "role", place);
  block.repetitions = value_of<std::size_t>(from, "repetitions", place);
  block.duration_ms = value_of<double>(from, "duration_ms", place);
  for (const json& sweep : value_of<json::array_t>(from, "sweeps", place))
    block.sweeps.push_back({parse_stimulus(value_of<std::string>(sweep, "current", place)),
                            value_of<std::uint64_t>(sweep, "stream", place)});
  for (const auto& name : value_of<std::vector<std::string>>(from, "files", place))
    files.push_back({block.name, name});
  return block;
}

}  // namespace

std::string to_json_text(const ProtocolDocument& document) {
  json root = json::parse(document.provenance_json, nullptr, false);
  require(root.is_object(), "to_json_text: provenance_json is not a JSON object");
  for (const char* key : kKeys)
    require(!root.contains(key), "to_json_text: provenance holds a key of the schema");
  root["protocol"] = document.protocol.name;
  root["dt_ms"] = document.protocol.dt_ms;
  root["seed"] = document.protocol.seed;
  root["blocks"] = json::array();
  for (const ProtocolBlock& block : document.protocol.blocks)
    root["blocks"].push_back(to_json(block, document.files));
  Json whole = json_header("dyniv.stimulus");
  whole.update(Json(root));
  return json_text(whole);
}

ProtocolDocument parse_protocol(std::string_view json_text, std::string_view place) {
  json root = parse_json(json_text, place, "give the sidecar that `dyniv stimulus` wrote");
  check_schema(root, place);
  ProtocolDocument document;
  document.protocol.name = value_of<std::string>(root, "protocol", place);
  document.protocol.dt_ms = value_of<double>(root, "dt_ms", place);
  document.protocol.seed = value_of<std::uint64_t>(root, "seed", place);
  check_sizes(document.protocol.dt_ms, root, place);
  try {
    for (const json& block : value_of<json::array_t>(root, "blocks", place))
      document.protocol.blocks.push_back(parse_block(block, place, document.files));
  } catch (const OptionError& problem) {
    refuse(place, problem.what());
  }
  for (const char* key : kKeys) root.erase(key);
  document.provenance_json = json_line(root);
  return document;
}

ProtocolDocument read_protocol(const std::filesystem::path& path) {
  return parse_protocol(read_decoded_text(path, kLargestFile), path.string());
}

}  // namespace libfit
