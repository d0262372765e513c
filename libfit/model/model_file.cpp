#include "libfit/model/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/json_internal.hpp"
#include "libfit/core/text.hpp"
#include "libfit/model/catalogue.hpp"
#include "libfit/model/model_file_gif_internal.hpp"
#include "libfit/model/model_file_parameters_internal.hpp"

namespace libfit {
namespace {

constexpr std::array<std::string_view, 5> schema_keys = {"schema", "version", "dyniv_version", "model",
                                                         "parameters"};
constexpr std::string_view schema_name = "dyniv.model";
constexpr int schema_version = 1;

const Json& member(const Json& object, std::string_view key, std::string_view place) {
  const auto found = object.find(std::string(key));
  if (found == object.end()) throw InputError(fmt::format("{}: the key {} is missing", place, key));
  return *found;
}

std::vector<double> numbers(const Json& parameters, std::string_view key, std::string_view place) {
  const Json& value = member_of(parameters, key, place, "parameters");
  if (!value.is_array())
    throw InputError(fmt::format("{}: parameters.{} is not an array of numbers", place, key));
  std::vector<double> result;
  result.reserve(value.size());
  for (const Json& item : value) {
    if (!item.is_number())
      throw InputError(fmt::format("{}: parameters.{}[{}] is not a number", place, key, result.size()));
    result.push_back(item.get<double>());
  }
  return result;
}

Model model_of_name(const Json& name, std::string_view place) {
  std::vector<std::string_view> known;
  for (const CatalogueRow& row : catalogue()) {
    if (name == std::string(row.name)) return row.empty();
    known.push_back(row.name);
  }
  throw InputError(
      fmt::format("{}: model is {}; known are {}", place, json_line(name), fmt::join(known, ", ")));
}

void check_schema(const Json& root, std::string_view place) {
  if (!root.is_object() || member(root, "schema", place) != std::string(schema_name)) {
    throw InputError(
        fmt::format("{}: schema is not {}; give a model file as `dyniv fit` writes it", place, schema_name));
  }
  const Json& version = member(root, "version", place);
  if (version != schema_version) {
    throw InputError(
        fmt::format("{}: version is {}, this program reads version {}; use the dyniv that wrote it", place,
                    json_line(version), schema_version));
  }
}

Json parameters_of(const Model& model) {
  Json parameters = Json::object();
  std::visit([&](const auto& m) { write_parameters(parameters, m); }, model);
  if (const auto* table = std::get_if<Tabulated>(&model)) {
    parameters["V_mV"] = table->V_mV;
    parameters["F_mV_per_ms"] = table->F_mV_per_ms;
  }
  if (const auto* gif = std::get_if<Gif>(&model)) add_gif_lists(parameters, *gif);
  return parameters;
}

void read_model_parameters(Model& model, const Json& parameters, std::string_view place) {
  std::visit([&](auto& m) { read_parameters(m, parameters, place, "parameters"); }, model);
  if (auto* table = std::get_if<Tabulated>(&model)) {
    table->V_mV = numbers(parameters, "V_mV", place);
    table->F_mV_per_ms = numbers(parameters, "F_mV_per_ms", place);
  }
  if (auto* gif = std::get_if<Gif>(&model)) read_gif_lists(*gif, parameters, place);
}

}  // namespace

const Json& member_of(const Json& object, std::string_view key, std::string_view place,
                      const std::string& path) {
  if (!object.is_object()) throw InputError(fmt::format("{}: {} is not an object", place, path));
  const auto found = object.find(std::string(key));
  if (found == object.end()) throw InputError(fmt::format("{}: the key {}.{} is missing", place, path, key));
  return *found;
}

double number_in(const Json& object, std::string_view key, std::string_view place, const std::string& path) {
  const Json& value = member_of(object, key, place, path);
  if (!value.is_number()) throw InputError(fmt::format("{}: {}.{} is not a number", place, path, key));
  return value.get<double>();
}

std::string to_json_text(const ModelDocument& document) {
  validate(document.model);
  Json root = json_header(schema_name);
  root["model"] = model_name(document.model);
  root["parameters"] = parameters_of(document.model);
  const Json provenance = Json::parse(document.provenance_json, nullptr, false);
  require(provenance.is_object(), "to_json_text: provenance_json must be the text of a JSON object");
  for (const auto& [key, value] : provenance.items()) {
    require(!root.contains(key), fmt::format("to_json_text: provenance_json must not hold the key {}", key));
    root[key] = value;
  }
  return json_text(root);
}

ModelDocument parse_model(std::string_view json_text, std::string_view place) {
  Json root = parse_json<Json>(json_text, place, "give a model file as `dyniv fit` writes it");
  check_schema(root, place);
  ModelDocument document;
  document.model = model_of_name(member(root, "model", place), place);
  read_model_parameters(document.model, member(root, "parameters", place), place);
  try {
    validate(document.model);
  } catch (const OptionError& error) {
    throw InputError(fmt::format("{}: parameters.{}", place, error.what()));
  }
  for (const std::string_view key : schema_keys) root.erase(std::string(key));
  document.provenance_json = json_line(root);
  return document;
}

ModelDocument read_model(const std::filesystem::path& path) {
  return parse_model(read_decoded_text(path, std::uintmax_t{64} << 20), path.string());
}

ModelDraws draws_of(const ModelDocument& document) {
  ModelDraws draws;
  const Json provenance = Json::parse(document.provenance_json, nullptr, false);
  if (!provenance.is_object()) return draws;
  const Json fitted = provenance.value("fitted", Json::object());
  if (!fitted.is_object() || !fitted.contains("draws") || !fitted["draws"].is_object()) return draws;
  draws.blocks =
      fitted.value("blocks", Json(0)).is_number_unsigned() ? fitted["blocks"].get<std::size_t>() : 0;
  const Json& columns = fitted["draws"];
  std::size_t count = 0;
  for (const auto& [name, values] : columns.items()) count = std::max(count, values.size());
  for (std::size_t i = 0; i < count; ++i) {
    Model model = document.model;
    std::visit(
        [&](auto& m) {
          for_each_parameter(m, [&](const Quantity& quantity, double& value) {
            const auto column = columns.find(std::string(quantity.name));
            if (column == columns.end()) return;
            const bool there = column->is_array() && i < column->size() && (*column)[i].is_number();
            value = there ? (*column)[i].template get<double>() : std::nan("");
          });
        },
        model);
    try {
      validate(model);
      draws.models.push_back(std::move(model));
    } catch (const OptionError&) {
      ++draws.refused;
    }
  }
  return draws;
}

void write_model(const std::filesystem::path& path, const ModelDocument& document, Overwrite overwrite) {
  write_file(path, to_json_text(document), overwrite);
}

}  // namespace libfit
