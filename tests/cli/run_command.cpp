#include "tests/cli/run_command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace dyniv_test {
namespace {

// Files rather than pipes: a command that fills one stream while we read the other cannot block.
pid_t start_words(std::vector<std::string> words, const std::string& out, const std::string& err,
                  int err_flags) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), err_flags, 0600);
  pid_t child = 0;
  const int status = posix_spawn(&child, words.front().c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) throw std::runtime_error(words.front() + " cannot be started");
  return child;
}

CommandResult result_of(pid_t child) {
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(state) ? WEXITSTATUS(state) : -1, WIFSIGNALED(state) ? WTERMSIG(state) : 0, "", ""};
}

constexpr int kNewFile = O_WRONLY | O_CREAT | O_TRUNC;

CommandResult run_words(const std::vector<std::string>& words, const std::string& terminal = "") {
  const ScratchFolder scratch;
  const std::string out = scratch.path() / "out";
  const std::string err = terminal.empty() ? scratch.path() / "err" : std::filesystem::path(terminal);
  CommandResult result =
      result_of(start_words(words, out, err, terminal.empty() ? kNewFile : O_WRONLY | O_NOCTTY));
  result.out = content_of(out);
  if (terminal.empty()) result.err = content_of(err);
  return result;
}

std::vector<std::string> with_binary(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{dyniv_binary()};
  if (words.front().empty()) throw std::runtime_error("DYNIV_BINARY is not set; run the tests with ctest");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

std::string dyniv_binary() {
  const char* path = std::getenv("DYNIV_BINARY");
  return path == nullptr ? "" : path;
}

CommandResult run_dyniv(const std::vector<std::string>& arguments) {
  return run_words(with_binary(arguments));
}

Running start_dyniv(const std::vector<std::string>& arguments) {
  std::string folder = std::filesystem::temp_directory_path() / "dyniv_run_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the test in " + folder);
  return {start_words(with_binary(arguments), folder + "/out", folder + "/err", kNewFile), folder};
}

CommandResult finish(const Running& running) {
  CommandResult result = result_of(running.process);
  result.out = content_of(running.files + "/out");
  result.err = content_of(running.files + "/err");
  std::filesystem::remove_all(running.files);
  return result;
}

CommandResult run_dyniv_on_full_disk(std::size_t bytes, const std::vector<std::string>& arguments) {
  return run_dyniv_limited("-f " + std::to_string(bytes / 512), arguments);
}

CommandResult run_dyniv_limited(const std::string& limit, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"/bin/sh", "-c", "ulimit " + limit + "; exec \"$@\"", "sh"};
  for (const std::string& word : with_binary(arguments)) words.push_back(word);
  return run_words(words);
}

CommandResult run_dyniv_on_terminal(const std::vector<std::string>& arguments) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0)
    throw std::runtime_error("no pseudo-terminal for the test");
  const std::string terminal = ::ptsname(master);
  const int held_open = ::open(terminal.c_str(), O_RDWR | O_NOCTTY);  // reading ends when we close it
  std::string seen;
  std::jthread reader([&] {
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(master, buffer.data(), buffer.size())) > 0;)
      seen.append(buffer.data(), static_cast<std::size_t>(got));
  });
  CommandResult result = run_words(with_binary(arguments), terminal);
  ::close(held_open);
  reader.join();
  ::close(master);
  result.err = seen;
  return result;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> all_files(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    files[entry.path().lexically_relative(folder)] =
        entry.is_regular_file() ? content_of(entry.path()) : std::string("folder");
  }
  return files;
}

ScratchFolder::ScratchFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "dyniv_cli_XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test in " + pattern);
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream file(path_ / name, std::ios::binary);
  file << content;
  return path_ / name;
}

}  // namespace dyniv_test
