// What the phase line of dV/dt = F(V) + I/C shows about a model: where it rests, what makes it fire, and how
// it begins to. Two thresholds that are often taken for one: a short pulse carries V along at no other
// current, so it has to bring V to the unstable fixed point; a slowly rising current carries the fixed points
// along, and the cell fires where the resting one vanishes, at the least value of F, which lies below
// [Neuronal Dynamics ch. 5.2; Fourcaud-Trocme et al. 2003]. Where V is not alone, what is slow has settled
// for a slow current and stands still for a pulse: an Adex with its w, whose rest may also end by a Hopf
// bifurcation [Touboul & Brette 2008, Biol Cybern 99:319]; a RefractoryEif long after its spike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfit/model/fixed_points.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

// How regular firing begins as a constant current grows.
enum class OnsetType {
  type_1,  // from rate 0: V creeps past the place where the fixed points merged
  type_2   // at a finite rate: the reset lies above that place, so V never comes near it again
};

struct Onset {
  OnsetType type = OnsetType::type_1;
  std::optional<double> rate_Hz;  // just above the rheobase; absent where V is not alone
  // The least current at which a model that fires goes on firing; below the rheobase for type 2, where rest
  // and firing coexist in between. Absent where V is not alone.
  std::optional<double> sustaining_pA;
};

struct PhaseLineOptions {
  double holding_pA = 0.0;  // the constant current at which the fixed points are taken
  void validate() const;    // throws OptionError
};

struct PhaseLine {
  std::vector<FixedPoint> fixed_points;
  std::vector<double> resting_mV;  // the stable ones; what follows refers to the lowest
  // Short pulses: V from which the model fires without further current, and the charge that takes it there.
  std::optional<double> pulse_threshold_mV;
  std::optional<double> pulse_charge_pC;
  // Slow currents: the constant current above which it fires, and V where it begins to.
  std::optional<double> rheobase_pA;
  std::optional<double> slow_threshold_mV;
  // The current at which the resting state vanishes; below the rheobase where V then finds another rest.
  std::optional<double> bifurcation_pA;
  std::optional<double> input_resistance_MOhm;  // -1/(C F') at rest, all else settled
  std::optional<double> tau_ms;                 // -1/F' at rest, all else standing still
  std::optional<Onset> onset;                   // absent where only a simulation shows it
  std::vector<std::string> explanation;         // sentences for people
};

// Absent for a model that has no phase line.
std::optional<PhaseLine> analyze_phase_line(const Model& model, const PhaseLineOptions& options = {});

std::string_view stability_name(Stability stability);  // "stable", "unstable", "half-stable"
std::string_view onset_name(OnsetType type);           // "I", "II"

}  // namespace libfit
