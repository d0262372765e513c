// The models: parameters of dV/dt = F(V) + I/C until a spike, then reset; one struct a model, all behind one
// variant, so that whatever handles models handles every one or does not compile. Units: ms, mV, pA, pF, nS.
// Equations: docs/methods/models.md; Neuronal Dynamics (Gerstner et al. 2014) ch. 1 and 5.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "libfit/model/gif.hpp"
#include "libfit/model/reset.hpp"

namespace libfit {

// C dV/dt = -g (V - E) + I
struct Passive {
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
};

// Passive below V_th_mV; a spike where V reaches it.
struct Lif {
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
  double V_th_mV = 0.0;
  Reset reset;
};

// C dV/dt = a (V - V_rest)(V - V_c) + I; a spike where V reaches V_spike_mV.
struct Qif {
  double C_pF = 0.0;
  double a_nS_per_mV = 0.0;
  double V_rest_mV = 0.0;
  double V_c_mV = 0.0;
  double V_spike_mV = 0.0;
  Reset reset;
};

// C dV/dt = -g (V - E) + g Delta_T exp((V - V_T)/Delta_T) + I; a spike where V reaches V_spike_mV
// [Fourcaud-Trocme et al. 2003, J Neurosci 23:11628].
struct Eif {
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
  double V_T_mV = 0.0;
  double Delta_T_mV = 0.0;
  double V_spike_mV = 0.0;
  Reset reset;
};

// F as measured: linear between the points, its last slopes continued outside; a spike where V reaches
// V_spike_mV.
struct Tabulated {
  double C_pF = 0.0;
  std::vector<double> V_mV;         // strictly ascending, two points or more
  std::vector<double> F_mV_per_ms;  // same length
  double V_spike_mV = 0.0;
  Reset reset;
};

// An EIF that changes with the time t since its last spike [Badel et al. 2008a, J Neurophysiol 99:656; 2008b,
// Biol Cybern 99:361]: C dV/dt = -g(t) (V - E(t)) + g(t) Delta_T exp((V - V_T(t))/Delta_T) + I with
//   g(t) = g + g1 exp(-t/tau_g),  V_T(t) = V_T + V_T1 exp(-t/tau_T),
//   E(t) = E + E1 exp(-t/tau_E1) - E2 exp(-t/tau_E2).
// Only the last spike counts; before the first one all is as long after a spike.
struct RefractoryEif {
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
  double V_T_mV = 0.0;
  double Delta_T_mV = 0.0;
  double g1_nS = 0.0;
  double tau_g_ms = 1.0;  // > 0, as the other time constants
  double V_T1_mV = 0.0;
  double tau_T_ms = 1.0;
  double E1_mV = 0.0;
  double tau_E1_ms = 1.0;
  double E2_mV = 0.0;
  double tau_E2_ms = 1.0;
  double V_spike_mV = 0.0;
  Reset reset;
};

// What a RefractoryEif is t_ms after a spike; infinity: long after.
struct EifState {
  double g_nS = 0.0;
  double E_mV = 0.0;
  double V_T_mV = 0.0;
};
EifState state_after_spike(const RefractoryEif& model, double t_ms);

// EIF with an adaptation current w [Brette & Gerstner 2005, J Neurophysiol 94:3637]:
// C dV/dt = -g (V - E) + g Delta_T exp((V - V_T)/Delta_T) - w + I,  tau_w dw/dt = a (V - E) - w; w grows by b
// at every spike and goes on while V is held at the reset.
struct Adex {
  double C_pF = 0.0;
  double g_nS = 0.0;
  double E_mV = 0.0;
  double V_T_mV = 0.0;
  double Delta_T_mV = 0.0;
  double a_nS = 0.0;  // > -g_nS: else the membrane has no rest
  double b_pA = 0.0;
  double tau_w_ms = 1.0;  // > 0
  double V_spike_mV = 0.0;
  Reset reset;
};

using Model = std::variant<Passive, Lif, Qif, Eif, Tabulated, RefractoryEif, Adex, Gif>;

// Name in files and options, from the catalogue: "eif"; a Gif has the name of its kind.
std::string_view model_name(const Model& model);

// F(V) [mV/ms], the part of dV/dt that does not depend on the current. Grows without bound above threshold;
// the exponential is capped where it would overflow. For Lif and Gif: the passive part. For models with a
// memory: the membrane long after a spike, without adaptation current (w = 0).
double drift_mV_per_ms(const Model& model, double V_mV);

double capacitance_pF(const Model& model);

// The voltage that ends an upstroke: V_spike, V_th for Lif; for Gif the crossing that its times give; absent
// for Passive, which never fires.
std::optional<double> spike_voltage_mV(const Model& model);

// Where V stays under a constant current: the lowest stable fixed point of F + I/C below the spike voltage;
// absent where there is none, that is, where the model fires for ever. For Adex: with w at its own rest.
std::optional<double> rest_mV(const Model& model, double current_pA = 0.0);

// Throws OptionError naming the first parameter that makes no sense: C, g, a of the QIF, Delta_T or a time
// constant <= 0, V_c < V_rest,
// reset at or above the spike voltage, negative refractory period, unsorted table, any value that is not
// finite, and a reset that leads straight into the next spike without a refractory period in between.
void validate(const Model& model);

// Does it draw its spikes by chance, so that one current has many answers?
bool is_stochastic(const Model& model);

}  // namespace libfit
