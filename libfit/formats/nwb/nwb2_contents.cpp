#include <fmt/format.h>

#include <algorithm>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_layout_internal.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;

const char* why_not(Kind kind) {
  return kind == Kind::voltage_clamp ? "voltage clamp" : "I = 0, no current injected";
}

void add_series(const File& file, const std::string& group, Contents& contents) {
  const auto parent = open_listed(file, group);
  if (!parent) return;
  for (const hdf5::Link& link : parent->links()) {
    try {
      Series series = read_series(file, *parent, group, link.name);
      if (series.kind == Kind::voltage_clamp || series.kind == Kind::no_current)
        contents.left_out.push_back(fmt::format("`{}` ({})", series.name, why_not(series.kind)));
      if (series.kind == Kind::response || series.kind == Kind::stimulus)
        contents.series.push_back(std::move(series));
    } catch (const DataError& problem) {
      contents.left_out.push_back(fmt::format("`{}` ({})", link.name, problem.what()));
    }
  }
}

std::vector<bool> taken_by(const Contents& contents) {
  std::vector<bool> taken(contents.series.size(), false);
  for (const Pairing& pair : contents.sweeps)
    taken[pair.response.series] = taken[pair.stimulus.series] = true;
  return taken;
}

}  // namespace

Contents read_contents_2(const File& file) {
  Contents contents;
  add_series(file, "/acquisition", contents);
  add_series(file, "/stimulus/presentation", contents);
  contents.sweeps = pair_by_recordings_table(file, contents);
  if (contents.sweeps.empty()) contents.sweeps = pair_by_sweep_table(file, contents);
  const auto rest = pair_by_metadata(contents, taken_by(contents));
  contents.sweeps.insert(contents.sweeps.end(), rest.begin(), rest.end());
  const std::vector<bool> taken = taken_by(contents);
  for (std::size_t i = 0; i < contents.series.size(); ++i) {
    const Series& series = contents.series[i];
    if (!taken[i] && series.kind == Kind::response)
      contents.left_out.push_back(fmt::format("`{}` (no stimulus belongs to it)", series.name));
  }
  align_sweeps(file, false, contents);
  return contents;
}

}  // namespace libfit::nwb
