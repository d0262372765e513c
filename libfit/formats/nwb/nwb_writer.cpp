#include "libfit/formats/nwb/nwb_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>

#include "libfit/core/error.hpp"
#include "libfit/core/version.hpp"
#include "libfit/formats/nwb/nwb_schema.hpp"
#include "libfit/formats/nwb/nwb_writing_internal.hpp"

namespace libfit {
namespace {

using nwb::FileInMemory;

const std::string kDevices = "/general/devices";
const std::string kIntracellular = "/general/intracellular_ephys";
const std::string kElectrode = kIntracellular + "/electrode";
const std::string kRecordings = kIntracellular + "/intracellular_recordings";
const std::string kSimultaneous = kIntracellular + "/simultaneous_recordings";
const std::string kSequential = kIntracellular + "/sequential_recordings";

// One sweep on its way into the file.
struct Row {
  const Sweep* sweep = nullptr;
  std::string role;
  std::string name;  // "training_001"
  double start_s = 0.0;

  std::string response() const { return "/acquisition/" + name + "_voltage"; }
  std::string stimulus() const { return "/stimulus/presentation/" + name + "_current"; }
  // Sweeps of one role and stimulus belong together.
  std::string kind() const {
    if (!sweep->note.stimulus.empty()) return sweep->note.stimulus;
    return role.empty() ? "not stated" : role;
  }
};

bool has_shape(const std::string& text, std::string_view shape) {
  return text.size() >= shape.size() &&
         std::equal(shape.begin(), shape.end(), text.begin(),
                    [](char s, char t) { return s == 'd' ? t >= '0' && t <= '9' : s == t; });
}

int number_in(const std::string& text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char digit : text.substr(at, digits)) value = 10 * value + (digit - '0');
  return value;
}

// "2024-01-02T03:04:05", a fraction if there is one, and a time zone; a day and an hour that exist.
bool is_time_with_zone(const std::string& text) {
  if (!has_shape(text, "dddd-dd-ddTdd:dd:dd")) return false;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = at + 1;
    at = std::min(text.find_first_not_of("0123456789", fraction), text.size());
    if (at == fraction) return false;
  }
  const std::chrono::year_month_day day{std::chrono::year{number_in(text, 0, 4)},
                                        std::chrono::month{static_cast<unsigned>(number_in(text, 5, 2))},
                                        std::chrono::day{static_cast<unsigned>(number_in(text, 8, 2))}};
  if (!day.ok() || day.year() < std::chrono::year{1}) return false;
  if (number_in(text, 11, 2) > 23 || number_in(text, 14, 2) > 59 || number_in(text, 17, 2) > 59) return false;
  const std::string zone = text.substr(at);
  if (zone == "Z") return true;
  if (zone.size() != 6 || !(has_shape(zone, "+dd:dd") || has_shape(zone, "-dd:dd"))) return false;
  return number_in(zone, 1, 2) <= 14 && number_in(zone, 4, 2) <= 59;
}

// Sweeps follow each other without overlapping; the pauses between them are not known.
std::vector<Row> rows_of(const NwbCell& cell) {
  std::vector<Row> rows;
  std::map<std::string, std::size_t> counts;
  double start_s = 0.0;
  for (const NwbPart& part : cell.parts) {
    for (const Sweep& sweep : part.recording.sweeps) {
      const std::string stem = part.role.empty() ? "sweep" : part.role;
      rows.push_back({&sweep, part.role, fmt::format("{}_{:03}", stem, ++counts[stem]), start_s});
      start_s += std::ceil(sweep.duration_ms() / 1000.0);
    }
  }
  return rows;
}

// Where the samples came from, without the folders of somebody's machine.
std::string origin(const Sweep& sweep, const ChannelSource& source) {
  std::string text = std::filesystem::path(source.file).filename().string();
  if (text.empty()) return "made by a program";
  text += fmt::format(", sweep {}", sweep.number);
  if (!source.channel.empty()) text += fmt::format(", channel `{}`", source.channel);
  if (sweep.start_ms > 0.0) text += fmt::format(", from {:g} s on", sweep.start_ms / 1000.0);
  if (source.offset != 0.0) text += fmt::format(", with {:g} added", source.offset);
  return text;
}

void write_root(FileInMemory& file, const NwbCell& cell) {
  const NwbMetadata& about = cell.about;
  file.typed_group("/", "NWBFile");
  file.text_attribute("/", "nwb_version", std::string(kNwbVersion));
  file.text("/identifier", about.identifier);
  file.text("/session_description", about.session_description);
  file.text("/session_start_time", about.session_start);
  file.text("/timestamps_reference_time", about.session_start);
  file.texts("/file_create_date", {about.session_start});
  for (const char* path : {"/acquisition", "/analysis", "/processing", "/stimulus", "/stimulus/presentation",
                           "/stimulus/templates", "/general"})
    file.group(path);
  file.group(kDevices);
  file.group(kIntracellular);
}

void write_schema(FileInMemory& file) {
  file.group("/specifications");
  std::string last;
  for (const CachedSchema& part : cached_nwb_schema()) {
    const std::string space = fmt::format("/specifications/{}", part.space);
    const std::string version = fmt::format("{}/{}", space, part.version);
    if (space != last) file.group(space);
    if (space != last) file.group(version);
    last = space;
    file.text(fmt::format("{}/{}", version, part.source), std::string(part.json));
  }
  file.reference_attribute("/", ".specloc", "/specifications");
}

void write_optional(FileInMemory& file, const std::string& path, const std::string& value) {
  if (!value.empty()) file.text(path, value);
}

void write_general(FileInMemory& file, const NwbMetadata& about) {
  file.typed_group(kDevices + "/amplifier", "Device");
  file.text_attribute(kDevices + "/amplifier", "description", about.device);
  file.typed_group(kElectrode, "IntracellularElectrode");
  file.text(kElectrode + "/description", about.electrode_description);
  write_optional(file, kElectrode + "/location", about.electrode_location);
  file.link(kElectrode + "/device", kDevices + "/amplifier");
  if (!about.experimenter.empty()) file.texts("/general/experimenter", {about.experimenter});
  write_optional(file, "/general/institution", about.institution);
  write_optional(file, "/general/lab", about.lab);
  write_optional(file, "/general/notes", about.notes);
  file.text("/general/source_script", fmt::format("dyniv {}", kVersion));
  file.text_attribute("/general/source_script", "file_name", "dyniv import");
  const NwbSubject& subject = about.subject;
  if ((subject.id + subject.species + subject.sex + subject.age + subject.description).empty()) return;
  file.typed_group("/general/subject", "Subject");
  write_optional(file, "/general/subject/subject_id", subject.id);
  write_optional(file, "/general/subject/species", subject.species);
  write_optional(file, "/general/subject/sex", subject.sex);
  write_optional(file, "/general/subject/age", subject.age);
  write_optional(file, "/general/subject/description", subject.description);
}

struct SeriesText {
  std::string type;
  std::string description;
  std::string comments;
};

void write_series(FileInMemory& file, const std::string& path, const Row& row, const SeriesText& text,
                  std::span<const double> values, const Encoding& original, bool voltage) {
  const double to_si = voltage ? 1e-3 : 1e-12;
  file.typed_group(path, text.type);
  file.text_attribute(path, "description", text.description);
  file.text_attribute(path, "comments", text.comments);
  file.text_attribute(path, "stimulus_description", row.kind());
  const std::string data = path + "/data";
  const Encoding stored = file.samples(data, values, original);
  const std::string internal = voltage ? "mV" : "pA";
  file.text_attribute(data, "unit", voltage ? "volts" : "amperes");
  file.number_attribute(data, "conversion", stored.scale * to_si);
  file.number_attribute(data, "offset", stored.offset * to_si);
  file.number_attribute(data, "resolution",
                        stored.type == SampleType::int16 ? std::abs(stored.scale) * to_si : -1.0);
  file.number_attribute(data, "conversion_to_" + internal, stored.scale);
  file.number_attribute(data, "offset_" + internal, stored.offset);
  const std::string start = path + "/starting_time";
  file.number(start, row.start_s);
  file.number_attribute(start, "rate", 1000.0 / row.sweep->dt_ms);
  file.text_attribute(start, "unit", "seconds");
  file.number_attribute(start, "dt_ms", row.sweep->dt_ms);
  file.number(path + "/gain", 1.0);
  file.link(path + "/electrode", kElectrode);
}

void write_setting(FileInMemory& file, const std::string& path, const std::optional<double>& value,
                   double to_si) {
  if (value) file.number(path, *value * to_si);
}

void write_sweep(FileInMemory& file, const Row& row, std::size_t index) {
  const Sweep& sweep = *row.sweep;
  const auto number = static_cast<std::uint32_t>(index);
  const std::string response = row.response();
  const std::string stimulus = row.stimulus();
  write_series(file, response, row,
               {"CurrentClampSeries", "membrane voltage", origin(sweep, sweep.voltage_source)},
               sweep.voltage_mV, sweep.voltage_source.stored, true);
  file.integer_attribute(response, "sweep_number", number);
  write_setting(file, response + "/bridge_balance", sweep.note.bridge_balance_MOhm, 1e6);
  write_setting(file, response + "/capacitance_compensation", sweep.note.capacitance_compensation_pF, 1e-12);
  write_setting(file, response + "/bias_current", sweep.note.bias_current_pA, 1e-12);
  write_series(file, stimulus, row,
               {"CurrentClampStimulusSeries", "current, as recorded", origin(sweep, sweep.current_source)},
               sweep.current_pA, sweep.current_source.stored, false);
  file.integer_attribute(stimulus, "sweep_number", number);
}

void write_recordings_table(FileInMemory& file, const std::vector<Row>& rows) {
  std::vector<std::string> roles;
  std::vector<std::string> stimuli;
  std::vector<std::string> electrodes(rows.size(), kElectrode);
  std::vector<std::pair<std::string, std::size_t>> responses;
  std::vector<std::pair<std::string, std::size_t>> currents;
  for (const Row& row : rows) {
    roles.push_back(row.role);
    stimuli.push_back(row.sweep->note.stimulus);
    responses.emplace_back(row.response(), row.sweep->size());
    currents.emplace_back(row.stimulus(), row.sweep->size());
  }
  file.table(kRecordings, "IntracellularRecordingsTable",
             "A table to group together a stimulus and response from a single electrode and a single "
             "simultaneous recording and for storing metadata about the intracellular recording.",
             {"role", "stimulus_name"}, rows.size());
  file.texts_attribute(kRecordings, "categories", {"electrodes", "stimuli", "responses"});
  file.text_column(kRecordings + "/role", "what the sweep is for: electrode, training or test", roles);
  file.text_column(kRecordings + "/stimulus_name", "name of the stimulus; empty where unknown", stimuli);
  file.table(kRecordings + "/electrodes", "IntracellularElectrodesTable",
             "Table for storing intracellular electrode related metadata.", {"electrode"}, rows.size());
  file.object_column(kRecordings + "/electrodes/electrode", "the electrode", electrodes);
  file.table(kRecordings + "/stimuli", "IntracellularStimuliTable",
             "Table for storing intracellular stimulus related metadata.", {"stimulus"}, rows.size());
  file.stretch_column(kRecordings + "/stimuli/stimulus", "the current", currents);
  file.table(kRecordings + "/responses", "IntracellularResponsesTable",
             "Table for storing intracellular response related metadata.", {"response"}, rows.size());
  file.stretch_column(kRecordings + "/responses/response", "the voltage", responses);
}

// Each recording is alone in its time, and sweeps of one kind in a row are one sequence.
void write_sequences(FileInMemory& file, const std::vector<Row>& rows) {
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> each;
  std::vector<std::uint32_t> ends;
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    numbers.push_back(static_cast<std::uint32_t>(i));
    each.push_back(static_cast<std::uint32_t>(i + 1));
    const bool same = i > 0 && rows[i].role == rows[i - 1].role && rows[i].kind() == rows[i - 1].kind();
    if (!same) kinds.push_back(rows[i].kind());
    if (!same) ends.push_back(0);
    ends.back() = each.back();
  }
  file.table(kSimultaneous, "SimultaneousRecordingsTable", "one recording at a time", {"recordings"},
             rows.size());
  file.region_column(kSimultaneous + "/recordings", "the recording", kRecordings, numbers, each);
  file.table(kSequential, "SequentialRecordingsTable", "sweeps of one stimulus",
             {"simultaneous_recordings", "stimulus_type"}, kinds.size());
  file.region_column(kSequential + "/simultaneous_recordings", "the sweeps", kSimultaneous, numbers, ends);
  file.text_column(kSequential + "/stimulus_type", "name of the stimulus, or the role", kinds);
}

// Each series names its raw one in the table `sources`.
void write_compensated(FileInMemory& file, const NwbCell& cell, const std::vector<Row>& rows) {
  if (cell.compensated.empty()) return;
  const std::string module = "/processing/electrode_compensation";
  file.typed_group(module, "ProcessingModule");
  file.text_attribute(module, "description", cell.compensation);
  std::vector<std::pair<std::string, std::size_t>> raw;
  std::vector<std::pair<std::string, std::size_t>> made;
  for (const NwbCompensated& one : cell.compensated) {
    std::size_t index = one.sweep;
    for (std::size_t part = 0; part < one.part; ++part) index += cell.parts[part].recording.sweeps.size();
    const Row& row = rows.at(index);
    require(one.voltage_mV.size() == row.sweep->size(), "nwb_file: compensated voltage of another length");
    const std::string path = fmt::format("{}/{}_membrane_voltage", module, row.name);
    write_series(file, path, row,
                 {"CurrentClampSeries", "voltage of the membrane: " + cell.compensation,
                  "computed from " + row.response()},
                 one.voltage_mV, {}, true);
    raw.emplace_back(row.response(), row.sweep->size());
    made.emplace_back(path, row.sweep->size());
  }
  file.table(module + "/sources", "DynamicTable", "which raw series each compensated one was computed from",
             {"compensated", "raw"}, made.size());
  file.stretch_column(module + "/sources/compensated", "the compensated series", made);
  file.stretch_column(module + "/sources/raw", "the series as recorded", raw);
}

}  // namespace

double NwbPart::duration_s() const {
  double seconds = 0.0;
  for (const Sweep& sweep : recording.sweeps) seconds += sweep.duration_ms() / 1000.0;
  return seconds;
}

void NwbMetadata::validate() const {
  if (identifier.empty() || session_description.empty())
    throw OptionError("identifier, session-description: must not be empty; NWB demands both");
  if (!is_time_with_zone(session_start)) {
    throw OptionError(
        fmt::format("session-start = {}: must be a day and a time that exist, with the zone, as "
                    "2024-01-31T15:30:00+01:00",
                    session_start));
  }
  const std::string& sex = subject.sex;
  if (!sex.empty() && sex != "M" && sex != "F" && sex != "U" && sex != "O")
    throw OptionError(fmt::format("sex = {}: must be M, F, U (unknown) or O (other)", sex));
  if (!subject.age.empty() && subject.age.front() != 'P')
    throw OptionError(fmt::format("age = {}: must be a duration of ISO 8601, as P30D or P12W", subject.age));
}

std::string nwb_identifier(const std::vector<std::string>& ingredients) {
  return nwb::object_id("dyniv", fmt::format("{}", fmt::join(ingredients, "\n")));
}

std::string nwb_file(const NwbCell& cell) {
  cell.about.validate();
  const std::vector<Row> rows = rows_of(cell);
  require(!rows.empty(), "nwb_file: no sweep");
  require(cell.compensated.empty() || !cell.compensation.empty(), "nwb_file: compensation is not described");
  FileInMemory file(cell.about.identifier);
  write_root(file, cell);
  write_general(file, cell.about);
  for (std::size_t i = 0; i < rows.size(); ++i) write_sweep(file, rows[i], i);
  write_recordings_table(file, rows);
  write_sequences(file, rows);
  write_compensated(file, cell, rows);
  write_schema(file);
  return file.bytes();
}

}  // namespace libfit
