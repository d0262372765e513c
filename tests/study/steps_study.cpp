// Prints the table of docs/validation/coverage.md on `dyniv steps`: how often the 95 % intervals of input
// resistance, time constant and capacitance contain the truth, and how wide they are.
// Usage: steps_study [repetitions = 200] [condition contains]
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/signal/step_membrane.hpp"

namespace {

struct Cell {
  std::string name;
  double length_ms = 500.0, tau_ms = 20.0, white_mV = 0.1, hidden_pA = 0.0;
  int sweeps = 5;
  double sag_nS = 0.0;  // of a conductance that follows the voltage with 80 ms
};

constexpr double kCapacitance_pF = 100.0, kDt_ms = 0.1, kBefore_ms = 200.0, kHidden_ms = 20.0, kSag_ms = 80.0;

libfit::Recording simulated(const Cell& cell, libfit::StepFamily& family, libfit::RandomStream& random) {
  libfit::Recording recording;
  family = {
      0.0, kBefore_ms, kBefore_ms + cell.length_ms, kBefore_ms + cell.length_ms + 200.0, 0.5, true, true,
      {},  {}};
  if (cell.length_ms > 5.0 * cell.tau_ms) family.to_ms = family.end_ms;  // as the command does
  const double g_nS = kCapacitance_pF / cell.tau_ms, keep = std::exp(-kDt_ms / kHidden_ms);
  for (int s = 0; s < cell.sweeps; ++s) {
    const double amplitude = -2.0 * g_nS * (1.0 + s % 5);
    libfit::Sweep& sweep = recording.sweeps.emplace_back();
    sweep.dt_ms = kDt_ms;
    double v = 0.0, w = 0.0, hidden = cell.hidden_pA * random.normal();
    for (double t = -400.0; t < family.to_ms - 1e-9; t += kDt_ms) {
      if (t > -1e-9) sweep.voltage_mV.push_back(v + cell.white_mV * random.normal());
      const bool on = t > family.begin_ms - 1e-9 && t < family.end_ms - 1e-9;
      const double current = (on ? amplitude : 0.0) + hidden - w;
      const double steady = current / g_nS;
      const double next = steady + (v - steady) * std::exp(-kDt_ms / cell.tau_ms);
      const double half = 0.5 * (v + next) * cell.sag_nS;
      w = half + (w - half) * std::exp(-kDt_ms / kSag_ms);
      v = next;
      hidden = keep * hidden + cell.hidden_pA * std::sqrt(1.0 - keep * keep) * random.normal();
    }
    sweep.current_pA.assign(sweep.size(), 0.0);
    family.sweeps.push_back(recording.sweeps.size() - 1);
    family.amplitude_pA.push_back(amplitude);
  }
  return recording;
}

struct Tally {
  int told = 0, inside = 0, below = 0, above = 0;
  double width = 0.0, error = 0.0;
  void add(const libfit::Estimate& estimate, double truth) {
    ++told;
    width += (estimate.ci95->high - estimate.ci95->low) / truth;
    error += std::abs(estimate.value / truth - 1.0);
    if (truth < estimate.ci95->low)
      ++above;
    else if (truth > estimate.ci95->high)
      ++below;
    else
      ++inside;
  }
  std::string text() const {
    return told == 0 ? "-"
                     : fmt::format("{:.1f} % ({}/{}), {:.1f} %, {:.1f} %", 100.0 * inside / told, below,
                                   above, 50.0 * width / told, 100.0 * error / told);
  }
};

void study(const Cell& cell, int repetitions) {
  const double g_nS = kCapacitance_pF / cell.tau_ms;
  Tally resistance, tau, capacitance;
  int sags = 0;
  // The faster of the two rates of membrane and sag.
  const double a = 1.0 / cell.tau_ms, b = 1.0 / kSag_ms, coupling = cell.sag_nS / kCapacitance_pF / kSag_ms;
  const double fast = 0.5 * (a + b + std::sqrt((a - b) * (a - b) - 4.0 * coupling));
  for (int k = 0; k < repetitions; ++k) {
    libfit::RandomStream random(17, static_cast<std::uint64_t>(k));
    libfit::StepFamily family;
    const auto recording = simulated(cell, family, random);
    const auto found = libfit::fit_step_membrane(recording, family);
    if (!found.membrane) continue;
    if (found.membrane->sag_tau_ms) ++sags;
    resistance.add(found.membrane->resistance_MOhm, 1000.0 / (g_nS + cell.sag_nS));
    tau.add(found.membrane->tau_ms, cell.sag_nS > 0.0 ? 1.0 / fast : cell.tau_ms);
    capacitance.add(found.membrane->capacitance_pF, kCapacitance_pF);
  }
  fmt::print("| {} | {} of {}, {} | {} | {} | {} |\n", cell.name, resistance.told, repetitions, sags,
             resistance.text(), tau.text(), capacitance.text());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::stoi(argv[1]) : 200;
  const std::string wanted = argc > 2 ? argv[2] : "";
  fmt::print(
      "| length, tau, white noise, hidden current, steps | resolved, with sag | R inside, half width, error "
      "| "
      "tau | C |\n| --- | --- | --- | --- | --- |\n");
  for (Cell cell : std::vector<Cell>{{"", 10.0, 5.0, 0.1, 0.0, 20},
                                     {"", 10.0, 20.0, 0.1, 5.0, 20},
                                     {"", 10.0, 50.0, 0.1, 0.0, 5},
                                     {"", 30.0, 20.0, 0.3, 5.0, 20},
                                     {"", 100.0, 5.0, 0.3, 15.0, 5},
                                     {"", 100.0, 20.0, 0.1, 5.0, 5},
                                     {"", 100.0, 50.0, 0.1, 5.0, 20},
                                     {"", 100.0, 50.0, 0.5, 0.0, 5},
                                     {"", 500.0, 5.0, 0.1, 5.0, 1},
                                     {"", 500.0, 20.0, 0.1, 5.0, 1},
                                     {"", 500.0, 20.0, 0.5, 0.0, 5},
                                     {"", 500.0, 20.0, 0.3, 15.0, 5},
                                     {"", 500.0, 50.0, 0.1, 5.0, 5},
                                     {"", 500.0, 50.0, 0.3, 15.0, 20},
                                     {"", 500.0, 20.0, 0.5, 0.0, 5, 2.0},
                                     {"", 500.0, 20.0, 0.1, 5.0, 5, 2.0}}) {
    cell.name = fmt::format("{:g} ms, {:g} ms, {:g} mV, {:g} pA, {}{}", cell.length_ms, cell.tau_ms,
                            cell.white_mV, cell.hidden_pA, cell.sweeps, cell.sag_nS > 0.0 ? ", sag" : "");
    if (cell.name.find(wanted) != std::string::npos) study(cell, repetitions);
  }
}
