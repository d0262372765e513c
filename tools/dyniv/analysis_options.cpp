#include "analysis_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "libfit/core/error.hpp"
#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"
#include "libfit/model/catalogue.hpp"
#include "numbers.hpp"

namespace dyniv {
namespace po = boost::program_options;

void add_role_files(po::options_description& group, RoleArguments& role, const std::string& about) {
  group.add_options()(role.role.c_str(),
                      po::value(&role.files)->multitoken()->composing()->value_name("FILE..."),
                      about.c_str());
}

po::options_description role_options(const std::vector<RoleArguments*>& roles) {
  po::options_description group("For the files of one role only (in place of the options above)");
  for (RoleArguments* role : roles) {
    const std::string& name = role->role;
    group.add_options()((name + "-stimulus").c_str(),
                        po::value(&role->selection.stimulus)->value_name("NAME"),
                        "sweeps of an NWB file whose stimulus is called so [--stimulus]");
    add_selection(group, name + "-", role->selection, fmt::format("sweeps of the {} files [--sweeps]", name));
    add_number(
        group, name + "-current-offset", "PA", around_zero(1e5, "pA"),
        [role](double offset) { role->current_offset_pA = offset; },
        "added to the recorded current, pA [--current-offset]");
  }
  return group;
}

void fill_roles(const CommandLine& line, const std::string& cell, const std::vector<RoleArguments*>& roles) {
  if (cell.empty()) return;
  if (!std::filesystem::exists(cell))
    throw libfit::InputError(
        fmt::format("{}: cannot be opened: there is no such file; check the path", cell));
  const std::vector<std::string> told = libfit::recording_roles(cell);
  for (RoleArguments* role : roles) {
    const bool there = std::find(told.begin(), told.end(), role->role) != told.end();
    const bool picked =
        line.has(role->role + "-stimulus") || (told.empty() && line.has(role->role + "-sweeps"));
    if (role->files.empty() && (there || picked)) role->files.push_back(cell);
  }
}

libfit::Recording read_role(const CommandLine& line, const RoleArguments& role,
                            const libfit::ReadOptions& shared) {
  libfit::ReadOptions options = shared;
  libfit::Selection& selection = options.selection;
  selection.role = role.role;
  if (line.has(role.role + "-stimulus")) selection.stimulus = role.selection.stimulus;
  if (line.has(role.role + "-sweeps")) selection.sweeps = role.selection.sweeps;
  if (line.has(role.role + "-from")) selection.from_ms = role.selection.from_ms;
  if (line.has(role.role + "-to")) selection.to_ms = role.selection.to_ms;
  if (line.has(role.role + "-current-offset")) options.current_offset_pA = role.current_offset_pA;
  if (selection.to_ms && *selection.to_ms <= selection.from_ms) {
    throw libfit::OptionError(
        fmt::format("{} files: the end at {:g} s is not after the start at {:g} s; correct --from and --to",
                    role.role, *selection.to_ms / 1000.0, selection.from_ms / 1000.0));
  }
  return libfit::read_recording({role.files.begin(), role.files.end()}, options);
}

po::options_description analysis_options(AnalysisArguments& a, Stage last) {
  po::options_description group(last == Stage::membrane ? "Electrode" : "Analysis");
  group.add_options()("no-compensation", po::bool_switch(&a.no_compensation),
                      "the voltage is the membrane's already (bridge balanced)");
  add_number(group, "kernel-end-ms", "MS", positive(a.membrane.electrode.response_end_ms, "ms"),
             a.membrane.electrode.kernel_end_ms, "length of the electrode kernel, ms");
  if (last == Stage::membrane) return group;
  add_number(
      group, "capacitance-pF", "PF", positive(1e5, "pF"), [&a](double pF) { a.cell.capacitance_pF = pF; },
      "membrane capacitance, where it is known, pF [estimated]");
  add_number(group, "bin-width-mV", "MV", positive(20.0, "mV"), a.cell.iv.bin_width_mV,
             "width of the bins of the dynamic I-V curve, mV");
  add_number(group, "exclude-after-spike-ms", "MS", from_zero(1e4, "ms"), a.cell.iv.exclude_after_spike_ms,
             "left out of the curve after each spike, ms; shrinks where the cell fires fast");
  add_number(group, "block-ms", "MS", positive(1e6, "ms"), a.cell.iv.block_ms,
             "length of the time blocks of the bootstrap, ms");
  add_number(
      group, "bootstrap", "N", count_up_to(100000),
      [&a](double draws) { a.cell.bootstrap_draws = static_cast<std::size_t>(draws); },
      "draws of the 95 % intervals of fitted parameters and scores, 20 or more; 0: none",
      fmt::format("{}", a.cell.bootstrap_draws));
  if (last == Stage::fits) {
    add_number(group, "upper-limit-mV-per-ms", "F", positive(1e3, "mV/ms"), a.cell.fit.upper_limit_mV_per_ms,
               "fits use the curve up to this F, never above a tenth of the spikes' steepest rise, mV/ms");
    group.add_options()("curve-models-only", po::bool_switch(&a.cell.curve_models_only),
                        "passive, LIF, QIF, EIF and tabulated models only: seconds less");
  }
  return group;
}

void finish(const CommandLine& line, AnalysisArguments& a) {
  a.membrane.compensate = !a.no_compensation;
  a.membrane.threads = a.cell.threads = line.common().threads;
  a.membrane.electrode.seed = a.cell.seed = line.common().seed;
  a.cell.gif_progress = [&line](double share) { line.progress("GIF family", share); };
  a.cell.bootstrap_progress = [&line](double share) { line.progress("bootstrap", share); };
  if (a.cell.bootstrap_draws > 0 && a.cell.bootstrap_draws < 20) {
    throw libfit::OptionError(fmt::format("--bootstrap {}: too few for an interval; give 0, or 20 to 100000",
                                          a.cell.bootstrap_draws));
  }
  a.membrane.validate();
  a.cell.validate();
}

void add_bootstrap_of_scores(po::options_description& group, libfit::ScoreOptions& score) {
  add_number(
      group, "draws", "N", count_up_to(1e6),
      [&score](double draws) { score.draws = static_cast<unsigned>(draws); },
      "bootstrap draws of the 95 % intervals, 100 or more; 0: no intervals", "1000");
  add_number(group, "block", "MS", positive(1e6, "ms"), score.block_ms,
             "length of the time blocks of the bootstrap, ms");
}

po::options_description output_options(OutputArguments& o, const std::string& default_folder,
                                       bool with_timing) {
  po::options_description group("Output");
  auto* folder = po::value(&o.folder)->value_name("DIR");
  if (!default_folder.empty()) folder->default_value(default_folder);
  group.add_options()("out,o", folder, "folder of the results; appears whole or not at all")(
      "force", po::bool_switch(&o.force), "replace earlier results there; refused when other files are too")(
      "no-figures", po::bool_switch(&o.no_figures), "write numbers and tables only")(
      "format", po::value(&o.formats)->default_value("pdf,svg,png")->value_name("LIST"),
      "formats of the figures, commas between: pdf, svg, png, cairolatex, tikz");
  if (with_timing) {
    group.add_options()("no-timing", po::bool_switch(&o.no_timing),
                        "leave the seconds out of summary.json: two runs give the same bytes");
  }
  return group;
}

void add_all_models(po::options_description& group, OutputArguments& o) {
  group.add_options()("all-models", po::bool_switch(&o.all_models),
                      fmt::format("print every model, not only {} and the best one",
                                  fmt::join(libfit::names_shown_in(libfit::Shown::overview), ", "))
                          .c_str());
}

libfit::ResultOptions result_options(const CommandLine& line, const OutputArguments& o) {
  if (o.folder.empty()) throw libfit::OptionError("--out: an empty name; give a folder, as in --out results");
  libfit::ResultOptions options;
  options.figures = !o.no_figures;
  options.overwrite = o.force ? libfit::Overwrite::allow : libfit::Overwrite::refuse;
  options.threads = line.common().threads;
  options.formats = each_once(o.formats, libfit::figure_format);
  return options;
}

int exit_code_of(const libfit::CellFit& cell) {
  const bool fitted = std::ranges::any_of(
      cell.models, [](const libfit::ModelFit& fit) { return fit.status != libfit::FitStatus::failed; });
  if (fitted) return kDone;
  std::cerr
      << "dyniv: no model could be fitted; the warnings say why, and `dyniv inspect` what is in the files\n";
  return kDataDoNotAllow;
}

libfit::ResultProvenance provenance(const CommandLine& line, const std::vector<const RoleArguments*>& roles,
                                    bool timing) {
  libfit::ResultProvenance result = line.provenance();
  for (const RoleArguments* role : roles) {
    for (const std::string& file : role->files) result.add_file(role->role, file);
  }
  result.timing = timing;
  return result;
}

}  // namespace dyniv
