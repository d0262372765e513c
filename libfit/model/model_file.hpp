// Model files: one JSON object with schema "dyniv.model", version 1, the model's name and its parameters
// under the names in parameters.hpp (a tabulated model also holds the arrays V_mV and F_mV_per_ms). Any other
// key of the object (options in force, inputs, intervals) is provenance: it is kept, never interpreted.
//
//     const ModelDocument document = read_model("results/models/eif.json");
//     if (const Eif* eif = std::get_if<Eif>(&document.model)) std::cout << eif->V_T_mV << " mV\n";
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/core/file.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

struct ModelDocument {
  Model model;
  // The other keys of the file, as the text of one JSON object.
  std::string provenance_json = "{}";
};

// Text of the file, indented, ending in a newline. Throws OptionError for a model that validate() refuses,
// ContractError when provenance_json is not a JSON object or holds a key of the schema.
std::string to_json_text(const ModelDocument& document);

// Throws InputError naming `place` (the file) and the key that is missing, has the wrong type or a value that
// validate() refuses.
ModelDocument parse_model(std::string_view json_text, std::string_view place);

// As parse_model, from a file of at most 64 MiB.
ModelDocument read_model(const std::filesystem::path& path);

// The draws of the fit that a model file holds, as models; those that validate() refuses are left out.
// `blocks`: time blocks they were drawn from.
struct ModelDraws {
  std::vector<Model> models;
  std::size_t refused = 0;
  std::size_t blocks = 0;
};
ModelDraws draws_of(const ModelDocument& document);

// Throws as to_json_text and write_file do.
void write_model(const std::filesystem::path& path, const ModelDocument& document,
                 Overwrite overwrite = Overwrite::refuse);

}  // namespace libfit
