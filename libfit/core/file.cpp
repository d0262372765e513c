#include "libfit/core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/core/staging.hpp"

namespace libfit {
namespace {

class FileDescriptor {
 public:
  FileDescriptor(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : handle_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  FileDescriptor(FileDescriptor&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (handle_ >= 0) ::close(handle_);
  }
  int get() const { return handle_; }
  // Closes now and returns whether the last delayed write went through.
  bool close() {
    const int status = ::close(handle_);
    handle_ = -1;
    return status == 0;
  }

 private:
  int handle_;
};

std::string reason() { return std::strerror(errno); }

FileDescriptor open_regular(const std::filesystem::path& path, std::uintmax_t& size) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer that never comes.
  FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
  if (file.get() < 0) {
    throw InputError(
        fmt::format("{}: cannot be opened: {}; check the path and its permissions", path.string(), reason()));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw InputError(
        fmt::format("{}: is not a regular file; name a recording, not a folder or device", path.string()));
  }
  size = static_cast<std::uintmax_t>(status.st_size);
  return file;
}

std::size_t read_some(const FileDescriptor& file, void* target, std::size_t count,
                      const std::filesystem::path& path) {
  for (;;) {
    const ssize_t got = ::read(file.get(), target, count);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw InputError(fmt::format("{}: cannot be read: {}", path.string(), reason()));
  }
}

void write_all(FileDescriptor& file, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(file.get(), content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      throw InputError(
          fmt::format("{}: cannot be written: {}; nothing was left behind", path.string(), reason()));
    }
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS) {
    throw InputError(
        fmt::format("{}: cannot be written: {}; nothing was left behind", path.string(), reason()));
  }
  if (!file.close()) {
    throw InputError(
        fmt::format("{}: cannot be written: {}; nothing was left behind", path.string(), reason()));
  }
}

[[noreturn]] void refuse_existing_file(const std::filesystem::path& path) {
  throw OptionError(fmt::format("{}: exists already; name another place or pass --force", path.string()));
}

// Where the file will stand. Throws OptionError when what is there may not or cannot give way.
std::filesystem::path place_of_file(const std::filesystem::path& path, Overwrite overwrite) {
  std::filesystem::path place = place_of(path);
  const auto type = std::filesystem::symlink_status(place).type();
  if (type == std::filesystem::file_type::not_found) return place;
  // Moving a file there would put it in the place of a device, the null device included.
  if (type != std::filesystem::file_type::regular)
    throw OptionError(fmt::format("{}: is there and is no regular file; name another place", path.string()));
  if (overwrite == Overwrite::refuse) refuse_existing_file(path);
  if (is_mount_point(place)) {
    throw OptionError(
        fmt::format("{}: is a mount point, which cannot be replaced; name a file in a folder that is mounted",
                    path.string()));
  }
  return place;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uintmax_t limit_bytes) {
  std::uintmax_t size = 0;
  const FileDescriptor file = open_regular(path, size);
  if (size > limit_bytes) {
    throw InputError(fmt::format("{}: {} bytes is more than the {} that this reader takes", path.string(),
                                 size, limit_bytes));
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t got = read_some(file, bytes.data() + done, bytes.size() - done, path);
    if (got == 0) break;
    done += got;
  }
  bytes.resize(done);
  return bytes;
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::uintmax_t size = 0;
  const FileDescriptor file = open_regular(path, size);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available in the cryptography library");
  }
  std::vector<unsigned char> buffer(1 << 16);
  for (;;) {
    const std::size_t got = read_some(file, buffer.data(), buffer.size(), path);
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), got);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

bool file_holds(const std::filesystem::path& path, std::string_view bytes) {
  std::uintmax_t size = 0;
  const FileDescriptor file = open_regular(path, size);
  std::string window;  // the last bytes of what was read before, and what is new
  for (;;) {
    constexpr std::size_t kBlock = 1 << 16;
    const std::size_t kept = std::min(window.size(), bytes.size() - std::min<std::size_t>(bytes.size(), 1));
    window.erase(0, window.size() - kept);
    window.resize(kept + kBlock);
    const std::size_t got = read_some(file, window.data() + kept, kBlock, path);
    window.resize(kept + got);
    if (window.find(bytes) != std::string::npos) return true;
    if (got == 0) return false;
  }
}

void check_output_file(const std::filesystem::path& path, Overwrite overwrite,
                       const std::function<bool(const std::filesystem::path&)>& ours) {
  const std::filesystem::path place = place_of_file(path, overwrite);
  if (ours && std::filesystem::exists(place) && !std::filesystem::is_empty(place) && !ours(place))
    throw OptionError(fmt::format(
        "{}: is no such file as dyniv writes there, so --force does not replace it; name another place",
        path.string()));
  const Staging trial(place.parent_path(), path);
}

void write_file(const std::filesystem::path& path, std::string_view content, Overwrite overwrite) {
  const std::filesystem::path place = place_of_file(path, overwrite);
  const Staging staging(place.parent_path(), path);
  const std::filesystem::path made = staging.path() / "file";
  FileDescriptor file(made, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (file.get() < 0)
    throw InputError(fmt::format("{}: cannot be created: {}; name another place", path.string(), reason()));
  write_all(file, content, path);
  if (overwrite == Overwrite::refuse) {
    if (!move_to_free_name(made, place)) refuse_existing_file(path);
  } else if (::rename(made.c_str(), place.c_str()) != 0) {
    throw InputError(fmt::format("{}: cannot be created: {}; name another place", path.string(), reason()));
  }
}

}  // namespace libfit
