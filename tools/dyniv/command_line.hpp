// What every subcommand shares: its options (with help, config file and defaults in brackets), where its
// words go and the exit codes. A command first parses and validates, then works, then prints.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include "libfit/report/provenance.hpp"

namespace dyniv {

// 0 done, 1 the data do not allow it, 2 wrong usage, 3 internal error.
enum ExitCode : int { kDone = 0, kDataDoNotAllow = 1, kWrongUsage = 2, kInternalError = 3 };

// Thrown by parse() when --help was asked for: the text to print before exit 0.
struct HelpRequested {
  std::string text;
};

// Options that every command takes.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  unsigned threads = 0;  // 0: all
  std::uint64_t seed = 1;
};

class CommandLine {
 public:
  // `synopsis` is the usage line after "dyniv", `about` a sentence or two for the help.
  CommandLine(std::string name, std::string synopsis, std::string about);

  // Adds a group of options under a heading of the help.
  void add(const boost::program_options::options_description& group);
  // Names the option that takes plain arguments (added to a group as std::vector<std::string>).
  void positional(const std::string& option);

  // Reads the command line, then the file of --config (flags win), and stores every value. Option names are
  // accepted in any case. Throws libfit::OptionError on anything that is wrong, HelpRequested on --help.
  void parse(const std::vector<std::string>& arguments);

  const CommonOptions& common() const { return common_; }
  bool has(const std::string& option) const;
  // Throws libfit::OptionError when a file or folder that an option names for reading is this place or in it.
  void refuse_inputs_in(const std::string& output) const;
  // Every option in force with its value, but those of these names, as the text of a JSON object.
  std::string in_force(const std::set<std::string>& left_out) const;
  // With the options in force but `out` and `force`, which change no number; without inputs.
  libfit::ResultProvenance provenance() const;

  // Prints progress on standard error, on a terminal only and not with --quiet.
  void progress(const std::string& stage, double fraction) const;
  // Says warnings on standard error unless --quiet: one line per kind, the gravest first and not more than a
  // few; every sentence with --verbose. `where`: the file that holds all of them; empty: none does.
  void warn(const std::vector<std::string>& warnings, const std::string& where = "") const;
  void warn(const std::string& warning) const { warn(std::vector<std::string>{warning}); }

 private:
  void add_common();
  std::vector<std::string> inputs() const;  // files and folders that are read, as they were named
  void read_config_file(const boost::program_options::options_description& all);

  std::string name_;
  std::string synopsis_;
  std::string about_;
  std::vector<boost::program_options::options_description> groups_;
  boost::program_options::positional_options_description positional_;
  boost::program_options::variables_map values_;
  CommonOptions common_;
};

// A subcommand: its place in the workflow, one line for the overview, and the function that does it.
struct Command {
  const char* name;
  const char* group;
  const char* summary;
  int (*run)(const std::vector<std::string>& arguments);
};

}  // namespace dyniv
