// The command: finds the subcommand, runs it, and turns every exception into a sentence and an exit code.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/unfinished.hpp"
#include "libfit/core/version.hpp"
#include "plain_output.hpp"

namespace dyniv {
namespace {

// In the order of the workflow, which is the order of the help.
constexpr auto kCommands = std::to_array<Command>({
    {"stimulus", "Plan", "currents for the rig: electrode noise, training and test noise, steps",
     command_stimulus},
    {"inspect", "Look", "what is in a file: sweeps, channels, units, rate, spikes, traps", command_inspect},
    {"import", "Look", "recordings of one cell, of any format, into one NWB 2 file", command_import},
    {"compensate", "Measure", "take the electrode out of a recording", command_compensate},
    {"steps", "Measure", "resistance, time constant, rheobase and f-I curve from current steps",
     command_steps},
    {"iv", "Measure", "capacitance and dynamic I-V curve", command_iv},
    {"fit", "Model", "curve models, refractory EIF, AdEx and GIF family from a recording", command_fit},
    {"analyze", "Model", "phase line, thresholds, rheobase and f-I curve of models", command_analyze},
    {"simulate", "Model", "a model on a current: voltage and spikes", command_simulate},
    {"score", "Judge", "predicted against recorded spikes and voltage, with intervals and ceilings",
     command_score},
    {"compare", "Judge", "models by cells: scores, parameters and paired differences", command_compare},
    {"plot", "Show", "draw the figures of a results folder again, in other formats", command_plot},
    {"run", "All of it", "from the files of a rig to fitted and scored models, tables and figures",
     command_run},
});

std::string overview() {
  std::string text =
      "dyniv turns a current-clamp recording into a spiking-neuron model with a known quality.\n\n"
      "Usage: dyniv <command> [options] FILE...\n";
  const char* group = "";
  for (const Command& command : kCommands) {
    if (std::strcmp(group, command.group) != 0) {
      group = command.group;
      text += fmt::format("\n{}:\n", group);
    }
    text += fmt::format("  {:<12}{}\n", command.name, command.summary);
  }
  text +=
      "\n`dyniv <command> --help` lists the options of a command. `dyniv --version` prints the version.\n";
  return text;
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cerr << overview();
    return kWrongUsage;
  }
  const std::string& name = words.front();
  if (name == "--help" || name == "-h" || name == "help") {
    std::cout << overview();
    return kDone;
  }
  if (name == "--version") {
    std::cout << "dyniv " << libfit::kVersion << "\n";
    return kDone;
  }
  for (const Command& command : kCommands) {
    if (name == command.name) return command.run({words.begin() + 1, words.end()});
  }
  throw libfit::OptionError(fmt::format("there is no command `{}`; `dyniv --help` lists them", name));
}

int dispatch_or_help(const std::vector<std::string>& words) {
  try {
    return dispatch(words);
  } catch (const HelpRequested& help) {
    std::cout << help.text;
    return kDone;
  }
}

std::atomic<bool> ended_by_signal{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch it");

// Children and folders that are half made go, and then the signal does what it would have done without us.
extern "C" void end_by_signal(int signal) {
  ended_by_signal = true;
  libfit::end_unfinished();
  std::signal(signal, SIG_DFL);
  std::raise(signal);  // comes when this handler returns
}

void install_handlers() {
  // A file that may not grow further is a disk that is full: an error to report, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;  // as nohup wants it
    action = {};
    action.sa_handler = end_by_signal;
    ::sigfillset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

// Where the handler runs in another thread, what it takes away is no failure to report.
void leave_it_to_the_signal() {
  while (ended_by_signal) ::pause();
}

int fail(const std::string& why, ExitCode code) {
  leave_it_to_the_signal();
  std::cerr << "dyniv: " << shown(why) << "\n";
  return code;
}

int run(const std::vector<std::string>& words) {
  try {
    const int code = dispatch_or_help(words);
    leave_it_to_the_signal();
    std::cout.flush();
    if (!std::cout) throw libfit::InputError("standard output cannot be written; is the disk full?");
    return code;
  } catch (const libfit::OptionError& problem) {
    return fail(problem.what(), kWrongUsage);
  } catch (const libfit::Error& problem) {
    return fail(problem.what(), kDataDoNotAllow);
  } catch (const std::bad_alloc&) {
    return fail("not enough memory for this recording; select a part of it with --from and --to",
                kDataDoNotAllow);
  } catch (const std::filesystem::filesystem_error& problem) {
    return fail(fmt::format("{}: {}; check the path and its permissions", problem.path1().string(),
                            problem.code().message()),
                kDataDoNotAllow);
  } catch (const std::exception& problem) {
    return fail(std::string("internal error: ") + problem.what(), kInternalError);
  }
}

}  // namespace
}  // namespace dyniv

int main(int count, char** words) {
  dyniv::install_handlers();
  std::streambuf* terminal = std::cout.rdbuf();
  dyniv::PlainLines plain(terminal);
  std::cout.rdbuf(&plain);
  const int code = dyniv::run(std::vector<std::string>(words + 1, words + count));
  std::cout.flush();
  std::cout.rdbuf(terminal);
  return code;
}
