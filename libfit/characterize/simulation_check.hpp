// Is a fitted model fit to be simulated where training was not? Each is tried under constant currents (rest,
// from 100 pA below zero to 300 above, and over all that training held) and, where it draws its spikes, on
// the training current after a rest. Nothing but training is read. The rules are in docs/methods/gif.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libfit/fit/iv_fit.hpp"
#include "libfit/signal/membrane.hpp"

namespace libfit {

struct SimulationCheck {
  std::string model;
  std::vector<double> rates_Hz;     // one per current: mean over trials; NaN where its spikes do not end
  std::vector<std::string> faults;  // empty: as far as tried, it can be simulated
};

struct SimulationChecks {
  std::vector<double> currents_pA;      // ascending
  std::optional<double> silent_pA;      // the cell is silent here and below; absent: training does not show
  std::vector<SimulationCheck> models;  // those that fire and did not fail
};

SimulationChecks check_simulation(const Membrane& membrane, const std::vector<ModelFit>& models,
                                  std::uint64_t seed, unsigned threads);

// An ok fit with faults becomes not_simulable; the reason of any names them.
void tell_fits(const SimulationChecks& checks, std::vector<ModelFit>& models);

}  // namespace libfit
