// An exponential integrate-and-fire neuron under one second of fluctuating current, with the installed
// library.
#include <iostream>
#include <libfit/libfit.hpp>

int main() {
  const libfit::Eif neuron{.C_pF = 60.0,
                           .g_nS = 3.0,
                           .E_mV = -70.0,
                           .V_T_mV = -50.0,
                           .Delta_T_mV = 1.5,
                           .V_spike_mV = 0.0,
                           .reset = {.V_reset_mV = -58.0, .t_ref_ms = 4.0}};
  const double dt_ms = 0.1;
  const auto current_pA = libfit::noise_current(libfit::pozzorini_2015_noise(80.0, 40.0), 1000.0, dt_ms, 1);
  const libfit::Prediction prediction = libfit::simulate(neuron, current_pA, dt_ms);
  std::cout << "dyniv " << libfit::kVersion << ": " << prediction.spike_times_ms.size() << " spikes in 1 s\n";
}
