// Runs the dyniv binary as a person would and returns all that it said.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dyniv_test {

struct CommandResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;      // which one
  std::string out;
  std::string err;
};

// Path of the binary, from the environment variable DYNIV_BINARY (set by ctest); empty when it is not set.
std::string dyniv_binary();

// Runs `dyniv arguments...` with empty standard input and no shell in between. Throws std::runtime_error when
// it cannot be started.
CommandResult run_dyniv(const std::vector<std::string>& arguments);

// A command that is still running.
struct Running {
  pid_t process;
  std::string files;  // folder of what it says
};
Running start_dyniv(const std::vector<std::string>& arguments);
CommandResult finish(const Running& running);

// The same under a limit of the shell, as in "-n 8".
CommandResult run_dyniv_limited(const std::string& limit, const std::vector<std::string>& arguments);

// The same with no file, standard output included, allowed beyond `bytes` (a multiple of 512): a disk that
// is full.
CommandResult run_dyniv_on_full_disk(std::size_t bytes, const std::vector<std::string>& arguments);

// The same with standard error on a terminal.
CommandResult run_dyniv_on_terminal(const std::vector<std::string>& arguments);

// A folder of one test's own, removed when it goes out of scope.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  // Writes a file into the folder and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

std::string content_of(const std::filesystem::path& path);
// Every file and folder below `folder`, as relative paths, with the content of files.
std::map<std::string, std::string> all_files(const std::filesystem::path& folder);

}  // namespace dyniv_test
