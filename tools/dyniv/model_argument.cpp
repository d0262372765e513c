#include "model_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "libfit/core/error.hpp"
#include "libfit/model/model_by_hand.hpp"

namespace dyniv {
namespace po = boost::program_options;

bool names_a_model(const std::string& word) {
  const auto names = libfit::model_names();
  std::error_code problem;
  return std::ranges::find(names, word) != names.end() && !std::filesystem::is_regular_file(word, problem);
}

bool ModelArgument::by_hand() const { return names_a_model(model); }

libfit::ModelDocument ModelArgument::read_document() const {
  if (by_hand()) return {libfit::model_by_hand(model, fmt::format("{}", fmt::join(settings, ","))), "{}"};
  if (!settings.empty()) {
    throw libfit::OptionError(fmt::format(
        "--set: goes with the name of a model ({}), not with the file {}; change the file instead",
        fmt::join(libfit::model_names(), ", "), model));
  }
  std::error_code problem;
  if (!std::filesystem::exists(model, problem) && model.find_first_of("./") == std::string::npos) {
    throw libfit::OptionError(
        fmt::format("--model {}: there is neither a file nor a model of that name; models are {}", model,
                    fmt::join(libfit::model_names(), ", ")));
  }
  return libfit::read_model(model);
}

void ModelArgument::add_to(libfit::ResultProvenance& provenance) const {
  if (!by_hand()) return provenance.add_file("model", model);
  provenance.add_words("model",
                       settings.empty() ? model : fmt::format("{} {}", model, fmt::join(settings, ",")));
}

void add_model_options(po::options_description& group, ModelArgument& argument, const std::string& about) {
  group.add_options()("model", po::value(&argument.model)->value_name("MODEL"), about.c_str())(
      "set", po::value(&argument.settings)->composing()->value_name("LIST"),
      "parameters of a model given by name: tau_ms=10,R_MOhm=200,V_th_mV=-52 [a textbook cell]");
}

}  // namespace dyniv
