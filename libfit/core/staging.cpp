#include "libfit/core/staging.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "libfit/core/error.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel

[[noreturn]] void cannot_be_made(const fs::path& wanted, const std::string& why) {
  throw InputError(fmt::format("{}: cannot be created: {}; name another place", wanted.string(), why));
}

fs::path follow(const fs::path& path, const fs::path& wanted, int& links) {
  if (!path.has_relative_path()) return path;
  fs::path above = follow(path.parent_path(), wanted, links);
  const fs::path name = path.filename();
  if (name.empty() || name == ".") return above;
  if (name == "..") return above.parent_path();
  fs::path here = above / name;
  std::error_code problem;
  const fs::file_status status = fs::symlink_status(here, problem);
  if (status.type() == fs::file_type::none) cannot_be_made(wanted, problem.message());
  if (status.type() != fs::file_type::symlink) return here;
  if (++links > kMostLinks) cannot_be_made(wanted, "its symbolic links lead in a circle");
  const fs::path target = fs::read_symlink(here, problem);
  if (problem) cannot_be_made(wanted, problem.message());
  return follow(above / target, wanted, links);
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_at(const fs::path& path, const struct stat& sought) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && same_file(found, sought);
}

// A folder is locked through a handle on it. Absent: somebody holds it, or it is gone. Where the file system
// knows no locks, nothing is taken for a leftover, and folders are made without.
int locked(const fs::path& folder, bool& supported) {
  supported = true;
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (handle < 0) return -1;
  if (::flock(handle, LOCK_EX | LOCK_NB) == 0) return handle;
  supported = errno == EWOULDBLOCK;
  ::close(handle);
  return -1;
}

// With one file handle at a time, none for an empty folder: there may be no more to be had.
void remove_folder(const fs::path& folder) {
  if (::rmdir(folder.c_str()) == 0) return;
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored))
    entries.push_back(entry->path());
  for (const fs::path& entry : entries) {
    if (::unlink(entry.c_str()) != 0) remove_folder(entry);
  }
  ::rmdir(folder.c_str());
}

void remove_leftovers(const fs::path& parent) {
  std::error_code ignored;
  for (fs::directory_iterator entry(parent, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(kStagingPrefix) || name.size() != kStagingPrefix.size() + 6) continue;
    bool supported = false;
    const int lock = locked(entry->path(), supported);
    if (lock < 0) continue;
    remove_folder(entry->path());
    ::close(lock);
  }
}

}  // namespace

fs::path place_of(const fs::path& path) {
  int links = 0;
  return follow(fs::absolute(path), path, links);
}

bool is_or_holds(const fs::path& place, const fs::path& other) {
  struct stat sought {};
  std::error_code problem;
  if (::stat(place.c_str(), &sought) != 0) return false;
  // Both where the name stands and where it leads: a link in the folder is the folder's.
  const fs::path name = fs::absolute(other);
  fs::path stands = fs::canonical(name.has_filename() ? name.parent_path() : name, problem);
  if (problem) return false;
  fs::path leads = fs::canonical(name, problem);
  if (problem) return false;
  for (const fs::path& from : {stands, leads}) {
    for (fs::path at = from;; at = at.parent_path()) {
      if (is_at(at, sought)) return true;
      if (at == at.parent_path()) break;
    }
  }
  return false;
}

bool is_mount_point(const fs::path& path) {
#ifdef STATX_ATTR_MOUNT_ROOT
  struct statx found {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &found) == 0 &&
      (found.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
#endif
  struct stat own {
  }, above{};
  return ::stat(path.c_str(), &own) == 0 && ::stat(path.parent_path().c_str(), &above) == 0 &&
         own.st_dev != above.st_dev;
}

Staging::Staging(const fs::path& parent, const fs::path& wanted) {
  remove_leftovers(parent);
  for (int attempt = 1;; ++attempt) {
    std::string pattern = parent / fmt::format("{}XXXXXX", kStagingPrefix);
    listed_.emplace([&] {
      if (::mkdtemp(pattern.data()) == nullptr) cannot_be_made(wanted, std::strerror(errno));
      return path_ = pattern;
    });
    bool supported = false;
    lock_ = locked(path_, supported);
    if (lock_ < 0 && !supported) return;
    // Between the two steps another program may have taken it for a leftover.
    struct stat own {};
    if (lock_ >= 0 && ::fstat(lock_, &own) == 0 && is_at(path_, own)) return;
    const int reason = errno;
    if (lock_ >= 0) ::close(lock_);
    lock_ = -1;
    remove_folder(path_);
    if (attempt == 100 || reason == EMFILE || reason == ENFILE) cannot_be_made(wanted, std::strerror(reason));
  }
}

Staging::~Staging() {
  if (lock_ >= 0) ::close(lock_);  // first: its handle may be the last that is to be had
  remove_folder(path_);
}

void check_can_make(const fs::path& parent, const fs::path& wanted) {
  fs::path there = parent;
  std::error_code problem;
  while (!fs::exists(there, problem) && there != there.parent_path()) there = there.parent_path();
  if (!fs::is_directory(there, problem))
    cannot_be_made(wanted, fmt::format("{} is no folder", there.string()));
  const Staging trial(there, wanted);
}

bool move_to_free_name(const fs::path& from, const fs::path& to) {
#ifdef RENAME_NOREPLACE
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) cannot_be_made(to, std::strerror(errno));
#endif
  if (::link(from.c_str(), to.c_str()) == 0) {
    ::unlink(from.c_str());
    return true;
  }
  if (errno == EEXIST) return false;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) cannot_be_made(to, std::strerror(errno));
  // Neither: an empty file of our own takes the name, and gives way.
  const int claim = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (claim < 0 && errno == EEXIST) return false;
  if (claim < 0) cannot_be_made(to, std::strerror(errno));
  ::close(claim);
  if (std::rename(from.c_str(), to.c_str()) != 0) cannot_be_made(to, std::strerror(errno));
  return true;
}

bool exchange(const fs::path& one, const fs::path& other) {
#ifdef RENAME_EXCHANGE
  return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
#else
  return false;
#endif
}

}  // namespace libfit
