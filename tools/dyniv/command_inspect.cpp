#include <fmt/format.h>

#include <cstdint>
#include <iostream>
#include <utility>

#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/report/inspection_output.hpp"
#include "plain_output.hpp"
#include "recording_options.hpp"

namespace dyniv {
namespace {

// Files of more samples than this are listed only: about a second of reading.
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 26;

// Files that are read whole are shown whole.
void refuse_parts(const libfit::SignalFile& file, const libfit::Selection& part) {
  const bool sweeps = !part.sweeps.empty() && !file.sweeps_chosen;
  const bool times = (part.from_ms > 0.0 || part.to_ms) && !file.format.starts_with("NWB");
  if (!sweeps && !times) return;
  throw libfit::OptionError(fmt::format(
      "{}: --sweeps, --from and --to pick from NWB files of one electrode only; leave them out", file.path));
}

}  // namespace

int command_inspect(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  libfit::ReadOptions recording;
  std::vector<std::string> paths;
  CommandLine line(
      "inspect", "inspect [options] FILE...",
      "Shows what is in recordings: sweeps, channels, units, rate, spikes and traps. Means and SDs are in\n"
      "mV for voltages, pA for currents, the file's unit for the rest. Files that cannot be read are\n"
      "reported after the others and make the exit status 1.");
  po::options_description files("Files");
  files.add_options()("file", po::value(&paths)->value_name("FILE"), "recording to read");
  line.add(files);
  line.add(opening_options(recording));
  po::options_description part("Which part of an NWB file");
  add_selection(part, "", recording.selection, "sweeps to look at, counted from 1, as in 1-3,5 [all]");
  line.add(part);
  line.positional("file");
  line.parse(arguments);
  if (paths.empty()) throw libfit::OptionError("no file is named; see `dyniv inspect --help`");
  recording.validate();
  recording.listing_limit = kMostSamples;

  std::vector<libfit::Inspection> inspected;
  std::vector<std::string> problems;
  bool usage = false;
  for (const std::string& path : paths) {
    try {
      libfit::SignalFile file = libfit::open_signal_file(path, recording);
      refuse_parts(file, recording.selection);
      inspected.push_back(libfit::inspect_file(std::move(file)));
      if (!line.common().json) std::cout << libfit::inspection_text(inspected.back());
    } catch (const libfit::OptionError& problem) {
      problems.emplace_back(problem.what());
      usage = true;
    } catch (const libfit::Error& problem) {
      problems.emplace_back(problem.what());
    }
  }
  if (line.common().json) std::cout << libfit::inspection_json(inspected, line.provenance());
  for (const std::string& problem : problems) std::cerr << "dyniv: " << shown(problem) << "\n";
  if (problems.empty()) return kDone;
  return usage ? kWrongUsage : kDataDoNotAllow;
}

}  // namespace dyniv
