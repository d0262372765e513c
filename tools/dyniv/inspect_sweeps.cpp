#include "inspect_sweeps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "libfit/recording/repetitions.hpp"
#include "plain_output.hpp"

namespace dyniv {
namespace {

using libfit::Channel;
using libfit::ChannelRole;
using libfit::SignalFile;
using libfit::SweepNote;
using nlohmann::json;

json or_null(const std::string& text) { return text.empty() ? json() : json(text); }
json or_null(const std::optional<double>& number) { return number ? json(*number) : json(); }

// "bridge 12 MOhm, capacitance 3 pF, bias 43 pA", of what is stated and not zero.
std::string settings(const SweepNote& note) {
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

struct Line {
  std::size_t first;
  std::size_t last;
  std::string text;
};

std::string numbers(const Line& line) {
  return line.first == line.last ? fmt::format("{}", line.first)
                                 : fmt::format("{}-{}", line.first, line.last);
}

// Sweeps that follow each other and read the same are one line.
std::vector<Line> lines_of(const Channel& voltage, const std::vector<std::size_t>& repeats) {
  std::vector<Line> lines;
  for (std::size_t s = 0; s < voltage.notes.size(); ++s) {
    const SweepNote& note = voltage.notes[s];
    std::string text =
        fmt::format("{:<11}{:<24}{:>9g}{:>10g}  {}", note.role.empty() ? "-" : shown(note.role),
                    note.stimulus.empty() ? "-" : shown(note.stimulus), 1000.0 / note.dt_ms,
                    static_cast<double>(note.points) * note.dt_ms / 1000.0, settings(note));
    const bool repeated = s < repeats.size() && repeats[s] != note.number;
    if (repeated) text += fmt::format("{}repeats sweep {}", settings(note).empty() ? "" : ", ", repeats[s]);
    while (text.ends_with(' ')) text.pop_back();
    if (!lines.empty() && lines.back().last + 1 == note.number && lines.back().text == text) {
      lines.back().last = note.number;
    } else {
      lines.push_back({note.number, note.number, std::move(text)});
    }
  }
  return lines;
}

}  // namespace

std::vector<std::vector<std::size_t>> repeats_of(const SignalFile& file) {
  std::vector<std::vector<std::size_t>> all(file.channels.size());
  if (!file.samples_read) return all;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    if (channel.role != ChannelRole::current || channel.notes.empty()) continue;
    const std::vector<std::span<const double>> currents(channel.sweeps.begin(), channel.sweeps.end());
    for (const std::size_t first : libfit::repeated_currents(currents))
      all[c].push_back(channel.notes[first].number);
  }
  // A voltage repeats what its current, the channel behind it, repeats.
  for (std::size_t c = 0; c + 1 < all.size(); ++c) {
    if (all[c].empty()) all[c] = all[c + 1];
  }
  return all;
}

json notes_json(const Channel& channel, const std::vector<std::size_t>& repeats) {
  json sweeps = json::array();
  for (std::size_t s = 0; s < channel.notes.size(); ++s) {
    const SweepNote& note = channel.notes[s];
    sweeps.push_back({{"number", note.number},
                      {"name", note.name},
                      {"stimulus", or_null(note.stimulus)},
                      {"role", or_null(note.role)},
                      {"rate_Hz", 1000.0 / note.dt_ms},
                      {"points", note.points},
                      {"stimulus_amplitude_pA", or_null(note.stimulus_amplitude_pA)},
                      {"bridge_balance_MOhm", or_null(note.bridge_balance_MOhm)},
                      {"capacitance_compensation_pF", or_null(note.capacitance_compensation_pF)},
                      {"bias_current_pA", or_null(note.bias_current_pA)},
                      {"repeats", s < repeats.size() ? json(repeats[s]) : json()}});
  }
  return sweeps;
}

json commanded_json(const SignalFile& file) {
  if (!file.commanded_steps) return nullptr;
  const auto& steps = *file.commanded_steps;
  return {{"begin_ms", steps.begin_ms}, {"end_ms", steps.end_ms}, {"amplitude_pA", steps.amplitude_pA}};
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

std::string notes_table(const SignalFile& file, const std::vector<std::vector<std::size_t>>& repeats) {
  constexpr std::size_t kMostLines = 60;
  std::string text;
  for (std::size_t c = 0; c < file.channels.size(); ++c) {
    const Channel& channel = file.channels[c];
    if (channel.role != ChannelRole::voltage || channel.notes.empty()) continue;
    text +=
        fmt::format("  {:<10}{:<11}{:<24}{:>9}{:>10}\n", "sweeps", "role", "stimulus", "rate/Hz", "length/s");
    const auto lines = lines_of(channel, repeats[c]);
    for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i)
      text += fmt::format("  {:<10}{}\n", numbers(lines[i]), lines[i].text);
    if (lines.size() > kMostLines)
      text += fmt::format("  and {} more lines; --json lists all\n", lines.size() - kMostLines);
  }
  if (!file.left_out.empty())
    text += fmt::format("  not read: {}\n", shown(fmt::format("{}", fmt::join(file.left_out, ", "))));
  return text;
}

}  // namespace dyniv
