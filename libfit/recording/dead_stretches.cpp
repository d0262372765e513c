#include "libfit/recording/dead_stretches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "libfit/core/statistics.hpp"
#include "libfit/recording/traps.hpp"

namespace libfit {
namespace {

using Trace = std::span<const double>;

constexpr double kShortest_ms = 50.0;  // longer than a model's refractory period, in which V is held
constexpr std::size_t kFewest = 20;
constexpr double kPart_ms = 100.0;
constexpr double kMovingShare = 0.25;  // of the current's SD: it moves
constexpr double kJump_mV = 5.0;
constexpr double kMostResistance_GOhm = 0.2;  // of an electrode, by which a current explains a jump
constexpr double kApart_mV = 10.0;
constexpr double kBefore_ms = 5.0;
constexpr double kLeastStep_mV = 1e-3;
constexpr std::size_t kStaircase = 3;  // levels of a command that is programmed, or of a model without noise
constexpr std::size_t kMostTold = 5;

// Only every so many samples is looked at: a long run holds one of them.
std::vector<DeadStretch> constant_runs(Trace v, double dt_ms) {
  const auto shortest = std::min(v.size(), std::max(kFewest, static_cast<std::size_t>(kShortest_ms / dt_ms)));
  const std::size_t stride = std::max<std::size_t>(shortest / 2, 1);
  std::vector<DeadStretch> runs;
  for (std::size_t k = 0; k < v.size(); k += stride) {
    if (!runs.empty() && k < runs.back().end) continue;
    std::size_t begin = k;
    std::size_t end = k + 1;
    while (begin > 0 && v[begin - 1] == v[k]) --begin;
    while (end < v.size() && v[end] == v[k]) ++end;
    if (end - begin >= shortest) runs.push_back({begin, end, v[k]});
  }
  return runs;
}

std::vector<double> values_of(const std::vector<DeadStretch>& runs) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const DeadStretch& run : runs) values.push_back(run.voltage_mV);
  return values;
}

// How the trace moves from sample to sample.
struct Motion {
  std::size_t size = 0;
  std::size_t still = 0;       // steps of 0
  double usual_step_mV = 0.0;  // outside the runs

  // A run of equal samples that the coarseness of the rest of the trace explains.
  double longest_by_chance(const DeadStretch& run) const {
    const std::size_t length = run.end - run.begin;
    const double share = static_cast<double>(still - (length - 1)) / static_cast<double>(size - length + 1);
    return share > 0.0 ? std::log(static_cast<double>(size)) / -std::log(share) : 0.0;
  }
};

Motion motion_of(Trace v, const std::vector<DeadStretch>& runs) {
  Motion motion;
  motion.size = v.size();
  std::vector<double> steps;
  std::size_t next = 0;
  for (std::size_t k = 1; k < v.size(); ++k) {
    motion.still += v[k] == v[k - 1] ? 1 : 0;
    while (next < runs.size() && runs[next].end < k) ++next;
    const bool inside = next < runs.size() && k > runs[next].begin;
    if (!inside && k % 8 == 0) steps.push_back(std::abs(v[k] - v[k - 1]));
  }
  motion.usual_step_mV = median(steps).value_or(0.0);
  return motion;
}

bool jumps(Trace v, Trace current, std::size_t k) {
  const double explained =
      current.empty() ? 0.0 : kMostResistance_GOhm * std::abs(current[k] - current[k - 1]);
  return std::abs(v[k] - v[k - 1]) >= kJump_mV + explained;
}

// It moved as usual until its last sample, whose value was held.
bool stops(Trace v, double dt_ms, std::size_t begin, double usual_step_mV) {
  const auto back = std::max<std::size_t>(10, static_cast<std::size_t>(kBefore_ms / dt_ms));
  if (begin <= back || usual_step_mV < kLeastStep_mV) return false;
  double moved = 0.0;
  double last = 0.0;
  for (std::size_t k = begin - back + 1; k <= begin; ++k) {
    last = std::abs(v[k] - v[k - 1]);
    moved += last / static_cast<double>(back);
  }
  return moved >= 0.3 * usual_step_mV && last <= 10.0 * usual_step_mV;
}

bool is_dead(const DeadStretch& run, Trace v, Trace current, double dt_ms, double usual_mV,
             const Motion& motion) {
  if (static_cast<double>(run.end - run.begin) < 10.0 * motion.longest_by_chance(run)) return false;
  if (!current.empty()) {
    const double sd = spread_of(current.subspan(run.begin, run.end - run.begin)).sd;
    if (sd > 0.0 && sd >= kMovingShare * spread_of(current).sd) return true;
  }
  const double apart = std::abs(run.voltage_mV - usual_mV);
  if (run.voltage_mV == 0.0 && apart > 2.0 * kApart_mV) return true;
  const bool jump =
      (run.begin > 0 && jumps(v, current, run.begin)) || (run.end < v.size() && jumps(v, current, run.end));
  if (jump && apart > kApart_mV) return true;
  return stops(v, dt_ms, run.begin, motion.usual_step_mV);
}

}  // namespace

std::vector<DeadStretch> dead_stretches(Trace v, Trace current, double dt_ms, double usual_mV) {
  std::vector<DeadStretch> runs = constant_runs(v, dt_ms);
  if (runs.empty() || count_levels(values_of(runs), kStaircase) >= kStaircase) return {};
  const Motion motion = motion_of(v, runs);
  std::erase_if(runs,
                [&](const DeadStretch& run) { return !is_dead(run, v, current, dt_ms, usual_mV, motion); });
  return runs;
}

namespace {

// The median over all sweeps that are not constant throughout; 0 without any.
double usual_voltage(const std::vector<Sweep>& sweeps) {
  std::vector<double> medians;
  for (const Sweep& sweep : sweeps) {
    std::vector<double> some;
    const std::size_t stride = 1 + sweep.size() / 1000;
    for (std::size_t k = 0; k < sweep.size(); k += stride) some.push_back(sweep.voltage_mV[k]);
    if (std::ranges::all_of(some, [&](double x) { return x == some.front(); })) continue;
    medians.push_back(*median(some));
  }
  return median(medians).value_or(0.0);
}

using DeadInSweeps = std::vector<std::vector<DeadStretch>>;

DeadInSweeps dead_in(const std::vector<Sweep>& sweeps) {
  const double usual_mV = usual_voltage(sweeps);
  DeadInSweeps dead;
  for (const Sweep& sweep : sweeps)
    dead.push_back(dead_stretches(sweep.voltage_mV, sweep.current_pA, sweep.dt_ms, usual_mV));
  return dead;
}

// One sentence a file.
std::vector<std::string> sentences(const std::vector<Sweep>& sweeps, const DeadInSweeps& dead,
                                   std::string_view consequence) {
  std::vector<std::pair<std::string, std::vector<std::string>>> places;  // by file
  for (std::size_t s = 0; s < sweeps.size(); ++s) {
    const Sweep& sweep = sweeps[s];
    for (const DeadStretch& run : dead[s]) {
      if (places.empty() || places.back().first != sweep.voltage_source.file)
        places.emplace_back(sweep.voltage_source.file, std::vector<std::string>{});
      const auto at_s = [&](std::size_t k) {
        return (sweep.start_ms + static_cast<double>(k) * sweep.dt_ms) / 1000.0;
      };
      places.back().second.push_back(fmt::format("sweep {} from {:.6g} to {:.6g} s ({:.4g} mV)", sweep.number,
                                                 at_s(run.begin), at_s(run.end), run.voltage_mV));
    }
  }
  std::vector<std::string> found;
  for (auto& [file, list] : places) {
    const std::size_t more = list.size() - std::min(list.size(), kMostTold);
    list.resize(list.size() - more);
    found.push_back(fmt::format(
        "{}: the voltage is constant in {}{}: padding, an input that came off, or saturation{}", file,
        fmt::join(list, ", "), more > 0 ? fmt::format(" and {} more", more) : "", consequence));
  }
  return found;
}

std::vector<Sweep> living_parts(Sweep sweep, const std::vector<DeadStretch>& dead) {
  std::vector<Sweep> parts;
  if (dead.empty()) {
    parts.push_back(std::move(sweep));
    return parts;
  }
  const auto take = [&](std::size_t begin, std::size_t end) {
    if (end <= begin || static_cast<double>(end - begin) * sweep.dt_ms < kPart_ms) return;
    const auto cut = [&](const std::vector<double>& all) {
      const Trace part = Trace(all).subspan(begin, end - begin);
      return std::vector<double>(part.begin(), part.end());
    };
    parts.push_back({cut(sweep.current_pA), cut(sweep.voltage_mV), sweep.dt_ms,
                     sweep.start_ms + static_cast<double>(begin) * sweep.dt_ms, sweep.number,
                     sweep.current_source, sweep.voltage_source, sweep.note, true});
  };
  std::size_t begin = 0;
  for (const DeadStretch& run : dead) {
    take(begin, run.begin);
    begin = run.end;
  }
  take(begin, sweep.size());
  return parts;
}

}  // namespace

LivingSweeps without_dead_stretches(std::vector<Sweep> sweeps, bool leave_out) {
  const auto dead = leave_out ? dead_in(sweeps) : DeadInSweeps(sweeps.size());
  LivingSweeps living;
  living.warnings = sentences(sweeps, dead, "; it is left out");
  for (std::size_t s = 0; s < sweeps.size(); ++s) {
    for (Sweep& part : living_parts(std::move(sweeps[s]), dead[s])) {
      living.sweeps.push_back(std::move(part));
      living.origin.push_back(s);
    }
  }
  return living;
}

LivingSweeps sweeps_alive_until(std::vector<Sweep> sweeps, double end_ms) {
  DeadInSweeps dead = dead_in(sweeps);
  LivingSweeps living;
  for (std::size_t s = 0; s < sweeps.size(); ++s) {
    std::erase_if(dead[s], [&](const DeadStretch& run) {
      return static_cast<double>(run.begin) * sweeps[s].dt_ms >= end_ms;
    });
    if (dead[s].empty()) living.origin.push_back(s);
  }
  living.warnings = sentences(sweeps, dead, "; the sweep is left out");
  for (const std::size_t s : living.origin) living.sweeps.push_back(std::move(sweeps[s]));
  return living;
}

std::vector<std::string> dead_stretch_warnings(const std::vector<Sweep>& sweeps,
                                               const std::vector<std::vector<double>>* currents_pA) {
  const double usual_mV = usual_voltage(sweeps);
  DeadInSweeps dead;
  for (std::size_t s = 0; s < sweeps.size(); ++s)
    dead.push_back(dead_stretches(sweeps[s].voltage_mV,
                                  currents_pA != nullptr ? Trace((*currents_pA)[s]) : Trace(),
                                  sweeps[s].dt_ms, usual_mV));
  return sentences(sweeps, dead, "; analyses leave it out");
}

}  // namespace libfit
