// The command: finds the subcommand, runs it, and turns every exception into a sentence and an exit code.
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "command_analyze.hpp"
#include "command_compare.hpp"
#include "command_compensate.hpp"
#include "command_fit.hpp"
#include "command_import.hpp"
#include "command_inspect.hpp"
#include "command_iv.hpp"
#include "command_line.hpp"
#include "command_plot.hpp"
#include "command_run.hpp"
#include "command_score.hpp"
#include "command_simulate.hpp"
#include "command_steps.hpp"
#include "command_stimulus.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/version.hpp"

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
    {"fit", "Model", "models of the curve, refractory EIF and AdEx from a recording", command_fit},
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
  text += "\n`dyniv <command> --help` tells a command's options. `dyniv --version` tells the version.\n";
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

int run(const std::vector<std::string>& words) {
  try {
    const int code = dispatch_or_help(words);
    std::cout.flush();
    if (!std::cout) throw libfit::InputError("standard output cannot be written; is the disk full?");
    return code;
  } catch (const libfit::OptionError& problem) {
    std::cerr << "dyniv: " << problem.what() << "\n";
    return kWrongUsage;
  } catch (const libfit::Error& problem) {
    std::cerr << "dyniv: " << problem.what() << "\n";
    return kDataDoNotAllow;
  } catch (const std::bad_alloc&) {
    std::cerr << "dyniv: not enough memory for this recording; select a part of it with --from and --to\n";
    return kDataDoNotAllow;
  } catch (const std::filesystem::filesystem_error& problem) {
    std::cerr << fmt::format("dyniv: {}: {}; check the path and its permissions\n", problem.path1().string(),
                             problem.code().message());
    return kDataDoNotAllow;
  } catch (const std::exception& problem) {
    std::cerr << "dyniv: internal error: " << problem.what() << "\n";
    return kInternalError;
  }
}

}  // namespace
}  // namespace dyniv

int main(int count, char** words) {
  // A file that may not grow further is a disk that is full: an error to be told, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  return dyniv::run(std::vector<std::string>(words + 1, words + count));
}
