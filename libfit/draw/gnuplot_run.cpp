#include "libfit/draw/gnuplot_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "libfit/core/error.hpp"
#include "libfit/core/unfinished.hpp"
#include "libfit/draw/text_escape.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

extern "C" char** environ;  // NOLINT: POSIX declares it in no header

namespace libfit {
namespace {

using Clock = std::chrono::steady_clock;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw InputError(fmt::format("gnuplot cannot be started: {}", std::strerror(errno)));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// The environment without what would change gnuplot's ways.
std::vector<std::string> child_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("GNUTERM=") || text.starts_with("GNUPLOT_LIB=")) continue;
    if (text.starts_with("SOURCE_DATE_EPOCH=") || text.starts_with("TZ=")) continue;
    entries.emplace_back(text);
  }
  entries.emplace_back("SOURCE_DATE_EPOCH=0");  // heeded by cairo from 1.17 on
  entries.emplace_back("TZ=UTC");               // cairo writes the zone beside the date
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

struct Launch {
  const char* program;
  char* const* words;
  char* const* environment;
  const char* folder;
  int standard_error;
  int failure;  // where the child writes why it could not become the program; closes when it has
  pid_t parent;
};

// In the child, between fork and exec: calls that are safe there, and no way back. posix_spawn would do but
// for one thing: a child that ends when we are killed.
[[noreturn]] void become(const Launch& launch) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  bool ready = ::setpgid(0, 0) == 0;
#ifdef __linux__
  ready = ready && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (::getppid() != launch.parent) ::_exit(1);  // killed before we could ask
#endif
  const int nothing = ::open("/dev/null", O_RDWR);
  ready = ready && nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
          ::dup2(nothing, STDOUT_FILENO) >= 0 && ::dup2(launch.standard_error, STDERR_FILENO) >= 0 &&
          ::chdir(launch.folder) == 0;
  if (ready) ::execve(launch.program, launch.words, launch.environment);
  const int why = errno;
  const ssize_t told = ::write(launch.failure, &why, sizeof why);
  ::_exit(told == sizeof why ? 127 : 126);
}

// Starts the program in a process group of its own; 0 or why it could not be started.
int start(Launch launch, pid_t& child) {
  Pipe failure;
  launch.failure = failure.writer();
  launch.parent = ::getpid();
  {
    const SignalsHeld held;  // our handlers are not for the child
    child = ::fork();
    if (child == 0) become(launch);
  }
  if (child < 0) return errno;
  ::setpgid(child, child);  // as the child does: whoever comes first
  failure.close_writer();
  int why = 0;
  ssize_t got = 0;
  while ((got = ::read(failure.reader(), &why, sizeof why)) < 0 && errno == EINTR) {
  }
  if (got != sizeof why) return 0;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return why;
}

int milliseconds_left(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 1000));
}

// Reads until the other side closes; false when the time is up. Keeps the last 4000 bytes.
bool drain(int reader, Clock::time_point end, std::string& words) {
  constexpr std::size_t kKept = 4000;
  std::array<char, 4096> buffer{};
  while (Clock::now() < end) {
    pollfd wait{reader, POLLIN, 0};
    const int ready = ::poll(&wait, 1, milliseconds_left(end));
    if (ready <= 0) continue;
    const ssize_t got = ::read(reader, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno != EINTR) return true;
    if (got > 0) words.append(buffer.data(), static_cast<std::size_t>(got));
    if (words.size() > kKept) words.erase(0, words.size() - kKept);
  }
  return false;
}

// The exit status; absent when the time is up.
std::optional<int> await(pid_t child, Clock::time_point end) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) return 1;
    if (Clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void end_group(pid_t child) {
  ::kill(-child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// One line of what a program said in many, without the caret lines that point into its input.
std::string one_line(const std::string& words) {
  std::string line;
  for (const char letter : words) {
    const bool space = letter == '\n' || letter == '\t' || letter == ' ' || letter == '^';
    if (!space) line += letter;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return plain_text(line, 400);
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const auto runs = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) {
    if (runs(name)) return std::filesystem::absolute(name);
    return std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable != nullptr ? variable : "";
  while (!folders.empty()) {
    const std::size_t colon = std::min(folders.find(':'), folders.size());
    const std::filesystem::path folder(folders.substr(0, colon));
    if (folder.is_absolute() && runs(folder / name)) return folder / name;
    folders.remove_prefix(std::min(colon + 1, folders.size()));
  }
  return std::nullopt;
}

GnuplotRun run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const std::filesystem::path& folder, double timeout_s) {
  Pipe pipe;
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = child_environment();
  pid_t child = 0;
  const int problem = start({program.c_str(), pointers(words).data(), pointers(environment).data(),
                             folder.c_str(), pipe.writer(), -1, 0},
                            child);
  if (problem != 0) {
    throw InputError(fmt::format("{} cannot be started: {}", program.string(), std::strerror(problem)));
  }
  const Unfinished listed(child);
  pipe.close_writer();
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(std::min(timeout_s, 1e6)));
  GnuplotRun run;
  std::string said;
  std::optional<int> status;
  if (drain(pipe.reader(), end, said)) status = await(child, end);
  if (!status) end_group(child);
  run.words = one_line(said);
  if (!status) {
    run.end = GnuplotRun::End::timed_out;
  } else if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    run.end = GnuplotRun::End::failed;
  }
  return run;
}

}  // namespace libfit
