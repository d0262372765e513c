// Figures with data like those of a real cell: an exponential integrate-and-fire neuron driven by filtered
// noise.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "libfit/core/random.hpp"
#include "libfit/report/figures.hpp"

namespace synthetic {

constexpr double kDt_ms = 0.1;

struct Cell {
  std::vector<double> time_s, current_pA, voltage_mV, spikes_s;
};

// C = 150 pF, g = 10 nS, E = -68 mV, V_T = -50 mV, Delta_T = 1.4 mV, reset -60 mV; `noise_pA` is private.
inline Cell simulate(double duration_s, double V_T_mV, double noise_pA, std::uint64_t private_seed) {
  libfit::RandomStream shared(11);
  libfit::RandomStream own(private_seed);
  Cell cell;
  double v = -68.0, current = 0.0, jitter = 0.0, refractory = 0.0;
  const auto count = static_cast<std::size_t>(duration_s * 1000.0 / kDt_ms);
  for (std::size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) * kDt_ms / 1000.0;
    current += kDt_ms / 10.0 * (130.0 - current) + 220.0 * std::sqrt(2.0 * kDt_ms / 10.0) * shared.normal();
    jitter += kDt_ms / 3.0 * -jitter + noise_pA * std::sqrt(2.0 * kDt_ms / 3.0) * own.normal();
    const double f = (-68.0 - v + 1.4 * std::exp(std::min((v - V_T_mV) / 1.4, 12.0))) / 15.0;
    refractory -= kDt_ms;
    if (refractory <= 0.0) v += kDt_ms * (f + (current + jitter) / 150.0);
    double shown = v + 0.15 * own.normal();
    if (v > -30.0) {
      cell.spikes_s.push_back(t);
      shown = 28.0;
      v = -60.0;
      refractory = 3.0;
    }
    cell.time_s.push_back(t);
    cell.current_pA.push_back(current);
    cell.voltage_mV.push_back(shown);
  }
  return cell;
}

inline libfit::Figure compensation() {
  const Cell cell = simulate(1.0, -50.0, 20.0, 1);
  libfit::CompensationSeries s{cell.time_s, cell.current_pA, cell.voltage_mV, cell.voltage_mV};
  double filtered = 0.0;
  for (std::size_t i = 0; i < s.raw_mV.size(); ++i) {
    filtered += 0.3 * (cell.current_pA[i] - filtered);
    s.raw_mV[i] += 0.05 * filtered;
  }
  return libfit::compensation_figure(s);
}

inline libfit::Figure electrode_kernel(bool logarithmic = false) {
  libfit::ElectrodeKernelSeries s;
  libfit::RandomStream random(3);
  for (double t = 0.05; t < 20.0; t += t < 2.0 ? 0.1 : 0.5) {
    const double membrane = 6.7 * std::exp(-t / 15.0);
    const double kernel = 220.0 * (std::exp(-t / 0.25) - std::exp(-t / 0.08)) * 0.7;
    s.time_ms.push_back(t);
    s.membrane_MOhm_per_ms.push_back(membrane);
    s.kernel_MOhm_per_ms.push_back(kernel);
    s.response_MOhm_per_ms.push_back(membrane + kernel + 0.8 * random.normal());
    s.response_se_MOhm_per_ms.push_back(0.8);
  }
  s.resistance_MOhm = {63.24, libfit::Interval{61.02, 65.31}};
  s.logarithmic_time = logarithmic;
  return libfit::electrode_kernel_figure(s);
}

inline libfit::Figure capacitance() {
  libfit::CapacitanceSeries s;
  libfit::RandomStream random(4);
  for (double c = 80.0; c <= 300.0; c += 2.0) {
    s.trial_pF.push_back(c);
    s.variance_mV2_per_ms2.push_back(0.05 + 220.0 * 220.0 * std::pow(1.0 / c - 1.0 / 151.0, 2));
  }
  s.least_pF = 151.2;
  for (double v = -76.0; v <= -50.0; v += 1.0) {
    s.voltage_mV.push_back(v);
    const double se = 2.0 + 0.2 * std::pow((v + 65.0) / 5.0, 4);
    s.capacitance_pF.push_back(150.0 + (v > -56.0 ? 4.0 * (v + 56.0) : 0.0) + se * random.normal());
    s.capacitance_se_pF.push_back(se);
  }
  s.plateau_mV = libfit::Interval{-70.0, -58.0};
  s.value_pF = libfit::Estimate{150.4, libfit::Interval{146.9, 153.8}};
  s.kernel_pF = 158.0;
  return libfit::capacitance_figure(s);
}

inline libfit::Figure dynamic_iv() {
  libfit::DynamicIvSeries s;
  libfit::RandomStream random(5);
  const auto eif = [](double v) { return (-68.0 - v + 1.4 * std::exp((v + 50.0) / 1.4)) / 15.0; };
  const auto qif = [](double v) { return 0.0052 * (v + 68.5) * (v + 45.9); };
  const auto lif = [](double v) { return (-68.0 - v) / 15.0; };
  libfit::ModelCurve e{"EIF", {}, {}, {}}, q{"QIF", {}, {}, {}}, l{"LIF", {}, {}, {}};
  for (double v = -80.0; v <= -42.0; v += 1.0) {
    const double se = 0.03 + 0.1 * std::exp((v + 50.0) / 4.0);
    s.voltage_mV.push_back(v);
    s.f_mV_per_ms.push_back(eif(v) + se * random.normal());
    s.f_se_mV_per_ms.push_back(se);
    s.f_sd_mV_per_ms.push_back(0.4 + 3.0 * se);
    e.residual_se.push_back((s.f_mV_per_ms.back() - eif(v)) / se);
    q.residual_se.push_back((s.f_mV_per_ms.back() - qif(v)) / se);
  }
  for (double v = -80.0; v <= -42.0; v += 0.1) {
    for (auto* m : {&e, &q, &l}) m->voltage_mV.push_back(v);
    e.f_mV_per_ms.push_back(eif(v));
    q.f_mV_per_ms.push_back(qif(v));
    l.f_mV_per_ms.push_back(lif(v));
  }
  s.models = {e, q, l};
  s.fit_limit_mV = -44.0;
  return libfit::dynamic_iv_figure(s);
}

inline libfit::Figure prediction() {
  const Cell cell = simulate(12.0, -50.0, 25.0, 1);
  libfit::PredictionSeries s;
  s.time_s = cell.time_s;
  s.recorded_mV = cell.voltage_mV;
  s.recorded_spikes_s = cell.spikes_s;
  const std::vector<std::string> names{"rEIF", "EIF"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Cell model = simulate(12.0, i == 0 ? -50.2 : -51.5, 3.0, 2 + i);
    s.models.push_back({names[i], model.voltage_mV, model.spikes_s});
  }
  s.overview_s = {9.0, 11.0};
  s.detail_s = {9.9, 10.1};
  return libfit::prediction_figure(s);
}

inline libfit::Figure raster() {
  libfit::RasterSeries s;
  const std::vector<std::string> names{"cell 3", "rEIF", "EIF"};
  for (std::size_t g = 0; g < names.size(); ++g) {
    libfit::RasterGroup group{names[g], {}};
    const std::size_t count = g == 0 ? 9 : 5;
    for (std::size_t k = 0; k < count; ++k) {
      const double V_T = g == 2 ? -51.5 : -50.0;
      group.trains_s.push_back(simulate(5.0, V_T, 30.0, 10 * g + k).spikes_s);
    }
    s.groups.push_back(group);
  }
  s.window_s = {1.0, 5.0};
  return libfit::raster_figure(s);
}

inline libfit::Figure scores() {
  libfit::ScoreSeries s;
  s.models = {"rEIF", "EIF", "QIF", "LIF"};
  const std::vector<std::string> measures{"Md*", "Γ", "EV, 10 ms", "voltage"};
  for (std::size_t k = 0; k < measures.size(); ++k) {
    libfit::ScoreMeasure measure{measures[k], {}, 0.85 - 0.05 * static_cast<double>(k % 3)};
    for (std::size_t m = 0; m < s.models.size(); ++m) {
      const double value = 0.75 - 0.1 * static_cast<double>(m) - 0.04 * static_cast<double>(k % 3);
      measure.models.emplace_back(libfit::Estimate{value, libfit::Interval{value - 0.05, value + 0.04}});
    }
    s.measures.push_back(measure);
  }
  s.measures[3].models[3] = std::nullopt;
  return libfit::scores_figure(s);
}

inline libfit::Figure fit_limit() {
  libfit::LimitSeries s;
  libfit::ParameterAgainstLimit slope{"slope factor", "mV", {}, {}, {}},
      threshold{"threshold", "mV", {}, {}, {}};
  for (double limit = -48.0; limit <= -40.0; limit += 0.5) {
    s.limit_mV.push_back(limit);
    slope.value.push_back(1.4 + 0.15 * std::exp(-(limit + 48.0)));
    slope.low.push_back(slope.value.back() - 0.06);
    slope.high.push_back(slope.value.back() + 0.07);
    threshold.value.push_back(-50.0 + 0.03 * (limit + 44.0));
    threshold.low.push_back(threshold.value.back() - 0.2);
    threshold.high.push_back(threshold.value.back() + 0.2);
  }
  s.parameters = {slope, threshold};
  s.chosen_mV = -44.0;
  return libfit::fit_limit_figure(s);
}

inline std::vector<libfit::Figure> all_figures() {
  return {compensation(), electrode_kernel(), capacitance(), dynamic_iv(),
          prediction(),   raster(),           scores(),      fit_limit()};
}

}  // namespace synthetic
