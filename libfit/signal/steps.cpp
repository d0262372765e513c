#include "libfit/signal/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/signal/step_fit.hpp"

namespace libfit {
namespace {

constexpr double kBaseline_ms = 200.0;  // before the step, at most
constexpr double kPeakWidth_ms = 5.0;
constexpr double kLeastSag_mV = 5.0;

std::size_t index_of(double time_ms, const Sweep& sweep) {
  const double index = std::ceil(time_ms / sweep.dt_ms - 1e-6);
  return static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(sweep.size())));
}

std::span<const double> between(const std::vector<double>& samples, const Sweep& sweep, double from_ms,
                                double to_ms) {
  const std::size_t begin = index_of(from_ms, sweep);
  return std::span(samples).subspan(begin, std::max(index_of(to_ms, sweep), begin) - begin);
}

// Means over `width_ms` that follow one another.
std::vector<double> averaged(std::span<const double> samples, double dt_ms, double width_ms) {
  const auto width = static_cast<std::size_t>(std::max(1.0, std::round(width_ms / dt_ms)));
  std::vector<double> means;
  for (std::size_t k = 0; k + width <= samples.size(); k += width)
    means.push_back(*mean(samples.subspan(k, width)));
  return means;
}

void check_constant(const Recording& recording, const StepProtocol& protocol) {
  double largest = 0.0;
  for (const double amplitude : protocol.amplitude_pA) largest = std::max(largest, std::abs(amplitude));
  const double edge_ms = 0.05 * (protocol.end_ms - protocol.begin_ms);
  for (const Sweep& sweep : recording.sweeps) {
    const auto inside =
        averaged(between(sweep.current_pA, sweep, protocol.begin_ms + edge_ms, protocol.end_ms - edge_ms),
                 sweep.dt_ms, 1.0);
    if (inside.size() < 2 || std::sqrt(*variance(inside)) <= 0.1 * largest) continue;
    throw DataError(
        fmt::format("{}: sweep {}: the current is not constant between {:g} and {:g} ms, so this is no "
                    "protocol of steps; "
                    "choose the step sweeps with --sweeps, or cut them with --from and --to",
                    sweep.current_source.file, sweep.number, protocol.begin_ms, protocol.end_ms));
  }
}

// The largest departure from the beginning over all sweeps, millisecond by millisecond.
std::vector<double> departures(const Recording& recording) {
  std::vector<double> most;
  for (const Sweep& sweep : recording.sweeps) {
    const auto means = averaged(sweep.current_pA, sweep.dt_ms, 1.0);
    const std::size_t lead = std::max<std::size_t>(means.size() / 50, 1);
    const double start = median(std::span(means).first(std::min(lead, means.size()))).value_or(0.0);
    most.resize(most.empty() ? means.size() : std::min(most.size(), means.size()), 0.0);
    for (std::size_t k = 0; k < most.size(); ++k) most[k] = std::max(most[k], std::abs(means[k] - start));
  }
  return most;
}

double amplitude_of(const Sweep& sweep, double begin_ms, double end_ms) {
  const auto before = median(between(sweep.current_pA, sweep, begin_ms - kBaseline_ms, begin_ms - 1.0));
  const auto inside = median(between(sweep.current_pA, sweep, begin_ms + 1.0, end_ms - 1.0));
  return inside.value_or(0.0) - before.value_or(0.0);
}

void add_passive(const Sweep& sweep, const StepProtocol& protocol, const StepOptions& options,
                 StepResponse& response) {
  const double deflection_mV = response.steady_mV - response.baseline_mV;
  const auto inside = between(sweep.voltage_mV, sweep, protocol.begin_ms, protocol.end_ms);
  const bool down = response.amplitude_pA < 0.0;
  const auto means = averaged(inside, sweep.dt_ms, kPeakWidth_ms);
  if (means.empty()) return;
  const auto peak = down ? std::ranges::min_element(means) : std::ranges::max_element(means);
  response.peak_mV = *peak;
  const double peak_mV = response.peak_mV - response.baseline_mV;
  if (down && peak_mV <= -kLeastSag_mV)
    response.sag = (response.peak_mV - response.steady_mV) / (response.peak_mV - response.baseline_mV);
  if (std::abs(deflection_mV) < options.min_deflection_mV || response.amplitude_pA == 0.0) return;
  // Up to the peak where it comes early, else the whole step.
  const double length_ms = protocol.end_ms - protocol.begin_ms;
  const double peak_ms = (static_cast<double>(peak - means.begin()) + 0.5) * kPeakWidth_ms;
  const bool sags = std::abs(peak_mV) > 1.1 * std::abs(deflection_mV) && peak_ms < 0.6 * length_ms;
  const auto fit = fit_step_exponential(inside, sweep.dt_ms, options.skip_ms, sags ? peak_ms : length_ms);
  if (!fit) return;
  response.tau_ms = fit->tau_ms;
  response.jump_MOhm = 1000.0 * (fit->at_edge_mV - response.baseline_mV) / response.amplitude_pA;
}

void add_rates(double length_ms, StepResponse& response) {
  const auto& spikes = response.spikes_ms;
  response.mean_rate_Hz = 1000.0 * static_cast<double>(spikes.size()) / length_ms;
  if (spikes.size() >= 2) response.first_rate_Hz = 1000.0 / (spikes[1] - spikes[0]);
  const auto late = std::ranges::lower_bound(spikes, 0.5 * length_ms);
  const auto count = spikes.end() - late;
  if (count >= 2) {
    response.steady_rate_Hz = 1000.0 * static_cast<double>(count - 1) / (spikes.back() - *late);
  } else {
    response.steady_rate_Hz = 2000.0 * static_cast<double>(count) / length_ms;
  }
}

StepResponse measure(const Recording& recording, std::size_t s, const std::vector<double>& spikes_ms,
                     const StepProtocol& protocol, const StepOptions& options) {
  const Sweep& sweep = recording.sweeps[s];
  const double length_ms = protocol.end_ms - protocol.begin_ms;
  StepResponse response;
  response.sweep = s;
  response.amplitude_pA = protocol.amplitude_pA[s];
  response.baseline_mV =
      median(between(sweep.voltage_mV, sweep, protocol.begin_ms - kBaseline_ms, protocol.begin_ms))
          .value_or(0.0);
  response.steady_mV =
      median(between(sweep.voltage_mV, sweep, protocol.end_ms - 0.2 * length_ms, protocol.end_ms))
          .value_or(0.0);
  response.peak_mV = response.steady_mV;
  for (const double time_ms : spikes_ms) {
    if (time_ms >= protocol.begin_ms && time_ms < protocol.end_ms)
      response.spikes_ms.push_back(time_ms - protocol.begin_ms);
  }
  if (response.spikes_ms.empty()) add_passive(sweep, protocol, options, response);
  add_rates(length_ms, response);
  return response;
}

// The silent steps within the largest deflection asked for; where they are fewer than two, the two of least
// current, which are said to be too large.
std::vector<const StepResponse*> steps_near_rest(const StepOptions& options, StepAnalysis& analysis) {
  std::vector<const StepResponse*> near, silent;
  for (const StepResponse& r : analysis.responses) {
    if (!r.spikes_ms.empty()) continue;
    if (std::abs(r.steady_mV - r.baseline_mV) <= options.max_deflection_mV) near.push_back(&r);
    if (r.amplitude_pA != 0.0) silent.push_back(&r);
  }
  if (near.size() >= 2 || silent.size() < 2) return near;
  std::ranges::stable_sort(silent, {}, [](const StepResponse* r) { return std::abs(r->amplitude_pA); });
  silent.resize(2);
  analysis.warnings.push_back(
      fmt::format("no two silent steps stay within {:g} mV of rest: resistance and time constant are those "
                  "of the steps of {:.4g} "
                  "and {:.4g} pA, where they may depend on the voltage; add smaller steps",
                  options.max_deflection_mV, silent[0]->amplitude_pA, silent[1]->amplitude_pA));
  return silent;
}

void summarize_passive(const StepOptions& options, StepAnalysis& analysis) {
  std::vector<double> currents, deflections, taus, jumps, upward_taus;
  for (const StepResponse* r : steps_near_rest(options, analysis)) {
    currents.push_back(r->amplitude_pA);
    deflections.push_back(r->steady_mV - r->baseline_mV);
    // Towards threshold other currents take part in the response.
    if (r->tau_ms) (r->amplitude_pA < 0.0 ? taus : upward_taus).push_back(*r->tau_ms);
    if (r->jump_MOhm && std::abs(deflections.back()) <= options.max_deflection_mV)
      jumps.push_back(*r->jump_MOhm);
  }
  if (taus.empty()) taus = upward_taus;
  analysis.input_resistance_MOhm = step_slope_MOhm(currents, deflections);
  analysis.tau_ms = mean_with_interval(taus);
  analysis.jump_MOhm = median(jumps);
  if (!analysis.input_resistance_MOhm)
    analysis.warnings.emplace_back(
        "fewer than two steps without spikes: no input resistance; add smaller steps");
  if (analysis.jump_MOhm && analysis.input_resistance_MOhm &&
      std::abs(*analysis.jump_MOhm) > 0.1 * analysis.input_resistance_MOhm->value)
    analysis.warnings.push_back(
        fmt::format("the voltage jumps with the current by {:.3g} MOhm: the bridge is not balanced, and the "
                    "input resistance "
                    "holds that of the electrode",
                    *analysis.jump_MOhm));
}

void summarize_firing(StepAnalysis& analysis) {
  for (const StepResponse& r : analysis.responses) {
    if (analysis.rheobase_pA) break;
    if (r.spikes_ms.empty()) {
      analysis.silent_pA = r.amplitude_pA;
    } else {
      analysis.rheobase_pA = r.amplitude_pA;
    }
  }
  if (!analysis.rheobase_pA) analysis.warnings.emplace_back("no step makes the cell fire; add larger ones");
  for (const StepResponse& r : analysis.responses) {
    if (r.sag) {
      analysis.sag = r.sag;
      break;
    }
  }
}

}  // namespace

void StepOptions::validate() const {
  check_options({{"max_deflection_mV", max_deflection_mV, max_deflection_mV > 0.0, "> 0"},
                 {"min_deflection_mV", min_deflection_mV, min_deflection_mV > 0.0, "> 0"},
                 {"skip_ms", skip_ms, skip_ms >= 0.0, ">= 0"}});
}

StepProtocol find_steps(const Recording& recording) {
  require(!recording.sweeps.empty(), "find_steps: no sweeps");
  const auto most = departures(recording);
  const double largest = most.empty() ? 0.0 : std::ranges::max(most);
  std::size_t begin = 0, end = 0;
  for (std::size_t k = 0; k < most.size();) {
    std::size_t stop = k;
    while (stop < most.size() && most[stop] > 0.5 * largest) ++stop;
    if (stop - k > end - begin) {
      begin = k;
      end = stop;
    }
    k = stop + 1;
  }
  const Sweep& first = recording.sweeps.front();
  if (!(largest > 0.0) || begin == 0 || end - begin < 5) {
    throw DataError(
        fmt::format("{}: no step of current of 5 ms or more after a time without one; `dyniv steps` needs a "
                    "step protocol, or "
                    "its times by --step-begin-ms and --step-end-ms",
                    first.current_source.file));
  }
  // Of the first sample that departs by half, within the millisecond before and after.
  const double width_ms = std::max(1.0, std::round(1.0 / first.dt_ms)) * first.dt_ms;
  StepProtocol protocol{static_cast<double>(begin) * width_ms, static_cast<double>(end) * width_ms, {}};
  for (const Sweep& sweep : recording.sweeps)
    protocol.amplitude_pA.push_back(amplitude_of(sweep, protocol.begin_ms, protocol.end_ms));
  refine_edges(recording, protocol);
  check_constant(recording, protocol);
  return protocol;
}

StepAnalysis analyze_steps(const Recording& recording, const std::vector<std::vector<double>>& spikes_ms,
                           const StepProtocol& protocol, const StepOptions& options) {
  options.validate();
  require(!recording.sweeps.empty() && spikes_ms.size() == recording.sweeps.size() &&
              protocol.amplitude_pA.size() == recording.sweeps.size(),
          "analyze_steps: one train and one amplitude a sweep");
  for (const Sweep& sweep : recording.sweeps) {
    if (protocol.begin_ms > 0.0 && protocol.begin_ms < protocol.end_ms &&
        protocol.end_ms <= sweep.duration_ms())
      continue;
    throw DataError(fmt::format("the step from {:g} to {:g} ms does not lie within sweep {} of {:g} ms",
                                protocol.begin_ms, protocol.end_ms, sweep.number, sweep.duration_ms()));
  }
  StepAnalysis analysis;
  analysis.protocol = protocol;
  std::vector<double> baselines;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s) {
    analysis.responses.push_back(measure(recording, s, spikes_ms[s], protocol, options));
    baselines.push_back(analysis.responses.back().baseline_mV);
  }
  const auto busy = std::ranges::count_if(spikes_ms, [&](const std::vector<double>& train) {
    return !train.empty() && train.front() < protocol.begin_ms;
  });
  if (busy > 0) {
    analysis.warnings.push_back(
        fmt::format("the cell fires before the step in {} of {} sweeps: the baseline is not a rest; hold it "
                    "more negative",
                    busy, spikes_ms.size()));
  }
  std::ranges::stable_sort(analysis.responses, {}, &StepResponse::amplitude_pA);
  analysis.rest_mV = *median(baselines);
  summarize_passive(options, analysis);
  summarize_firing(analysis);
  return analysis;
}

}  // namespace libfit
