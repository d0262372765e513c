// The models: parameters of dV/dt = F(V) + I/C until a spike, then reset; one struct a model, all behind one
// variant, so that whatever handles models handles every one or does not compile. Units: ms, mV, pA, pF, nS.
// Equations: docs/methods/models.md; Neuronal Dynamics (Gerstner et al. 2014) ch. 1 and 5.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace libfit {

// What happens at a spike, the same for every model that fires: the voltage is held at V_reset_mV for
// t_ref_ms.
struct Reset {
  double V_reset_mV = 0.0;
  double t_ref_ms = 0.0;  // >= 0
};

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

using Model = std::variant<Passive, Lif, Qif, Eif, Tabulated>;

// Name in files and options: "passive", "lif", "qif", "eif", "tabulated".
std::string_view model_name(const Model& model);

// F(V) [mV/ms], the part of dV/dt that does not depend on the current. Grows without bound above threshold;
// the exponential is capped where it would overflow. For Lif: the passive part.
double drift_mV_per_ms(const Model& model, double V_mV);

double capacitance_pF(const Model& model);

// The voltage that ends an upstroke: V_spike, V_th for Lif; absent for Passive, which never fires.
std::optional<double> spike_voltage_mV(const Model& model);

// Where V stays under a constant current: the lowest stable fixed point of F + I/C below the spike voltage;
// absent where there is none, that is, where the model fires for ever.
std::optional<double> rest_mV(const Model& model, double current_pA = 0.0);

// Throws OptionError naming the first parameter that makes no sense: C, g, a or Delta_T <= 0, V_c < V_rest,
// reset at or above the spike voltage, negative refractory period, unsorted table, any value that is not
// finite, and a reset that leads straight into the next spike without a refractory period in between.
void validate(const Model& model);

}  // namespace libfit
