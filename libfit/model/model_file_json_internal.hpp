// JSON of a file that somebody gives us: everything that reads one, here and in the rooms to the right, reads
// it so. A text of a few hundred kilobytes can be nested so deep that walking through it overflows the stack.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "libfit/core/error.hpp"

namespace libfit {

inline constexpr int kDeepestJson = 64;

// `give` says what to give instead ("give a model file as `dyniv fit` writes it"). Throws InputError for
// what is no JSON or nested deeper than 64 levels.
template <class Json = nlohmann::json>
Json parse_json(std::string_view text, std::string_view place, std::string_view give) {
  try {
    return Json::parse(text, [&](int depth, typename Json::parse_event_t, Json&) {
      if (depth <= kDeepestJson) return true;
      throw InputError(fmt::format("{}: is nested deeper than {} levels; {}", place, kDeepestJson, give));
    });
  } catch (const nlohmann::json::exception& problem) {
    throw InputError(fmt::format("{}: is not JSON: {}; {}", place, problem.what(), give));
  }
}

}  // namespace libfit
