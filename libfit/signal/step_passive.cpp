#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/signal/step_membrane.hpp"
#include "libfit/signal/step_passive_internal.hpp"

namespace libfit {
namespace {

constexpr double kAround_ms = 200.0;   // before and behind the step, at most
constexpr double kSpikeLead_ms = 5.0;  // of a spike behind the step that ends the fit
constexpr double kLeastRest_ms = 5.0;  // beside the step, for a baseline
constexpr double kZeroStep = 0.02;     // of the largest amplitude: a smaller step is none
constexpr double kLong = 5.0;          // time constants after which a response is over
constexpr double kNotable = 0.1;       // of the resistance: differences worth a word

using Responses = std::vector<StepResponse*>;

bool fires_in(const SpikeTrain& train, double from_ms, double to_ms) {
  const auto first = std::ranges::lower_bound(train, from_ms);
  return first != train.end() && *first < to_ms;
}

// Silent steps of one sign within the largest deflection; where hyperpolarising ones are fewer than `needed`,
// the two of least current, which are reported as too large.
Responses steps_near_rest(const StepOptions& options, double sign, std::size_t needed,
                          StepAnalysis& analysis) {
  double largest = 0.0;
  for (const StepResponse& r : analysis.responses) largest = std::max(largest, std::abs(r.amplitude_pA));
  Responses near, silent;
  for (StepResponse& r : analysis.responses) {
    if (r.lost || !r.spikes_ms.empty() || sign * r.amplitude_pA <= kZeroStep * largest) continue;
    silent.push_back(&r);
    if (std::abs(r.steady_mV - r.baseline_mV) <= options.max_deflection_mV) near.push_back(&r);
  }
  if (near.size() >= needed || silent.size() == near.size() || sign > 0.0) return near;
  std::ranges::stable_sort(silent, {}, [](const StepResponse* r) { return std::abs(r->amplitude_pA); });
  silent.resize(std::min<std::size_t>(silent.size(), 2));
  analysis.warnings.push_back(fmt::format(
      "too few hyperpolarising steps stay within {:g} mV of rest: resistance and time constant are of "
      "steps to {:.4g} pA, where they may depend on the voltage; add smaller steps",
      options.max_deflection_mV, silent.back()->amplitude_pA));
  return silent;
}

StepFamily family_of(const Recording& recording, const SpikeTrains& spikes_ms, const StepOptions& options,
                     const StepProtocol& protocol, const Responses& steps) {
  StepFamily family;
  family.from_ms = std::max({protocol.from_ms, protocol.begin_ms - kAround_ms, 0.0});
  family.begin_ms = protocol.begin_ms;
  family.end_ms = protocol.end_ms;
  family.to_ms = std::min(protocol.to_ms, protocol.end_ms + kAround_ms);
  family.skip_ms = options.skip_ms;
  family.rests_before = protocol.begin_ms - family.from_ms >= kLeastRest_ms;
  if (!family.rests_before) family.from_ms = protocol.begin_ms;
  // A long step shows all by itself, and behind it other currents may have changed.
  std::vector<double> taus;
  for (const StepResponse* r : steps) {
    if (r->tau_ms) taus.push_back(*r->tau_ms);
  }
  const double length_ms = protocol.end_ms - protocol.begin_ms;
  if (family.rests_before && median(taus).value_or(length_ms) < length_ms / kLong)
    family.to_ms = family.end_ms;
  for (const StepResponse* r : steps) {
    family.sweeps.push_back(r->sweep);
    family.amplitude_pA.push_back(r->amplitude_pA);
    family.to_ms = std::min(family.to_ms, recording.sweeps[r->sweep].duration_ms());
    const auto& train = spikes_ms[r->sweep];
    const auto spike = std::ranges::lower_bound(train, protocol.end_ms);
    if (spike != train.end())
      family.to_ms = std::clamp(*spike - kSpikeLead_ms, protocol.end_ms, family.to_ms);
  }
  return family;
}

// The same within the step alone: from where each response begins, all to lines over the amplitudes.
bool without_baseline(StepFamily& family) {
  const auto [least, most] = std::ranges::minmax(family.amplitude_pA);
  family.own_baseline = family.rests_before = false;
  family.from_ms = family.begin_ms;
  family.to_ms = family.end_ms;
  return most - least > 0.1 * std::max(std::abs(most), std::abs(least));
}

// By how much the resistances of single steps differ beyond their noise: the root of chi squared per degree
// of freedom where it is above its 95 % quantile [Wilson & Hilferty 1931], else 1.
double excess_scatter(const std::vector<StepResistance>& each) {
  if (each.size() < 2) return 1.0;
  double weight = 0.0, sum = 0.0, chi2 = 0.0;
  for (const auto& one : each) {
    weight += 1.0 / (one.error_MOhm * one.error_MOhm);
    sum += one.resistance_MOhm / (one.error_MOhm * one.error_MOhm);
  }
  for (const auto& one : each) chi2 += std::pow((one.resistance_MOhm - sum / weight) / one.error_MOhm, 2);
  const double degrees = static_cast<double>(each.size()) - 1.0, spread = 2.0 / (9.0 * degrees);
  const double quantile = degrees * std::pow(1.0 - spread + 1.645 * std::sqrt(spread), 3);
  return chi2 > quantile ? std::sqrt(chi2 / degrees) : 1.0;
}

Estimate widened(const Estimate& estimate, double factor) {
  return {estimate.value, Interval{estimate.value - factor * (estimate.value - estimate.ci95->low),
                                   estimate.value + factor * (estimate.ci95->high - estimate.value)}};
}

void warn_of_electrode(bool in_resistance, StepAnalysis& analysis) {
  if (in_resistance) {
    analysis.warnings.emplace_back(
        "there is no rest before the steps: the resistance is the slope over their amplitudes, with that of "
        "the electrode in it where the bridge is not balanced");
  } else if (std::abs(*analysis.jump_MOhm) > kNotable * analysis.input_resistance_MOhm->value) {
    analysis.warnings.push_back(fmt::format(
        "the voltage jumps with the current by {:.3g} MOhm: the bridge is not balanced; the jump is "
        "not part of the input resistance",
        *analysis.jump_MOhm));
  }
}

// Resistances of the steps that were fitted, and what it means where they differ.
void add_each(const Recording& recording, const StepFamily& family, const StepMembrane& membrane,
              const Responses& steps, StepAnalysis& analysis) {
  const auto each = resistance_of_each(recording, family, membrane);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i]->resistance_MOhm = each[i].resistance_MOhm;
    steps[i]->in_fit = true;
  }
  const double factor = excess_scatter(each);
  analysis.input_resistance_MOhm = widened(membrane.resistance_MOhm, factor);
  analysis.tau_ms = widened(membrane.tau_ms, factor);
  analysis.capacitance_pF = widened(membrane.capacitance_pF, factor);
  const auto [least, most] = std::ranges::minmax_element(each, {}, &StepResistance::resistance_MOhm);
  if (factor > 1.0 &&
      most->resistance_MOhm - least->resistance_MOhm > kNotable * membrane.resistance_MOhm.value)
    analysis.warnings.push_back(
        fmt::format("the steps meet resistances of {:.4g} to {:.4g} MOhm, which differ beyond the noise: the "
                    "cell changes "
                    "with the voltage or with time, and the intervals are widened by {:.2g}",
                    least->resistance_MOhm, most->resistance_MOhm, factor));
}

// What depolarising steps meet, by the same membrane: smaller where outward currents open before threshold.
void add_depolarised(const Recording& recording, const SpikeTrains& spikes_ms, const StepOptions& options,
                     const StepMembrane& membrane, StepAnalysis& analysis) {
  Responses steps;
  for (StepResponse* r : steps_near_rest({1000.0}, 1.0, 0, analysis)) {
    if (!fires_in(spikes_ms[r->sweep], analysis.protocol.begin_ms - kAround_ms, analysis.protocol.end_ms))
      steps.push_back(r);
  }
  if (steps.empty()) return;
  const StepFamily family = family_of(recording, spikes_ms, options, analysis.protocol, steps);
  const auto each = resistance_of_each(recording, family, membrane);
  double weight = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i]->resistance_MOhm = each[i].resistance_MOhm;
    const double w = 1.0 / (each[i].error_MOhm * each[i].error_MOhm);
    weight += w;
    sum += w * each[i].resistance_MOhm;
  }
  const Estimate& input = *analysis.input_resistance_MOhm;
  const double value = sum / weight, half = 1.96 * excess_scatter(each) / std::sqrt(weight);
  analysis.depolarised_MOhm = Estimate{value, Interval{value - half, value + half}};
  const bool apart = value + half < input.ci95->low || value - half > input.ci95->high;
  if (!apart || std::abs(value - input.value) < kNotable * input.value) return;
  analysis.warnings.push_back(
      fmt::format("silent depolarising steps meet {:.4g} MOhm, {:.0f} % of the input resistance of the "
                  "hyperpolarising ones: "
                  "{} rectification, which is not part of it",
                  value, 100.0 * value / input.value, value < input.value ? "outward" : "inward"));
}

}  // namespace

void summarize_passive(const Recording& recording, const SpikeTrains& spikes_ms, const StepOptions& options,
                       StepAnalysis& analysis) {
  const auto refuse = [&](const std::string& reason) {
    analysis.warnings.push_back("no input resistance and no time constant: " + reason);
  };
  const StepProtocol& protocol = analysis.protocol;
  Responses steps = steps_near_rest(options, -1.0, 1, analysis);
  const bool down = !steps.empty();
  if (!down) steps = steps_near_rest(options, 1.0, 1, analysis);
  if (steps.empty()) return refuse("no step without spikes; add small hyperpolarising steps");
  Responses rested;
  for (StepResponse* r : steps) {
    if (!fires_in(spikes_ms[r->sweep], protocol.begin_ms - kAround_ms, protocol.begin_ms))
      rested.push_back(r);
  }
  if (!rested.empty()) steps = rested;
  StepFamily family = family_of(recording, spikes_ms, options, protocol, steps);
  const bool no_rest =
      rested.empty() || (!family.rests_before && family.to_ms - family.end_ms < kLeastRest_ms);
  bool told = !no_rest || without_baseline(family);
  if (!told && down) {
    steps = steps_near_rest(options, -1.0, 2, analysis);
    family = family_of(recording, spikes_ms, options, protocol, steps);
    told = without_baseline(family);
  }
  if (!told)
    return refuse(
        "the voltage is not at rest before the step, and steps of one amplitude give no slope; hold the cell "
        "more "
        "negative, or add steps of other amplitudes");
  if (std::ranges::any_of(recording.sweeps, [&](const Sweep& sweep) {
        return sweep.dt_ms != recording.sweeps[steps.front()->sweep].dt_ms;
      }))
    return refuse("the sweeps differ in their sampling step; choose those of one with --sweeps");
  const StepMembraneFit fit = fit_step_membrane(recording, family);
  if (!fit.membrane) return refuse(fit.reason);
  analysis.jump_MOhm = fit.membrane->jump_MOhm;
  analysis.sag_tau_ms = fit.membrane->sag_tau_ms;
  add_each(recording, family, *fit.membrane, steps, analysis);
  if (!down)
    analysis.warnings.emplace_back(
        "no hyperpolarising step is silent: resistance and time constant are of depolarising ones, where "
        "other "
        "currents take part; add hyperpolarising steps");
  warn_of_electrode(no_rest, analysis);
  if (down && !no_rest) add_depolarised(recording, spikes_ms, options, *fit.membrane, analysis);
}

}  // namespace libfit
