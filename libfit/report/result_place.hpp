// The folder of results as a place on the disk: what may be replaced there, and how new results take it.
// Every folder holds a record of the files that dyniv wrote into it; those may be replaced when that is asked
// for, all others are somebody's and never touched.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libfit/core/file.hpp"

namespace libfit {

// Where the results of `folder` are made, and where they will stand.
struct ResultPlace {
  std::filesystem::path wanted;  // as given: the name in messages
  std::filesystem::path folder;  // absolute, links followed
  std::filesystem::path
      beside;          // folder in which they are made: above `folder`, or itself where it must stay
  bool stays = false;  // a mount point, or in a folder that cannot be written: it is filled
};

// Throws OptionError when something is there that may not be replaced, InputError when the place cannot be
// written. Call it before the work begins; nothing stays.
ResultPlace check_result_folder(const std::filesystem::path& folder, Overwrite overwrite);

// Moves the folder `made`, which is below place.beside, to its place. Throws as check_result_folder, which
// may have become true meanwhile; then nothing has changed. After it, `made` is absent or holds what is not
// needed.
void take_place(const std::filesystem::path& made, const ResultPlace& place, Overwrite overwrite);

// Adds files, by name within the folder, to the record of a folder of results; nothing where it has none.
void add_to_record(const std::filesystem::path& folder, const std::vector<std::string>& names);

// Whether the folder has a record that does not list this name.
bool is_foreign(const std::filesystem::path& folder, const std::string& name);

}  // namespace libfit
