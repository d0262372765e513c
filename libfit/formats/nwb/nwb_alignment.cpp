#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/formats/nwb/nwb_samples_internal.hpp"

namespace libfit::nwb {
namespace {

using hdf5::File;

// Of timestamps, when they begin and their mean step. What cannot be read is refused when its samples are
// asked for.
void tell_times(const File& file, Series& series) {
  if (series.timestamps == HADDR_UNDEF || series.start_s || series.points < 2) return;
  try {
    const double first_s = times_of(file, series, {0, 0, 1}).front();
    const double last_s = times_of(file, series, {0, series.points - 1, 1}).front();
    series.start_s = first_s;
    series.step_s = (last_s - first_s) / static_cast<double>(series.points - 1);
  } catch (const InputError&) {
  }
}

// By how many steps the stimulus begins after the response; 0 where one of them has none, and where they
// have different steps, which is refused when they are read.
double steps_late(const Series& response, const Series& stimulus, const Pairing& pair) {
  constexpr double kSameStep = 0.01;
  const double step_s = response.step_s;
  if (!response.start_s || !stimulus.start_s || !(step_s > 0.0) ||
      !(std::abs(stimulus.step_s - step_s) <= kSameStep * step_s))
    return 0.0;
  const double begin_s = *response.start_s + step_s * static_cast<double>(pair.response.first);
  const double late_s = *stimulus.start_s + step_s * static_cast<double>(pair.stimulus.first) - begin_s;
  return std::isfinite(late_s) ? late_s / step_s : 0.0;
}

std::string begins(double late_s) {
  return fmt::format("begins {:g} s {} it", std::abs(late_s), late_s > 0.0 ? "after" : "before");
}

// False where the two have no time in common; then `cut` says how far they are apart.
bool align(const Contents& contents, bool indices_rule, Pairing& pair) {
  const Series& response = contents.series[pair.response.series];
  const double late = steps_late(response, contents.series[pair.stimulus.series], pair);
  const bool apart = std::abs(late) >= 0.5;
  const double late_s = late * response.step_s;
  std::uint64_t& answered = pair.response.count;
  std::uint64_t& injected = pair.stimulus.count;
  const std::string counts = fmt::format("the response has {} samples, its stimulus {}", answered, injected);
  if (apart && !indices_rule) {
    pair.cut = begins(late_s);
    const double skip = std::round(std::abs(late));
    Stretch& earlier = late > 0.0 ? pair.response : pair.stimulus;
    if (!(skip < static_cast<double>(earlier.count))) return false;
    earlier.first += static_cast<std::uint64_t>(skip);
    earlier.count -= static_cast<std::uint64_t>(skip);
  }
  const std::uint64_t both = std::min(answered, injected);
  if (apart && indices_rule) {
    pair.cut = fmt::format(
        "by the clocks of the file the stimulus {}, but its epochs pair their samples from "
        "the first on, which is used",
        begins(late_s));
  } else if (apart || answered != injected) {
    pair.cut = fmt::format("{}{}; used are the {} samples of their common time", counts,
                           apart ? " and " + pair.cut : "", both);
  }
  answered = injected = both;
  return true;
}

}  // namespace

void align_sweeps(const File& file, bool indices_rule, Contents& contents) {
  std::vector<Pairing> kept;
  std::string first;
  for (Pairing& pair : contents.sweeps) {
    tell_times(file, contents.series[pair.response.series]);
    tell_times(file, contents.series[pair.stimulus.series]);
    if (align(contents, indices_rule, pair)) {
      kept.push_back(std::move(pair));
      continue;
    }
    const std::string why = fmt::format("`{}` (its stimulus `{}` {}, and they have no time in common)",
                                        contents.series[pair.response.series].name,
                                        contents.series[pair.stimulus.series].name, pair.cut);
    if (first.empty()) first = why;
    contents.left_out.push_back(why);
  }
  if (const std::size_t lost = contents.sweeps.size() - kept.size(); lost > 0) {
    contents.warnings.push_back(fmt::format(
        "{}: {} of {} sweeps left out, as the clocks of response and stimulus contradict that they "
        "belong together: {}{}; correct their `starting_time`",
        file.path, lost, contents.sweeps.size(), first, lost > 1 ? " and more" : ""));
  }
  contents.sweeps = std::move(kept);
}

}  // namespace libfit::nwb
