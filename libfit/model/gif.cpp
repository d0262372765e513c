#include "libfit/model/gif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"
#include "libfit/model/parameters.hpp"

namespace libfit {

void adopt_membrane_as_drive(Gif& m) {
  m.drive = {m.C_pF / m.g_nS, 1.0 / m.g_nS, m.E_mV, m.reset.V_reset_mV, m.currents};
}

void adopt_drive_as_membrane(Gif& m) {
  m.g_nS = 1.0 / m.drive.resistance_GOhm;
  m.C_pF = m.drive.tau_ms * m.g_nS;
  m.E_mV = m.drive.E_mV;
  m.reset.V_reset_mV = m.drive.V_reset_mV;
  m.currents = m.drive.currents;
}

int refractory_bins(const Gif& model) {
  return static_cast<int>(std::lround(model.reset.t_ref_ms / model.bin_ms));
}

namespace {
constexpr double highest_exponent = 3.0;
}

double upstroke_mV(const HazardDrive& drive, double U_mV) {
  if (drive.Delta_T_mV <= 0.0) return 0.0;
  return drive.Delta_T_mV * std::exp(std::min((U_mV - drive.V_T_mV) / drive.Delta_T_mV, highest_exponent));
}

double upstroke_slope(const HazardDrive& drive, double U_mV) {
  if (drive.Delta_T_mV <= 0.0) return 0.0;
  const double exponent = (U_mV - drive.V_T_mV) / drive.Delta_T_mV;
  return exponent < highest_exponent ? std::exp(exponent) : 0.0;
}

double settled_current_pA(std::span<const double> current_pA, double dt_ms) {
  require(!current_pA.empty() && dt_ms > 0.0, "settled_current_pA: needs a current and its step");
  constexpr double kBeginning_ms = 20.0, kQuiet = 0.1;
  constexpr double kHeld_ms = 1.0, kConstant = 1e-6;
  const double whole = variance(current_pA).value_or(0.0);
  // Around the first sample, so that a constant is met to the last bit.
  const auto mean_of = [&](std::span<const double> part) {
    double sum = 0.0;
    for (const double I : part) sum += I - part.front();
    return part.front() + sum / static_cast<double>(part.size());
  };
  const auto first = [&](double ms) {
    const double samples = std::max(3.0, std::ceil(ms / dt_ms));
    return current_pA.first(std::min(static_cast<std::size_t>(samples), current_pA.size()));
  };
  const auto varies = [&](std::span<const double> part, double share) {
    return variance(part).value_or(0.0) > share * share * whole;
  };
  if (!varies(first(kBeginning_ms), kQuiet)) return mean_of(first(kBeginning_ms));
  if (!varies(first(kHeld_ms), kConstant)) return mean_of(first(kHeld_ms));
  return mean_of(current_pA);
}

double settled_hazard_per_ms(const Gif& model, double current_pA) {
  const double linear = model.drive.E_mV + model.drive.resistance_GOhm * current_pA;
  double U = linear;
  if (model.drive.Delta_T_mV > 0.0) {  // along the bins of simulation, until nothing moves
    constexpr int kMost = 100000;
    const double gain = 1.0 - std::exp(-model.bin_ms / model.drive.tau_ms);
    for (int k = 0; k < kMost; ++k) {
      const double move = gain * (linear + upstroke_mV(model.drive, U) - U);
      U += move;
      if (std::abs(move) < 1e-12) break;
    }
  }
  double log_rate = model.log_rate_per_ms;
  for (const VoltageFilter& filter : model.filters)
    log_rate += filter.weight_per_mV * (U - model.reference_mV);
  for (const ThresholdState& state : model.thresholds)
    log_rate += state.weight_per_mV * softplus(state.direction * (U - state.knot_mV), state.softness_mV);
  return std::exp(std::min(log_rate, highest_log_hazard_per_ms));
}

double softplus(double x, double softness) {
  const double scaled = x / softness;
  return softness * (std::max(scaled, 0.0) + std::log1p(std::exp(-std::abs(scaled))));
}

double softplus_slope(double x, double softness) { return 1.0 / (1.0 + std::exp(-x / softness)); }

namespace {

// The rows of a list, and what one of them may not be beyond the domains of its parameters.
template <class Item, class Check>
void check_list(const char* list, const std::vector<Item>& items, Check&& check) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", list, i);
    check_parameters(items[i], place);
    check(items[i], place);
  }
}

}  // namespace

void validate(const Gif& m) {
  const auto nothing_else = [](const auto&, const std::string&) {};
  check_parameters(m);
  check_options({{"bin_ms", m.bin_ms, m.bin_ms <= 10.0, "10 at most"},
                 {"t_ref_ms", m.reset.t_ref_ms, m.reset.t_ref_ms <= 1000.0, "between 0 and 1000"}});
  check_list("currents", m.currents, nothing_else);
  check_parameters(m.drive, "drive");
  check_options({{"drive.V_T_mV", m.drive.V_T_mV, true, "finite"},
                 {"drive.Delta_T_mV", m.drive.Delta_T_mV, m.drive.Delta_T_mV >= 0.0, ">= 0 and finite"}});
  check_list("drive.currents", m.drive.currents, nothing_else);
  check_list("filters", m.filters, nothing_else);
  check_list("thresholds", m.thresholds, [](const ThresholdState& t, const std::string& place) {
    check_options({{place + ".direction", t.direction, std::abs(t.direction) == 1.0, "1 or -1"}});
  });
  check_list("history", m.history, [](const HistoryStep& h, const std::string& place) {
    check_options({{place + ".end_ms", h.end_ms, h.end_ms > h.begin_ms && h.end_ms <= 1e5,
                    "above begin_ms, 100000 at most"}});
  });
}

}  // namespace libfit
