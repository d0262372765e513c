#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>

#include "libfit/core/error.hpp"
#include "libfit/core/unfinished.hpp"
#include "libfit/formats/hdf5/guarded_read_internal.hpp"
#include "libfit/formats/hdf5/hdf5_values_internal.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DYNIV_SHADOW_MEMORY
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DYNIV_SHADOW_MEMORY
#endif

namespace libfit::guarded {
namespace {

// Beyond the samples: the library's own, its cache, and the text of errors.
constexpr std::uint64_t kBesidesSamples = std::uint64_t{1} << 30;
// Inflating and converting go at 100 MB/s and more; a byte of a file may unpack to many.
constexpr std::uint64_t kBytesASecond = std::uint64_t{4} << 20;
constexpr std::uint64_t kLeastSeconds = 2;  // of computing
constexpr std::size_t kPiece = std::size_t{1} << 16;

std::uint64_t seconds_that_may_pass(const Limits& limits) { return 60 + 4 * limits.seconds; }

enum class Reason : std::uint8_t { input, data, option, memory, other };

void set_limit(__rlimit_resource what, rlim_t value) {
  rlimit limit{};
  ::getrlimit(what, &limit);
  limit.rlim_cur = std::min(value, limit.rlim_max);
  ::setrlimit(what, &limit);
}

// What this process has mapped already, which the child inherits.
std::uint64_t mapped_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Nothing of the parent's may run in the child: neither its handlers of signals nor what it does at exit. A
// library that crashes prints, so standard output and error lead nowhere.
void become_reader(const Limits& limits, std::uint64_t mapped) {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, limits.seconds);
  ::alarm(static_cast<unsigned>(seconds_that_may_pass(limits)));
#ifdef DYNIV_SHADOW_MEMORY
  static_cast<void>(mapped);  // the sanitizer has mapped terabytes
#else
  set_limit(RLIMIT_AS, mapped + limits.bytes);
#endif
}

void send_error(Sender& sender, Reason reason, std::string text) {
  bool done = false;
  pass(sender, done);
  pass(sender, reason);
  pass(sender, text);
}

// Nothing may leave it, or the child would go on as the parent.
void run(Sender& sender, const std::function<void(Sender&)>& work) noexcept {
  try {
    work(sender);
  } catch (const InputError& problem) {
    send_error(sender, Reason::input, problem.what());
  } catch (const DataError& problem) {
    send_error(sender, Reason::data, problem.what());
  } catch (const OptionError& problem) {
    send_error(sender, Reason::option, problem.what());
  } catch (const std::bad_alloc&) {
    send_error(sender, Reason::memory, "");
  } catch (const std::exception& problem) {
    send_error(sender, Reason::other, problem.what());
  }
  sender.flush();
}

}  // namespace

void Sender::bytes(const void* from, std::size_t count) {
  const std::string_view piece(static_cast<const char*>(from), count);
  if (waiting_.size() + count > kPiece) flush();
  if (count > kPiece) return write(piece);
  waiting_ += piece;
}

void Sender::flush() {
  write(waiting_);
  waiting_.clear();
}

void Sender::write(std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t sent = ::write(descriptor_, rest.data(), rest.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) ::_exit(1);  // nobody reads
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Limits limits_for(const std::string& path) {
  std::error_code unknown;
  std::uint64_t size = std::filesystem::file_size(path, unknown);
  if (unknown) size = 0;
  return {kLeastSeconds + size / kBytesASecond, kBesidesSamples + hdf5::most_bytes(size)};
}

Child::Child(std::string path, const Limits& limits, const std::function<void(Sender&)>& work)
    : path_(std::move(path)), limits_(limits) {
  const std::uint64_t mapped = mapped_bytes();
  int ends[2];
  int problem = ::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
  if (problem == 0) {
    {
      const SignalsHeld held;  // our handlers are not for the child
      child_ = ::fork();
      if (child_ == 0) {
        become_reader(limits_, mapped);
        Sender sender(ends[1]);
        run(sender, work);
        ::_exit(0);
      }
      problem = child_ < 0 ? errno : 0;
    }
    ::close(ends[1]);
    descriptor_ = ends[0];
  }
  if (problem != 0) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw InputError(
        fmt::format("{}: HDF5 is read in a process of its own, which cannot be started ({}); end "
                    "other programs, or raise the limits of processes and open files",
                    path_, std::strerror(problem)));
  }
}

Child::~Child() {
  if (child_ > 0) ::kill(child_, SIGKILL);
  reap();
  ::close(descriptor_);
}

// Its status; 0 where the system does not report it.
int Child::reap() {
  int status = 0;
  if (child_ > 0) {
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  child_ = -1;
  return status;
}

std::size_t Child::read_some(void* to, std::size_t most) {
  ssize_t got = -1;
  do {
    got = ::read(descriptor_, to, most);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) refuse();
  return static_cast<std::size_t>(got);
}

void Child::bytes(void* to, std::size_t count) {
  auto* at = static_cast<char*>(to);
  while (count > 0) {
    std::size_t got = std::min(count, received_.size() - taken_);
    if (got > 0) {
      std::memcpy(at, received_.data() + taken_, got);
      taken_ += got;
    } else if (count >= kPiece) {
      got = read_some(at, count);
    } else {
      received_.resize(kPiece);
      received_.resize(read_some(received_.data(), kPiece));
      taken_ = 0;
    }
    at += got;
    count -= got;
  }
}

// A child whose memory was overwritten may send anything.
void Child::expect(std::uint64_t count, std::size_t size) {
  if (count > limits_.bytes / size)
    throw InputError(fmt::format("{}: reading it came to nonsense; the file is damaged", path_));
}

void Child::wait_for_result() {
  bool done = false;
  bytes(&done, sizeof(done));
  if (done) return;
  Reason reason{};
  std::string text;
  pass(*this, reason);
  pass(*this, text);
  switch (reason) {
    case Reason::input:
      throw InputError(text);
    case Reason::data:
      throw DataError(text);
    case Reason::option:
      throw OptionError(text);
    case Reason::memory:
      break;
    case Reason::other:
      throw std::runtime_error(text);
  }
  throw InputError(
      fmt::format("{}: reading it takes more than {:.1f} GB of memory, or more than there is; the file is "
                  "damaged, or read less of it with --sweeps, --from and --to",
                  path_, 1e-9 * static_cast<double>(limits_.bytes)));
}

void Child::refuse() {
  const int status = reap();
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == SIGXCPU || signal == SIGALRM) {
    throw InputError(fmt::format(
        "{}: reading it did not end within {} s; the file is damaged, or made to keep its readers busy",
        path_, signal == SIGALRM ? seconds_that_may_pass(limits_) : limits_.seconds));
  }
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP)
    throw InputError(fmt::format("{}: reading it was stopped ({})", path_, ::strsignal(signal)));
  throw InputError(fmt::format("{}: the HDF5 library ends on it ({}); the file is damaged", path_,
                               signal > 0 ? ::strsignal(signal) : "without a result"));
}

}  // namespace libfit::guarded
