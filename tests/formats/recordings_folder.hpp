// Where recordings of others are, if they are there: tests that use them say that they skipped otherwise.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace recordings {

inline constexpr const char* kAbsent =
    "the folder of real recordings is not here; name it in DYNIV_RECORDINGS";

inline std::optional<std::filesystem::path> folder() {
  const char* named = std::getenv("DYNIV_RECORDINGS");
  const char* source = std::getenv("DYNIV_SOURCE_DIR");
  const std::filesystem::path path =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(source != nullptr ? source : ".") / "../shared/recordings";
  if (!std::filesystem::is_directory(path)) return std::nullopt;
  return path;
}

}  // namespace recordings
