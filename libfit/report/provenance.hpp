// Where a result came from, and the header of JSON results that says it (docs/formats/summary.md).
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace libfit {

// Every option in force (the text of a JSON object) and the inputs by role.
struct ResultProvenance {
  struct Input {
    std::string path;  // as given
    std::string sha256;
    std::string words{};  // in place of a file: the name of a model with its settings, a current
  };
  std::string options_json = "{}";
  std::map<std::string, std::vector<Input>> inputs;
  bool timing = true;  // false: leave the seconds out, so that two runs give the same bytes

  // Throws InputError for a file that cannot be read.
  void add_file(const std::string& role, const std::string& path);
  void add_words(const std::string& role, const std::string& words);
};

// `schema`, `version`, `dyniv_version`, `options` and, where there are any, `inputs`: for each role a list of
// {"path": .., "sha256": ..} or {"words": ..}.
nlohmann::ordered_json json_header(std::string_view schema, const ResultProvenance& provenance);

// `options` and `inputs` alone, for files that have a header of their own.
nlohmann::ordered_json origin_json(const ResultProvenance& provenance);

}  // namespace libfit
