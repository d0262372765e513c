// Described parameters in JSON: of a model, or of one item in its lists. Internal: it speaks JSON.
#pragma once

#include <string>
#include <string_view>

#include "libfit/core/json_internal.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {

// Of the object at `path`. Throws InputError naming `place` (the file) for what is no object, has no such key
// or no number there.
const Json& member_of(const Json& object, std::string_view key, std::string_view place,
                      const std::string& path);
double number_in(const Json& object, std::string_view key, std::string_view place, const std::string& path);

template <class T>
void write_parameters(Json& json, const T& item) {
  for_each_parameter(
      item, [&](const Quantity& quantity, double value) { json[std::string(quantity.name)] = value; });
}

template <class T>
void read_parameters(T& item, const Json& json, std::string_view place, const std::string& path) {
  for_each_parameter(item, [&](const Quantity& quantity, double& value) {
    value = number_in(json, quantity.name, place, path);
  });
}

}  // namespace libfit
