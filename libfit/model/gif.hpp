// The generalized integrate-and-fire family: a leaky membrane with spike-triggered currents, whose spikes are
// drawn from a hazard that grows exponentially with what voltage and spikes have done so far:
//   C dV/dt = -g (V - E) - sum_i w_i + I,   w_i decays with tau_i and jumps by b_i at a spike,
//   log hazard = constant + sum (weight of a voltage filter)(low-passed U - reference)
//                + sum (weight of a threshold state)(low-passed softplus of U) + history of spikes.
// U is what drives the hazard: it obeys the same equation as V, and in the plain GIF it is V. Refined by
// likelihood its constants move away from the membrane's (the initial segment sees another voltage than the
// electrode), which would spoil V; so both are kept.
// One struct holds the whole family, which differs in what the hazard looks at:
//   gif          V alone [Mensi et al. 2012, J Neurophysiol 107:1756; Pozzorini et al. 2015]
//   exp_gif      the same with the upstroke of an EIF in the drive, as the curve F(V) has it
//   igif         V and one threshold state coupled to depolarisation [Mensi et al. 2016, PLoS Comput Biol
//                12:e1004761]
//   igif2        a second state, coupled to hyperpolarisation
//   history_gif  a dictionary of states over time constants and voltages: linear in its weights, so that
//                nothing is lost in local optima
// Time runs in bins of bin_ms: within a bin the current is its mean, at most one spike falls into it, and the
// probability of that is 1 - exp(-hazard * bin). Equations: docs/methods/gif.md.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "libfit/model/reset.hpp"

namespace libfit {

// Spike-triggered current: outward where b > 0, as in AdEx.
struct SpikeTriggeredCurrent {
  double b_pA = 0.0;    // jump at a spike
  double tau_ms = 0.0;  // > 0
};

// The hazard's dependence on V after a low-pass; tau 0: V itself.
struct VoltageFilter {
  double tau_ms = 0.0;  // >= 0
  double weight_per_mV = 0.0;
};

// A state that follows the voltage beyond a knot: low-pass of softness * softplus(direction (V - knot) /
// softness). A negative weight raises the threshold.
struct ThresholdState {
  double tau_ms = 0.0;  // >= 0
  double knot_mV = 0.0;
  double softness_mV = 1.0;  // > 0
  double direction = 1.0;    // 1: depolarisation above the knot, -1: hyperpolarisation below it
  double weight_per_mV = 0.0;
};

// What one past spike adds to the log hazard while its age is within [begin, end).
struct HistoryStep {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  double weight = 0.0;
};

// The path from current to hazard: tau dU/dt = E - U + R (I - sum w_i), held at V_reset after a spike; with
// an upstroke (Delta_T > 0) + Delta_T exp((U - V_T) / Delta_T) on the right.
struct HazardDrive {
  double tau_ms = 0.0;           // > 0
  double resistance_GOhm = 0.0;  // > 0
  double E_mV = 0.0;
  double V_reset_mV = 0.0;
  std::vector<SpikeTriggeredCurrent> currents{};
  double V_T_mV = 0.0;
  double Delta_T_mV = 0.0;  // >= 0; 0: no upstroke
};

// What the upstroke adds to the voltage that U tends to, mV, and its slope in U; both 0 without one. The
// exponent ends at 3: where the cell did not fire, U has to come back.
double upstroke_mV(const HazardDrive& drive, double U_mV);
double upstroke_slope(const HazardDrive& drive, double U_mV);

enum class GifKind { gif, exp_gif, igif, igif2, history_gif };
inline constexpr std::array kGifKinds = {GifKind::gif, GifKind::exp_gif, GifKind::igif, GifKind::igif2,
                                         GifKind::history_gif};
std::string_view gif_kind_name(GifKind kind);

struct Gif {
  GifKind kind = GifKind::gif;
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
  Reset reset;  // V is held at V_reset_mV for t_ref_ms; no spike in that time
  std::vector<SpikeTriggeredCurrent> currents;
  HazardDrive drive;

  double bin_ms = 1.0;           // > 0
  double reference_mV = 0.0;     // voltage filters count from here
  double log_rate_per_ms = 0.0;  // the constant: log hazard at the reference, nothing else acting
  std::vector<VoltageFilter> filters;
  std::vector<ThresholdState> thresholds;
  std::vector<HistoryStep> history;

  double spike_lead_ms = 0.0;  // from spike onset, which the hazard gives, to the crossing of V_spike_mV
  double V_spike_mV = 0.0;     // the crossing whose times count
};

// Log hazards above this mean a spike in the bin, whatever its length.
inline constexpr double highest_log_hazard_per_ms = 3.0;

// Takes the membrane's constants over as the drive's: the plain GIF.
void adopt_membrane_as_drive(Gif& model);
// Takes the drive's constants over as the membrane's: where the drive was fitted to the voltage.
void adopt_drive_as_membrane(Gif& model);

// Refractory time in whole bins.
int refractory_bins(const Gif& model);

// The current (pA, one value every dt_ms) that any model is settled at when a sweep begins. A sweep that
// begins quietly (its first 20 ms vary by less than a tenth of the sweep's SD, or its first millisecond and
// three samples not at all) was held there; one that was cut out of noise may begin at any value, and slow
// states that had settled there would take long to forget it: its mean.
double settled_current_pA(std::span<const double> current_pA, double dt_ms);

// Hazard per ms once everything has settled at a constant current without spikes, capped as in simulation.
double settled_hazard_per_ms(const Gif& model, double current_pA);

// softness * log(1 + exp(x / softness)) and its slope in x, without overflow.
double softplus(double x, double softness);
double softplus_slope(double x, double softness);

// Throws OptionError naming the first parameter that makes no sense.
void validate(const Gif& model);

}  // namespace libfit
