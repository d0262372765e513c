#include "libfit/model/phase_line.hpp"

#include <fmt/format.h>

#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/model/firing.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {
namespace {

// Currents that differ by less than this part of their scale are the same.
constexpr double same_current = 1e-9;

// A steady state above the voltage of a Hopf bifurcation spirals outwards.
void apply_hopf(std::optional<double> hopf_mV, PhaseLine& line) {
  if (!hopf_mV) return;
  for (FixedPoint& point : line.fixed_points) {
    if (point.stability == Stability::stable && point.V_mV >= *hopf_mV) point.stability = Stability::unstable;
  }
}

void describe_rest(const Model& model, double C_pF, PhaseLine& line) {
  for (const FixedPoint& point : line.fixed_points) {
    if (point.stability != Stability::stable) continue;
    if (line.resting_mV.empty() && point.slope_per_ms < 0.0) {
      line.input_resistance_MOhm = -1000.0 / (point.slope_per_ms * C_pF);
      const double frozen = drift_slope_per_ms(*frozen_drift_curve(model, point.V_mV), point.V_mV);
      if (frozen < 0.0) line.tau_ms = -1.0 / frozen;
    }
    line.resting_mV.push_back(point.V_mV);
  }
}

// The highest fixed point where V rises from there to the spike; else the spike voltage itself.
void describe_pulse(const Model& model, double V_spike, double holding_pA, PhaseLine& line) {
  if (line.resting_mV.empty()) return;
  const DriftCurve curve = *frozen_drift_curve(model, line.resting_mV.front());
  const bool rises = curve.F_mV_per_ms(V_spike) + holding_pA / curve.C_pF > 0.0;
  line.pulse_threshold_mV = rises ? fixed_points(curve, holding_pA).back().V_mV : V_spike;
  line.pulse_charge_pC = 1e-3 * curve.C_pF * (*line.pulse_threshold_mV - line.resting_mV.front());
}

// The lowest rest vanishes with the first least value of F above it, or where it leaves through the spike
// voltage.
double vanishing_pA(const DriftCurve& curve, double rest) {
  double before = curve.F_mV_per_ms(rest);
  for (std::size_t i = 0; i < curve.turns_mV.size(); ++i) {
    const double V = curve.turns_mV[i];
    if (V <= rest) continue;
    const double next = i + 1 < curve.turns_mV.size() ? curve.turns_mV[i + 1] : curve.range_mV.high;
    const double here = curve.F_mV_per_ms(V);
    if (here <= before && curve.F_mV_per_ms(next) > here) return -curve.C_pF * here;
    before = here;
  }
  return -curve.C_pF * curve.F_mV_per_ms(curve.range_mV.high);
}

void describe_slow(const DriftCurve& curve, double V_spike, std::optional<double> hopf_mV, PhaseLine& line) {
  const bool rests = !line.resting_mV.empty();
  const double from = rests ? line.resting_mV.front() : curve.range_mV.low;
  LeastDrift least = least_drift(curve, from, V_spike);
  if (hopf_mV && *hopf_mV < least.V_mV) {
    least = {*hopf_mV, curve.F_mV_per_ms(*hopf_mV)};
    line.onset = Onset{OnsetType::type_2, std::nullopt, std::nullopt};
  }
  line.rheobase_pA = -curve.C_pF * least.F_mV_per_ms;
  line.slow_threshold_mV = least.V_mV;
  if (!rests) return;
  line.bifurcation_pA = line.onset ? *line.rheobase_pA : vanishing_pA(curve, line.resting_mV.front());
}

void describe_onset(const Model& model, const DriftCurve& curve, double V_spike, PhaseLine& line) {
  const auto V_reset = value_in(model, quantities::V_reset_mV);
  if (!V_reset || !line.rheobase_pA || !drift_curve(model)) return;
  Onset onset;
  onset.sustaining_pA = -curve.C_pF * least_drift(curve, *V_reset, V_spike).F_mV_per_ms;
  const double scale = std::max(std::abs(*line.rheobase_pA), curve.C_pF * 1e-3);
  onset.rate_Hz = 0.0;
  if (*onset.sustaining_pA < *line.rheobase_pA - same_current * scale) {
    onset.type = OnsetType::type_2;
    onset.rate_Hz = firing_rate_Hz(model, *line.rheobase_pA);
  }
  line.onset = onset;
}

std::string paradigms(const PhaseLine& line) {
  const double difference = *line.pulse_threshold_mV - *line.slow_threshold_mV;
  if (std::abs(difference) < 1e-9) {
    return fmt::format(
        "a short pulse and a slow current find the same threshold, {:.2f} mV: F does not turn below the "
        "spike "
        "voltage",
        *line.pulse_threshold_mV);
  }
  return fmt::format(
      "a short pulse has to bring V to {:.2f} mV, where F is zero and rises; a slow current makes it fire "
      "from "
      "{:.2f} mV, {:.2f} mV below: it moves the rest up and the threshold for pulses down until the rest is "
      "lost",
      *line.pulse_threshold_mV, *line.slow_threshold_mV, difference);
}

void explain(const PhaseLineOptions& options, PhaseLine& line) {
  std::vector<std::string>& text = line.explanation;
  if (line.resting_mV.empty()) {
    text.push_back(fmt::format("there is no rest at {:g} pA: the model fires by itself", options.holding_pA));
  }
  if (line.resting_mV.size() > 1) {
    text.push_back(fmt::format("{} voltages are stable; thresholds are those from the lowest, {:.2f} mV",
                               line.resting_mV.size(), line.resting_mV.front()));
  }
  if (line.pulse_threshold_mV && line.slow_threshold_mV) text.push_back(paradigms(line));
  if (line.bifurcation_pA &&
      *line.bifurcation_pA < *line.rheobase_pA - same_current * std::abs(*line.rheobase_pA)) {
    text.push_back(fmt::format(
        "the rest vanishes at {:.2f} pA, but V then finds another; it fires above the rheobase of {:.2f} pA",
        *line.bifurcation_pA, *line.rheobase_pA));
  }
  if (line.onset && line.onset->type == OnsetType::type_1) {
    text.emplace_back("firing begins from rate 0 (type I)");
  } else if (line.onset && !line.onset->rate_Hz) {
    text.emplace_back(
        "the rest is lost by oscillations that grow (Hopf bifurcation): firing begins at a finite rate (type "
        "II)");
  } else if (line.onset) {
    text.push_back(
        fmt::format("the reset lies above the slow threshold: firing begins at {:.1f} Hz (type II), and once "
                    "begun goes on "
                    "down to {:.2f} pA",
                    *line.onset->rate_Hz, *line.onset->sustaining_pA));
  }
}

// The line of the GIF family is the leak's: what makes it fire is not a voltage but the hazard.
PhaseLine leak_with_hazard(const Gif& model, double holding_pA) {
  PhaseLine line;
  const double rate = model.g_nS / model.C_pF;
  const double rest = model.E_mV + holding_pA / model.g_nS;
  line.fixed_points = {{rest, Stability::stable, -rate}};
  line.resting_mV = {rest};
  line.input_resistance_MOhm = 1000.0 / model.g_nS;
  line.tau_ms = 1.0 / rate;
  line.explanation.push_back(fmt::format(
      "spikes are drawn by chance: no voltage is a threshold. Settled at rest the hazard is {:.3g} "
      "per s, and an input of 1 mV held for long makes it {:.3g}",
      1000.0 * settled_hazard_per_ms(model, holding_pA),
      1000.0 * settled_hazard_per_ms(model, holding_pA + model.g_nS)));
  return line;
}

}  // namespace

void PhaseLineOptions::validate() const {
  check_options({{"holding_pA", holding_pA, std::isfinite(holding_pA), "finite"}});
}

std::optional<PhaseLine> analyze_phase_line(const Model& model, const PhaseLineOptions& options) {
  options.validate();
  validate(model);
  if (const auto* gif = std::get_if<Gif>(&model)) return leak_with_hazard(*gif, options.holding_pA);
  const auto curve = steady_drift_curve(model);
  if (!curve) return std::nullopt;
  const std::optional<double> hopf_mV = hopf_voltage_mV(model);
  PhaseLine line;
  line.fixed_points = fixed_points(*curve, options.holding_pA);
  apply_hopf(hopf_mV, line);
  describe_rest(model, curve->C_pF, line);
  if (const auto V_spike = spike_voltage_mV(model)) {
    describe_pulse(model, *V_spike, options.holding_pA, line);
    describe_slow(*curve, *V_spike, hopf_mV, line);
    describe_onset(model, *curve, *V_spike, line);
    explain(options, line);
  } else {
    line.explanation.emplace_back("a passive membrane has no threshold and never fires");
  }
  return line;
}

std::string_view stability_name(Stability stability) {
  switch (stability) {
    case Stability::stable:
      return "stable";
    case Stability::unstable:
      return "unstable";
    case Stability::half_stable:
      return "half-stable";
  }
  return "";
}

std::string_view onset_name(OnsetType type) { return type == OnsetType::type_1 ? "I" : "II"; }

}  // namespace libfit
