#include "libfit/report/result_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>
#include <system_error>

#include "libfit/core/error.hpp"
#include "libfit/core/staging.hpp"
#include "libfit/draw/text_escape.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;  // of files, within their folder

constexpr const char* kRecord = ".dyniv-results";
constexpr std::string_view kRecordTitle =
    "results of dyniv; --force replaces the files of this list and no others";
constexpr std::uintmax_t kMostRecord = std::uintmax_t{16} << 20;

std::string record_text(const Names& names) {
  return fmt::format("{}\n{}{}", kRecordTitle, fmt::join(names, "\n"), names.empty() ? "" : "\n");
}

// Empty without a record, or with one of a version that kept no list.
Names recorded(const fs::path& folder) {
  std::error_code ignored;
  Names names;
  if (!fs::is_regular_file(folder / kRecord, ignored)) return names;
  const std::vector<std::byte> bytes = read_file(folder / kRecord, kMostRecord);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (bool title = true; !text.empty(); title = false) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!title && end > 0) names.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

// What is of no account in a folder: our own staging, and what a fresh file system brings along.
bool is_nothing(const fs::path& name) {
  return name.string().starts_with(kStagingPrefix) || name == "lost+found";
}

bool holds_nothing(const fs::path& folder) {
  return std::ranges::all_of(fs::directory_iterator(folder),
                             [](const auto& entry) { return is_nothing(entry.path().filename()); });
}

// Regular files below a folder.
Names files_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

// Whatever is in the folder and no file of the list, or a folder of one.
std::vector<std::string> foreign_in(const fs::path& folder, const Names& ours) {
  Names known;
  for (const std::string& name : ours) {
    for (fs::path above = fs::path(name).parent_path(); !above.empty(); above = above.parent_path())
      known.insert(above.string());
  }
  std::vector<std::string> foreign;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().lexically_relative(folder).string();
    const auto type = entry->symlink_status().type();
    if (type == fs::file_type::directory) {
      const bool nothing = is_nothing(entry->path().filename());
      if (nothing || !known.contains(name)) entry.disable_recursion_pending();
      if (!nothing && !known.contains(name)) foreign.push_back(name + "/");
    } else if (name != kRecord && !(type == fs::file_type::regular && ours.contains(name))) {
      foreign.push_back(name);
    }
  }
  std::ranges::sort(foreign);
  return foreign;
}

[[noreturn]] void refuse_existing(const fs::path& wanted) {
  throw OptionError(
      fmt::format("{}: exists already; name another folder with --out or pass --force", wanted.string()));
}

void refuse_foreign(const fs::path& folder, const fs::path& wanted) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / kRecord, ignored)) {
    throw OptionError(fmt::format(
        "{}: was not written by dyniv, so --force does not replace it; name another folder with --out",
        wanted.string()));
  }
  std::vector<std::string> foreign = foreign_in(folder, recorded(folder));
  if (foreign.empty()) return;
  constexpr std::size_t kNamed = 5;
  const std::size_t more = foreign.size() - std::min(foreign.size(), kNamed);
  foreign.resize(foreign.size() - more);
  for (std::string& name : foreign) name = plain_text(name);
  throw OptionError(fmt::format(
      "{}: holds what dyniv did not write, so --force does not replace it: {}{}; move that away or name "
      "another "
      "folder with --out",
      wanted.string(), fmt::join(foreign, ", "), more > 0 ? fmt::format(" and {} more", more) : ""));
}

void write_record(const fs::path& folder, const Names& names) {
  write_file(folder / kRecord, record_text(names), Overwrite::allow);
}

// With the folders that they leave empty.
void remove_files(const fs::path& folder, const Names& names) {
  for (const std::string& name : names) {
    std::error_code problem;
    for (fs::path path = name; !path.empty() && !problem; path = path.parent_path())
      fs::remove(folder / path, problem);
  }
}

// Moves the results file by file into a folder that has to stay. The record is ahead of the files: whatever
// happens on the way, nothing that is written here can be taken for another's.
void fill(const fs::path& made, const ResultPlace& place, Overwrite overwrite) {
  Names names = files_in(made);
  names.erase(kRecord);
  const Names before = recorded(place.folder);
  if (overwrite == Overwrite::refuse && !holds_nothing(place.folder)) refuse_existing(place.wanted);
  Names either = before;
  either.insert(names.begin(), names.end());
  write_record(place.folder, either);
  Names added;
  try {
    for (const std::string& name : names) {
      const fs::path target = place.folder / name;
      fs::create_directories(target.parent_path());
      if (before.contains(name)) {
        fs::rename(made / name, target);
      } else if (!move_to_free_name(made / name, target)) {
        refuse_existing(place.wanted);
      } else {
        added.insert(name);
      }
    }
  } catch (...) {
    remove_files(place.folder, added);
    if (before.empty()) remove_files(place.folder, {kRecord});
    throw;
  }
  std::erase_if(either, [&](const std::string& name) { return names.contains(name); });
  remove_files(place.folder, either);
  write_record(place.folder, names);
}

// In place of an earlier folder of results, in one step.
void swap_in(const fs::path& made, const ResultPlace& place) {
  refuse_foreign(place.folder, place.wanted);
  if (!exchange(made, place.folder)) {
    fill(made, place, Overwrite::allow);
    return;
  }
  try {
    refuse_foreign(made, place.wanted);  // what came in at the last moment
  } catch (const OptionError&) {
    exchange(made, place.folder);
    throw;
  }
}

void keep_permissions(const fs::path& made, const fs::path& folder) {
  struct stat old {};
  if (::stat(folder.c_str(), &old) == 0) ::chmod(made.c_str(), old.st_mode & 07777);
}

}  // namespace

ResultPlace check_result_folder(const fs::path& wanted, Overwrite overwrite) {
  ResultPlace place{wanted, place_of(wanted), {}, false};
  place.beside = place.folder.parent_path();
  if (fs::exists(place.folder)) {
    const bool replaceable = fs::is_directory(place.folder);
    const bool empty = replaceable && holds_nothing(place.folder);
    if (!empty && overwrite == Overwrite::refuse) refuse_existing(wanted);
    if (!replaceable)
      throw OptionError(
          fmt::format("{}: is there and is no folder; name another place with --out", wanted.string()));
    if (!empty) refuse_foreign(place.folder, wanted);
    place.stays = is_mount_point(place.folder) || ::access(place.beside.c_str(), W_OK | X_OK) != 0;
    if (place.stays) place.beside = place.folder;
  }
  check_can_make(place.beside, wanted);
  return place;
}

void take_place(const fs::path& made, const ResultPlace& place, Overwrite overwrite) {
  write_file(made / kRecord, record_text(files_in(made)));
  try {
    if (place.stays) {
      fill(made, place, overwrite);
      return;
    }
    keep_permissions(made, place.folder);
    // A folder takes the name of none, or of an empty one; of anything else the system refuses it.
    if (::rename(made.c_str(), place.folder.c_str()) == 0) return;
    const int why = errno;
    if (why != ENOTEMPTY && why != EEXIST && why != ENOTDIR)
      throw fs::filesystem_error("", std::error_code(why, std::generic_category()));
    if (overwrite == Overwrite::refuse || why == ENOTDIR) refuse_existing(place.wanted);
    swap_in(made, place);
  } catch (const fs::filesystem_error& problem) {
    throw InputError(fmt::format("{}: cannot be written: {}; name another place with --out",
                                 place.wanted.string(), problem.code().message()));
  }
}

void add_to_record(const fs::path& folder, const std::vector<std::string>& names) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / kRecord, ignored)) return;
  Names all = recorded(folder);
  const std::size_t before = all.size();
  all.insert(names.begin(), names.end());
  if (all.size() > before) write_record(folder, all);
}

bool is_foreign(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kRecord, ignored) && !recorded(folder).contains(name);
}

}  // namespace libfit
