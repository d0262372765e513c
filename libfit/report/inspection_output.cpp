#include "libfit/report/inspection_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "libfit/core/file.hpp"
#include "libfit/core/json_internal.hpp"
#include "libfit/draw/text_escape.hpp"
#include "libfit/recording/units.hpp"
#include "libfit/report/warnings.hpp"

namespace libfit {
namespace {

Json notes_json(const Channel& channel, const std::vector<std::size_t>& repeats) {
  Json sweeps = Json::array();
  for (std::size_t s = 0; s < channel.notes.size(); ++s) {
    const SweepNote& note = channel.notes[s];
    sweeps.push_back({{"bias_current_pA", note.bias_current_pA},
                      {"bridge_balance_MOhm", note.bridge_balance_MOhm},
                      {"capacitance_compensation_pF", note.capacitance_compensation_pF},
                      {"name", note.name},
                      {"number", note.number},
                      {"points", note.points},
                      {"rate_Hz", 1000.0 / note.dt_ms},
                      {"repeats", s < repeats.size() ? Json(repeats[s]) : Json(nullptr)},
                      {"role", text_or_null(note.role)},
                      {"stimulus", text_or_null(note.stimulus)},
                      {"stimulus_amplitude_pA", note.stimulus_amplitude_pA}});
  }
  return sweeps;
}

Json channel_json(const Channel& channel, const InspectedChannel& inspected) {
  Json json = {{"name", channel.name}};
  if (!channel.notes.empty()) json["notes"] = notes_json(channel, inspected.repeats);
  json["role"] = role_name(channel.role);
  json["samples_unit"] = samples_unit(channel);
  json["sweeps"] = Json::array();
  for (const InspectedSweep& sweep : inspected.sweeps) {
    json["sweeps"].push_back({{"first", sweep.first},
                              {"last", sweep.last},
                              {"mean", sweep.spread ? Json(sweep.spread->mean) : Json(nullptr)},
                              {"points", sweep.points},
                              {"sd", sweep.spread ? Json(sweep.spread->sd) : Json(nullptr)},
                              {"spikes", sweep.spikes}});
  }
  json["unit"] = channel.file_unit;
  return json;
}

Json file_json(const Inspection& inspection) {
  const SignalFile& file = inspection.file;
  Json json = {{"channels", Json::array()}, {"commanded_steps", nullptr}, {"format", file.format}};
  for (std::size_t c = 0; c < file.channels.size(); ++c)
    json["channels"].push_back(channel_json(file.channels[c], inspection.channels[c]));
  if (const auto& steps = file.commanded_steps) {
    json["commanded_steps"] = {
        {"amplitude_pA", steps->amplitude_pA}, {"begin_ms", steps->begin_ms}, {"end_ms", steps->end_ms}};
  }
  json["left_out"] = file.left_out;
  json["path"] = file.path;
  json["rate_Hz"] = file.dt_ms > 0.0 ? Json(file.rate_Hz()) : Json(nullptr);
  json["sha256"] = sha256_of_file(file.path);
  json["sweep_count"] = sweep_count(file);
  json["warnings"] = inspection.warnings;
  return json;
}

// Names out of a file, on one line and safe for a terminal.
std::string shown(const std::string& text) {
  return plain_text(text, std::numeric_limits<std::size_t>::max());
}

// "bridge 12 MOhm, capacitance 3 pF, bias 43 pA", of what is known and not zero.
std::string amplifier(const SweepNote& note) {
  std::vector<std::string> parts;
  const auto add = [&](const char* name, const std::optional<double>& value, const char* unit) {
    if (value && *value != 0.0) parts.push_back(fmt::format("{} {:.4g} {}", name, *value, unit));
  };
  add("amplitude", note.stimulus_amplitude_pA, "pA");
  add("bridge", note.bridge_balance_MOhm, "MOhm");
  add("capacitance", note.capacitance_compensation_pF, "pF");
  add("bias", note.bias_current_pA, "pA");
  return fmt::format("{}", fmt::join(parts, ", "));
}

struct SweepLine {
  std::size_t first;
  std::size_t last;
  std::string text;
};

std::string sweep_range(const SweepLine& line) {
  return line.first == line.last ? fmt::format("{}", line.first)
                                 : fmt::format("{}-{}", line.first, line.last);
}

// Sweeps that follow each other and read the same are one line.
std::vector<SweepLine> sweep_lines(const Channel& voltage, const std::vector<std::size_t>& repeats) {
  std::vector<SweepLine> lines;
  for (std::size_t s = 0; s < voltage.notes.size(); ++s) {
    const SweepNote& note = voltage.notes[s];
    std::string text =
        fmt::format("{:<11}{:<24}{:>9g}{:>10g}  {}", note.role.empty() ? "-" : shown(note.role),
                    note.stimulus.empty() ? "-" : shown(note.stimulus), 1000.0 / note.dt_ms,
                    static_cast<double>(note.points) * note.dt_ms / 1000.0, amplifier(note));
    const bool repeated = s < repeats.size() && repeats[s] != note.number;
    if (repeated) text += fmt::format("{}repeats sweep {}", amplifier(note).empty() ? "" : ", ", repeats[s]);
    while (text.ends_with(' ')) text.pop_back();
    if (!lines.empty() && lines.back().last + 1 == note.number && lines.back().text == text) {
      lines.back().last = note.number;
    } else {
      lines.push_back({note.number, note.number, std::move(text)});
    }
  }
  return lines;
}

std::string commanded_line(const SignalFile& file) {
  if (!file.commanded_steps) return "";
  const auto& [begin_ms, end_ms, amplitude_pA] = *file.commanded_steps;
  const bool recorded = std::ranges::any_of(
      file.channels, [](const Channel& channel) { return channel.role == ChannelRole::current; });
  return fmt::format(
      "  commanded by the header: {} of {:.6g} to {:.6g} pA, {:g} to {:g} ms of each sweep{}\n",
      amplitude_pA.size() == 1 ? "a step" : "steps", amplitude_pA.front(), amplitude_pA.back(), begin_ms,
      end_ms, recorded ? "" : "; `dyniv steps` takes them, as no current was recorded");
}

std::string notes_table(const Inspection& inspection) {
  constexpr std::size_t kMostLines = 60;
  const SignalFile& file = inspection.file;
  std::string text;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    if (channel.role != ChannelRole::voltage || channel.notes.empty()) continue;
    text +=
        fmt::format("  {:<10}{:<11}{:<24}{:>9}{:>10}\n", "sweeps", "role", "stimulus", "rate/Hz", "length/s");
    const auto lines = sweep_lines(channel, inspection.channels[c].repeats);
    for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i)
      text += fmt::format("  {:<10}{}\n", sweep_range(lines[i]), lines[i].text);
    if (lines.size() > kMostLines)
      text += fmt::format("  and {} more lines; --json lists all\n", lines.size() - kMostLines);
  }
  if (!file.left_out.empty())
    text += fmt::format("  not read: {}\n", shown(fmt::format("{}", fmt::join(file.left_out, ", "))));
  return text;
}

std::string channels_table(const Inspection& inspection) {
  const SignalFile& file = inspection.file;
  std::size_t width = 4;
  for (const Channel& channel : file.channels) width = std::max(width, character_count(shown(channel.name)));
  const std::size_t sweeps = sweep_count(file);
  const auto [shortest_ms, longest_ms] = sweep_lengths(inspection);
  const std::string shortest = shortest_ms < longest_ms ? fmt::format("{:g} to ", shortest_ms / 1000.0) : "";
  std::string text = fmt::format("{:g} Hz (every {:g} ms), {} {} of {}{:g} s\n", file.rate_Hz(), file.dt_ms,
                                 sweeps, sweeps == 1 ? "sweep" : "sweeps", shortest, longest_ms / 1000.0);
  text += fmt::format("  {:>2}  {:<{}}  {:<8}{:<9}{:>11}{:>11}  {:<6}{:>8}\n", "#", "name", width, "unit",
                      "role", "mean", "SD", "in", "spikes");
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    const PooledSweeps pooled = pool(inspection.channels[c]);
    text += fmt::format(
        "  {:>2}  {:<{}}  {:<8}{:<9}{:>11.5g}{:>11.5g}  {:<6}{:>8}\n", c + 1, shown(channel.name), width,
        channel.file_unit.empty() ? "none" : shown(channel.file_unit), role_name(channel.role), pooled.mean,
        pooled.sd, samples_unit(channel), pooled.spikes ? fmt::format("{}", *pooled.spikes) : "");
  }
  return text;
}

}  // namespace

std::string inspection_json(const std::vector<Inspection>& inspections, const ResultProvenance& provenance) {
  Json json = json_header("dyniv.inspect", provenance);
  json["files"] = Json::array();
  for (const Inspection& inspection : inspections) json["files"].push_back(file_json(inspection));
  return json_text(json);
}

std::string inspection_text(const Inspection& inspection) {
  const SignalFile& file = inspection.file;
  std::string text =
      fmt::format("{}\n  {}, {}", shown(file.path), file.format,
                  file.channels.empty() ? "no sweep of voltage and current\n" : channels_table(inspection));
  text += commanded_line(file) + notes_table(inspection);
  // The file is named above.
  for (const WarningGroup& group : group_warnings(inspection.warnings)) {
    const bool named = group.headline.starts_with(file.path + ": ");
    text += "  warning: " + shown(group.headline.substr(named ? file.path.size() + 2 : 0)) + "\n";
  }
  return text;
}

}  // namespace libfit
