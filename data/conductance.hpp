// Two conductance-based cells, as truths that no model of the library can represent exactly. Densities are
// per area; the area follows from the capacitance at 1 uF/cm2. Generator only: the library knows no channels.
#pragma once

#include <span>
#include <vector>

namespace dyniv_data {

// Hippocampal interneuron [Wang & Buzsaki 1996, J Neurosci 16:6402]: leak, Na with instantaneous activation,
// K; phi = 5.
struct WangBuzsaki {
  double C_pF = 100.0;
};

// Regular-spiking cortical pyramidal cell [Pospischil et al. 2008, Biol Cybern 99:427]: leak 0.1, Na 50,
// K 5 mS/cm2 (Traub & Miles kinetics shifted to V_T = -55 mV), slow M current (tau_max 1 s), at 36 deg C.
struct CorticalPyramidal {
  double C_pF = 200.0;
  double g_M_mS_per_cm2 = 0.07;  // 0 switches adaptation off
};

struct MembraneTrace {
  std::vector<double> voltage_mV;      // at k dt
  std::vector<double> spike_times_ms;  // upward crossings of 0 mV, interpolated between steps
};

// Response from rest to a current that is held from sample to sample. Steps of at most `step_ms`; second
// order (gates half a step ahead of the voltage, tabulated rates every 0.01 mV).
MembraneTrace respond(const WangBuzsaki& cell, std::span<const double> current_pA, double dt_ms,
                      double step_ms = 0.0025);
MembraneTrace respond(const CorticalPyramidal& cell, std::span<const double> current_pA, double dt_ms,
                      double step_ms = 0.0025);

}  // namespace dyniv_data
