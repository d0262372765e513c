#include "libfit/model/parameters.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

template <class M>
const Quantity* find_in(std::string_view name) {
  for (const Parameter<M>& parameter : parameter_rows<M>)
    if (parameter.quantity->name == name) return parameter.quantity;
  return nullptr;
}

template <std::size_t... I>
const Quantity* find_in_all(std::string_view name, std::index_sequence<I...>) {
  const Quantity* found = nullptr;
  static_cast<void>(((found = find_in<std::variant_alternative_t<I, Model>>(name)) || ...));
  return found;
}

}  // namespace

std::vector<ParameterValue> scalar_parameters(const Model& model) {
  return std::visit([](const auto& m) { return parameters_in(m); }, model);
}

std::optional<double> value_in(const Model& model, const Quantity& quantity) {
  for (const ParameterValue& parameter : scalar_parameters(model))
    if (parameter.quantity == &quantity) return parameter.value;
  return std::nullopt;
}

const Quantity* find_quantity(std::string_view name) {
  return find_in_all(name, std::make_index_sequence<std::variant_size_v<Model>>());
}

void check_parameter(const Quantity& quantity, double value, std::string_view place) {
  std::string_view rule = "finite";
  bool holds = std::isfinite(value);
  if (holds && quantity.domain != Domain::real) {
    holds = quantity.domain == Domain::positive ? value > 0.0 : value >= 0.0;
    rule = quantity.domain == Domain::positive ? "> 0" : ">= 0";
  }
  if (holds) return;
  const std::string name =
      place.empty() ? std::string(quantity.name) : fmt::format("{}.{}", place, quantity.name);
  check_options({{name, value, false, rule}});
}

}  // namespace libfit
