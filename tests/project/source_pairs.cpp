#include "tests/project/source_pairs.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>

namespace dyniv::project {
namespace {

// Sources that are tested through something else: a regular expression for their paths, the test, and why.
struct TestedBy {
  std::string_view sources;
  std::string_view test;
  std::string_view reason;
};

constexpr std::array kTestedBy = std::to_array<TestedBy>({
    {"characterize/(cell_fit|gif_stage|memory_fit|step_comparison|step_model|threshold_study)",
     "characterize/characterize_test",
     "stages in order; their estimates are tested in the rooms that make them"},
    {"characterize/model_score", "cli/score_recordings_test",
     "a call each of membrane, spikes, simulate, score"},
    {"core/error", "iv/capacitance_test", "check_options() is in every refusal of options"},
    {"core/unfinished", "cli/output_test", "acts on a signal, which ends the process"},
    {"draw/(figure_|gnuplot_).*", "draw/figure_test", "steps from one figure to its files"},
    {"fit/adex_trajectory", "fit/adex_fit_test", "the first two steps of that fit"},
    {"fit/hazard_pass", "fit/hazard_fit_test", "its rows are the gradient that is checked there"},
    {"fit/(post_spike_slices|refractory_forms)", "fit/refractory_fit_test", "parts of that fit"},
    {"formats/abf/.*", "formats/abf_test", "parts of a reader, whose answer is what a file holds"},
    {"formats/(byte_reader|open)", "formats/foreign_formats_test", "in the way of every file"},
    {"formats/hdf5/.*", "formats/hdf5_test", "parts of a reader"},
    {"formats/igor/.*", "formats/igor_test", "parts of a reader"},
    {"formats/nwb/.*", "formats/nwb_test", "parts of a reader and a writer"},
    {"formats/single_channel", "cli/simulate_test", "picks the one channel of an input current"},
    {"formats/text/.*", "formats/text_formats_test", "parts of a reader"},
    {"formats/read_options", "formats/assemble_test", "options of those readings"},
    {"iv/capacitance_moments", "iv/capacitance_test", "the weak form is tested there"},
    {"model/(gif|model_file_gif)", "model/model_file_test", "names and files of a family of models"},
    {"recording/traps", "cli/recording_faults_test", "warnings of whole files"},
    {"report/.*figures", "report/figures_test", "figures as data"},
    {"report/(post_spike_results|results|summary|summary_parts)", "characterize/characterize_test",
     "what a run writes, compared key by key"},
    {"report/(command_json|inspection_output|provenance)", "cli/json_test", "the JSON of every command"},
    {"report/analysis_output", "cli/analyze_test", "what the command writes, read back"},
    {"report/score_(figure|output)", "cli/score_test", "what the command writes, read back"},
    {"report/step_output", "cli/steps_test", "what the command writes, read back"},
    {"report/stimulus_output", "cli/stimulus_test", "what the command writes, read back"},
    {"report/result_folder", "report/comparison_output_test", "reads what a run wrote"},
    {"score/score_intervals", "score/score_test", "intervals of those scores"},
    {"signal/electrode_(compensation|regression)", "signal/electrode_test", "parts of one estimate"},
    {"signal/membrane", "characterize/characterize_test",
     "calls electrode, alignment, spikes, quality in order"},
    {"signal/nwb_compensation", "cli/import_test", "one call of the compensation, for a file"},
    {"signal/step_(fit|likelihood|noise)", "signal/step_membrane_test", "parts of one estimate"},
    {"signal/step_(passive|protocol)", "signal/steps_test", "parts of one estimate"},
    {"signal/voltage_rises", "signal/spikes_test", "part of the choice of a spike level"},
    {"simulate/(eif_flow|exact_flow|simulate)", "simulate/exact_solver_test", "one solver"},
    {"stimulus/stimulus_hdf5", "stimulus/stimulus_writer_test", "one format of that writer"},
});

bool holds(const std::vector<SourceFile>& project, const std::string& path) {
  return std::any_of(project.begin(), project.end(), [&](const auto& file) { return file.path == path; });
}

// "iv/dynamic_iv" for libfit/iv/dynamic_iv.cpp; empty for anything that is no source of a room.
std::string source_of(const SourceFile& file) {
  static const std::regex source(R"(libfit/([^/]+/.+)\.cpp)");
  std::smatch match;
  return std::regex_match(file.path, match, source) ? match[1].str() : "";
}

bool has_own_test(const std::vector<SourceFile>& project, const std::string& source) {
  const std::string room = source.substr(0, source.find('/'));
  const std::string name = source.substr(source.rfind('/') + 1);
  return holds(project, "tests/" + source + "_test.cpp") ||
         holds(project, "tests/" + room + "/" + name + "_test.cpp");
}

// Body lines of the function after the line "// HEADER", without their indentation; none without one.
std::vector<std::string> sketch_of(const SourceFile& sketches, const std::string& header) {
  std::vector<std::string> body;
  const auto title = std::find(sketches.lines.begin(), sketches.lines.end(), "// " + header);
  if (sketches.lines.end() - title < 3) return body;
  for (auto line = title + 2; line != sketches.lines.end() && *line != "}"; ++line)
    body.push_back(line->size() > 2 ? line->substr(2) : "");
  return body;
}

bool shows(const SourceFile& header, const std::vector<std::string>& sketch) {
  const auto end = std::find(header.lines.begin(), header.lines.end(), "#pragma once");
  std::vector<std::string> comment;
  for (const std::string& line : sketch) comment.push_back("//     " + line);
  return std::search(header.lines.begin(), end, comment.begin(), comment.end()) != end;
}

}  // namespace

Violations check_mirror(const std::vector<SourceFile>& project) {
  Violations broken;
  std::array<bool, kTestedBy.size()> needed{};
  for (const SourceFile& file : project) {
    const std::string source = source_of(file);
    if (source.empty() || has_own_test(project, source)) continue;
    const auto row = std::find_if(kTestedBy.begin(), kTestedBy.end(), [&](const TestedBy& entry) {
      return std::regex_match(source, std::regex(std::string(entry.sources)));
    });
    if (row == kTestedBy.end()) {
      broken.push_back(file.path + ":1: has no test tests/" + source + "_test.cpp");
    } else {
      needed[static_cast<std::size_t>(row - kTestedBy.begin())] = true;
    }
  }
  for (std::size_t i = 0; i < kTestedBy.size(); ++i) {
    const std::string test = "tests/" + std::string(kTestedBy[i].test) + ".cpp";
    const std::string sources = "libfit/" + std::string(kTestedBy[i].sources);
    if (!needed[i]) broken.push_back(sources + ":1: the table of tests has a row that no source needs");
    if (needed[i] && !holds(project, test)) broken.push_back(test + ":1: is not there, for " + sources);
  }
  return broken;
}

Violations check_sketches(const std::vector<SourceFile>& project) {
  static const std::regex include(R"re(#include "(libfit/(?!core/)\S+\.hpp)")re");
  Violations broken;
  const auto find = [&](const std::string& path) {
    return std::find_if(project.begin(), project.end(), [&](const auto& file) { return file.path == path; });
  };
  const auto umbrella = find("libfit/libfit.hpp"), sketches = find("tests/project/sketches.cpp");
  if (umbrella == project.end() || sketches == project.end())
    return {"libfit/libfit.hpp:1: is not there, or tests/project/sketches.cpp is not"};
  for (const std::string& line : umbrella->lines) {
    std::smatch match;
    if (!std::regex_match(line, match, include)) continue;
    const std::vector<std::string> sketch = sketch_of(*sketches, match[1]);
    const auto header = find(match[1]);
    if (sketch.empty()) {
      broken.push_back(sketches->path + ":1: has no sketch of " + match[1].str());
    } else if (header == project.end() || !shows(*header, sketch)) {
      broken.push_back(match[1].str() + ":1: does not show its sketch in tests/project/sketches.cpp");
    }
  }
  return broken;
}

}  // namespace dyniv::project
