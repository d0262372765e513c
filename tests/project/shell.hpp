// Runs programs from a test and gives back what they printed and how they ended.
#pragma once

#include <filesystem>
#include <string>

namespace dyniv::project {

struct Outcome {
  int status = -1;     // exit status; -1 when the program did not end by itself
  std::string output;  // standard output and standard error, in the order printed
};

// `command` is a line for the shell; nothing can be read from its standard input.
Outcome shell(const std::string& command);

// `text` as one word of a shell line, whatever characters it holds.
std::string quoted(const std::string& text);

// A folder of its own whose name contains a space, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dyniv::project
