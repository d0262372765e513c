#include "libfit/model/gif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libfit/core/error.hpp"
#include "libfit/core/statistics.hpp"

namespace libfit {

std::string_view gif_kind_name(GifKind kind) {
  switch (kind) {
    case GifKind::gif:
      return "gif";
    case GifKind::exp_gif:
      return "exp_gif";
    case GifKind::igif:
      return "igif";
    case GifKind::igif2:
      return "igif2";
    case GifKind::history_gif:
      break;
  }
  return "history_gif";
}

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

void check_currents(const char* place, const std::vector<SpikeTriggeredCurrent>& currents) {
  for (std::size_t i = 0; i < currents.size(); ++i) {
    const auto& c = currents[i];
    check_options({{fmt::format("{}[{}].b_pA", place, i), c.b_pA, std::isfinite(c.b_pA), "finite"},
                   {fmt::format("{}[{}].tau_ms", place, i), c.tau_ms, c.tau_ms > 0.0, "> 0"}});
  }
}

}  // namespace

void validate(const Gif& m) {
  const auto finite = [](double value) { return std::isfinite(value); };
  check_options({{"C_pF", m.C_pF, m.C_pF > 0.0, "> 0"},
                 {"g_nS", m.g_nS, m.g_nS > 0.0, "> 0"},
                 {"E_mV", m.E_mV, finite(m.E_mV), "finite"},
                 {"V_reset_mV", m.reset.V_reset_mV, finite(m.reset.V_reset_mV), "finite"},
                 {"bin_ms", m.bin_ms, m.bin_ms > 0.0 && m.bin_ms <= 10.0, "above 0, 10 at most"},
                 {"t_ref_ms", m.reset.t_ref_ms, m.reset.t_ref_ms >= 0.0 && m.reset.t_ref_ms <= 1000.0,
                  "between 0 and 1000"},
                 {"V_spike_mV", m.V_spike_mV, finite(m.V_spike_mV), "finite"},
                 {"reference_mV", m.reference_mV, finite(m.reference_mV), "finite"},
                 {"log_rate_per_ms", m.log_rate_per_ms, finite(m.log_rate_per_ms), "finite"},
                 {"spike_lead_ms", m.spike_lead_ms, m.spike_lead_ms >= 0.0, ">= 0"}});
  check_currents("currents", m.currents);
  const HazardDrive& d = m.drive;
  check_options(
      {{"drive.tau_ms", d.tau_ms, d.tau_ms > 0.0, "> 0"},
       {"drive.resistance_GOhm", d.resistance_GOhm, d.resistance_GOhm > 0.0, "> 0"},
       {"drive.E_mV", d.E_mV, finite(d.E_mV), "finite"},
       {"drive.V_reset_mV", d.V_reset_mV, finite(d.V_reset_mV), "finite"},
       {"drive.V_T_mV", d.V_T_mV, finite(d.V_T_mV), "finite"},
       {"drive.Delta_T_mV", d.Delta_T_mV, d.Delta_T_mV >= 0.0 && finite(d.Delta_T_mV), ">= 0 and finite"}});
  check_currents("drive.currents", d.currents);
  for (std::size_t i = 0; i < m.filters.size(); ++i) {
    const auto& f = m.filters[i];
    check_options(
        {{fmt::format("filters[{}].tau_ms", i), f.tau_ms, f.tau_ms >= 0.0, ">= 0"},
         {fmt::format("filters[{}].weight_per_mV", i), f.weight_per_mV, finite(f.weight_per_mV), "finite"}});
  }
  for (std::size_t i = 0; i < m.thresholds.size(); ++i) {
    const auto& t = m.thresholds[i];
    check_options(
        {{fmt::format("thresholds[{}].tau_ms", i), t.tau_ms, t.tau_ms >= 0.0, ">= 0"},
         {fmt::format("thresholds[{}].knot_mV", i), t.knot_mV, finite(t.knot_mV), "finite"},
         {fmt::format("thresholds[{}].softness_mV", i), t.softness_mV, t.softness_mV > 0.0, "> 0"},
         {fmt::format("thresholds[{}].direction", i), t.direction, std::abs(t.direction) == 1.0, "1 or -1"},
         {fmt::format("thresholds[{}].weight_per_mV", i), t.weight_per_mV, finite(t.weight_per_mV),
          "finite"}});
  }
  for (std::size_t i = 0; i < m.history.size(); ++i) {
    const auto& h = m.history[i];
    check_options({{fmt::format("history[{}].begin_ms", i), h.begin_ms, h.begin_ms >= 0.0, ">= 0"},
                   {fmt::format("history[{}].end_ms", i), h.end_ms, h.end_ms > h.begin_ms && h.end_ms <= 1e5,
                    "above begin_ms, 100000 at most"},
                   {fmt::format("history[{}].weight", i), h.weight, finite(h.weight), "finite"}});
  }
}

}  // namespace libfit
