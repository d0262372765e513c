#include "recording_options.hpp"

#include <fmt/format.h>

#include <string>

#include "libfit/core/error.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

void add_opening(po::options_description& group, libfit::ReadOptions& options) {
  add_number(
      group, "dt", "MS", positive(1e3, "ms"), [&](double dt_ms) { options.dt_ms = dt_ms; },
      "sampling step of a file that does not state it, ms; never guessed");
  group.add_options()("columns", po::value(&options.columns)->value_name("LIST"),
                      "columns of a text file, in order (skip,current_pA,voltage_mV) or by number "
                      "(2=current_pA,3=voltage_mV) [its header]")(
      "current-unit", po::value(&options.current_unit)->value_name("UNIT"),
      "unit of the current, where the file states none or a wrong one (pA, nA, A)")(
      "voltage-unit", po::value(&options.voltage_unit)->value_name("UNIT"),
      "unit of the voltage, likewise (mV, V)")(
      "clamp", po::value<std::string>()->value_name("MODE")->notifier([&](const std::string& mode) {
        if (mode != "current")
          throw libfit::OptionError(fmt::format(
              "--clamp {}: must be current; what was recorded in voltage clamp is not read", mode));
        options.current_clamp = true;
      }),
      "current: take the files for current clamp, whatever their header says [header and voltage]")(
      "voltage-dataset", po::value(&options.voltage_dataset)->value_name("PATH"),
      "dataset of the voltage in an HDF5 file")("current-dataset",
                                                po::value(&options.current_dataset)->value_name("PATH"),
                                                "dataset of the current in an HDF5 file")(
      "stimulus", po::value(&options.selection.stimulus)->value_name("NAME"),
      "sweeps of an NWB file whose stimulus has this name, as in \"Noise 1\" [all, or those of the role]")(
      "resample", po::bool_switch(&options.resample),
      "put irregular timestamps of an NWB file on a grid of their median step, by interpolation");
}

void add_assembling(po::options_description& group, libfit::ReadOptions& options) {
  group.add_options()("voltage-channel", po::value(&options.voltage_channel)->value_name("CHANNEL"),
                      "name of the voltage channel, or its number from 1 [the only one in V]")(
      "current-channel", po::value(&options.current_channel)->value_name("CHANNEL"),
      "name of the current channel, or its number from 1 [the only one in A]");
  add_number(group, "voltage-offset", "MV", around_zero(1e3, "mV"), options.voltage_offset_mV,
             "added to the voltage, mV (liquid junction potential)");
  add_number(group, "current-offset", "PA", around_zero(1e5, "pA"), options.current_offset_pA,
             "added to the current, pA (uncalibrated monitor)");
  add_selection(group, "", options.selection,
                "sweeps to use, counted from 1 through all files, as in 1-3,5 [all]");
}

}  // namespace

po::options_description opening_options(libfit::ReadOptions& options) {
  po::options_description group("How to read the files");
  add_opening(group, options);
  return group;
}

void add_selection(po::options_description& group, const std::string& prefix, libfit::Selection& selection,
                   const std::string& about_sweeps) {
  const bool shared = prefix.empty();
  group.add_options()((prefix + "sweeps").c_str(), po::value(&selection.sweeps)->value_name("LIST"),
                      about_sweeps.c_str());
  add_number(
      group, prefix + "from", "S", from_zero(1e6, "s"), [&](double s) { selection.from_ms = 1000.0 * s; },
      shared ? "start within each sweep, s [0]" : "start within each sweep, s [--from]");
  add_number(
      group, prefix + "to", "S", positive(1e6, "s"), [&](double s) { selection.to_ms = 1000.0 * s; },
      shared ? "end within each sweep, s [its end]" : "end within each sweep, s [--to]");
}

po::options_description recording_options(libfit::ReadOptions& options) {
  po::options_description group("How to read the files, and which part of them");
  add_opening(group, options);
  add_assembling(group, options);
  return group;
}

}  // namespace dyniv
