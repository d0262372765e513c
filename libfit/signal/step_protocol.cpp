// Where the step is: find_steps() of steps.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "libfit/core/error.hpp"
#include "libfit/signal/step_fit.hpp"
#include "libfit/signal/steps.hpp"

namespace libfit {
namespace {

constexpr double kAlike = 0.1;  // of the largest step: currents that differ by less are the same
constexpr char kOrStated[] =
    "say where it is by --step-amplitudes, --step-begin-ms and --step-end-ms, or cut the sweeps with --from "
    "and --to";

// Sweeps in means over a millisecond, as long as the shortest.
struct Milliseconds {
  std::vector<std::vector<double>> sweeps;
  std::size_t length = std::numeric_limits<std::size_t>::max();
  double width_ms = 1.0;

  double level(std::size_t sweep, std::size_t from, std::size_t to) const {
    return *median(std::span(sweeps[sweep]).subspan(from, to - from));
  }
};

Milliseconds milliseconds_of(const Recording& recording) {
  Milliseconds means;
  for (const Sweep& sweep : recording.sweeps) {
    means.sweeps.push_back(step_means(sweep.current_pA, sweep.dt_ms, 1.0));
    means.length = std::min(means.length, means.sweeps.back().size());
  }
  const double dt_ms = recording.sweeps.front().dt_ms;
  means.width_ms = std::max(1.0, std::round(1.0 / dt_ms)) * dt_ms;
  return means;
}

// Of all sweeps from each other, or of the one that goes furthest from its beginning.
std::vector<double> differences(const Milliseconds& means, bool between_sweeps) {
  std::vector<double> most, start;
  const std::size_t lead = std::max<std::size_t>(means.length / 50, 1);
  for (std::size_t s = 0; s < means.sweeps.size() && means.length > 0; ++s)
    start.push_back(means.level(s, 0, lead));
  for (std::size_t k = 0; k < means.length; ++k) {
    double low = std::numeric_limits<double>::infinity(), high = -low, furthest = 0.0;
    for (std::size_t s = 0; s < means.sweeps.size(); ++s) {
      const double here = means.sweeps[s][k];
      low = std::min(low, here);
      high = std::max(high, here);
      furthest = std::max(furthest, std::abs(here - start[s]));
    }
    most.push_back(between_sweeps ? high - low : furthest);
  }
  return most;
}

// The largest that lasts for 5 ms: edges that are a sample apart are no difference.
double sustained(const std::vector<double>& all) {
  double most = 0.0;
  for (std::size_t k = 0; k + 5 <= all.size(); ++k)
    most = std::max(most, std::ranges::min(std::span(all).subspan(k, 5)));
  return most;
}

// Of one mean: the median step from each to the next.
double noise_of(const Milliseconds& means) {
  std::vector<double> steps;
  for (const auto& sweep : means.sweeps) {
    for (std::size_t k = 1; k < means.length; ++k) steps.push_back(std::abs(sweep[k] - sweep[k - 1]));
  }
  return median(steps).value_or(0.0);
}

// [begin, end) in milliseconds of the longest time above half of the largest.
struct Run {
  std::size_t begin = 0, end = 0;
};
Run longest_run(const std::vector<double>& most, double largest) {
  Run run;
  for (std::size_t k = 0; k < most.size();) {
    std::size_t stop = k;
    while (stop < most.size() && most[stop] > 0.5 * largest) ++stop;
    if (stop - k > run.end - run.begin) run = {k, stop};
    k = stop + 1;
  }
  return run;
}

// Where every sweep does the same and the current stays changed, nothing shows which part is the step. That
// without current is the rest.
Run told_apart(const Milliseconds& means, Run run, const std::string& file) {
  if (run.end < means.length || run.begin == 0) return run;
  const double before = means.level(0, 0, run.begin), after = means.level(0, run.begin, run.end);
  const double alike = kAlike * std::abs(after - before);
  if (std::abs(before) <= alike) return run;
  if (std::abs(after) <= alike) return {0, run.begin};
  throw DataError(fmt::format(
      "{}: the current changes once, from {:.4g} to {:.4g} pA, alike in every sweep, so which part "
      "is the step cannot be determined; {}",
      file, before, after, kOrStated));
}

// How far the current keeps the level beside the step, in every sweep.
void bound_rest(const Milliseconds& means, const Run& run, double largest, StepProtocol& protocol) {
  std::size_t from = run.begin, to = run.end;
  std::vector<double> rest;
  for (std::size_t s = 0; s < means.sweeps.size(); ++s)
    rest.push_back(run.begin > 0 ? means.level(s, run.begin - std::min<std::size_t>(run.begin, 20), run.begin)
                                 : means.level(s, run.end, std::min(run.end + 20, means.length)));
  const auto rests = [&](std::size_t k) {
    for (std::size_t s = 0; s < means.sweeps.size(); ++s) {
      if (std::abs(means.sweeps[s][k] - rest[s]) > 2.0 * kAlike * largest) return false;
    }
    return true;
  };
  while (from > 0 && (from + 1 >= run.begin || rests(from - 1))) --from;
  while (to < means.length && (to <= run.end + 1 || rests(to))) ++to;
  protocol.from_ms = from == 0 ? 0.0 : static_cast<double>(from) * means.width_ms;
  protocol.to_ms =
      to == means.length ? std::numeric_limits<double>::infinity() : static_cast<double>(to) * means.width_ms;
}

// Both edges to the sample where the current of the sweep with the largest step has changed by half.
void refine_edges(const Recording& recording, StepProtocol& protocol) {
  std::size_t largest = 0;
  for (std::size_t s = 0; s < protocol.amplitude_pA.size(); ++s) {
    if (std::abs(protocol.amplitude_pA[s]) > std::abs(protocol.amplitude_pA[largest])) largest = s;
  }
  const Sweep& sweep = recording.sweeps[largest];
  const double amplitude = protocol.amplitude_pA[largest];
  const double inside =
      *median(step_samples(sweep.current_pA, sweep.dt_ms, protocol.begin_ms + 1.0, protocol.end_ms - 1.0));
  const auto edge = [&](double time_ms, double sign) {
    const auto near = step_samples(sweep.current_pA, sweep.dt_ms, time_ms - 2.0, time_ms + 2.0);
    const auto changed = std::ranges::find_if(near, [&](double current) {
      return sign * (current - inside + 0.5 * amplitude) * (amplitude < 0.0 ? -1.0 : 1.0) > 0.0;
    });
    if (changed == near.end()) return time_ms;
    return static_cast<double>(&*changed - sweep.current_pA.data()) * sweep.dt_ms;
  };
  if (protocol.begin_ms > 0.0) protocol.begin_ms = edge(protocol.begin_ms, 1.0);
  protocol.end_ms = std::min(edge(protocol.end_ms, -1.0), sweep.duration_ms());
}

void check_constant(const Recording& recording, const StepProtocol& protocol) {
  double largest = 0.0;
  for (const double amplitude : protocol.amplitude_pA) largest = std::max(largest, std::abs(amplitude));
  const double edge_ms = 0.05 * (protocol.end_ms - protocol.begin_ms);
  for (const Sweep& sweep : recording.sweeps) {
    const auto inside = step_means(
        step_samples(sweep.current_pA, sweep.dt_ms, protocol.begin_ms + edge_ms, protocol.end_ms - edge_ms),
        sweep.dt_ms, 1.0);
    if (inside.size() < 2 || std::sqrt(*variance(inside)) <= 0.1 * largest) continue;
    throw DataError(
        fmt::format("{}: sweep {}: the current is not constant between {:g} and {:g} ms, so this is no "
                    "protocol of steps; "
                    "choose the step sweeps with --sweeps, or cut them with --from and --to",
                    sweep.current_source.file, sweep.number, protocol.begin_ms, protocol.end_ms));
  }
}

}  // namespace

StepProtocol find_steps(const Recording& recording) {
  require(!recording.sweeps.empty(), "find_steps: no sweeps");
  const std::string& file = recording.sweeps.front().current_source.file;
  const Milliseconds means = milliseconds_of(recording);
  const auto between = differences(means, true), along = differences(means, false);
  // A family of steps is where its sweeps differ; sweeps that are alike, where they leave their beginning.
  bool family = sustained(between) > std::max(0.05 * sustained(along), 12.0 * noise_of(means));
  double largest = sustained(family ? between : along);
  Run run = longest_run(family ? between : along, largest);
  if (family && run.begin == 0 && run.end == means.length) {
    family = false;  // they differ throughout, as where the holding current does
    largest = sustained(along);
    run = longest_run(along, largest);
  }
  if (!(largest > 0.0) || run.end - run.begin < 5) {
    throw DataError(fmt::format(
        "{}: no step of current of 5 ms or more; `dyniv steps` needs a step protocol; {}", file, kOrStated));
  }
  if (!family) run = told_apart(means, run, file);
  if (family && run.begin > 0 && *median(std::span(between).first(run.begin)) > 2.0 * kAlike * largest)
    throw DataError(fmt::format(
        "{}: the current before the step at {:g} ms differs from sweep to sweep, so which part is the step "
        "cannot be determined; {}",
        file, static_cast<double>(run.begin) * means.width_ms, kOrStated));
  StepProtocol protocol{
      static_cast<double>(run.begin) * means.width_ms, static_cast<double>(run.end) * means.width_ms, {}};
  bound_rest(means, run, largest, protocol);
  for (const Sweep& sweep : recording.sweeps) {
    const auto level = [&](double from_ms, double to_ms) {
      return median(step_samples(sweep.current_pA, sweep.dt_ms, from_ms, to_ms));
    };
    const auto before = level(std::max(protocol.from_ms, protocol.begin_ms - 200.0), protocol.begin_ms - 1.0);
    const auto after = level(protocol.end_ms + 1.0, protocol.to_ms);
    protocol.amplitude_pA.push_back(*level(protocol.begin_ms + 1.0, protocol.end_ms - 1.0) -
                                    (run.begin > 0 && before ? *before : after.value_or(0.0)));
  }
  refine_edges(recording, protocol);
  check_constant(recording, protocol);
  return protocol;
}

}  // namespace libfit
