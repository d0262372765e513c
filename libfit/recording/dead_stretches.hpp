// Stretches of a sweep in which the voltage is no measurement: padding with zeros or with the last value
// after an aborted sweep, an input that came off, an amplifier at its rail. They are known by a voltage that
// does not change at all over 50 ms and more, ten times longer than the coarseness of the trace explains, and
//   - a current that moves meanwhile, which would move a membrane; or
//   - zeros where the membrane is elsewhere; or
//   - a jump into it or out of it that no current explains; or
//   - a trace that moved until then and stopped from one sample to the next.
// A membrane of a simulation without noise that rests, or settles, under a constant current is none.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libfit/recording/recording.hpp"

namespace libfit {

// Samples [begin, end).
struct DeadStretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  double voltage_mV = 0.0;
};

// `current_pA`: as long as the voltage, or empty where it is not known. `usual_mV`: the membrane's usual
// voltage, such as the median over all sweeps.
std::vector<DeadStretch> dead_stretches(std::span<const double> voltage_mV,
                                        std::span<const double> current_pA, double dt_ms, double usual_mV);

// What is left of sweeps without their dead stretches: parts of 100 ms or more, each a sweep with the number
// of the whole one and `cut` set; sweeps in which nothing is dead as they are.
struct LivingSweeps {
  std::vector<Sweep> sweeps;
  std::vector<std::size_t> origin;    // of each, the sweep it comes from, from 0
  std::vector<std::string> warnings;  // one per file, with sweeps and times
};
// `leave_out` false: every sweep as it is.
LivingSweeps without_dead_stretches(std::vector<Sweep> sweeps, bool leave_out = true);

// Sweeps of a protocol, which are of no use in part: those alive from 0 to `end_ms`, whole.
LivingSweeps sweeps_alive_until(std::vector<Sweep> sweeps, double end_ms);

// The same warnings without the cut. `currents_pA`: one per sweep, or null where they are not known.
std::vector<std::string> dead_stretch_warnings(const std::vector<Sweep>& sweeps,
                                               const std::vector<std::vector<double>>* currents_pA);

}  // namespace libfit
