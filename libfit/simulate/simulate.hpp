// Deterministic response of a model to a current that is held from sample to sample.
// Within a held sample the equation is autonomous. Passive, LIF, QIF and tabulated membranes have exact
// solutions there, which are used. EIF, subthreshold: classical Runge-Kutta of order 4 in sub-steps whose
// number follows an error estimate. EIF, upstroke: the roles of V and t are exchanged
// (dt = dV / (F(V) + I/C)), so that the time to the spike is an integral of a smooth function and does not
// depend on how the run-away is stepped. AdEx and refractory EIF: the same two ways, with the second variable
// carried along. Spikes, resets and the end of the refractory period fall between
// samples. docs/methods/simulation.md shows the order of convergence.
//
//     const Eif model{100.0, 5.0, -65.0, -50.0, 1.5, 20.0, {-60.0, 2.0}};
//     const std::vector<double> current_pA(10000, 200.0);
//     const Prediction prediction = simulate(model, current_pA, 0.1);  // one second
//     std::cout << prediction.spike_times_ms.size() << " spikes\n";
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "libfit/core/spike_train.hpp"
#include "libfit/model/model.hpp"

namespace libfit {

struct SimulateOptions {
  // 1 to 10000. Divides every step that the error estimate allows (EIF family only; the others are exact): 2
  // halves the steps and divides the error by 16.
  int min_substeps = 1;
  bool quick =
      false;  // of models with a second variable: within 1e-4 ms, for searches that simulate many times
  // The current that the model is settled at when the sweep begins; absent: that of a quiet beginning, or the
  // mean (settled_current_pA()).
  std::optional<double> settled_pA{};
  // Voltage at time 0; NaN: the rest (lowest stable fixed point at the settled current, or at I = 0, or the
  // reset voltage where the model has neither). At or above the spike voltage: a spike at time 0. The
  // adaptation current of an AdEx starts as at that rest whatever V_initial_mV is; an AdEx that the mean of a
  // fluctuating current makes fire for ever starts in the midst of that firing.
  double V_initial_mV = std::numeric_limits<double>::quiet_NaN();
  // Of models that draw their spikes by chance: which answer.
  std::uint64_t seed = 1;
  std::size_t trial = 0;
  unsigned threads = 0;
  void validate() const;  // throws OptionError
};

struct Prediction {
  // At k*dt_ms, same length as the current. The spike voltage is drawn at the first sample at or after a
  // spike, V_reset from there to the end of the refractory period.
  std::vector<double> voltage_mV;
  SpikeTrain spike_times_ms;  // strictly ascending, between samples, below the duration
};

// A seed for the spikes of a model under a noise current of `noise_seed`: noise and spikes of one seed would
// be made of the same random numbers.
std::uint64_t seed_beside_noise(std::uint64_t noise_seed);

// Throws OptionError for a model that validate() refuses, ContractError for an empty current or dt_ms <= 0,
// DataError when the current holds a value that is not finite or is so strong that V leaves the numbers or
// the model fires more than 100 times in one sample.
Prediction simulate(const Model& model, std::span<const double> current_pA, double dt_ms,
                    const SimulateOptions& options = {});

// Every answer that a model has to one current: the one of a deterministic model, `trials` of a stochastic
// one. The voltage is the mean over trials, the first train that of simulate() with the same seed.
struct PredictedTrains {
  SpikeTrains spike_times_ms;
  std::vector<double> voltage_mV;
};
PredictedTrains simulate_trials(const Model& model, std::span<const double> current_pA, double dt_ms,
                                std::size_t trials, const SimulateOptions& options = {});

}  // namespace libfit
