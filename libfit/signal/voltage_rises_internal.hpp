// Rises of a voltage trace that end in a peak: what spikes, spikelets and stimulus artefacts have in common.
// One pass; a rise ends where the trace has fallen by `reversal_mV` from its highest sample, and the next may
// begin there, so that spikes close together are told apart by how far the trace falls between them, not by
// time. Private to signal/.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace libfit {

struct VoltageRise {
  std::size_t trough = 0;           // lowest sample before the rise
  std::size_t peak = 0;             // highest sample of it
  double rise_mV = 0.0;             // within 2 ms before the peak
  double fall_mV = 0.0;             // within 6 ms after the peak, before the next rise
  double steepest_mV_per_ms = 0.0;  // within 2 ms before the peak
  bool artefact = false;            // no membrane does that: see is_artefact()
};

// Every rise and fall by `reversal_mV` (> 0) or more; the fall of the last one may be cut off by the end.
std::vector<VoltageRise> find_rises(std::span<const double> voltage_mV, double dt_ms, double reversal_mV);

// Whether the trace jumps up at sample k, from one sample to the next, and stays: an electrode's step. Only
// recognised at 10 kHz and above.
bool is_jump(std::span<const double> voltage_mV, double dt_ms, std::size_t k);

// Steepest rise from one sample to the next over samples [first, last].
double steepest_rise(std::span<const double> voltage_mV, double dt_ms, std::size_t first, std::size_t last);

// A time as a number of samples, 1 at least.
std::size_t samples_in(double time_ms, double dt_ms);

}  // namespace libfit
