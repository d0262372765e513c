#include "libfit/report/provenance.hpp"

#include "libfit/core/file.hpp"
#include "libfit/core/json_internal.hpp"

namespace libfit {

void ResultProvenance::add_file(const std::string& role, const std::string& path) {
  inputs[role].push_back({path, sha256_of_file(path)});
}

void ResultProvenance::add_words(const std::string& role, const std::string& words) {
  inputs[role].push_back({"", "", words});
}

Json origin_json(const ResultProvenance& provenance) {
  Json json = {{"options", Json::parse(provenance.options_json)}};
  for (const auto& [role, inputs] : provenance.inputs) {
    Json& list = json["inputs"][role];
    for (const auto& [path, sha256, words] : inputs)
      list.push_back(words.empty() ? Json{{"path", path}, {"sha256", sha256}} : Json{{"words", words}});
  }
  return json;
}

Json json_header(std::string_view schema, const ResultProvenance& provenance) {
  Json json = json_header(schema);
  json.update(origin_json(provenance));
  return json;
}

}  // namespace libfit
