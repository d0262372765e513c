#include "libfit/stimulus/stimulus_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include "libfit/core/error.hpp"
#include "libfit/stimulus/stimulus_hdf5_internal.hpp"

namespace libfit {
namespace {

struct FormatName {
  StimulusFormat format;
  std::string_view name;
  std::string_view extension;
};
constexpr std::array<FormatName, 4> kFormats{{{StimulusFormat::text, "text", ".txt"},
                                              {StimulusFormat::atf, "atf", ".atf"},
                                              {StimulusFormat::itx, "itx", ".itx"},
                                              {StimulusFormat::hdf5, "hdf5", ".h5"}}};

bool is_wave_name(std::string_view name) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && name.size() <= 24 && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

void check(const StimulusTable& table) {
  require(is_wave_name(table.name), "stimulus_file: the name must be letters, digits and _, 24 at most");
  require(table.comment.find_first_of("\"\r\n\t") == std::string::npos,
          "stimulus_file: the comment is one line");
  require(table.dt_ms > 0.0 && std::isfinite(table.dt_ms), "stimulus_file: dt_ms must be > 0");
  require(!table.sweeps_pA.empty() && table.sweeps_pA.front().size() >= 2, "stimulus_file: no samples");
  constexpr double most = std::numeric_limits<float>::max();
  for (const auto& sweep : table.sweeps_pA) {
    require(sweep.size() == table.sweeps_pA.front().size(), "stimulus_file: sweeps of unequal length");
    for (const double value : sweep) {
      if (!(std::abs(value) <= most))
        throw DataError(fmt::format("{}: a sample of {:g} pA cannot be written", table.name, value));
    }
  }
}

// One line per sample: the time unless `time_scale` is 0, then every sweep.
void append_rows(const StimulusTable& table, double time_scale, std::string_view mark, std::string_view end,
                 std::string& text) {
  const auto out = std::back_inserter(text);
  for (std::size_t k = 0; k < table.sweeps_pA.front().size(); ++k) {
    std::string_view before;
    if (time_scale > 0.0) {
      fmt::format_to(out, "{:.10g}", static_cast<double>(k) * table.dt_ms * time_scale);
      before = mark;
    }
    for (const auto& sweep : table.sweeps_pA) {
      fmt::format_to(out, "{}{}", before, static_cast<float>(sweep[k]));
      before = mark;
    }
    text += end;
  }
}

std::string as_text(const StimulusTable& table) {
  std::string text = table.comment.empty() ? "" : fmt::format("# {}\n", table.comment);
  text += "time_ms";
  const bool one = table.sweeps_pA.size() == 1;
  for (std::size_t s = 0; s < table.sweeps_pA.size(); ++s)
    text += one ? std::string(",I_pA") : fmt::format(",I{}_pA", s);
  text += '\n';
  append_rows(table, 1.0, ",", "\n", text);
  return text;
}

std::string as_axon_text(const StimulusTable& table) {
  std::string signals = "\"Signals=\"", titles = "\"Time (s)\"";
  for (std::size_t s = 0; s < table.sweeps_pA.size(); ++s) {
    signals += fmt::format("\t\"{}\"", table.name);
    titles += fmt::format("\t\"Trace #{} (pA)\"", s + 1);
  }
  std::string text = fmt::format("ATF\t1.0\r\n3\t{}\r\n", table.sweeps_pA.size() + 1);
  text += "\"AcquisitionMode=Episodic Stimulation\"\r\n";
  text += fmt::format("\"Comment={}\"\r\n{}\r\n{}\r\n", table.comment, signals, titles);
  append_rows(table, 0.001, "\t", "\r\n", text);
  return text;
}

std::string as_igor_text(const StimulusTable& table) {
  std::vector<std::string> names;
  const bool one = table.sweeps_pA.size() == 1;
  for (std::size_t s = 0; s < table.sweeps_pA.size(); ++s)
    names.push_back(one ? table.name : fmt::format("{}_{}", table.name, s + 1));
  std::string text = fmt::format("IGOR\nWAVES/S\t{}\nBEGIN\n", fmt::join(names, "\t"));
  append_rows(table, 0.0, "\t", "\n", text);
  text += "END\n";
  for (const std::string& name : names) {
    text += fmt::format("X SetScale/P x 0,{},\"s\", {}; SetScale d 0,0,\"pA\", {}\n", table.dt_ms / 1000.0,
                        name, name);
    if (!table.comment.empty()) text += fmt::format("X Note {}, \"{}\"\n", name, table.comment);
  }
  return text;
}

}  // namespace

StimulusFormat stimulus_format(std::string_view name) {
  const auto* const found = std::ranges::find(kFormats, name, &FormatName::name);
  if (found == kFormats.end())
    throw OptionError(fmt::format("there is no stimulus format `{}`; give atf, itx, hdf5 or text", name));
  return found->format;
}

std::string_view stimulus_extension(StimulusFormat format) {
  return std::ranges::find(kFormats, format, &FormatName::format)->extension;
}

std::string stimulus_file(const StimulusTable& table, StimulusFormat format) {
  check(table);
  switch (format) {
    case StimulusFormat::atf:
      return as_axon_text(table);
    case StimulusFormat::itx:
      return as_igor_text(table);
    case StimulusFormat::hdf5:
      return stimulus_as_hdf5(table);
    case StimulusFormat::text:
      break;
  }
  return as_text(table);
}

}  // namespace libfit
