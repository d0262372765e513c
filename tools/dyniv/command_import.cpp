#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <iostream>

#include "analysis_options.hpp"
#include "command_line.hpp"
#include "commands.hpp"
#include "libfit/core/error.hpp"
#include "libfit/core/file.hpp"
#include "libfit/formats/nwb/nwb_writer.hpp"
#include "libfit/report/command_json.hpp"
#include "libfit/signal/nwb_compensation.hpp"
#include "plain_output.hpp"

namespace dyniv {
namespace {
namespace po = boost::program_options;

struct ImportSettings {
  RoleArguments electrode{"electrode"};
  RoleArguments training{"training"};
  RoleArguments test{"test"};
  RoleArguments other{"recording"};  // sweeps without a role
  libfit::ReadOptions recording;
  libfit::NwbMetadata about;
  bool compensate = false;
  std::string out;
  bool force = false;

  // In the order of the experiment, which is the order of the file.
  std::array<RoleArguments*, 4> all() { return {&electrode, &training, &test, &other}; }
};

po::options_description metadata_options(libfit::NwbMetadata& about) {
  po::options_description group("What the file says of the session (all optional)");
  const auto text = [](std::string& target) { return po::value(&target)->value_name("TEXT"); };
  group.add_options()("session-start",
                      po::value(&about.session_start)->default_value(about.session_start)->value_name("TIME"),
                      "when it began, with the time zone, as 2024-01-31T15:30:00+01:00")(
      "session-description",
      po::value(&about.session_description)->default_value(about.session_description)->value_name("TEXT"),
      "what was done")("identifier", text(about.identifier),
                       "name of this file among all others [made from the content of the recordings]")(
      "subject", text(about.subject.id), "name of the animal or person")(
      "species", text(about.subject.species), "as Mus musculus")("sex", text(about.subject.sex),
                                                                 "M, F, U (unknown) or O (other)")(
      "age", text(about.subject.age), "as a duration of ISO 8601: P30D, P12W")(
      "subject-description", text(about.subject.description), "anything else about it")(
      "electrode-description",
      po::value(&about.electrode_description)->default_value(about.electrode_description)->value_name("TEXT"),
      "kind of electrode, its resistance and filling")("electrode-location", text(about.electrode_location),
                                                       "brain area and layer")(
      "device", po::value(&about.device)->default_value(about.device)->value_name("TEXT"), "amplifier")(
      "experimenter", text(about.experimenter), "family name, given name")(
      "institution", text(about.institution), "where")("lab", text(about.lab), "whose")(
      "notes", text(about.notes), "anything else");
  return group;
}

void add_options(CommandLine& line, ImportSettings& settings) {
  po::options_description roles("Recordings (several files: give them all, or repeat the option)");
  add_role_files(roles, settings.electrode, "weak noise without spikes, for electrode compensation");
  add_role_files(roles, settings.training, "fluctuating current, for the fit");
  add_role_files(roles, settings.test, "repetitions of one current, for the scores");
  add_role_files(roles, settings.other, "sweeps without a role; also as plain arguments");
  line.add(roles);
  line.add(recording_options(settings.recording));
  line.add(role_options({&settings.electrode, &settings.training, &settings.test}));
  line.add(metadata_options(settings.about));
  po::options_description output("Output");
  output.add_options()("compensate", po::bool_switch(&settings.compensate),
                       "add the voltage without the electrode, in a module beside the recorded one")(
      "out,o", po::value(&settings.out)->default_value("cell.nwb")->value_name("FILE"),
      "file to write; appears whole or not at all")("force", po::bool_switch(&settings.force),
                                                    "replace a file that is there already");
  line.add(output);
  line.positional("recording");
}

libfit::Overwrite overwrite_of(const ImportSettings& settings) {
  return settings.force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
}

void check(const CommandLine& line, ImportSettings& settings) {
  std::size_t files = 0;
  for (const RoleArguments* role : settings.all()) files += role->files.size();
  if (files == 0) throw libfit::OptionError("no recording is named; see `dyniv import --help`");
  if (settings.out.empty())
    throw libfit::OptionError("--out: an empty name; name a file, as in --out cell.nwb");
  if (settings.compensate && settings.training.files.empty())
    throw libfit::OptionError(
        "--compensate: the electrode is measured on --training and --electrode; give them");
  line.refuse_inputs_in(settings.out);
  libfit::check_output_file(settings.out, overwrite_of(settings), [](const std::filesystem::path& path) {
    return libfit::file_holds(path, "dyniv import");
  });
  libfit::NwbMetadata about = settings.about;
  if (about.identifier.empty()) about.identifier = "to be made";
  about.validate();
}

std::string identifier_of(const CommandLine& line, ImportSettings& settings) {
  std::vector<std::string> ingredients{
      line.in_force({"out", "force", "electrode", "training", "test", "recording"})};
  for (const RoleArguments* role : settings.all()) {
    for (const std::string& file : role->files)
      ingredients.push_back(role->role + " " + libfit::sha256_of_file(file));
  }
  return libfit::nwb_identifier(ingredients);
}

// The sweeps of every role; of NWB files with roles, sweeps given without one keep theirs.
void read_parts(const CommandLine& line, ImportSettings& settings, libfit::NwbCell& cell) {
  for (const RoleArguments* role : settings.all()) {
    if (role->files.empty()) continue;
    const bool named = role != &settings.other;
    RoleArguments asked = *role;
    if (!named) asked.role = "";
    libfit::ReadOptions as_recorded = settings.recording;
    as_recorded.keep_dead_stretches = true;
    libfit::Recording read = read_role(line, asked, as_recorded);
    for (libfit::Sweep& sweep : read.sweeps) {
      const std::string own = named ? role->role : sweep.note.role;
      if (cell.parts.empty() || cell.parts.back().role != own) cell.parts.push_back({own, {}});
      cell.parts.back().recording.sweeps.push_back(std::move(sweep));
    }
    line.warn(read.warnings);
  }
}

void print(const libfit::NwbCell& cell, const std::string& path) {
  std::cout << fmt::format("{}: NWB 2\n", path);
  for (const libfit::NwbPart& part : cell.parts) {
    const std::size_t sweeps = part.recording.sweeps.size();
    std::cout << fmt::format("  {:<10}{:>4} {}, {:g} s\n", part.role.empty() ? "no role" : shown(part.role),
                             sweeps, sweeps == 1 ? "sweep " : "sweeps", part.duration_s());
  }
}

}  // namespace

int command_import(const std::vector<std::string>& arguments) {
  CommandLine line(
      "import", "import [--electrode FILE...] [--training FILE...] [--test FILE...] --out CELL.nwb",
      "Recordings of one cell, of any format that is read, into one NWB 2 file with the role of each "
      "sweep: the stored numbers and conversions of the originals, so that nothing is lost. `dyniv "
      "run CELL.nwb` needs nothing else.");
  ImportSettings settings;
  add_options(line, settings);
  line.parse(arguments);
  check(line, settings);
  libfit::NwbCell cell;
  cell.about = settings.about;
  if (cell.about.identifier.empty()) cell.about.identifier = identifier_of(line, settings);
  line.progress("reading", 0.0);
  read_parts(line, settings, cell);
  if (settings.compensate) {
    libfit::MembraneOptions options;
    options.threads = line.common().threads;
    options.electrode.seed = line.common().seed;
    line.warn(libfit::add_compensated_voltage(cell, options));
  }
  if (!line.has("session-start"))
    line.warn("--session-start is not given: the file says 1970-01-01T00:00:00+00:00, which archives refuse");
  line.progress("writing", 0.5);
  libfit::write_file(settings.out, libfit::nwb_file(cell), overwrite_of(settings));
  line.progress("writing", 1.0);
  if (line.common().json) {
    const auto roles = settings.all();
    const auto from = provenance(line, {roles.begin(), roles.end()});
    std::cout << libfit::import_json(cell, settings.out, from);
  } else {
    print(cell, settings.out);
  }
  return kDone;
}

}  // namespace dyniv
