// JSON as every result is written and every file that somebody gives is read: one header for all schemas, one
// way to write numbers, absent values and intervals. A number that is not finite is written as null, for JSON
// has none. Internal: JSON in the signatures.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/core/version.hpp"

namespace nlohmann {

// An absent value is null.
template <class Value>
struct adl_serializer<std::optional<Value>> {
  template <class AnyJson>
  static void to_json(AnyJson& json, const std::optional<Value>& value) {
    json = value ? AnyJson(*value) : AnyJson(nullptr);
  }
};

}  // namespace nlohmann

namespace libfit {

using Json = nlohmann::ordered_json;  // keys stay in the order in which they were added

inline void to_json(Json& json, const Interval& range) { json = Json::array({range.low, range.high}); }

// {"value": .., "ci95": [.., ..]}
inline void to_json(Json& json, const Estimate& estimate) {
  json = {{"value", estimate.value}, {"ci95", estimate.ci95}};
}

// An estimate under two keys, `key` and `key_ci95`, both null where it is absent.
inline void add_estimate(Json& json, const std::string& key, const std::optional<Estimate>& estimate) {
  json[key] = estimate ? Json(estimate->value) : Json(nullptr);
  json[key + "_ci95"] = estimate ? Json(estimate->ci95) : Json(nullptr);
}

// An empty text is null.
inline Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// The header of every schema: `schema`, `version` and `dyniv_version`.
inline Json json_header(std::string_view schema) {
  return {{"schema", schema}, {"version", 1}, {"dyniv_version", kVersion}};
}

// On one line, or indented and ending in a newline. A path may hold bytes that are not UTF-8: they are
// replaced, and never stop a result.
template <class AnyJson>
std::string json_line(const AnyJson& json) {
  return json.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}
template <class AnyJson>
std::string json_text(const AnyJson& json) {
  return json.dump(2, ' ', false, AnyJson::error_handler_t::replace) + "\n";
}

// A text of a few hundred kilobytes can be nested so deep that walking through it overflows the stack.
inline constexpr int kDeepestJson = 64;

// `give` says what to give instead ("give a model file as `dyniv fit` writes it"). Throws InputError for
// what is no JSON or nested deeper than 64 levels.
template <class AnyJson = nlohmann::json>
AnyJson parse_json(std::string_view text, std::string_view place, std::string_view give) {
  try {
    return AnyJson::parse(text, [&](int depth, typename AnyJson::parse_event_t, AnyJson&) {
      if (depth <= kDeepestJson) return true;
      throw InputError(fmt::format("{}: is nested deeper than {} levels; {}", place, kDeepestJson, give));
    });
  } catch (const nlohmann::json::exception& problem) {
    throw InputError(fmt::format("{}: is not JSON: {}; {}", place, problem.what(), give));
  }
}

}  // namespace libfit
