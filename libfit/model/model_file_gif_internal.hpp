// The lists of a Gif in a model file, beside its scalar parameters. Internal: it speaks JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "libfit/model/gif.hpp"

namespace libfit {

// Adds currents, drive, filters, thresholds and history to the object of parameters.
void add_gif_lists(nlohmann::ordered_json& parameters, const Gif& model);

// Throws InputError naming `place` and the key that is missing or no number.
void read_gif_lists(Gif& model, const nlohmann::ordered_json& parameters, std::string_view place);

}  // namespace libfit
