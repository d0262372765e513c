#include "libfit/signal/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/signal/step_fit.hpp"
#include "libfit/signal/step_passive_internal.hpp"

namespace libfit {
namespace {

constexpr double kBaseline_ms = 200.0;  // before the step, at most
constexpr double kPeakWidth_ms = 5.0;
constexpr double kLeastSag_mV = 5.0;
constexpr double kLeastRest_mV = -30.0;  // below which a membrane rests
constexpr double kLost_mV = 20.0;        // from the rest of the other sweeps

std::span<const double> between(const Sweep& sweep, double from_ms, double to_ms) {
  return step_samples(sweep.voltage_mV, sweep.dt_ms, from_ms, to_ms);
}

// Sag and time constant of one silent response.
void add_passive(const Sweep& sweep, const StepProtocol& protocol, const StepOptions& options,
                 StepResponse& response) {
  const double deflection_mV = response.steady_mV - response.baseline_mV;
  const auto inside = between(sweep, protocol.begin_ms, protocol.end_ms);
  const bool down = response.amplitude_pA < 0.0;
  const auto means = step_means(inside, sweep.dt_ms, kPeakWidth_ms);
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
  response.tau_ms = fit_step_tau_ms(inside, sweep.dt_ms, options.skip_ms, sags ? peak_ms : length_ms);
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

// A sweep in which the cell is lost stands far from where the others rest; where it is lost within a sweep,
// the voltage ends there and stays there in all that follow.
void leave_out_lost(const Recording& recording, StepAnalysis& analysis) {
  std::vector<double> all, alive;
  for (const StepResponse& r : analysis.responses) {
    all.push_back(r.baseline_mV);
    if (r.baseline_mV < kLeastRest_mV) alive.push_back(r.baseline_mV);
  }
  const double rest = alive.empty() ? *median(all) : *median(alive);
  bool to_the_end = true;
  for (auto r = analysis.responses.rbegin(); r != analysis.responses.rend(); ++r) {
    const Sweep& sweep = recording.sweeps[r->sweep];
    const double end_ms = sweep.duration_ms();
    const double last = median(between(sweep, end_ms - 0.05 * end_ms, end_ms)).value_or(r->baseline_mV);
    r->lost = std::abs(r->baseline_mV - rest) > kLost_mV || (to_the_end && last > rest + 2.0 * kLost_mV);
    to_the_end = to_the_end && r->lost;
    if (!r->lost) continue;
    r->spikes_ms.clear();
    r->tau_ms = r->sag = std::nullopt;
    analysis.warnings.push_back(fmt::format(
        "sweep {}: the voltage stands at {:.3g} mV, where that of the others rests at {:.3g} mV: the cell "
        "was lost; the sweep is left out",
        sweep.number, std::max(last, r->baseline_mV), rest));
  }
  std::ranges::reverse(analysis.warnings);
}

StepResponse measure(const Recording& recording, std::size_t s, const SpikeTrain& spikes_ms,
                     const StepProtocol& protocol, const StepOptions& options) {
  const Sweep& sweep = recording.sweeps[s];
  const double length_ms = protocol.end_ms - protocol.begin_ms;
  StepResponse response;
  response.sweep = s;
  response.amplitude_pA = protocol.amplitude_pA[s];
  // Behind the step where there is nothing before it.
  const double after_ms = std::min(protocol.to_ms, sweep.duration_ms()) - protocol.end_ms;
  const auto before =
      between(sweep, std::max(protocol.from_ms, protocol.begin_ms - kBaseline_ms), protocol.begin_ms);
  const auto behind = between(sweep, protocol.end_ms + 0.8 * after_ms, protocol.end_ms + after_ms);
  response.baseline_mV = median(before.empty() ? behind : before).value_or(0.0);
  response.steady_mV =
      median(between(sweep, protocol.end_ms - 0.2 * length_ms, protocol.end_ms)).value_or(0.0);
  response.peak_mV = response.steady_mV;
  for (const double time_ms : spikes_ms) {
    if (time_ms >= protocol.begin_ms && time_ms < protocol.end_ms)
      response.spikes_ms.push_back(time_ms - protocol.begin_ms);
  }
  if (response.spikes_ms.empty()) add_passive(sweep, protocol, options, response);
  add_rates(length_ms, response);
  return response;
}

void summarize_firing(StepAnalysis& analysis) {
  for (const StepResponse& r : analysis.responses) {
    if (analysis.rheobase_pA) break;
    if (r.lost) continue;
    if (r.spikes_ms.empty()) {
      analysis.silent_pA = r.amplitude_pA;
    } else {
      analysis.rheobase_pA = r.amplitude_pA;
    }
  }
  if (!analysis.rheobase_pA) analysis.warnings.emplace_back("no step makes the cell fire; add larger ones");
  for (const StepResponse& r : analysis.responses) {
    if (r.sag && !r.lost) {
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

StepAnalysis analyze_steps(const Recording& recording, const SpikeTrains& spikes_ms,
                           const StepProtocol& protocol, const StepOptions& options) {
  options.validate();
  require(!recording.sweeps.empty() && spikes_ms.size() == recording.sweeps.size() &&
              protocol.amplitude_pA.size() == recording.sweeps.size(),
          "analyze_steps: one train and one amplitude a sweep");
  for (const Sweep& sweep : recording.sweeps) {
    if (protocol.begin_ms >= 0.0 && protocol.begin_ms < protocol.end_ms &&
        protocol.end_ms <= sweep.duration_ms() &&
        (protocol.begin_ms > 0.0 || protocol.end_ms < sweep.duration_ms()))
      continue;
    throw DataError(
        fmt::format("the step from {:g} to {:g} ms does not lie within sweep {} of {:g} ms, with "
                    "time before or behind it",
                    protocol.begin_ms, protocol.end_ms, sweep.number, sweep.duration_ms()));
  }
  StepAnalysis analysis;
  analysis.protocol = protocol;
  for (std::size_t s = 0; s < recording.sweeps.size(); ++s)
    analysis.responses.push_back(measure(recording, s, spikes_ms[s], protocol, options));
  leave_out_lost(recording, analysis);
  std::vector<double> baselines;
  std::size_t busy = 0, alive = 0;
  for (const StepResponse& r : analysis.responses) {
    if (r.lost) continue;
    ++alive;
    baselines.push_back(r.baseline_mV);
    const auto& train = spikes_ms[r.sweep];
    if (!train.empty() && train.front() < protocol.begin_ms) ++busy;
  }
  if (busy > 0) {
    analysis.warnings.push_back(
        fmt::format("the cell fires before the step in {} of {} sweeps: the baseline is not a rest; hold it "
                    "more negative",
                    busy, alive));
  }
  std::ranges::stable_sort(analysis.responses, {}, &StepResponse::amplitude_pA);
  analysis.rest_mV = *median(baselines);
  summarize_passive(recording, spikes_ms, options, analysis);
  summarize_firing(analysis);
  return analysis;
}

}  // namespace libfit
