// How something comes to stand in its place whole or not at all: it is made in a private folder beside that
// place and moved there at the end, without replacing what is not to be replaced. The folder goes when its
// maker is done, fails or is ended by a signal (see unfinished.hpp); what a killed program left is removed by
// the next one that makes something in the same place.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "libfit/core/unfinished.hpp"

namespace libfit {

// Every staging folder begins so, and nothing else that dyniv writes.
inline constexpr std::string_view kStagingPrefix = ".dyniv-part-";

// Where a path leads: absolute, symbolic links followed, also one whose target is not there yet. Throws
// InputError for links in a circle, a name that is too long, or a file where a folder would have to be.
std::filesystem::path place_of(const std::filesystem::path& path);

// Whether `place` is `other` or a folder that holds it, by what they are on the disk and not by their names:
// a link, another mount or another name of the same file make no difference. False where either is not there.
bool is_or_holds(const std::filesystem::path& place, const std::filesystem::path& other);

// Whether another file system begins at this file or folder, so that it cannot be renamed.
bool is_mount_point(const std::filesystem::path& path);

class Staging {
 public:
  // In the folder `parent`. `wanted` is the name by which the person knows what is made; errors bear it.
  // Throws InputError when nothing can be written there.
  Staging(const std::filesystem::path& parent, const std::filesystem::path& wanted);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;  // held while we live: by it others know ours from what was left
  std::optional<Unfinished> listed_;
};

// Whether something can be made in `parent`, or where that is to be made itself, in the nearest folder above
// that is there: throws InputError, as Staging, when not. Nothing stays.
void check_can_make(const std::filesystem::path& parent, const std::filesystem::path& wanted);

// Moves a file to a name that is free; false when it is not. Throws InputError when the system refuses.
bool move_to_free_name(const std::filesystem::path& from, const std::filesystem::path& to);

// Swaps two folders in one step; false where the file system cannot.
bool exchange(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace libfit
