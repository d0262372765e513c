// gnuplot as a child process: no shell, no start-up file of the user, nothing on its standard input and
// output, what it says on standard error kept, and an end after a time limit.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace libfit {

struct GnuplotRun {
  enum class End { done, failed, timed_out };
  End end = End::done;
  std::string words;  // the last lines of its standard error, on one line
};

// The program that `name` means: itself when it holds a slash, else the first executable file of this name in
// an absolute folder of PATH (the current folder is never searched). Absent when there is none.
std::optional<std::filesystem::path> find_program(const std::string& name);

// Runs the program with these arguments in `folder`. Everything it started in its process group ends with it
// when the time is up. Throws InputError when the system cannot start it.
GnuplotRun run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       const std::filesystem::path& folder, double timeout_s);

}  // namespace libfit
