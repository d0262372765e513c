#include "recording_options.hpp"

#include <fmt/format.h>

#include <string>

#include "libfit/core/error.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace po = boost::program_options;
namespace {

void add_opening(po::options_description& group, RecordingArguments& arguments) {
  add_number(
      group, "dt", "MS", positive(1e3, "ms"), [&](double dt_ms) { arguments.open.dt_ms = dt_ms; },
      "sampling step of a file that does not state it, ms; never guessed");
  group.add_options()("columns", po::value(&arguments.open.columns)->value_name("LIST"),
                      "columns of a text file, in order (skip,current_pA,voltage_mV) or by number "
                      "(2=current_pA,3=voltage_mV) [its header]")(
      "current-unit", po::value<std::string>()->value_name("UNIT")->notifier([&](const std::string& unit) {
        arguments.open.current_unit = unit;
        arguments.assemble.current_unit = unit;
      }),
      "unit of the current, where the file states none or a wrong one (pA, nA, A)")(
      "voltage-unit", po::value<std::string>()->value_name("UNIT")->notifier([&](const std::string& unit) {
        arguments.open.voltage_unit = unit;
        arguments.assemble.voltage_unit = unit;
      }),
      "unit of the voltage, likewise (mV, V)")(
      "clamp", po::value<std::string>()->value_name("MODE")->notifier([&](const std::string& mode) {
        if (mode != "current")
          throw libfit::OptionError(fmt::format(
              "--clamp {}: must be current; what was recorded in voltage clamp is not read", mode));
        arguments.open.current_clamp = true;
      }),
      "current: take the files for current clamp, whatever their header says [header and voltage]")(
      "voltage-dataset", po::value(&arguments.open.voltage_dataset)->value_name("PATH"),
      "dataset of the voltage in an HDF5 file")(
      "current-dataset", po::value(&arguments.open.current_dataset)->value_name("PATH"),
      "dataset of the current in an HDF5 file")(
      "stimulus", po::value(&arguments.open.nwb.stimulus)->value_name("NAME"),
      "sweeps of an NWB file whose stimulus has this name, as in \"Noise 1\" [all, or those of the role]")(
      "resample", po::bool_switch(&arguments.open.nwb.resample),
      "put irregular timestamps of an NWB file on a grid of their median step, by interpolation");
}

void add_assembling(po::options_description& group, libfit::AssembleOptions& assemble) {
  group.add_options()("voltage-channel", po::value(&assemble.voltage_channel)->value_name("CHANNEL"),
                      "name of the voltage channel, or its number from 1 [the only one in V]")(
      "current-channel", po::value(&assemble.current_channel)->value_name("CHANNEL"),
      "name of the current channel, or its number from 1 [the only one in A]");
  add_number(group, "voltage-offset", "MV", around_zero(1e3, "mV"), assemble.voltage_offset_mV,
             "added to the voltage, mV (liquid junction potential)");
  add_number(group, "current-offset", "PA", around_zero(1e5, "pA"), assemble.current_offset_pA,
             "added to the current, pA (uncalibrated monitor)");
  group.add_options()("sweeps", po::value(&assemble.sweeps)->value_name("LIST"),
                      "sweeps to use, counted from 1 through all files, as in 1-3,5 [all]");
  add_number(
      group, "from", "S", from_zero(1e6, "s"), [&](double s) { assemble.from_ms = 1000.0 * s; },
      "start within each sweep, s [0]");
  add_number(
      group, "to", "S", positive(1e6, "s"), [&](double s) { assemble.to_ms = 1000.0 * s; },
      "end within each sweep, s [its end]");
}

}  // namespace

po::options_description opening_options(RecordingArguments& arguments) {
  po::options_description group("How to read the files");
  add_opening(group, arguments);
  return group;
}

po::options_description part_options(RecordingArguments& arguments) {
  po::options_description group("Which part of an NWB file");
  libfit::NwbOptions& nwb = arguments.open.nwb;
  group.add_options()("sweeps", po::value(&nwb.sweeps)->value_name("LIST"),
                      "sweeps to look at, counted from 1, as in 1-3,5 [all]");
  add_number(
      group, "from", "S", from_zero(1e6, "s"), [&](double s) { nwb.from_ms = 1000.0 * s; },
      "start within each sweep, s [0]");
  add_number(
      group, "to", "S", positive(1e6, "s"), [&](double s) { nwb.to_ms = 1000.0 * s; },
      "end within each sweep, s [its end]");
  return group;
}

po::options_description recording_options(RecordingArguments& arguments) {
  po::options_description group("How to read the files, and which part of them");
  add_opening(group, arguments);
  add_assembling(group, arguments.assemble);
  return group;
}

}  // namespace dyniv
